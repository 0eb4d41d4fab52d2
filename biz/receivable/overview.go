package receivable

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

// MonthsShown is how many months an overview goes back, the running one included.
const MonthsShown = 24

// Standing counts customers and sums their credit accounts.
type Standing struct {
	Customers          int64
	CustomersOverdue   int64 // something past due, net of overdue credit
	CustomersOverLimit int64
	LimitAmount        money.Amount // of the limited ones: standing with active temporary limits
	Reserved           money.Amount
	Used               money.Amount // of the limits: exposure.Account.Exposure, summed
	Disputed           money.Amount // the part of what is open that is in dispute
	PendingApprovals   int64
}

// Month is what was invoiced and collected in a calendar month. Invoiced is by
// invoice date, whatever is still open of it.
type Month struct {
	First     calendar.Date // first day of the month
	Invoiced  money.Amount
	Collected money.Amount
}

// Overview is the subsidiary, or one customer, in sums for today.
type Overview struct {
	Standing
	Currency money.Currency
	Aging    exposure.Aging
	Months   []Month // oldest first, MonthsShown of them
}

// Overview sums the subsidiary up, or the customer where an id is given. A
// salesperson's covers his own customers.
func (l *Ledger) Overview(ctx context.Context, customerID uuid.UUID) (Overview, error) {
	actor, err := access.Require(ctx, access.OverviewRead)
	if err != nil {
		return Overview{}, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return Overview{}, err
	}
	today := calendar.Of(l.clock.Now(), t.Zone)
	s := Scope{customerID, customer.OnlyOf(actor)}
	o := Overview{Currency: t.Currency}
	err = l.tx.InTx(ctx, func(ctx context.Context) error {
		if err := l.visible(ctx, s); err != nil {
			return err
		}
		if _, err := l.accounts.RefreshStale(ctx); err != nil {
			return err
		}
		if o.Standing, err = l.reader.Standing(ctx, s); err != nil {
			return err
		}
		sums, err := l.reader.OpenByDueDate(ctx, s)
		if err != nil {
			return err
		}
		o.Aging = age(today, sums)
		o.Months, err = l.months(ctx, s, today)
		return err
	})
	return o, err
}

// age sorts what is open into the buckets of both schemes (ruling 6).
func age(today calendar.Date, sums map[calendar.Date]money.Amount) exposure.Aging {
	a := exposure.Aging{AsOf: today}
	for due, open := range sums {
		a.Add(due, open)
	}
	return a
}

func (l *Ledger) months(ctx context.Context, s Scope, today calendar.Date) ([]Month, error) {
	y, m, _ := today.Time().Date()
	since := calendar.NewDate(y, m-time.Month(MonthsShown-1), 1)
	invoiced, collected, err := l.reader.Months(ctx, s, since)
	if err != nil {
		return nil, err
	}
	out := make([]Month, MonthsShown)
	for i := range out {
		first := since.AddMonths(i)
		out[i] = Month{First: first, Invoiced: invoiced[first], Collected: collected[first]}
	}
	return out, nil
}
