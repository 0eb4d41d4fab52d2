package proposal_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/exposure"
	"zhuxin/biz/limit"
	biz "zhuxin/biz/proposal"
	"zhuxin/data/auditlog"
	"zhuxin/data/hqrepo/negativelist"
	reachrepo "zhuxin/data/hqrepo/reach"
	"zhuxin/data/jobs"
	"zhuxin/data/outbox"
	"zhuxin/data/query/company"
	"zhuxin/data/tenantrepo/credittest"
	customerrepo "zhuxin/data/tenantrepo/customer"
	"zhuxin/data/tenantrepo/proposal"
	relatedrepo "zhuxin/data/tenantrepo/related"
	"zhuxin/shared/access"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	list "zhuxin/shared/negativelist"
	"zhuxin/shared/reach"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

type world struct {
	*credittest.World
	t         *testing.T
	list      *list.Service
	proposals *biz.Service
}

func newWorld(t *testing.T) *world {
	c := credittest.New(t)
	tx, hq := c.Pool.Tenant(), c.Pool.HQ()
	ways := reach.NewKeeper(tx, hq, relatedrepo.Books{}, reachrepo.Store{}, outbox.Tenant(c.Pool), c.Clock, nil)
	w := &world{World: c, t: t}
	w.list = list.NewService(tx, hq, negativelist.Repo{}, company.Query{}, company.Query{}, ways, c.Looks(), auditlog.HQ(c.Pool), c.Clock)
	w.proposals = biz.New(biz.Deps{Tenants: tx, HQ: hq, List: w.list, Repo: proposal.Repo{}, Approvals: c.Approvals, Customers: customerrepo.New(), Accounts: c.Accounts, Books: company.Query{}, Events: outbox.Tenant(c.Pool), Audit: auditlog.Tenant(c.Pool), Once: jobs.Once})
	c.Approvals.Register(approval.KindNegativeListing, w.proposals)
	return w
}

func input(n int) list.ListInput {
	return list.ListInput{USCC: credittest.USCC(n), CompanyName: "失信建工", Reason: list.Fraud, Text: "货款被转移，法院已判决", Amount: 12345}
}

// reason is that of a fault, empty for none.
func reason(err error) string {
	if err == nil {
		return ""
	}
	f, ok := fault.As(err)
	if !ok {
		return err.Error()
	}
	return f.Reason
}

func (w *world) submit(ctx context.Context, in list.ListInput) list.Entry {
	w.t.Helper()
	e, err := w.proposals.Submit(ctx, in)
	if err != nil {
		w.t.Fatal(err)
	}
	return e
}

func (w *world) decide(ctx context.Context, id uuid.UUID, in approval.DecideInput) error {
	in.ID, in.Version, in.Comment = id, 1, "说明"
	_, err := w.Approvals.Decide(ctx, in)
	return err
}

// atHQ counts what HQ has of A, and of that what the history and the audit tell.
func (w *world) atHQ() (entries, steps, audited int) {
	w.t.Helper()
	err := w.Admin(w.t).QueryRowContext(w.t.Context(), `SELECT (SELECT count(*) FROM hq.negative_entries), (SELECT count(*) FROM hq.negative_events),
		(SELECT count(*) FROM hq.audit_log WHERE action = 'negative_entry.proposed')`).Scan(&entries, &steps, &audited)
	if err != nil {
		w.t.Fatal(err)
	}
	return entries, steps, audited
}

// agreed are the events of A's agreed proposals.
func (w *world) agreed() (out []event.Delivered) {
	w.t.Helper()
	w.InA(w.t, func(ctx context.Context) error {
		out = nil
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		rows, err := q.QueryContext(ctx, `SELECT id, payload FROM outbox WHERE topic = $1 ORDER BY id`, string(biz.TopicAgreed))
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			d := event.Delivered{TenantID: w.A.ID, Topic: biz.TopicAgreed}
			var payload []byte
			if err := rows.Scan(&d.ID, &payload); err != nil {
				return err
			}
			d.Payload = json.RawMessage(payload)
			out = append(out, d)
		}
		return rows.Err()
	})
	return out
}

func (w *world) deliver(d event.Delivered) error {
	ctx := access.With(scope.WithTenant(w.t.Context(), w.A), access.System(w.A.ID, "job"))
	return jobs.Deliver(ctx, d, w.proposals.Deliver)
}

// What a subsidiary proposes reaches HQ by a second person's decision, once, and
// waits in the house until then.
func TestProposedAfterApproval(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	lister, author := w.AddMember(t, w.A, "提议人", access.RoleApprover)
	_, approver := w.AddMember(t, w.A, "审批人", access.RoleApprover)
	customer := w.NewCustomer(t, w.CtxA(t), 1)

	w.InA(t, func(ctx context.Context) error {
		if _, err := w.Limits.SetStanding(ctx, limit.StandingInput{CustomerID: customer.ID, Kind: exposure.LimitAmount, Amount: 70_000, Reason: "test"}); err != nil {
			return err
		}
		return w.Accounts.Recompute(ctx, customer.ID)
	})
	proof, in := uuid.New(), input(1)
	w.Exec(t, author, `INSERT INTO documents (id, created_at, kind, file_name, content_type, size_bytes, sha256, object_key, revision)
		VALUES ($1, now(), 'negative_evidence', '判决书.pdf', 'application/pdf', 1, '', gen_random_uuid()::text, 1)`, proof)
	in.EvidenceIDs = []uuid.UUID{proof}
	e := w.submit(author, in)
	if e.Status != biz.InApproval || e.OwnCustomerID != customer.ID || e.ListedByName != "提议人" {
		t.Errorf("submitted %+v", e)
	}
	if n, _, _ := w.atHQ(); n != 0 {
		t.Fatalf("HQ has %d before the subsidiary agreed", n)
	}
	held, n, err := w.proposals.Pending(author, " 失信 ", 10, 0)
	if err != nil || n != 1 || len(held) != 1 || held[0].ID != e.ID || held[0].Text != input(1).Text || held[0].Amount != 12345 {
		t.Errorf("waiting in the house: %+v, %d, %v", held, n, err)
	}
	if other, n, err := w.proposals.Pending(author, "%", 10, 0); err != nil || n != 0 || len(other) != 0 {
		t.Errorf("found by a wildcard: %v, %v", other, err)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		rows, _, err := w.proposals.Pending(ctx, "", 10, 0)
		return len(rows), err
	})
	var facts biz.Facts
	a, err := w.Approvals.Get(approver, e.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(a.Facts, &facts); err != nil {
		t.Fatal(err)
	}
	if facts.Customer == nil || facts.Customer.Number != customer.Number || facts.Account == nil || facts.CustomerID != customer.ID || facts.Account.Standing != 70_000 || len(facts.Effects) != 3 ||
		facts.Effects[2] != (biz.Effect{Severity: list.Critical, Rating: list.RatingRefuse, Limits: list.CapZero}) || len(facts.Evidence) != 1 {
		t.Errorf("the approver sees %+v", facts)
	}
	_, seller := w.AddMember(t, w.A, "业务员", access.RoleSalesperson)
	for name, x := range map[string]struct {
		ctx  context.Context
		id   uuid.UUID
		want string
	}{
		"who decides": {approver, proof, ""}, "who sees all approvals": {w.CtxA(t, access.RoleViewer), proof, ""}, "a file that it does not name": {approver, uuid.New(), "DOCUMENT_NOT_FOUND"},
		"a salesperson": {seller, proof, "APPROVAL_NOT_FOUND"}, "a dispatcher": {w.CtxA(t, access.RoleDispatcher), proof, "PERMISSION_DENIED"}, "the other subsidiary": {w.CtxB(t), proof, "APPROVAL_NOT_FOUND"},
	} {
		if err := w.proposals.Proves(x.ctx, e.ID, x.id); reason(err) != x.want {
			t.Errorf("evidence for %s: %v, want %q", name, err, x.want)
		}
	}
	if _, err := w.proposals.Submit(approver, input(1)); reason(err) != "ALREADY_SUBMITTED" {
		t.Errorf("the same twice: %v", err)
	}
	if err := w.decide(author, e.ID, approval.DecideInput{Approve: true}); reason(err) != "APPROVAL_OWN_SUBMISSION" {
		t.Errorf("who proposed agrees himself: %v", err)
	}
	if err := w.decide(approver, e.ID, approval.DecideInput{Approve: true}); err != nil {
		t.Fatal(err)
	}
	events := w.agreed()
	if len(events) != 1 {
		t.Fatalf("%d events", len(events))
	}
	for range 2 {
		if err := w.deliver(events[0]); err != nil {
			t.Fatal(err)
		}
	}
	again := events[0]
	again.ID = uuid.New() // as if it had been published twice
	if err := w.deliver(again); err != nil {
		t.Errorf("by another event: %v", err)
	}
	if n, steps, audited := w.atHQ(); n != 1 || steps != 1 || audited != 1 {
		t.Errorf("HQ has %d listings, %d steps, %d audited; want one each", n, steps, audited)
	}
	if n := w.Count(t, author, `SELECT count(*) FROM audit_log WHERE action = 'negative_proposal.repeated'`); n != 0 {
		t.Error("its own listing is told as another one's")
	}
	c, err := w.list.GroupCase(w.HQCtx(t), e.ID)
	if err != nil || c.Status != list.Proposed || c.ListedBy != lister.ID || c.TenantID != w.A.ID || c.Text != input(1).Text || c.Amount != 12345 || c.Events[0].ActorID != lister.ID {
		t.Errorf("at HQ: %+v, %v", c.Entry, err)
	}
	if _, err := w.proposals.Submit(author, input(1)); reason(err) != "NEGATIVE_ALREADY_LISTED" {
		t.Errorf("once more: %v", err)
	}
}

// What the subsidiary does not agree to never reaches HQ.
func TestNothingAtHQWithoutApproval(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, author := w.AddMember(t, w.A, "提议人", access.RoleCreditReviewer)
	_, approver := w.AddMember(t, w.A, "审批人", access.RoleApprover)
	for _, bad := range []struct {
		change func(*list.ListInput)
		reason string
	}{
		{func(in *list.ListInput) { in.USCC = "x" }, "INVALID_INPUT"},
		{func(in *list.ListInput) { in.EvidenceIDs = []uuid.UUID{uuid.New()} }, "DOCUMENT_NOT_FOUND"},
	} {
		in := input(1)
		bad.change(&in)
		if _, err := w.proposals.Submit(author, in); reason(err) != bad.reason {
			t.Errorf("submitted: %v, want %s", err, bad.reason)
		}
	}
	if _, err := w.proposals.Submit(w.CtxA(t, access.RoleViewer), input(1)); reason(err) != "PERMISSION_DENIED" {
		t.Errorf("by a viewer: %v", err)
	}
	for _, verdict := range []approval.DecideInput{{}, {Return: true}} {
		e := w.submit(author, input(1))
		if err := w.decide(approver, e.ID, verdict); err != nil {
			t.Fatal(err)
		}
	}
	e := w.submit(author, input(1)) // what was turned down can be submitted anew
	if _, err := w.Approvals.Withdraw(author, e.ID, 1); err != nil {
		t.Fatal(err)
	}
	if n, _, _ := w.atHQ(); n != 0 || len(w.agreed()) != 0 {
		t.Errorf("%d at HQ, %d on the way", n, len(w.agreed()))
	}
	if err := w.deliver(event.Delivered{ID: uuid.New(), TenantID: w.A.ID, Topic: biz.TopicAgreed, Payload: json.RawMessage(`{"approval_id":"` + e.ID.String() + `"}`)}); err == nil {
		t.Error("a withdrawn proposal was delivered")
	}
	if _, earlier, err := w.Approvals.History(approver, e.ID); err != nil || len(earlier) != 2 {
		t.Errorf("earlier rounds: %d, %v", len(earlier), err)
	}
	// Where the flow leaves nobody but who proposes, it is said at once.
	lone, alone := w.AddMember(t, w.B, "一人", access.RoleApprover)
	if _, err := w.Approvals.SaveFlow(w.CtxB(t), approval.SaveFlowInput{Kind: approval.KindNegativeListing, Steps: []approval.StepDef{{Name: "审批", Kind: approval.StepApprove, Mode: approval.ModeAny,
		Actors: []approval.StepActor{{Kind: approval.ActorPerson, PersonID: &lone.ID}}}}}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.proposals.Submit(alone, input(1)); reason(err) != "APPROVAL_NOBODY_CAN" {
		t.Errorf("nobody else can approve: %v", err)
	}
}

// Where HQ has an equal listing meanwhile, the proposal ends, and who made it is told.
func TestEqualListingMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, author := w.AddMember(t, w.A, "提议人", access.RoleCreditReviewer)
	_, approver := w.AddMember(t, w.A, "审批人", access.RoleApprover)
	for range 2 { // the second is submitted before the first has reached HQ
		if err := w.decide(approver, w.submit(author, input(1)).ID, approval.DecideInput{Approve: true}); err != nil {
			t.Fatal(err)
		}
	}
	events := w.agreed()
	for _, d := range append(events, events...) {
		if err := w.deliver(d); err != nil {
			t.Fatal(err)
		}
	}
	if n, steps, _ := w.atHQ(); len(events) != 2 || n != 1 || steps != 1 {
		t.Errorf("%d events, HQ has %d listings with %d steps", len(events), n, steps)
	}
	a := w.CtxA(t)
	told := w.Count(t, a, `SELECT count(*) FROM outbox WHERE topic = 'news.told' AND payload->>'kind' = 'negative.repeated'`)
	if logged := w.Count(t, a, `SELECT count(*) FROM audit_log WHERE action = 'negative_proposal.repeated'`); told != 1 || logged != 1 {
		t.Errorf("told %d times, audited %d times", told, logged)
	}
}
