package negativelist_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/data/tenantrepo/credittest"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/negativelist"
)

// kinds is the history of a case.
func kinds(c negativelist.Case) string {
	var out []string
	for _, e := range c.Events {
		out = append(out, string(e.Kind))
	}
	return strings.Join(out, " ")
}

func (w *world) paper(ctx context.Context, f *creditchecktest.Fixture, name string) uuid.UUID {
	w.t.Helper()
	id := uuid.New()
	f.Exec(w.t, ctx, `INSERT INTO documents (id, kind, file_name, content_type, size_bytes, sha256, object_key, created_at)
		VALUES ($1, 'negative_evidence', $2, 'application/pdf', 1, '', $3, now())`, id, name, id.String())
	return id
}

// A listing's whole life, and what each side sees of it.
func TestLife(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b, hq := w.CtxA(t), w.CtxB(t), w.HQCtx(t)
	f := creditchecktest.New(w.Pool, w.clock)
	f.Add(t, b, creditchecktest.Customer{USCC: credittest.USCC(1)})
	in := input(1)
	in.EvidenceIDs = []uuid.UUID{w.paper(a, f, "判决书.pdf"), w.paper(a, f, "对账单.pdf")}
	e := w.mustPropose(a, in)

	if _, err := w.list.OwnCase(b, e.ID); !errors.Is(err, negativelist.ErrNotFound) {
		t.Errorf("B sees A's proposal: %v", err)
	}
	if _, err := w.list.Object(b, negativelist.ClaimInput{EntryID: e.ID, Text: "并没有拖欠"}); !errors.Is(err, negativelist.ErrNotFound) {
		t.Errorf("B objects to A's proposal: %v", err)
	}
	if _, err := w.list.Withdraw(b, e.ID, "并非我方"); !errors.Is(err, negativelist.ErrNotFound) {
		t.Errorf("B withdraws A's proposal: %v", err)
	}
	if got := w.seen(w.B); len(got) != 0 {
		t.Errorf("a proposal has effect: %v", got)
	}

	j := w.judgement(negativelist.Serious)
	j.Version = e.Version
	if _, err := w.list.Publish(hq, e.ID, j); err != nil {
		t.Fatal(err)
	}
	if _, err := w.list.Reassess(hq, e.ID, j); !errors.Is(err, negativelist.ErrChanged) {
		t.Errorf("over a version that was not seen: %v", err)
	}
	objected, err := w.list.Object(b, negativelist.ClaimInput{EntryID: e.ID, Text: "SECRET-B 已和解", EvidenceIDs: []uuid.UUID{w.paper(b, f, "SECRET-B.pdf")}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.list.Object(b, negativelist.ClaimInput{EntryID: e.ID, Text: "再次提出异议"}); !errors.Is(err, negativelist.ErrClaimOpen) {
		t.Errorf("two objections at once: %v", err)
	}
	if _, err := w.list.ReportRepair(b, negativelist.ClaimInput{EntryID: e.ID, Text: "已付清货款", Amount: 1, PaidOn: calendar.Of(start, calendar.Shanghai), EvidenceIDs: []uuid.UUID{w.paper(b, f, "x.pdf")}}); !errors.Is(err, negativelist.ErrNotFound) {
		t.Errorf("B reports a repair of A's claim: %v", err)
	}
	if _, err := w.list.Answer(hq, negativelist.AnswerInput{EntryID: e.ID, ClaimID: objected.ID, Answer: "SECRET-HQ 判决仍有效"}); err != nil {
		t.Fatal(err)
	}
	repaired, err := w.list.ReportRepair(a, negativelist.ClaimInput{EntryID: e.ID, Text: "SECRET-A 已付清", Amount: 12345, PaidOn: calendar.Of(start, calendar.Shanghai), EvidenceIDs: []uuid.UUID{w.paper(a, f, "回单.pdf")}})
	if err != nil {
		t.Fatal(err)
	}
	if c, err := w.list.Counts(hq); err != nil || c != (negativelist.Counts{Listed: 1, Repairs: 1}) {
		t.Errorf("counts: %+v, %v", c, err)
	}
	if _, err := w.list.Answer(hq, negativelist.AnswerInput{EntryID: e.ID, ClaimID: repaired.ID, Accept: true, Remove: true, Answer: "已核实到账"}); err != nil {
		t.Fatal(err)
	}

	group, err := w.list.GroupCase(hq, e.ID)
	const all = "proposed published objected objection_denied repair_reported repair_accepted removed"
	if err != nil || kinds(group) != all || len(group.Claims) != 2 || len(group.Evidence) != 2 || group.Repaired != 12345 || group.Status != negativelist.Removed || group.Severity != negativelist.Serious {
		t.Errorf("HQ sees %+v, %v", group, err)
	}
	mine, err := w.list.OwnCase(a, e.ID)
	if err != nil || kinds(mine) != all || len(mine.Claims) != 1 {
		t.Errorf("A sees %+v, %v", mine, err)
	}
	theirs, err := w.list.OwnCase(b, e.ID)
	if err != nil || kinds(theirs) != "published objected objection_denied removed" || len(theirs.Claims) != 1 || theirs.Claims[0].Answer == "" {
		t.Errorf("B sees %+v, %v", theirs, err)
	}
	// Neither learns who the other is, nor what it said.
	for _, x := range []struct {
		who     string
		told    string
		secrets []string
	}{
		{"A", fmt.Sprintf("%+v", mine), []string{"SECRET-B", "SECRET-HQ", w.B.ID.String(), w.B.Name, objected.RaisedBy.String()}},
		{"B", fmt.Sprintf("%+v", theirs), []string{"SECRET-A", "判决书", "回单", w.A.ID.String(), w.A.Name, group.ListedBy.String()}},
	} {
		for _, secret := range x.secrets {
			if strings.Contains(x.told, secret) {
				t.Errorf("%s is told %s: %s", x.who, secret, x.told)
			}
		}
	}
	if got := w.seen(w.B); len(got) != 0 {
		t.Errorf("after the removal: %v", got)
	}
	for _, action := range strings.Fields(all) {
		if w.audited("negative_entry."+action) != 1 {
			t.Errorf("%s is audited %d times", action, w.audited("negative_entry."+action))
		}
	}
	for _, query := range []string{`UPDATE hq.negative_events SET note = 'x'`, `DELETE FROM hq.negative_events`, `TRUNCATE hq.negative_events`} {
		if _, err := w.Admin(t).ExecContext(t.Context(), query); err == nil {
			t.Errorf("the history can be changed: %s", query)
		}
	}
}

// Customers that reach the listed company are shown with the way, to a subsidiary its
// own and to HQ everybody's; who reaches a listed company may be exempted himself.
func TestRelated(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b := w.CtxA(t), w.CtxB(t)
	f := creditchecktest.New(w.Pool, w.clock)
	seller := w.Actor(w.B, access.RoleSalesperson)
	e := w.mustList(a, input(1))
	near, alone := f.Add(t, b, creditchecktest.Customer{USCC: credittest.USCC(2)}), f.Add(t, b, creditchecktest.Customer{USCC: credittest.USCC(3)})
	f.Exec(t, b, `INSERT INTO related_reach (id, customer_id, uscc, company_name, depth, path) VALUES
		(gen_random_uuid(), $1, $2, '失信建工1', 2, '{"nodes": [{"name": "近"}, {"name": "张*", "person": true}, {"name": "失信建工1"}], "steps": [{"kind": "controller"}, {"kind": "legal_representative", "back": true}]}'),
		(gen_random_uuid(), $3, $2, '失信建工1', 3, '{"nodes": [], "steps": []}')`, near.ID, credittest.USCC(1), alone.ID)
	c, err := w.list.OwnCase(b, e.ID)
	if err != nil || len(c.Related) != 1 || c.Related[0].CustomerID != near.ID || c.Related[0].Path.Chinese() != "近 —实际控制人→ 张* ←法定代表人— 失信建工1" {
		t.Errorf("related: %+v, %v", c.Related, err)
	}
	if c, err := w.list.OwnCase(access.With(b, seller), e.ID); err != nil || len(c.Related) != 0 {
		t.Errorf("a salesperson of other customers sees %+v, %v", c.Related, err)
	}
	if c, err := w.list.OwnCase(a, e.ID); err != nil || len(c.Related) != 0 {
		t.Errorf("A sees %+v, %v", c.Related, err)
	}
	until := calendar.Of(start, calendar.Shanghai).AddDays(30)
	if _, err := w.list.AskExemption(b, negativelist.ExemptionInput{CustomerID: near.ID, Reason: "在建工程不能停工", EndsOn: until}); err != nil {
		t.Errorf("no exemption can be asked for a related customer: %v", err)
	}
	if _, err := w.list.AskExemption(b, negativelist.ExemptionInput{CustomerID: alone.ID, Reason: "在建工程不能停工", EndsOn: until}); !errors.Is(err, negativelist.ErrNotListed) {
		t.Errorf("exemption beyond the steps of the policy: %v", err)
	}
}

// A person of both sides decides nothing that he brought; the database says so too.
func TestNobodyDecidesHisOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	both := w.Actor(w.A, access.RoleAdministrator)
	e := w.mustPropose(access.With(w.CtxA(t), both), input(1))
	hq := both
	hq.TenantID, hq.Roles = uuid.Nil, []access.Role{access.RoleHQCreditController}
	ctx := access.With(w.HQCtx(t), hq)
	if _, err := w.list.Publish(ctx, e.ID, w.judgement(negativelist.Notice)); !errors.Is(err, negativelist.ErrOwn) {
		t.Errorf("published by who proposed: %v", err)
	}
	if _, err := w.list.Refuse(ctx, e.ID, 0, "不成立"); !errors.Is(err, negativelist.ErrOwn) {
		t.Errorf("refused by who proposed: %v", err)
	}
	if _, err := w.Admin(t).ExecContext(t.Context(), `UPDATE hq.negative_entries SET status = 'listed', decided_by = listed_by`); err == nil {
		t.Error("the database lets a person decide his own")
	}
	refused, err := w.list.Refuse(w.HQCtx(t), e.ID, e.Version, "证据不足")
	if err != nil || refused.Status != negativelist.Refused || refused.DecisionReason != "证据不足" {
		t.Errorf("refused: %+v, %v", refused, err)
	}
	w.clock.At = start.Add(time.Hour)
	again := w.mustPropose(w.CtxA(t), input(1)) // with better evidence
	if _, err := w.list.Withdraw(w.CtxA(t), again.ID, "弄错公司"); err != nil {
		t.Errorf("withdrawn: %v", err)
	}
	if own, total, err := w.list.Browse(w.CtxA(t), negativelist.ViewOwn, negativelist.Query{Limit: 5}); err != nil || total != 2 || own[0].Status != negativelist.Withdrawn || own[1].DecisionReason == "" {
		t.Errorf("own: %+v, %v", own, err)
	}
	for _, view := range []negativelist.View{negativelist.ViewListed, negativelist.ViewRemoved, negativelist.ViewOwn} {
		if rows, total, err := w.list.Browse(w.CtxB(t), view, negativelist.Query{Limit: 5}); err != nil || total != 0 || len(rows) != 0 {
			t.Errorf("B sees %v in %s, %v", rows, view, err)
		}
	}
}

func TestReviewDate(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.mustList(w.CtxA(t), input(1))
	due := func() (n int64, marked bool) {
		t.Helper()
		rows, total, err := w.list.BrowseGroup(w.HQCtx(t), negativelist.GroupReviewDue, negativelist.Query{Limit: 5})
		c, err2 := w.list.Counts(w.HQCtx(t))
		if errors.Join(err, err2) != nil || total != c.ReviewDue {
			t.Fatalf("%d in the list, %d counted: %v %v", total, c.ReviewDue, err, err2)
		}
		return total, len(rows) == 1 && rows[0].ReviewDue
	}
	w.clock.At = start.AddDate(0, 0, 89)
	if n, _ := due(); n != 0 {
		t.Error("due a day early")
	}
	w.clock.At = start.AddDate(0, 0, 90)
	if n, marked := due(); n != 1 || !marked {
		t.Errorf("on the day: %d, %v", n, marked)
	}
	if _, err := w.list.Reassess(w.HQCtx(t), e.ID, w.judgement(negativelist.Notice)); err != nil {
		t.Fatal(err)
	}
	if n, _ := due(); n != 0 {
		t.Error("due after the review")
	}
	// One from before HQ reviewed is due at once.
	if _, err := w.Admin(t).ExecContext(t.Context(), `UPDATE hq.negative_entries SET review_on = NULL`); err != nil {
		t.Fatal(err)
	}
	if n, marked := due(); n != 1 || !marked {
		t.Errorf("without a date: %d, %v", n, marked)
	}
}

func TestExemptions(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a, b, hq := w.CtxA(t), w.CtxB(t), w.HQCtx(t)
	f := creditchecktest.New(w.Pool, w.clock)
	day := calendar.Of(start, calendar.Shanghai)
	seller := w.Actor(w.B, access.RoleSalesperson)
	customer := f.Add(t, b, creditchecktest.Customer{USCC: credittest.USCC(1), Salesperson: seller.ID})
	in := negativelist.ExemptionInput{CustomerID: customer.ID, Reason: "工程已浇筑一半", EndsOn: day.AddDays(30)}
	if _, err := w.list.AskExemption(b, in); !errors.Is(err, negativelist.ErrNotListed) {
		t.Errorf("before the listing: %v", err)
	}
	w.mustList(a, input(1))
	if _, err := w.list.AskExemption(a, in); err == nil {
		t.Error("A asks for B's customer")
	}
	x, err := w.list.AskExemption(b, in)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.list.AskExemption(b, in); !errors.Is(err, negativelist.ErrExemptionAsked) {
		t.Errorf("asked twice: %v", err)
	}
	if _, err := w.list.WithdrawExemption(a, x.ID); !errors.Is(err, negativelist.ErrExemptionNotFound) {
		t.Errorf("A withdraws B's: %v", err)
	}
	until := func() (day calendar.Date) {
		t.Helper()
		err := w.Pool.Tenant().InTx(b, func(ctx context.Context) error {
			return scanOne(ctx, `SELECT exempt_until FROM hq.v_negative_listed`, &day)
		})
		if err != nil {
			t.Fatal(err)
		}
		return day
	}
	if until() != 0 {
		t.Error("a request is an exemption")
	}
	decision := negativelist.ExemptionDecision{ID: x.ID, Version: x.Version, Grant: true, EndsOn: day.AddDays(10), Reason: "只供本工程"}
	granted, err := w.list.DecideExemption(hq, decision)
	if err != nil || granted.EndsOn != day.AddDays(10) || granted.AskedUntil != day.AddDays(30) || until() != day.AddDays(10) {
		t.Errorf("granted: %+v, %v, seen until %v", granted, err, until())
	}
	if _, err := w.list.DecideExemption(hq, decision); !errors.Is(err, negativelist.ErrExemptionState) {
		t.Errorf("decided twice: %v", err)
	}
	// A sees nothing of it: neither in its list nor by its own check.
	if rows, total, err := w.list.Exemptions(a, negativelist.ExemptionQuery{Limit: 5}); err != nil || total != 0 || len(rows) != 0 {
		t.Errorf("A sees %v, %v", rows, err)
	}
	var other calendar.Date
	if err := w.Pool.Tenant().InTx(a, func(ctx context.Context) error {
		return scanOne(ctx, `SELECT exempt_until FROM hq.v_negative_listed`, &other)
	}); err != nil || other != 0 {
		t.Errorf("A is exempt until %v, %v", other, err)
	}
	if err := w.Pool.Tenant().InTx(b, func(ctx context.Context) error {
		return scanOne(ctx, `SELECT ends_on FROM hq.negative_exemptions`, &other)
	}); err == nil {
		t.Error("a tenant reads the exemptions themselves")
	}
	// A salesperson sees those of his own customers.
	if rows, _, err := w.list.Exemptions(access.With(b, seller), negativelist.ExemptionQuery{Limit: 5}); err != nil || len(rows) != 1 {
		t.Errorf("the salesperson sees %v, %v", rows, err)
	}
	seller.ID = uuid.New()
	if rows, _, err := w.list.Exemptions(access.With(b, seller), negativelist.ExemptionQuery{Limit: 5}); err != nil || len(rows) != 0 {
		t.Errorf("another salesperson sees %v, %v", rows, err)
	}
	rows, total, err := w.list.GroupExemptions(hq, negativelist.ExemptionQuery{Status: negativelist.ExemptionGranted, Limit: 5})
	if err != nil || total != 1 || rows[0].TenantName != w.B.Name || rows[0].DecisionReason != "只供本工程" || rows[0].Expired {
		t.Errorf("HQ lists %+v, %v", rows, err)
	}
	if _, err := w.list.RevokeExemption(hq, x.ID, "工程已完工"); err != nil || until() != 0 {
		t.Errorf("revoked: %v, until %v", err, until())
	}
	got := []int{w.audited("negative_exemption.asked"), w.audited("negative_exemption.granted"), w.audited("negative_exemption.revoked")}
	if !slices.Equal(got, []int{1, 1, 1}) {
		t.Errorf("audited %v", got)
	}
}
