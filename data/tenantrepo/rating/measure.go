package rating

import (
	"context"
	"fmt"
	"maps"
	"math/big"
	"slices"

	"zhuxin/biz/exposure"
	biz "zhuxin/biz/rating"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/indicator"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
	"zhuxin/tenancy/scope"
)

// Measurer implements biz.DataSource: overdue figures are the credit account's,
// so that a rating never differs from what every page shows; the others come
// from receivables, receipts and HQ's negative list.
type Measurer struct {
	accounts exposure.Accounts
	outside  biz.Findings
}

var _ biz.DataSource = Measurer{}

// NewMeasurer makes the data source; outside is nil while no registry is linked.
func NewMeasurer(accounts exposure.Accounts, outside biz.Findings) Measurer {
	return Measurer{accounts, outside}
}

const (
	// Without receipts of the customer, what is settled of the period's invoices
	// stands for the collections: an export of open items knows no receipts.
	booksSQL = `SELECT min(r.invoice_date),
		coalesce(sum(r.amount) FILTER (WHERE r.invoice_date BETWEEN $3 AND $4), 0)::bigint,
		coalesce(sum(r.amount - r.open_amount) FILTER (WHERE r.invoice_date BETWEEN $3 AND $4), 0)::bigint,
		(SELECT coalesce(sum(p.amount), 0)::bigint FROM receipts p WHERE p.customer_id = $1 AND p.currency = $2 AND p.received_on BETWEEN $3 AND $4),
		EXISTS (SELECT FROM receipts p WHERE p.customer_id = $1)
		FROM receivables r WHERE r.customer_id = $1 AND r.currency = $2`

	entriesSQL = `SELECT count(*) FROM hq.v_negative_listed WHERE uscc = $1`
)

// books are a customer's invoices and collections of the last 12 months.
type books struct {
	first               calendar.Date
	from, to            calendar.Date
	invoiced, collected money.Amount
}

// Measure implements biz.DataSource.
func (m Measurer) Measure(ctx context.Context, s biz.Subject, today calendar.Date, sources []indicator.DataSource) (biz.Measurements, error) {
	out := make(biz.Measurements, len(sources))
	if len(sources) == 0 {
		return out, nil
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, err
	}
	account, err := m.accounts.Get(ctx, s.CustomerID)
	if err != nil {
		return nil, err
	}
	b, err := readBooks(ctx, s, t.Currency, today)
	if err != nil {
		return nil, err
	}
	for _, source := range sources {
		switch source {
		case indicator.SourceOverdueRatio:
			out[source] = biz.Measured{Number: ratio(account.Overdue, account.Receivable), NoBase: account.Receivable <= 0,
				Detail: fmt.Sprintf("%s / %s %s · %s", account.Overdue, account.Receivable, t.Currency, today)}
		case indicator.SourceMaxOverdueDays:
			out[source] = biz.Measured{Number: int64(account.OverdueDays(today)) * 1000, Detail: span(account.OldestDueOn, today)}
		case indicator.SourceCooperationMonths:
			out[source] = biz.Measured{Number: int64(wholeMonths(b.first, today)) * 1000, NoBase: b.first.IsZero(), Detail: span(b.first, today)}
		case indicator.SourceCollectionRate:
			out[source] = biz.Measured{Number: ratio(b.collected, b.invoiced), NoBase: b.invoiced <= 0,
				Detail: fmt.Sprintf("%s / %s %s · %s", b.collected, b.invoiced, t.Currency, span(b.from, b.to))}
		case indicator.SourceSales12Months:
			out[source] = biz.Measured{Number: int64(b.invoiced) * 1000, Detail: fmt.Sprintf("%s %s · %s", b.invoiced, t.Currency, span(b.from, b.to))}
		case indicator.SourceNegativeEntries:
			n, err := negativeEntries(ctx, s.USCC)
			if err != nil {
				return nil, err
			}
			out[source] = biz.Measured{Number: n * 1000, Detail: fmt.Sprintf("%d · %s", n, today)}
		default:
			if outsideSource(source) {
				continue // asked together below
			}
			if !booked(source) {
				return nil, fmt.Errorf("rating: nobody measures the data source %q", source)
			}
			f, err := figures(ctx, &s.CustomerID, source, today)
			if err != nil {
				return nil, err
			}
			out[source] = f.of(s.CustomerID)
		}
	}
	if asked := slices.DeleteFunc(slices.Clone(sources), func(s indicator.DataSource) bool { return !outsideSource(s) }); m.outside != nil && len(asked) > 0 && s.USCC != "" {
		found, err := m.outside.Findings(ctx, asked, 0, s.USCC)
		if err != nil {
			return nil, err
		}
		maps.Copy(out, found[s.USCC])
	}
	for source, v := range out {
		if v.AsOf.IsZero() { // a register says itself when it was asked
			v.AsOf = today
			out[source] = v
		}
	}
	return out, nil
}

func readBooks(ctx context.Context, s biz.Subject, currency money.Currency, today calendar.Date) (books, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return books{}, err
	}
	b := books{from: today.AddMonths(-12).AddDays(1), to: today}
	var (
		receipts    money.Amount
		anyReceipts bool
	)
	err = q.QueryRowContext(ctx, booksSQL, s.CustomerID, currency, b.from, b.to).Scan(&b.first, &b.invoiced, &b.collected, &receipts, &anyReceipts)
	if anyReceipts {
		b.collected = receipts
	}
	return b, postgres.Map(ctx, err, "measure customer")
}

func negativeEntries(ctx context.Context, uscc string) (n int64, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return 0, err
	}
	err = q.QueryRowContext(ctx, entriesSQL, uscc).Scan(&n)
	return n, postgres.Map(ctx, err, "count negative entries")
}

// ratio gives part ÷ whole in basis points, times 1000 as every data value, cut
// to whole basis points; 0 without a base.
func ratio(part, whole money.Amount) indicator.Number {
	if whole <= 0 || part <= 0 {
		return 0
	}
	bp := new(big.Int).Mul(big.NewInt(int64(part)), big.NewInt(10_000))
	bp.Quo(bp, big.NewInt(int64(whole)))
	if !bp.IsInt64() || bp.Int64() > maxRatio {
		return maxRatio * 1000
	}
	return bp.Int64() * 1000
}

// maxRatio bounds what a customer who paid old debts can come to: a hundredfold.
const maxRatio = 1_000_000

// wholeMonths counts calendar months from the first day; 0 without one.
func wholeMonths(first, today calendar.Date) int {
	if first.IsZero() || first > today {
		return 0
	}
	n := today.DaysSince(first) / 31
	for first.AddMonths(n+1) <= today {
		n++
	}
	return n
}

func span(from, to calendar.Date) string {
	if from.IsZero() {
		return "– · " + to.String()
	}
	return from.String() + " … " + to.String()
}
