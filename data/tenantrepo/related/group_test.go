package related_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/creditcheck"
	"zhuxin/biz/exposure"
	"zhuxin/biz/related"
	reachrepo "zhuxin/data/hqrepo/reach"
	"zhuxin/data/outbox"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/data/tenantrepo/credittest"
	relatedrepo "zhuxin/data/tenantrepo/related"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/reach"
	"zhuxin/tenancy/provision"
	"zhuxin/tenancy/scope"
)

// group is a world with three subsidiaries that keep relations and check orders.
type group struct {
	*credittest.World
	C       scope.Tenant
	related *related.Service
	ways    *reach.Keeper
	checks  *creditchecktest.Fixture
}

func newGroup(t *testing.T) *group {
	w := credittest.New(t)
	g := &group{World: w, checks: creditchecktest.New(w.Pool, w.Clock)}
	tenants := map[uuid.UUID]scope.Tenant{w.A.ID: w.A, w.B.ID: w.B}
	g.ways = reach.NewKeeper(w.Pool.Tenant(), w.Pool.HQ(), relatedrepo.Books{}, reachrepo.Store{}, outbox.Tenant(w.Pool), w.Clock,
		func(ctx context.Context, id uuid.UUID) (context.Context, error) {
			return scope.WithTenant(ctx, tenants[id]), nil
		})
	g.related = w.Relations(g.ways)
	w.Customers.FollowedBy(g.related)
	var err error
	g.C, err = w.Provisioner(t).Create(t.Context(), provision.NewTenant{ID: uuid.New(), Name: "第三建材有限公司", ShortName: "三建", Slug: "third", USCC: credittest.USCC(999)})
	ok(t, err)
	tenants[g.C.ID] = g.C
	return g
}

// relay hands the events of a tenant to their handler, as the worker does.
func (g *group) relay(t *testing.T, of scope.Tenant) {
	t.Helper()
	ctx := g.Ctx(t, of)
	var payloads []json.RawMessage
	ok(t, g.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		rows, err := q.QueryContext(ctx, `UPDATE outbox SET status = 'done' WHERE topic = $1 AND status = 'pending' RETURNING payload`, string(reach.TopicChanged))
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var p []byte
			if err := rows.Scan(&p); err != nil {
				return err
			}
			payloads = append(payloads, p)
		}
		return rows.Err()
	}))
	merged, err := reach.MergeChanged(payloads)
	ok(t, err)
	payload, err := json.Marshal(merged)
	ok(t, err)
	for range 2 { // a second delivery does no harm
		ok(t, g.ways.Handle(ctx, event.Delivered{ID: uuid.New(), Topic: reach.TopicChanged, Payload: payload}))
	}
}

func (g *group) list(t *testing.T, uscc, name, severity string) {
	t.Helper()
	_, err := g.Admin(t).ExecContext(t.Context(), `INSERT INTO hq.negative_entries (id, uscc, company_name, reason_code, reason_text, tenant_id, listed_by, listed_at, severity)
		VALUES (gen_random_uuid(), $1, $2, 'fraud', '转移货款', $3, gen_random_uuid(), now(), $4)`, uscc, name, g.A.ID, severity)
	ok(t, err)
}

func (g *group) try(t *testing.T, ctx context.Context, customer uuid.UUID) (creditcheck.Decision, *creditcheck.Reason) {
	t.Helper()
	d, err := g.checks.Service.Check(creditchecktest.ERP(ctx), creditcheck.CheckInput{CustomerID: customer, OrderNo: uuid.NewString(), Amount: 100_00})
	ok(t, err)
	for i, r := range d.Reasons {
		if r.Code == creditcheck.RelatedListed {
			return d, &d.Reasons[i]
		}
	}
	return d, nil
}

// A lists X. B's customer Y is controlled by X's legal representative, and only C
// knows it. B's next order of Y names X and the way, without a name of C; HQ's policy
// says what becomes of it and how far it looks; an exemption lets it go on.
func TestListingReachesOverTheGroup(t *testing.T) {
	t.Parallel()
	g := newGroup(t)
	b, c := g.CtxB(t), g.Ctx(t, g.C)
	x, y := credittest.USCC(66), g.NewCustomer(t, b, 2)
	g.Exec(t, b, `INSERT INTO credit_limits (id, created_at, updated_at, customer_id, class, kind, mode, amount, starts_on, reason, status, effective_at)
		VALUES (gen_random_uuid(), now(), now(), $1, 'standing', $2, 'add', 100000000, '2020-01-01', 'test', 'effective', now())`, y.ID, string(exposure.LimitAmount))
	g.checks.Recompute(t, b, y.ID)
	_, err := g.Admin(t).ExecContext(t.Context(), `INSERT INTO hq.rollup_customers (id, tenant_id, customer_name, uscc, limit_kind, currency, receivable, overdue, not_due, months_0_6, months_6_12,
		months_12_24, months_24, days_1_30, days_31_60, days_61_90, days_91, limit_amount, reserved, as_of, account_version, grade, projected_at)
		VALUES ($1, $2, $3, $4, 'amount', 'CNY', 0,0,0,0,0,0,0,0,0,0,0,0,0, '2026-11-20', 1, '', now())`, y.ID, g.B.ID, y.Name, y.USCC)
	ok(t, err)
	yAtC := g.NewCustomer(t, c, 2)
	boss := related.PartyInput{Kind: related.Person, Name: "王老板", IDNumber: "11010519491231002x"}
	control, err := g.related.Add(c, related.AddInput{CustomerID: yAtC.ID, Kind: reach.Controller, Other: boss, SourceNote: "CANARY"})
	ok(t, err)
	xAtC := g.NewCustomer(t, c, 66)
	_, err = g.related.Add(c, related.AddInput{CustomerID: xAtC.ID, Kind: reach.LegalRepresentative, Other: boss})
	ok(t, err)
	if _, r := g.try(t, b, y.ID); r != nil {
		t.Errorf("before the listing: %+v", r)
	}
	g.relay(t, g.C)
	g.list(t, x, "失信建工", "critical")

	d, r := g.try(t, b, y.ID)
	want := "关联企业 测试建工集团66有限公司 在集团负面清单上：" + y.Name + " —实际控制人（其他子企业提供）→ 王** ←法定代表人（其他子企业提供）— 测试建工集团66有限公司；fraud，转移货款"
	if r == nil || r.Action != creditcheck.Warn || r.MessageZH != want || d.Outcome != creditcheck.Warn {
		t.Fatalf("after the listing %+v, %+v", d.Outcome, r)
	}
	if d.Facts.Related == nil || d.Facts.Related.USCC != x || d.Facts.Related.Severity != "critical" || len(d.Facts.Related.Path.Steps) != 2 {
		t.Errorf("facts %+v", d.Facts.Related)
	}
	// Who is shown the way leaves a row at C, which alone knows it.
	_, err = g.related.Listed(b, y.ID)
	ok(t, err)
	var owner, viewer uuid.UUID
	var looks int
	ok(t, g.Admin(t).QueryRowContext(t.Context(), `SELECT min(owner_tenant_id::text), min(viewer_tenant_id::text), count(*) FROM hq.sharing_log WHERE purpose = 'related' AND uscc = $1`, y.USCC).
		Scan(&owner, &viewer, &looks))
	if owner != g.C.ID || viewer != g.B.ID || looks != 1 {
		t.Errorf("%d looks of %s at %s", looks, viewer, owner)
	}
	policy := func(depth int, action string) {
		_, err := g.Admin(t).ExecContext(t.Context(), `INSERT INTO hq.group_policies (id, related_action, related_depth, created_at) SELECT max(id) + 1, $1, $2, now() FROM hq.group_policies`, action, depth)
		ok(t, err)
	}
	policy(1, "block")
	if _, r := g.try(t, b, y.ID); r != nil {
		t.Errorf("two steps count where one does: %+v", r)
	}
	policy(4, "block")
	if d, r := g.try(t, b, y.ID); r == nil || r.Action != creditcheck.Block || d.Outcome != creditcheck.Block || d.Binding != creditcheck.LimitRelated {
		t.Errorf("blocked by policy: %+v %+v", d.Outcome, r)
	}
	exempt := func(uscc string, until calendar.Date) {
		_, err := g.Admin(t).ExecContext(t.Context(), `INSERT INTO hq.negative_exemptions (id, tenant_id, uscc, customer_id, company_name, asked_by, asked_at, reason, asked_until, ends_on, status)
			VALUES (gen_random_uuid(), $1, $2, gen_random_uuid(), 'x', gen_random_uuid(), now(), 'x', $3, $3, 'granted')`, g.B.ID, uscc, until)
		ok(t, err)
	}
	exempt(x, calendar.NewDate(2026, 11, 19))
	if d, _ := g.try(t, b, y.ID); d.Outcome != creditcheck.Block {
		t.Errorf("an exemption that is over: %s", d.Outcome)
	}
	exempt(x, calendar.NewDate(2026, 11, 20))
	if d, r := g.try(t, b, y.ID); d.Outcome != creditcheck.Warn || r == nil || r.Action != creditcheck.Warn {
		t.Errorf("with an exemption of the listed company: %s %+v", d.Outcome, r)
	}
	// A listing that is not exempted goes before a more severe one that is.
	other := credittest.USCC(67)
	_, err = g.related.Add(b, related.AddInput{CustomerID: y.ID, Of: true, Kind: reach.Parent, Other: related.PartyInput{Kind: related.Company, Name: "子公司", USCC: other}})
	ok(t, err)
	g.list(t, other, "子公司", "notice")
	if d, r := g.try(t, b, y.ID); d.Outcome != creditcheck.Block || r == nil || d.Facts.Related.USCC != other || d.Facts.Related.Path.Steps[0].Elsewhere {
		t.Errorf("one of two is exempted: %s %+v", d.Outcome, d.Facts.Related)
	}
	exempt(y.USCC, calendar.NewDate(2026, 12, 31))
	if d, _ := g.try(t, b, y.ID); d.Outcome != creditcheck.Warn {
		t.Errorf("with an exemption of the customer: %s", d.Outcome)
	}

	// B learns what and never who or whence; C sees it as its own.
	if n := g.Count(t, b, `SELECT count(*) FROM related_reach WHERE path::text LIKE '%CANARY%' OR path::text LIKE '%王老板%' OR path::text LIKE '%三建%'`); n != 0 {
		t.Error("more crossed than an edge")
	}
	if n := g.Count(t, b, `SELECT count(*) FROM hq.v_party_edges e WHERE e::text LIKE '%王老板%' OR e::text LIKE '%19491231%'`); n != 0 {
		t.Error("a person is told by name or number")
	}
	if n := g.Count(t, c, `SELECT count(*) FROM hq.v_party_edges`); n != 0 {
		t.Errorf("C is told %d edges, of its own", n) // B's event has not gone out
	}
	if n := g.Count(t, b, `SELECT count(*) FROM hq.v_party_edges`); n != 2 {
		t.Errorf("B is told %d edges", n)
	}
	// What ends at C ends at B.
	g.Clock.At = g.Clock.At.Add(24 * time.Hour)
	ok(t, g.related.End(c, yAtC.ID, control.ID, "2026-11-20", 1))
	g.relay(t, g.C)
	if hits, err := g.related.Listed(b, y.ID); err != nil || len(hits) != 1 || hits[0].USCC != other {
		t.Errorf("after its end %+v, %v", hits, err)
	}
}
