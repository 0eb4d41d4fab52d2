package collection_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	biz "zhuxin/biz/collection"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/data/tenantrepo/collection"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/tenancytest"
)

// Two people who give up the same fee at once give it up once: the second sees what
// the first did.
func TestWaiversAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.fix.Add(t, b.ctx, creditchecktest.Customer{})
	item := b.item(t, c.ID, "W1", calendar.NewDate(2026, 3, 2), 1_000_000)
	before, err := b.svc.Life(b.ctx, item)
	if err != nil || before.LateFee == 0 || before.Accrued != before.LateFee {
		t.Fatalf("%+v, %v", before, err)
	}
	const at = 8
	var wg sync.WaitGroup
	faults := make([]error, at)
	for i := range at {
		wg.Go(func() { faults[i] = b.svc.WaiveLateFee(b.ctx, item, before.LateFee, "长期合作") })
	}
	wg.Wait()
	done := 0
	for _, err := range faults {
		switch {
		case err == nil:
			done++
		case !errors.Is(err, biz.ErrTooMuch):
			t.Errorf("refused for another reason: %v", err)
		}
	}
	after, err := b.svc.Life(b.ctx, item)
	if err != nil || done != 1 || len(after.Waivers) != 1 || after.LateFee != 0 || after.Accrued != before.Accrued {
		t.Errorf("%d of %d went through: %+v, %v", done, at, after.Waivers, err)
	}
}

// The stages of the subsidiary are the sum of its customers', the age is the oldest
// one's, and a salesperson's are those of his own.
func TestStagesOfAll(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, second := b.fix.Add(t, b.ctx, creditchecktest.Customer{}), b.fix.Add(t, b.ctx, creditchecktest.Customer{})
	b.item(t, first.ID, "S1", calendar.NewDate(2026, 4, 1), 700)
	b.item(t, second.ID, "S2", calendar.NewDate(2026, 3, 1), 90)
	b.record(t, second.ID, 20, biz.Transfer)
	b.fix.Recompute(t, b.ctx)
	read := func(ctx context.Context, customers ...creditchecktest.Customer) map[string]biz.Stage {
		t.Helper()
		out := map[string]biz.Stage{}
		for _, c := range customers {
			stages, _, err := b.svc.Stages(ctx, c.ID)
			if err != nil || len(stages) != 6 {
				t.Fatalf("%+v, %v", stages, err)
			}
			for _, s := range stages {
				sum := out[s.Name]
				if sum.Since.IsZero() || !s.Since.IsZero() && s.Since < sum.Since {
					sum.Since, sum.Days = s.Since, s.Days
				}
				sum.Name, sum.Amount, sum.Customers = s.Name, sum.Amount+s.Amount, sum.Customers+s.Customers
				out[s.Name] = sum
			}
		}
		return out
	}
	all, each := read(b.ctx, creditchecktest.Customer{}), read(b.ctx, first, second)
	for name, want := range each {
		if all[name] != want {
			t.Errorf("%s: %+v of all, %+v of each", name, all[name], want)
		}
	}
	if s := all["invoiced"]; s.Amount != 790 || s.Customers != 2 || s.Days == 0 {
		t.Errorf("invoiced: %+v", s)
	}
	if s := all["advances"]; s.Amount != 20 || s.Customers != 1 {
		t.Errorf("advances: %+v", s)
	}
	if s := read(b.env.CtxA(t, access.RoleSalesperson), creditchecktest.Customer{})["invoiced"]; s.Amount != 0 {
		t.Errorf("a salesperson sees others': %+v", s)
	}
	tenancytest.OtherSeesNothing(t, b.env, func(ctx context.Context) (n int, err error) {
		stages, err := collection.Repo{}.Stages(ctx, first.ID, nil)
		for _, s := range stages {
			n += int(s.Amount)
		}
		return n, err
	})
}
