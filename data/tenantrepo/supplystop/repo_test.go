package supplystop_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/supplystop"
	"zhuxin/data/tenantrepo/credittest"
	"zhuxin/data/tenantrepo/supplystop"
	"zhuxin/shared/calendar"
	"zhuxin/shared/paging"
	"zhuxin/tenancy/tenancytest"
)

// One open stop of a customer is enough, and it is nobody else's.
func TestOneOpenStop(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	c, r := w.NewCustomer(t, w.CtxA(t), 1), supplystop.Repo{}
	stop := biz.Stop{ID: uuid.New(), CustomerID: c.ID, State: biz.StatePrepared, Reason: "r", CreatedAt: w.Clock.Now(), Version: 1}
	for i, want := range []bool{true, false} {
		w.InA(t, func(ctx context.Context) error {
			stop.ID = uuid.New()
			inserted, err := r.Insert(ctx, stop)
			if inserted != want {
				t.Errorf("insertion %d: %v", i, inserted)
			}
			return err
		})
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		_, n, err := r.List(ctx, biz.Query{Window: paging.Window{Limit: 9}})
		return int(n), err
	})
}

// What left after the day of the stop and before the day on which supply went on is
// a breach, once, of the project that was stopped.
func TestBreaches(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	ctx := w.CtxA(t)
	c, other, r := w.NewCustomer(t, ctx, 1), w.NewCustomer(t, ctx, 2), supplystop.Repo{}
	today := calendar.Of(w.Clock.Now(), calendar.Shanghai)
	project, stop := uuid.New(), biz.Stop{ID: uuid.New(), CustomerID: c.ID, State: biz.StateAcknowledged, Reason: "r", StoppedOn: today.AddDays(-10), CreatedAt: w.Clock.Now(), Version: 1}
	ticket := func(no string, customer uuid.UUID, days int, contract, order string, amount int) {
		w.Exec(t, ctx, `INSERT INTO deliveries (id, source, ticket_no, customer_id, delivered_on, contract_no, order_no, volume, amount, currency, created_at, updated_at)
			VALUES (gen_random_uuid(), 'erp', $1, $2, $3, $4, $5, 8000, $6, 'CNY', now(), now())`, no, customer, today.AddDays(days), contract, order, amount)
	}
	w.Exec(t, ctx, `INSERT INTO projects (id, created_at, updated_at, number, name, customer_id) VALUES ($1, now(), now(), 'P1', 'site', $2)`, project, c.ID)
	w.Exec(t, ctx, `INSERT INTO contracts (id, created_at, updated_at, erp_contract_no, project_id, volume, unit_price, credit_term_days, signed_on)
		VALUES (gen_random_uuid(), now(), now(), 'E1', $1, 1, 1, 1, $2)`, project, today)
	ticket("before", c.ID, -11, "", "", 5)
	ticket("same day", c.ID, -10, "", "", 5)
	ticket("after", c.ID, -9, "", "", 5)
	ticket("of the site", c.ID, -3, "E1", "", 7)
	ticket("void", c.ID, -3, "", "", 0)
	w.Exec(t, ctx, `UPDATE deliveries SET volume = 0 WHERE ticket_no = 'void'`)
	ticket("another's", other.ID, -3, "", "", 5)

	insert := func(s biz.Stop, resumed time.Time) {
		t.Helper()
		w.InA(t, func(ctx context.Context) error {
			if _, err := r.Insert(ctx, s); err != nil {
				return err
			}
			if err := r.Save(ctx, s); err != nil || resumed.IsZero() {
				return err
			}
			return r.AddEvent(ctx, biz.Event{ID: uuid.New(), StopID: s.ID, State: biz.StateResumed, CreatedAt: resumed})
		})
	}
	found := func(q biz.BreachQuery) (out []string) {
		t.Helper()
		q.Limit = 9
		w.InA(t, func(ctx context.Context) error {
			b, err := r.Breaches(ctx, q)
			amount := 0
			for _, x := range b.Rows {
				out, amount = append(out, x.TicketNo), amount+int(x.Amount)
			}
			if int(b.Total) != len(out) || int(b.Amount) != amount {
				t.Errorf("%v: total %d, %d", out, b.Total, b.Amount)
			}
			return err
		})
		return out
	}
	insert(stop, time.Time{})
	if got := found(biz.BreachQuery{}); !slices.Equal(got, []string{"of the site", "after"}) {
		t.Errorf("of the customer: %v", got)
	}
	ofSite := stop
	ofSite.ID, ofSite.ProjectID, ofSite.StoppedOn = uuid.New(), &project, today.AddDays(-20)
	insert(ofSite, time.Time{})
	if got := found(biz.BreachQuery{StopID: &ofSite.ID}); !slices.Equal(got, []string{"of the site"}) {
		t.Errorf("of the project: %v", got)
	}
	if got := found(biz.BreachQuery{CustomerID: &c.ID}); !slices.Equal(got, []string{"of the site", "after"}) {
		t.Errorf("of both stops: %v", got)
	}
	byPlantAndPerson(t, w, ctx, r)
	w.InA(t, func(ctx context.Context) error {
		list, _, err := r.List(ctx, biz.Query{Window: paging.Window{Limit: 9}})
		for _, s := range list {
			if want := map[uuid.UUID]int64{stop.ID: 2, ofSite.ID: 1}[s.ID]; s.Breaches != want {
				t.Errorf("a stop shows %d breaches, not %d", s.Breaches, want)
			}
		}
		return err
	})
	// 23:30 in Shanghai, eight days ago: what left the day after the stop stays.
	resumed := time.Date(today.AddDays(-8).Time().Year(), today.AddDays(-8).Time().Month(), today.AddDays(-8).Time().Day(), 15, 30, 0, 0, time.UTC)
	w.InA(t, func(ctx context.Context) error {
		return r.AddEvent(ctx, biz.Event{ID: uuid.New(), StopID: stop.ID, State: biz.StateResumed, CreatedAt: resumed})
	})
	if got := found(biz.BreachQuery{StopID: &stop.ID}); !slices.Equal(got, []string{"after"}) {
		t.Errorf("once supply went on: %v", got)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		b, err := r.Breaches(ctx, biz.BreachQuery{Window: paging.Window{Limit: 9}})
		return int(b.Total), err
	})
}

// byPlantAndPerson selects the breaches "of the site" and "after" by where they left and
// who sent them; a plant goes by its code, else by its name.
func byPlantAndPerson(t *testing.T, w *credittest.World, ctx context.Context, r supplystop.Repo) {
	t.Helper()
	said := func(ticket, code, name, person string) {
		w.Exec(t, ctx, `UPDATE deliveries SET plant_code = $2, plant_name = $3, dispatcher = $4 WHERE ticket_no = $1`, ticket, code, name, person)
	}
	show := func(q biz.BreachQuery) (out []string) {
		t.Helper()
		q.Limit = 9
		w.InA(t, func(ctx context.Context) error {
			b, err := r.Breaches(ctx, q)
			out = append(out, fmt.Sprintf("%d %s", b.Total, b.Amount))
			for _, x := range b.Rows {
				out = append(out, fmt.Sprintf("%s %s/%s/%s", x.TicketNo, x.PlantCode, x.PlantName, x.Dispatcher))
			}
			for _, g := range slices.Concat(b.ByPlant, b.ByPerson) {
				out = append(out, fmt.Sprintf("%q %q %d %s", g.Key, g.Name, g.Tickets, g.Amount))
			}
			return err
		})
		return out
	}
	const site, after = "of the site P1/一站/张三", "after //"
	quiet := func() {}
	for _, c := range []struct {
		name   string
		change func()
		q      biz.BreachQuery
		want   []string
	}{
		{"nobody says anything", quiet, biz.BreachQuery{}, []string{"2 0.12", "of the site //", after, `"" "" 2 0.12`, `"" "" 2 0.12`}},
		{"one ticket says it", func() { said("of the site", "P1", "一站", "张三") }, biz.BreachQuery{},
			[]string{"2 0.12", site, after, `"" "" 1 0.05`, `"P1" "一站" 1 0.07`, `"" "" 1 0.05`, `"张三" "张三" 1 0.07`}},
		{"of a plant", quiet, biz.BreachQuery{Plant: biz.Which{Key: "P1"}}, []string{"1 0.07", site, `"" "" 1 0.05`, `"P1" "一站" 1 0.07`, `"张三" "张三" 1 0.07`}},
		{"without a plant", quiet, biz.BreachQuery{Plant: biz.Which{NotGiven: true}}, []string{"1 0.05", after, `"" "" 1 0.05`, `"P1" "一站" 1 0.07`, `"" "" 1 0.05`}},
		{"of a person", quiet, biz.BreachQuery{Person: biz.Which{Key: "张三"}}, []string{"1 0.07", site, `"P1" "一站" 1 0.07`, `"" "" 1 0.05`, `"张三" "张三" 1 0.07`}},
		{"without a person", quiet, biz.BreachQuery{Person: biz.Which{NotGiven: true}}, []string{"1 0.05", after, `"" "" 1 0.05`, `"" "" 1 0.05`, `"张三" "张三" 1 0.07`}},
		{"a plant without a code, and a person", func() { said("after", "", "二站", "张三") }, biz.BreachQuery{Plant: biz.Which{Key: "二站"}, Person: biz.Which{Key: "张三"}},
			[]string{"1 0.05", "after /二站/张三", `"P1" "一站" 1 0.07`, `"二站" "二站" 1 0.05`, `"张三" "张三" 1 0.05`}},
	} {
		c.change()
		if got := show(c.q); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q\nwant %q", c.name, got, c.want)
		}
	}
}
