package warning_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/warning"
	"zhuxin/data/auditlog"
	"zhuxin/data/outbox"
	"zhuxin/data/tenantrepo/credittest"
	repo "zhuxin/data/tenantrepo/warning"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/tenancytest"
)

var today = calendar.NewDate(2026, 11, 20)

type world struct {
	*credittest.World
	t        *testing.T
	warnings *biz.Service
}

func newWorld(t *testing.T) *world {
	w := &world{World: credittest.New(t), t: t}
	w.warnings = biz.New(w.Pool.Tenant(), repo.Repo{}, auditlog.Tenant(w.Pool), outbox.Tenant(w.Pool), w.Clock)
	return w
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// limit gives a customer a limit on a day, as it is stored; a standing one ends
// the one before.
func (w *world) limit(ctx context.Context, customer uuid.UUID, class string, amount int64, on, ends calendar.Date) {
	w.t.Helper()
	status, end := "effective", any(nil)
	if class == "temporary" {
		end = ends
	} else {
		w.Exec(w.t, ctx, `UPDATE credit_limits SET status = 'lapsed' WHERE customer_id = $1 AND class = 'standing'`, customer)
	}
	w.Exec(w.t, ctx, `INSERT INTO credit_limits (id, customer_id, class, kind, mode, amount, starts_on, ends_on, reason, status, created_at, updated_at)
		VALUES ($1, $2, $3, 'amount', 'add', $4, $5::date, $6, 'r', $7, $5::date + interval '4 hours', now())`, uuid.Must(uuid.NewV7()), customer, class, amount, on, end, status)
}

func (w *world) invoice(ctx context.Context, customer uuid.UUID, amount, open int64, on, due calendar.Date) {
	w.t.Helper()
	w.Exec(w.t, ctx, `INSERT INTO receivables (id, source, document_no, customer_id, invoice_date, due_date, currency, amount, open_amount, import_id, updated_at)
		VALUES ($1, 'test', $2, $3, $4, $5, 'CNY', $6, $7, $1, now())`, uuid.Must(uuid.NewV7()), uuid.NewString(), customer, on, due, amount, open)
}

func (w *world) kinds(ctx context.Context, customer uuid.UUID) map[biz.Kind]biz.Warning {
	w.t.Helper()
	ws, _, err := w.warnings.List(ctx, biz.Query{CustomerID: customer, Limit: 50})
	ok(w.t, err)
	out := map[biz.Kind]biz.Warning{}
	for _, x := range ws {
		out[x.Kind] = x
	}
	return out
}

// One rise, split in three that each stay under the approval level, is flagged the
// same day; three rises that stay under it together are not.
func TestSplitRise(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.CtxA(t)
	split, honest, single := w.NewCustomer(t, a, 1), w.NewCustomer(t, a, 2), w.NewCustomer(t, a, 3)
	for _, c := range []uuid.UUID{split.ID, honest.ID, single.ID} {
		w.limit(a, c, "standing", 500_000_000, today-200, 0)
	}
	for i := range int64(3) {
		w.limit(a, split.ID, "standing", 500_000_000+(i+1)*40_000_000, today, 0) // 3 × 400,000 over 1,000,000 yuan
		w.limit(a, honest.ID, "standing", 500_000_000+(i+1)*30_000_000, today, 0)
	}
	w.limit(a, single.ID, "standing", 620_000_000, today, 0) // went before the higher approver
	ok(t, w.warnings.Patterns(a))
	got := w.kinds(a, split.ID)[biz.SplitRises]
	var facts map[string]any
	ok(t, json.Unmarshal(got.Facts, &facts))
	if got.RaisedOn != today || got.Severity != biz.Serious || facts["amount"] != "120000000" || facts["count"] != 3.0 {
		t.Errorf("split: %+v %v", got, facts)
	}
	for _, c := range []uuid.UUID{honest.ID, single.ID} {
		if x, found := w.kinds(a, c)[biz.SplitRises]; found {
			t.Errorf("flagged: %+v", x)
		}
	}
	if n := w.Count(t, a, `SELECT count(*) FROM outbox WHERE topic = 'warning.raised'`); n != 1 {
		t.Errorf("%d events", n)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		_, n, err := repo.Repo{}.List(ctx, biz.Query{Limit: 10})
		return int(n), err
	})
}

// The levels are the tenant's: of its flow in force, in money and in a share of what is
// in force, and of who decides up to which amount. What waits for its approver counts.
func TestSplitRiseUnderTheTenantsLevels(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.CtxA(t)
	flow := func(number int, when string) {
		w.Exec(t, a, `INSERT INTO approval_flows (id, kind, number, steps, created_at) VALUES ($1, 'limit_adjustment', $2, $3::jsonb, now())`, uuid.New(), number,
			`[{"name": "x", "kind": "approve", "mode": "any", "actors": [], "when": `+when+`}]`)
	}
	rise := func(n int, steps ...int64) (biz.Warning, bool) {
		c := w.NewCustomer(t, a, n)
		w.limit(a, c.ID, "standing", 100_000_000, today-200, 0)
		w.limit(a, c.ID, "standing", steps[0], today, 0)
		w.Exec(t, a, `INSERT INTO credit_limits (id, customer_id, class, kind, mode, amount, starts_on, reason, status, created_at, updated_at)
			VALUES ($1, $2, 'standing', 'amount', 'add', $3, $4::date, 'r', 'submitted', $4::date + interval '5 hours', now())`, uuid.Must(uuid.NewV7()), c.ID, steps[1], today)
		ok(t, w.warnings.Patterns(a))
		x, found := w.kinds(a, c.ID)[biz.SplitRises]
		return x, found
	}
	flow(1, `{"min_amount": 1}`) // not in force any more
	flow(2, `{"min_amount": 20000000}`)
	if x, found := rise(1, 110_000_000, 120_000_000); !found || !strings.Contains(string(x.Facts), `"threshold": "20000000"`) {
		t.Errorf("under the flow's level: %s", x.Facts)
	}
	if x, found := rise(2, 110_000_000, 119_999_999); found {
		t.Errorf("together under it: %s", x.Facts)
	}
	w.Exec(t, a, `INSERT INTO approval_authorities (id, amount, preset, updated_at) VALUES ($1, 8000000, false, now())`, uuid.New())
	if x, found := rise(3, 105_000_000, 109_000_000); !found || !strings.Contains(string(x.Facts), `"threshold": "8000000"`) {
		t.Errorf("under an authority: %s", x.Facts)
	}
	flow(3, `{"min_rise": 500}`)
	if x, found := rise(4, 103_000_000, 105_000_000); !found || !strings.Contains(string(x.Facts), `"share": 500`) {
		t.Errorf("under a share: %s", x.Facts)
	}
}

// Each rule: a customer on its edge, and one just beside it.
func TestRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.CtxA(t)
	n := 0
	for _, c := range []struct {
		kind biz.Kind
		make func(c uuid.UUID, edge int)
	}{
		{biz.FrequentAdjustments, func(c uuid.UUID, edge int) {
			w.limit(a, c, "standing", 900, today-300, 0)
			for i := range 2 + edge {
				w.limit(a, c, "standing", int64(900-i), today-80+calendar.Date(i), 0)
			}
		}},
		{biz.FrequentTemporary, func(c uuid.UUID, edge int) {
			for i := range 2 + edge {
				w.limit(a, c, "temporary", 900, today-80+calendar.Date(30*i), today-79+calendar.Date(30*i))
			}
		}},
		{biz.ChainedTemporary, func(c uuid.UUID, edge int) {
			for i := range 2 + edge {
				w.limit(a, c, "temporary", 900, today-55+calendar.Date(20*i), today-43+calendar.Date(20*i)) // 7 days between
			}
		}},
		{biz.Overdue, func(c uuid.UUID, edge int) {
			w.invoice(a, c, 1_000_000, 999_999+int64(edge), today-60, today-30)
		}},
		{biz.Unreconciled, func(c uuid.UUID, edge int) {
			w.invoice(a, c, 900, 900, today-60-calendar.Date(edge), today+30)
		}},
		{biz.FallingVolume, func(c uuid.UUID, edge int) {
			w.invoice(a, c, 10_000_000, 0, today-90, today-90)
			w.invoice(a, c, 5_000_001-int64(edge), 0, today-89, today-89)
		}},
		{biz.FallingVolume, func(c uuid.UUID, edge int) { // by m³, whatever was invoiced
			for on, volume := range map[calendar.Date]int64{today - 100: 10_000, today - 10: 5_001 - int64(edge)} {
				w.Exec(t, a, `INSERT INTO deliveries (id, source, ticket_no, customer_id, volume, amount, currency, delivered_on, created_at, updated_at)
					VALUES ($1, 's', $2, $3, $4, 10000000, 'CNY', $5, now(), now())`, uuid.New(), uuid.NewString(), c, volume, on.String())
			}
			w.invoice(a, c, 10_000_000, 0, today-100, today-90)
			w.invoice(a, c, 10_000_000, 0, today-10, today-5)
		}},
		{biz.Utilization, func(c uuid.UUID, edge int) {
			w.Exec(t, a, `UPDATE credit_accounts SET limit_kind = 'amount', standing_amount = 10000, receivable_amount = $2 WHERE id = $1`, c, 8_999+edge)
		}},
	} {
		hit, miss := w.NewCustomer(t, a, 100+n), w.NewCustomer(t, a, 101+n)
		n += 2
		c.make(hit.ID, 1)
		c.make(miss.ID, 0)
		ok(t, w.warnings.Daily(a, today))
		if _, found := w.kinds(a, hit.ID)[c.kind]; !found {
			t.Errorf("%s is not raised", c.kind)
		}
		if x, found := w.kinds(a, miss.ID)[c.kind]; found {
			t.Errorf("%s is raised beside its edge: %s", c.kind, x.Facts)
		}
	}
}

// The same thing warns once while it is open and while it is quiet, and again after.
func TestLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.CtxA(t)
	c := w.NewCustomer(t, a, 1)
	w.invoice(a, c.ID, 5_000_000, 5_000_000, today-300, today-200)
	_, err := w.warnings.SaveRule(a, biz.RuleInput{Kind: biz.Unreconciled, Severity: biz.Notice, Values: map[string]int64{"days": 60, "amount": 0}})
	ok(t, err)
	day := func(n int) {
		t.Helper()
		w.Clock.At = credittest.Noon.Add(time.Duration(n) * 24 * time.Hour)
		ok(t, w.warnings.Daily(a, today+calendar.Date(n)))
		ok(t, w.warnings.Daily(a, today+calendar.Date(n)))
	}
	all := func() int { return w.Count(t, a, `SELECT count(*) FROM warnings`) }
	day(0)
	day(1)
	x := w.kinds(a, c.ID)[biz.Overdue]
	if all() != 1 || x.Times != 2 || x.Status != biz.Open {
		t.Fatalf("%d warnings, %+v", all(), x)
	}
	seller := w.CtxA(t, access.RoleSalesperson)
	if k, err := w.warnings.Acknowledge(seller, []uuid.UUID{x.ID}); !errors.Is(err, biz.ErrNotFound) || k != 0 {
		t.Errorf("a salesperson takes another's: %d %v", k, err)
	}
	if k, err := w.warnings.Acknowledge(a, []uuid.UUID{x.ID, uuid.New()}); !errors.Is(err, biz.ErrNotFound) || k != 0 {
		t.Errorf("one of two is nobody's: %d %v", k, err)
	}
	if _, err := w.warnings.Get(seller, x.ID); !errors.Is(err, biz.ErrNotFound) {
		t.Errorf("a salesperson reads another's: %v", err)
	}
	if _, err := w.warnings.Acknowledge(w.CtxA(t, access.RoleViewer), []uuid.UUID{x.ID}); !errors.Is(err, access.ErrForbidden) {
		t.Errorf("a viewer acknowledges: %v", err)
	}
	if k, err := w.warnings.Acknowledge(a, []uuid.UUID{x.ID, x.ID}); err != nil || k != 1 {
		t.Errorf("acknowledged %d, %v", k, err)
	}
	member, _ := w.AddMember(t, w.A, "王五", access.RoleSalesperson)
	if _, err := w.warnings.Assign(a, x.ID, uuid.New(), today+5, x.Version+1); !errors.Is(err, biz.ErrNobody) {
		t.Errorf("assigned to nobody: %v", err)
	}
	if _, err := w.warnings.Assign(a, x.ID, member.ID, today+5, x.Version); !errors.Is(err, biz.ErrChanged) {
		t.Errorf("assigned over an unseen version: %v", err)
	}
	x, err = w.warnings.Assign(a, x.ID, member.ID, today+5, x.Version+1)
	if err != nil || x.Status != biz.Assigned || x.AssignedName != "王五" {
		t.Fatalf("%+v %v", x, err)
	}
	if _, err := w.warnings.Close(a, x.ID, "envy", "x", -1, x.Version); err == nil {
		t.Error("closed without an outcome")
	}
	x, err = w.warnings.Close(a, x.ID, "paid", "已收到承兑汇票", -1, x.Version)
	if err != nil || x.QuietUntil != today+1+14 {
		t.Fatalf("%+v %v", x, err)
	}
	if _, err := w.warnings.Close(a, x.ID, "paid", "again", -1, x.Version); !errors.Is(err, biz.ErrClosed) {
		t.Errorf("closed twice: %v", err)
	}
	day(15)
	if all() != 1 {
		t.Errorf("%d warnings while it is quiet", all())
	}
	day(16)
	if all() != 2 {
		t.Errorf("%d warnings after the quiet days", all())
	}
	if n := w.Count(t, a, `SELECT count(*) FROM audit_log WHERE object_type IN ('warning', 'warning_rule')`); n != 4 {
		t.Errorf("%d audit rows", n)
	}
}

// A try-out finds on past dates what the rule would have found, and changes nothing.
func TestTry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.CtxA(t)
	for i := range 3 {
		c := w.NewCustomer(t, a, 1+i)
		for k := range 3 {
			w.limit(a, c.ID, "temporary", 900, today-calendar.Date(20+i*60+k), today-calendar.Date(19+i*60+k))
		}
	}
	in := biz.RuleInput{Kind: biz.FrequentTemporary, Severity: biz.Notice, Values: map[string]int64{"count": 3, "days": 30}}
	for months, want := range map[int]int{1: 1, 3: 2, 6: 3} {
		r, err := w.warnings.Try(a, in, months)
		if err != nil || r.Customers != want || !r.Exact || len(r.ByMonth) == 0 {
			t.Errorf("%d months: %+v %v", months, r, err)
		}
	}
	in.Values["count"] = 4
	if r, err := w.warnings.Try(a, in, 12); err != nil || r.Customers != 0 || r.Dates != 53 {
		t.Errorf("four: %+v %v", r, err)
	}
	for name, values := range map[string]map[string]int64{"too few": {"count": 1, "days": 30}, "missing": {"count": 3}, "unknown": {"count": 3, "days": 30, "mood": 1}} {
		in.Values = values
		if _, err := w.warnings.Try(a, in, 1); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if n := w.Count(t, a, `SELECT count(*) FROM warnings`); n != 0 {
		t.Errorf("%d warnings of a try-out", n)
	}
	rules, err := w.warnings.Rules(a)
	ok(t, err)
	if len(rules) != len(biz.Shapes) || fmt.Sprint(rules[0].Values) != "map[count:3 days:90]" {
		t.Errorf("rules: %+v", rules)
	}
}
