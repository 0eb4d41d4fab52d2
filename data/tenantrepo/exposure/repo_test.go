package exposure_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"zhuxin/biz/exposure"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

var start = time.Date(2026, 3, 31, 4, 0, 0, 0, time.UTC) // noon in Shanghai

func setup(t *testing.T) (*tenancytest.Env, *creditchecktest.Fixture, *calendar.Frozen) {
	env := tenancytest.New(t)
	clock := &calendar.Frozen{At: start}
	return env, creditchecktest.New(env.Pool, clock), clock
}

func TestLimitsOfTheAccount(t *testing.T) {
	t.Parallel()
	env, f, _ := setup(t)
	ctx := env.CtxA(t)
	today := calendar.NewDate(2026, 3, 31)
	type limit = creditchecktest.Limit
	temp := func(mode string, kind exposure.LimitKind, amount money.Amount, from, to calendar.Date) limit {
		return limit{Class: "temporary", Mode: mode, Kind: kind, Amount: amount, From: from, To: to}
	}
	standing := limit{Class: "standing", Kind: exposure.LimitAmount, Amount: 1000}
	for name, c := range map[string]struct {
		limits []limit
		kind   exposure.LimitKind
		bound  money.Amount
		until  calendar.Date
	}{
		"no limit at all is none":           {nil, exposure.LimitNone, 0, exposure.Forever},
		"zero is an amount":                 {[]limit{{Class: "standing", Kind: exposure.LimitAmount}}, exposure.LimitAmount, 0, exposure.Forever},
		"explicit none":                     {[]limit{{Class: "standing", Kind: exposure.LimitNone}}, exposure.LimitNone, 0, exposure.Forever},
		"unlimited":                         {[]limit{{Class: "standing", Kind: exposure.LimitUnlimited}}, exposure.LimitUnlimited, 0, exposure.Forever},
		"temporary adds until its last day": {[]limit{standing, temp("add", exposure.LimitAmount, 500, today-5, today)}, exposure.LimitAmount, 1500, today},
		"temporary ended yesterday":         {[]limit{standing, temp("add", exposure.LimitAmount, 500, today-5, today-1)}, exposure.LimitAmount, 1000, exposure.Forever},
		"temporary begins tomorrow":         {[]limit{standing, temp("add", exposure.LimitAmount, 500, today+1, today+9)}, exposure.LimitAmount, 1000, today},
		"replaces by less":                  {[]limit{standing, temp("replace", exposure.LimitAmount, 300, today, today+3)}, exposure.LimitAmount, 300, today + 3},
		"the later replacement counts":      {[]limit{standing, temp("replace", exposure.LimitAmount, 300, today-2, today+3), temp("replace", exposure.LimitAmount, 2000, today-1, today+5)}, exposure.LimitAmount, 2000, today + 3},
		"replacement and addition":          {[]limit{standing, temp("replace", exposure.LimitAmount, 300, today, today+3), temp("add", exposure.LimitAmount, 50, today, today+1)}, exposure.LimitAmount, 350, today + 1},
		"temporary alone":                   {[]limit{temp("add", exposure.LimitAmount, 500, today, today+3)}, exposure.LimitAmount, 500, today + 3},
		"replaced by none":                  {[]limit{standing, temp("replace", exposure.LimitNone, 0, today, today+3)}, exposure.LimitNone, 0, today + 3},
	} {
		t.Run(name, func(t *testing.T) {
			c0 := f.Add(t, ctx, creditchecktest.Customer{})
			for _, l := range c.limits {
				f.Limit(t, ctx, c0.ID, l)
			}
			f.Recompute(t, ctx, c0.ID)
			a := f.Account(t, ctx, c0.ID)
			if a.LimitKind != c.kind || a.Limit() != c.bound || a.ValidThrough != c.until {
				t.Errorf("got %s %d until %s, want %s %d until %s", a.LimitKind, a.Limit(), a.ValidThrough, c.kind, c.bound, c.until)
			}
		})
	}
}

// Random items against the rule written in Go, over the days on which the account
// says that it holds and the one after.
func TestFiguresAgainstModel(t *testing.T) {
	t.Parallel()
	env, f, clock := setup(t)
	ctx := env.CtxA(t)
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		clock.At = start
		today := calendar.Of(start, calendar.Shanghai)
		c := f.Add(t, ctx, creditchecktest.Customer{})
		type item struct {
			due  calendar.Date
			open money.Amount
		}
		items := map[int]item{}
		for i := range rapid.IntRange(0, 12).Draw(rt, "items") {
			it := item{today.AddDays(rapid.IntRange(-800, 40).Draw(rt, "due")), money.Amount(rapid.Int64Range(-900, 2000).Draw(rt, "open"))}
			if rapid.Bool().Draw(rt, "at a month's end") {
				it.due = today.AddMonths(rapid.IntRange(-25, 1).Draw(rt, "months"))
			}
			items[i] = it
			if it.open != 0 {
				f.Receivable(t, ctx, c.ID, fmt.Sprintf("R%d-%d", round, i), it.due, it.open)
			}
		}
		f.Recompute(t, ctx, c.ID)
		until := f.Account(t, ctx, c.ID).ValidThrough
		for _, day := range []calendar.Date{today, min(until, today+400), min(until, today+400) + 1} {
			clock.At = day.Time().Add(4 * time.Hour)
			byDay := map[calendar.Date]money.Amount{}
			want := exposure.Aging{AsOf: day}
			for _, it := range items {
				want.Add(it.due, it.open)
				byDay[it.due] += it.open
			}
			a := f.Account(t, ctx, c.ID)
			overdue, oldest := max(want.PastDue(), 0), calendar.Date(0)
			for due, net := range byDay {
				if overdue > 0 && net > 0 && due < day && (oldest == 0 || due < oldest) {
					oldest = due
				}
			}
			if a.Receivable != want.Receivable || a.Overdue != overdue || a.OldestDueOn != oldest || !a.ValidOn(day) {
				rt.Fatalf("on %s: receivable %d overdue %d oldest %s, want %d %d %s; items %v", day, a.Receivable, a.Overdue, a.OldestDueOn, want.Receivable, overdue, oldest, items)
			}
			var got exposure.Aging
			err := f.Pool.Tenant().InTx(ctx, func(ctx context.Context) (err error) {
				got, err = f.Accounts.Aging(ctx, c.ID)
				return err
			})
			if err != nil || got != want {
				rt.Fatalf("aging on %s: %+v, want %+v (%v)", day, got, want, err)
			}
			if want.NotDue+want.Months0To6+want.Months6To12+want.Months12To24+want.Months24 != want.Receivable ||
				want.NotDue+want.Days1To30+want.Days31To60+want.Days61To90+want.Days91 != want.Receivable {
				rt.Fatalf("columns do not add up: %+v", want)
			}
		}
	})
}

func TestOtherTenantAndUnknownCustomer(t *testing.T) {
	t.Parallel()
	env, f, _ := setup(t)
	ctx := env.CtxA(t)
	c := f.Add(t, ctx, creditchecktest.Customer{LimitKind: exposure.LimitAmount, Limit: 100})
	f.Receivable(t, ctx, c.ID, "R1", calendar.NewDate(2026, 1, 1), 70)
	f.Recompute(t, ctx) // all of the tenant's
	if a := f.Account(t, ctx, c.ID); a.Receivable != 70 || a.Headroom() != 30 {
		t.Errorf("got %+v", a)
	}
	tenancytest.OtherSeesNothing(t, env, func(ctx context.Context) (int, error) {
		a, err := f.Accounts.Get(ctx, c.ID)
		if errors.Is(err, exposure.ErrNoAccount) {
			return 0, nil
		}
		return int(a.Receivable), err
	})
	tenancytest.OtherSeesNothing(t, env, func(ctx context.Context) (int, error) {
		a, err := f.Accounts.Aging(ctx, uuid.Nil)
		return int(a.Receivable), err
	})
	if err := f.Accounts.Recompute(ctx, c.ID); !errors.Is(err, scope.ErrNoScope) {
		t.Errorf("outside a transaction: %v", err)
	}
}

func TestStaleAccountsAreRefreshed(t *testing.T) {
	t.Parallel()
	env, f, clock := setup(t)
	ctx := env.CtxA(t)
	today := calendar.NewDate(2026, 3, 31)
	c := f.Add(t, ctx, creditchecktest.Customer{})
	f.Add(t, ctx, creditchecktest.Customer{}) // nothing of his ages
	f.Receivable(t, ctx, c.ID, "R1", today+2, 70)
	f.Recompute(t, ctx)
	refresh := func() (n int64) {
		err := f.Pool.Tenant().InTx(ctx, func(ctx context.Context) (err error) {
			n, err = f.Accounts.RefreshStale(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for day, want := range []int64{0, 0, 0, 1, 0} { // due on day 2, overdue on day 3
		clock.At = start.AddDate(0, 0, day)
		if n := refresh(); n != want {
			t.Errorf("day %d: refreshed %d, want %d", day, n, want)
		}
	}
	if a := f.Account(t, ctx, c.ID); a.Overdue != 70 || a.OverdueDays(today+4) != 2 {
		t.Errorf("got %+v", a)
	}
}
