package exposure_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/exposure"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/tenancy/tenancytest"
)

// monthsLater counts by hand: the same day of the month, or the month's last one.
func monthsLater(d calendar.Date, n int) calendar.Date {
	y, m, day := d.Time().Date()
	for range n {
		if m++; m > 12 {
			y, m = y+1, 1
		}
	}
	for ; day > 28; day-- {
		if back := calendar.NewDate(y, m, day).Time(); back.Month() == m {
			break
		}
	}
	return calendar.NewDate(y, m, day)
}

// expected puts an amount where both schemes of ruling 6 want it.
func expected(a *exposure.Aging, due, today calendar.Date, amount money.Amount) {
	a.Receivable += amount
	if due >= today {
		a.NotDue += amount
		return
	}
	switch days := today.DaysSince(due); {
	case days <= 30:
		a.Days1To30 += amount
	case days <= 60:
		a.Days31To60 += amount
	case days <= 90:
		a.Days61To90 += amount
	default:
		a.Days91 += amount
	}
	switch {
	case today < monthsLater(due, 6):
		a.Months0To6 += amount
	case today < monthsLater(due, 12):
		a.Months6To12 += amount
	case today < monthsLater(due, 24):
		a.Months12To24 += amount
	default:
		a.Months24 += amount
	}
}

// An item due on each of 1,500 days, looked at on days where a calendar is easy to
// get wrong: every bucket and the days past due are what counting by hand gives.
func TestAgingAtTheEdgesOfTheCalendar(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	clock := &calendar.Frozen{At: time.Date(2029, 3, 31, 4, 0, 0, 0, time.UTC)}
	f := creditchecktest.New(env.Pool, clock)
	ctx := env.CtxA(t)
	c := f.Add(t, ctx, creditchecktest.Customer{LimitKind: exposure.LimitAmount, Limit: 1})
	first := calendar.NewDate(2025, 3, 1)
	const days = 1500 // to April 2029, over 29 February 2028
	f.Exec(t, ctx, `INSERT INTO receivables (id, source, document_no, customer_id, invoice_date, due_date, currency, amount, open_amount, import_id, updated_at)
		SELECT gen_random_uuid(), 'calendar', n::text, $1, $2::date + n, $2::date + n, 'CNY', 1000 + n * n, 1000 + n * n, gen_random_uuid(), now() FROM generate_series(0, $3::int - 1) n`,
		c.ID, first, days)
	for _, today := range []string{
		"2026-02-28", "2026-03-01", "2026-03-31", "2026-08-30", "2026-08-31", "2026-12-31", "2027-01-01", "2027-12-31", "2028-01-01",
		"2028-02-28", "2028-02-29", "2028-03-01", "2028-08-29", "2028-08-31", "2029-02-28", "2029-03-01", "2029-03-31",
	} {
		on, err := calendar.Parse(today)
		if err != nil {
			t.Fatal(err)
		}
		clock.At = on.Time().Add(4 * time.Hour) // noon in Shanghai
		want := exposure.Aging{AsOf: on}
		for n := range days {
			expected(&want, first.AddDays(n), on, money.Amount(1000+n*n))
		}
		var got exposure.Aging
		if err := env.Pool.Tenant().InTx(ctx, func(ctx context.Context) (err error) {
			got, err = f.Accounts.Aging(ctx, uuid.Nil)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("on %s:\n got %+v\nwant %+v", on, got, want)
		}
		f.Recompute(t, ctx)
		if a := f.Account(t, ctx, c.ID); a.OverdueDays(on) != on.DaysSince(first) || a.Overdue != want.Receivable-want.NotDue {
			t.Errorf("on %s the account is %d days and %d overdue", on, a.OverdueDays(on), a.Overdue)
		}
	}
}
