package creditcheck_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	biz "zhuxin/biz/creditcheck"
	"zhuxin/biz/exposure"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
	"zhuxin/tenancy/tenancytest"
)

// inbox takes submissions and lets a test decide.
type inbox struct{ last approval.Submission }

func (i *inbox) Submit(_ context.Context, in approval.Submission) (approval.Approval, error) {
	i.last = in
	return approval.Approval{SubjectID: in.SubjectID}, nil
}

// holding is a tenant that holds what is over the limit.
func holding(t *testing.T, change func(*biz.Policy)) (bundle, *biz.Queue, *inbox) {
	b := setup(t)
	p := biz.Preset()
	p.OverLimit = biz.Hold
	now, err := b.Service.GetPolicy(b.hands)
	if err != nil {
		t.Fatal(err)
	}
	p.Version = now.Version
	if change != nil {
		change(&p)
	}
	if _, err := b.Service.SetPolicy(b.hands, p); err != nil {
		t.Fatal(err)
	}
	box := &inbox{}
	return b, &biz.Queue{Checks: b.Service, Store: b.Store, Approvals: box}, box
}

func (b bundle) ask(t *testing.T, in biz.CheckInput, op func(context.Context, biz.CheckInput) (biz.Decision, error)) biz.Decision {
	t.Helper()
	d, err := op(b.ctx, in)
	if err != nil {
		t.Fatalf("%s: %v", in.OrderNo, err)
	}
	return d
}

var today = calendar.NewDate(2026, 3, 31)

// A held order waits, is released by a second person within his authority, and is
// not stopped again at dispatch, within amount, volume and date.
func TestHeldReleasedCarriedToDispatch(t *testing.T) {
	t.Parallel()
	b, q, box := holding(t, func(p *biz.Policy) {
		p.Rules = biz.PresetRules()
		p.Rules.Authorities = []biz.Authority{{Role: access.RoleApprover, Code: biz.OverLimit, Amount: 700}}
	})
	c := b.customer(t, 500)
	in := biz.CheckInput{CustomerID: c.ID, OrderNo: "O-1", Amount: 600, Volume: 12_000}
	d := b.ask(t, in, b.Service.Reserve)
	again := b.ask(t, in, b.Service.Reserve)
	if d.Outcome != biz.Hold || d.HoldID == uuid.Nil || again.HoldID != d.HoldID || d.Reservation != nil {
		t.Fatalf("held %+v, again in %s", d, again.HoldID)
	}
	hs, total, err := q.List(b.hands, biz.ListHoldsInput{})
	if err != nil || total != 1 || hs[0].OrderNo != "O-1" || hs[0].Reasons[0].Code != biz.OverLimit || hs[0].Releasable()[0] != biz.OverLimit {
		t.Fatalf("queue %+v %d, %v", hs, total, err)
	}
	for search, want := range map[string]int64{" o-1 ": 1, c.Number: 1, "客户" + c.Number: 1, "O-2": 0, "%": 0, "_-1": 0} {
		if hs, total, err := q.List(b.hands, biz.ListHoldsInput{Search: search}); err != nil || total != want || len(hs) != int(want) {
			t.Errorf("%q finds %d, %v", search, total, err)
		}
	}
	asker, approver := b.env.CtxA(t, access.RoleDispatcher), b.env.CtxA(t, access.RoleApprover)
	ask := biz.AskInput{HoldID: d.HoldID, Amount: 800, Volume: 12_000, EndsOn: today + 1, Reason: "已开盘"}
	if _, err := q.Ask(asker, biz.AskInput{HoldID: d.HoldID, EndsOn: today + 30, Reason: "x"}); err == nil {
		t.Error("asked beyond the longest time")
	}
	big, err := q.Ask(asker, ask)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := q.Ask(asker, ask); !errors.Is(err, biz.ErrAsked) {
		t.Errorf("asked twice: %v", err)
	}
	decide := func(ctx context.Context, how func(context.Context, approval.Approval) error) error {
		return b.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
			return how(ctx, approval.Approval{SubjectID: box.last.SubjectID})
		})
	}
	if err := decide(approver, q.Approved); !errors.Is(err, biz.ErrNoAuthority) {
		t.Errorf("beyond authority: %v", err)
	}
	if err := decide(asker, q.Approved); !errors.Is(err, access.ErrForbidden) {
		t.Errorf("without the permission: %v", err)
	}
	if err := decide(approver, q.Returned); err != nil {
		t.Fatal(err)
	}
	if n := b.count(t, `SELECT count(*) FROM order_releases WHERE id = $1 AND status = 'returned'`, big.ID); n != 1 {
		t.Error("what came back does not read as returned")
	}
	if _, err := q.Ask(asker, ask); err != nil { // once more, as it is
		t.Fatal(err)
	}
	if err := decide(approver, q.Rejected); err != nil {
		t.Fatal(err)
	}
	ask.Amount = 650
	granted, err := q.Ask(asker, ask)
	if err != nil || granted.ID == big.ID {
		t.Fatal(err)
	}
	if err := decide(approver, q.Approved); err != nil {
		t.Fatal(err)
	}
	// more than was released waits again; the released amount goes through
	if over := b.ask(t, biz.CheckInput{CustomerID: c.ID, OrderNo: "O-1", Amount: 651, Volume: 12_000, Checkpoint: biz.AtDispatch}, b.Service.Check); over.Outcome != biz.Hold {
		t.Errorf("beyond the released amount: %+v", over.Outcome)
	}
	if bulky := b.ask(t, biz.CheckInput{CustomerID: c.ID, OrderNo: "O-1", Amount: 600, Volume: 12_001}, b.Service.Check); bulky.Outcome != biz.Hold {
		t.Errorf("beyond the released volume: %+v", bulky.Outcome)
	}
	goes := b.ask(t, in, b.Service.Reserve)
	if goes.Outcome != biz.Allow || goes.Reservation == nil || len(goes.Reasons) != 1 || !goes.Reasons[0].Released {
		t.Fatalf("released: %+v", goes)
	}
	if n := b.count(t, `SELECT used_amount FROM order_releases WHERE id = $1`, granted.ID); n != 600 {
		t.Errorf("used %d", n)
	}
	// at dispatch what is held for it counts once, and nothing stops it again
	b.clock.At = b.clock.At.AddDate(0, 0, 1)
	dispatch := biz.CheckInput{CustomerID: c.ID, OrderNo: "O-1", Amount: 600, Volume: 12_000, Checkpoint: biz.AtDispatch}
	if d := b.ask(t, dispatch, b.Service.Check); d.Outcome != biz.Allow || d.Facts.Covered != 600 {
		t.Errorf("dispatch: %s, covered %d, %+v", d.Outcome, d.Facts.Covered, d.Reasons)
	}
	b.clock.At = b.clock.At.AddDate(0, 0, 1)
	if d := b.ask(t, dispatch, b.Service.Check); d.Outcome != biz.Hold {
		t.Errorf("after the last day: %s", d.Outcome)
	}
	if other := b.ask(t, biz.CheckInput{CustomerID: c.ID, OrderNo: "O-2", Amount: 1}, b.Service.Check); other.Outcome != biz.Hold {
		t.Errorf("another order goes on the release of the first: %s", other.Outcome)
	}
	hs, _, err = q.List(b.hands, biz.ListHoldsInput{Status: "released"})
	if err != nil || len(hs) != 1 || hs[0].Release == nil || hs[0].Release.AgreedBy == nil || hs[0].Release.AskedBy.ID == hs[0].Release.AgreedBy.ID {
		t.Errorf("who asked, who agreed: %+v, %v", hs, err)
	}
	tenancytest.OtherSeesNothing(t, b.env, func(ctx context.Context) (int, error) {
		hs, _, err := b.Store.Holds(ctx, biz.HoldQuery{Window: paging.Window{Limit: 10}})
		return len(hs), err
	})
}

// A payment that comes in lets the oldest held orders go on that now fit.
func TestRecheckAfterAPayment(t *testing.T) {
	t.Parallel()
	b, q, _ := holding(t, nil)
	c := b.customer(t, 1000)
	b.Receivable(t, b.hands, c.ID, "INV-1", today+30, 1000)
	b.Recompute(t, b.hands, c.ID)
	for _, o := range []struct {
		no     string
		amount money.Amount
	}{{"O-1", 300}, {"O-2", 900}, {"O-3", 200}} {
		if d := b.ask(t, biz.CheckInput{CustomerID: c.ID, OrderNo: o.no, Amount: o.amount}, b.Service.Reserve); d.Outcome != biz.Hold {
			t.Fatalf("%s: %s", o.no, d.Outcome)
		}
	}
	if n, err := q.Recheck(b.ctx, c.ID); err != nil || n != 0 {
		t.Errorf("nothing has changed: %d, %v", n, err)
	}
	b.Exec(t, b.hands, `UPDATE receivables SET open_amount = 400 WHERE document_no = 'INV-1'`)
	b.Recompute(t, b.hands, c.ID)
	checks := b.count(t, `SELECT count(*) FROM credit_checks`)
	if n, err := q.Recheck(b.ctx, c.ID); err != nil || n != 2 {
		t.Errorf("after the payment: %d, %v", n, err)
	}
	if n := b.count(t, `SELECT count(*) FROM credit_checks`) - checks; n != 2 {
		t.Errorf("%d decisions for two orders that go on", n)
	}
	if a := b.Account(t, b.hands, c.ID); a.Reserved != 500 {
		t.Errorf("held for them: %d", a.Reserved)
	}
	hs, _, err := q.List(b.hands, biz.ListHoldsInput{})
	if err != nil || len(hs) != 1 || hs[0].OrderNo != "O-2" {
		t.Errorf("still waits: %+v, %v", hs, err)
	}
	if _, err := q.Cancel(b.hands, hs[0].ID, ""); !errors.Is(err, access.ErrForbidden) {
		t.Errorf("an administrator cancels: %v", err)
	}
	dispatcher := b.env.CtxA(t, access.RoleDispatcher)
	if h, err := q.Cancel(dispatcher, hs[0].ID, "不要了"); err != nil || h.Status != biz.HoldCancelled {
		t.Errorf("cancelled: %+v, %v", h, err)
	}
	if _, err := q.Cancel(dispatcher, hs[0].ID, ""); !errors.Is(err, biz.ErrHoldClosed) {
		t.Errorf("twice: %v", err)
	}
}

// A stop of deliveries blocks whatever the credit: all orders of the customer, or
// those to the project; one that is only prepared or is over blocks nothing.
func TestSupplyStopBlocks(t *testing.T) {
	t.Parallel()
	b, _, _ := holding(t, nil)
	c := b.customer(t, 1000)
	project, other := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	for id, no := range map[uuid.UUID]string{project: "P-1", other: "P-2"} {
		b.Exec(t, b.hands, `INSERT INTO projects (id, created_at, updated_at, number, name, customer_id) VALUES ($1, now(), now(), $2, '滨江', $3)`, id, no, c.ID)
	}
	stop := func(of *uuid.UUID) uuid.UUID {
		id := uuid.New()
		b.Exec(t, b.hands, `INSERT INTO supply_stops (id, customer_id, project_id, state, reason, overdue_days, overdue_amount, created_at, updated_at)
			VALUES ($1, $2, $3, 'prepared', '逾期 90 天', 90, 1, now(), now())`, id, c.ID, of)
		return id
	}
	ofProject := stop(&project)
	for i, x := range []struct {
		state            string
		project, nothing biz.Outcome
	}{{"prepared", biz.Allow, biz.Allow}, {"stopped", biz.Block, biz.Allow}, {"acknowledged", biz.Block, biz.Allow}, {"resumed", biz.Allow, biz.Allow}} {
		b.Exec(t, b.hands, `UPDATE supply_stops SET state = $2 WHERE id = $1`, ofProject, x.state)
		for no, want := range map[string]biz.Outcome{"P-1": x.project, "P-2": biz.Allow, "": x.nothing} {
			d := b.ask(t, biz.CheckInput{CustomerID: c.ID, ProjectNumber: no, OrderNo: "O", Amount: 1}, b.Service.Check)
			if d.Outcome != want || want == biz.Block && (d.Binding != biz.LimitSupplyStop || d.Facts.SupplyStopReason != "逾期 90 天") {
				t.Errorf("%d: %s of %q: %s by %s", i, x.state, no, d.Outcome, d.Binding)
			}
		}
	}
	b.Exec(t, b.hands, `UPDATE supply_stops SET state = 'stopped' WHERE id = $1`, stop(nil))
	for _, no := range []string{"P-1", "P-2", ""} {
		if d := b.ask(t, biz.CheckInput{CustomerID: c.ID, ProjectNumber: no, OrderNo: "O", Amount: 1}, b.Service.Check); d.Outcome != biz.Block {
			t.Errorf("the customer is stopped, and %q: %s", no, d.Outcome)
		}
	}
}

// A project's own limit binds beside the customer's, is never given twice, and
// comes back with the reservation (ruling 4).
func TestProjectLimitBinds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.customer(t, 1000)
	project := uuid.Must(uuid.NewV7())
	b.Exec(t, b.hands, `INSERT INTO projects (id, created_at, updated_at, number, name, customer_id) VALUES ($1, now(), now(), 'P-1', '滨江', $2)`, project, c.ID)
	b.Exec(t, b.hands, `INSERT INTO credit_limits (id, created_at, updated_at, customer_id, project_id, class, kind, mode, amount, starts_on, reason, status, effective_at)
		VALUES ($1, now(), now(), $2, $3, 'standing', 'amount', 'add', 300, '2020-01-01', 'test', 'effective', now())`, uuid.New(), c.ID, project)
	b.Recompute(t, b.hands, c.ID)
	in := func(no string, amount money.Amount) biz.CheckInput {
		return biz.CheckInput{CustomerID: c.ID, ProjectNumber: "P-1", OrderNo: no, Amount: amount}
	}
	first := b.ask(t, in("O-1", 200), b.Service.Reserve)
	over := b.ask(t, biz.CheckInput{CustomerID: c.ID, ProjectID: project, OrderNo: "O-2", Amount: 101}, b.Service.Reserve)
	if first.Outcome != biz.Allow || over.Outcome != biz.Block || over.Binding != biz.LimitProject || over.Facts.Project.Reserved != 200 || over.Facts.Headroom != 800 {
		t.Errorf("%s, then %s by %s: %+v", first.Outcome, over.Outcome, over.Binding, over.Facts.Project)
	}
	if d := b.ask(t, biz.CheckInput{CustomerID: c.ID, OrderNo: "O-3", Amount: 700}, b.Service.Reserve); d.Outcome != biz.Allow {
		t.Errorf("another project of the customer: %s", d.Outcome)
	}
	if d := b.ask(t, in("O-4", 101), b.Service.Check); d.Outcome != biz.Block || len(d.Reasons) != 2 || d.Binding != biz.LimitCustomer {
		t.Errorf("both bind: %+v", d.Reasons)
	}
	if _, err := b.Service.Check(b.ctx, biz.CheckInput{CustomerID: c.ID, ProjectNumber: "nobody's", OrderNo: "O", Amount: 1}); !errors.Is(err, biz.ErrNoProject) {
		t.Errorf("no such project: %v", err)
	}
	held := func() int { return b.count(t, `SELECT reserved_amount FROM project_accounts WHERE id = $1`, project) }
	if held() != 200 {
		t.Errorf("held for the project: %d", held())
	}
	if _, err := b.Service.Release(b.ctx, biz.ReleaseInput{ID: first.Reservation.ID}); err != nil || held() != 0 {
		t.Errorf("after the release: %d, %v", held(), err)
	}
	b.ask(t, in("O-5", 250), b.Service.Reserve)
	b.Recompute(t, b.hands)
	if held() != 250 {
		t.Errorf("recomputed: %d", held())
	}
	b.clock.At = b.clock.At.AddDate(0, 0, 4)
	if n, err := b.Service.ExpireReservations(b.ctx); err != nil || n != 2 || held() != 0 {
		t.Errorf("expired %d, %v, held %d", n, err, held())
	}
	results := make(chan biz.Outcome, 20)
	for i := range cap(results) {
		go func() {
			d, err := b.Service.Reserve(b.ctx, in("P-"+uuid.NewString()[:8], money.Amount(40+i)))
			if err != nil {
				t.Error(err)
			}
			results <- d.Outcome
		}()
	}
	for range cap(results) {
		<-results
	}
	if n := held(); n > 300 || n < 200 || n != b.count(t, `SELECT sum(held_amount) FROM reservations WHERE project_id = $1 AND status = 'open'`, project) {
		t.Errorf("twenty at once hold %d of 300", n)
	}
}

// Where a check does not bind, the order passes and holds nothing; what stops the
// customer himself stops him everywhere (ruling 16).
func TestCheckpointsBandsAndTrial(t *testing.T) {
	t.Parallel()
	b, q, _ := holding(t, func(p *biz.Policy) {
		p.Rules = biz.PresetRules()
		p.Rules.AtOrder = false
		p.Rules.Bands = []biz.Band{{Watch: 5000, Hold: 8000}}
	})
	c := b.customer(t, 1000)
	bulk := b.ask(t, biz.CheckInput{CustomerID: c.ID, OrderNo: "BULK", Amount: 50_000}, b.Service.Reserve)
	if bulk.Outcome != biz.Allow || !bulk.Facts.Skips || bulk.Reservation.HeldAmount != 0 {
		t.Errorf("an order of months: %+v", bulk)
	}
	for amount, want := range map[money.Amount]biz.Outcome{499: biz.Allow, 500: biz.Warn, 799: biz.Warn, 800: biz.Hold, 1000: biz.Hold, 1001: biz.Hold} {
		d := b.ask(t, biz.CheckInput{CustomerID: c.ID, OrderNo: "T", Amount: amount, Checkpoint: biz.AtDispatch}, b.Service.Check)
		if d.Outcome != want {
			t.Errorf("%d at dispatch: %s, want %s", amount, d.Outcome, want)
		}
	}
	before := b.count(t, `SELECT count(*) FROM credit_checks`)
	trial, err := b.Service.Try(b.env.CtxA(t, access.RoleDispatcher), biz.CheckInput{CustomerID: c.ID, OrderNo: "T", Amount: 1500})
	if err != nil || trial.Order.Outcome != biz.Allow || trial.Dispatch.Outcome != biz.Hold {
		t.Fatalf("trial %+v, %v", trial, err)
	}
	kinds := map[biz.RemedyKind]money.Amount{}
	for _, r := range trial.Remedies {
		if r.Code == biz.OverLimit {
			kinds[r.Kind] = r.Amount
		}
	}
	if kinds[biz.RemedyPayment] != 500 || kinds[biz.RemedyTemporary] != 500 || kinds[biz.RemedyCollateral] != 500 || kinds[biz.RemedyRelease] != 1500 {
		t.Errorf("remedies %+v", trial.Remedies)
	}
	if n := b.count(t, `SELECT count(*) FROM credit_checks`); n != before {
		t.Error("a trial was stored")
	}
	b.Exec(t, b.hands, `INSERT INTO projects (id, created_at, updated_at, number, name, customer_id, status) VALUES ($1, now(), now(), 'P-1', '滨江', $2, 'supplying')`, uuid.New(), c.ID)
	b.Exec(t, b.hands, `INSERT INTO contracts (id, created_at, updated_at, erp_contract_no, project_id, volume, unit_price, credit_term_days, signed_on)
		SELECT $1, now(), now(), 'HT-1', id, 0, 7, 30, '2026-01-01' FROM projects`, uuid.New())
	b.Exec(t, b.hands, `INSERT INTO project_accounts (id, customer_id, checkpoints) SELECT id, customer_id, 'order' FROM projects`)
	for at, skips := range map[biz.Checkpoint]bool{biz.AtOrder: false, biz.AtDispatch: true} {
		own := b.ask(t, biz.CheckInput{CustomerID: c.ID, ProjectNumber: "P-1", OrderNo: "T", Amount: 1, Checkpoint: at}, b.Service.Check)
		if own.Facts.Skips != skips || own.Facts.SetBy != biz.ByProject {
			t.Errorf("the project is checked at the order alone, and at %s it says %+v", at, own.Facts)
		}
	}
	b.Exec(t, b.hands, `UPDATE project_accounts SET checkpoints = 'inherit'`)
	if d := b.ask(t, biz.CheckInput{CustomerID: c.ID, ProjectNumber: "P-1", OrderNo: "T", Amount: 1}, b.Service.Check); !d.Facts.Skips || d.Facts.SetBy != biz.ByTenant {
		t.Errorf("inherited: %+v", d.Facts)
	}
	rooms, n, err := b.Service.Headroom(b.hands, b.Store, "滨江", 1, 20)
	// 799 fen stay below the band; at 7 fen a m³ that is 114.142 m³, 11 trucks
	if err != nil || n != 1 || rooms[0].Amount != 799 || rooms[0].Volume != 114_142 || rooms[0].Trucks != 11 {
		t.Errorf("headroom %+v, %v", rooms, err)
	}
	// A stop of the project leaves nothing for it; the plant must not read m³ that it may not deliver.
	stop := func(site string) biz.Headroom {
		t.Helper()
		b.Exec(t, b.hands, `UPDATE supply_stops SET state = 'resumed'`)
		b.Exec(t, b.hands, `INSERT INTO supply_stops (id, created_at, updated_at, customer_id, project_id, state, reason, overdue_days, overdue_amount)
			VALUES (gen_random_uuid(), now(), now(), $1, CASE $2 WHEN 'this' THEN (SELECT id FROM projects) WHEN 'other' THEN gen_random_uuid() END, 'stopped', '逾期', 1, 1)`, c.ID, site)
		rooms, _, err := b.Service.Headroom(b.hands, b.Store, "滨江", 1, 20)
		if err != nil {
			t.Fatal(err)
		}
		return rooms[0]
	}
	for site, want := range map[string]biz.Code{"this": biz.SupplyStopped, "all": biz.SupplyStopped, "other": ""} {
		if h := stop(site); h.StoppedBy != want {
			t.Errorf("a stop of %s: stopped by %q, %d fen", site, h.StoppedBy, h.Amount)
		}
	}
	b.Exec(t, b.hands, `UPDATE supply_stops SET state = 'resumed'`)
	b.Exec(t, b.hands, `UPDATE credit_accounts SET frozen = true, frozen_reason = 'x' WHERE id = $1`, c.ID)
	if d := b.ask(t, biz.CheckInput{CustomerID: c.ID, OrderNo: "F", Amount: 1}, b.Service.Check); d.Outcome != biz.Block {
		t.Errorf("frozen, at a checkpoint that does not bind: %s", d.Outcome)
	}
	rooms, _, err = b.Service.Headroom(b.hands, b.Store, "", 1, 20)
	if err != nil || rooms[0].StoppedBy != biz.Frozen || rooms[0].Trucks != 0 {
		t.Errorf("headroom of a frozen one: %+v, %v", rooms, err)
	}
	if _, _, err := q.List(b.hands, biz.ListHoldsInput{Search: strings.Repeat("x", 61)}); err == nil {
		t.Error("a search without an end")
	}
	if _, _, err := q.List(b.hands, biz.ListHoldsInput{Status: "x"}); err == nil {
		t.Error("a status that is none")
	}
	if none := b.Add(t, b.hands, creditchecktest.Customer{LimitKind: exposure.LimitNone}); none.ID == uuid.Nil {
		t.Error("no customer")
	}
	p, err := b.Service.GetPolicy(b.hands)
	if err != nil {
		t.Fatal(err)
	}
	p.Rules.Bands = []biz.Band{{Watch: 5000, Hold: 4000}, {}}
	_, err = b.Service.SetPolicy(b.hands, p)
	if f, ok := fault.As(err); !ok || len(f.Fields) != 2 || f.Fields[0].Reason != "OVERLAP" || f.Fields[1].Reason != "DUPLICATE" {
		t.Errorf("overlapping bands: %v", err)
	}
}
