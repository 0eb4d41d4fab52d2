package limit_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/exposure"
	"zhuxin/biz/limit"
	"zhuxin/data/tenantrepo/credittest"
	"zhuxin/shared/access"
	"zhuxin/shared/money"
)

// refuses is a tenant's setting on what is over the line.
type refuses bool

func (r refuses) RefusesAbove(context.Context) (bool, error) { return bool(r), nil }

// ratedA gives the customer an effective rating with a maximum.
func ratedA(t *testing.T, w *credittest.World, id uuid.UUID, most money.Amount) {
	t.Helper()
	admin := w.CtxA(t)
	tpl := w.EffectiveTemplate(t, w.A)
	w.Exec(t, admin, `INSERT INTO credit_ratings (id, created_at, updated_at, customer_id, template_id, status, "values", total_score, grade,
		max_credit_amount, max_overdue_amount, max_overdue_days, effective_at) VALUES ($1, now(), now(), $2, $3, 'effective', '[]', 8000, 'A', $4, 0, 0, now())`,
		uuid.New(), id, tpl.ID, int64(most))
	w.InA(t, func(ctx context.Context) error { return w.Accounts.Recompute(ctx, id) })
}

// Nobody is granted more than his grade allows without somebody seeing it, and nobody at
// all where the tenant refuses it (003-47).
func TestOverTheLineIsShownOrRefused(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin, approver := w.CtxA(t), w.CtxA(t, access.RoleApprover)
	c := granted(t, w, 1)
	ratedA(t, w, c.ID, 120_000)
	adjust := func(amount money.Amount) (limit.Limit, error) {
		return w.Limits.Adjust(admin, limit.AdjustInput{CustomerID: c.ID, Kind: exposure.LimitAmount, Amount: amount, Reason: "年度调整"})
	}
	temporary := func(amount money.Amount) (limit.Limit, error) {
		return w.Limits.Apply(admin, limit.ApplyInput{CustomerID: c.ID, Amount: amount, StartsOn: today, EndsOn: today + 3, Reason: "赶工"})
	}
	over := func(l limit.Limit) limit.LeftOut {
		var f limit.Facts
		ok(t, json.Unmarshal(w.Pending(t, approver, l.ID).Facts, &f))
		if f.Ceiling == nil || f.Ceiling.GradeMax == nil || *f.Ceiling.GradeMax != 120_000 || f.Ceiling.Grade != "A" {
			t.Fatalf("facts %+v", f.Ceiling)
		}
		return f.Ceiling.Over
	}
	high, err := adjust(120_001)
	ok(t, err)
	if got := over(high); got != limit.LeftAboveMax {
		t.Errorf("a fen above the maximum: %q", got)
	}
	p, err := w.Limits.Position(admin, c.ID, uuid.Nil)
	ok(t, err)
	if p.Standing != 100_000 || p.Kind != exposure.LimitAmount || p.Ceiling.GradeMax == nil || p.Refuses || len(p.Pending) != 1 || p.Pending[0].ID != high.ID {
		t.Errorf("position %+v", p)
	}
	extra, err := temporary(20_000)
	ok(t, err)
	if got := over(extra); got != "" {
		t.Errorf("to the maximum with a temporary one: %q", got)
	}

	w.Limits.HeldTo(refuses(true))
	if _, err := temporary(20_001); !errors.Is(err, limit.ErrAboveMax) {
		t.Errorf("a temporary one above: %v", err)
	}
	// What was asked for before the setting, or before he was rated lower, is not approved.
	a := w.Pending(t, approver, high.ID)
	if _, err := w.Approvals.Decide(approver, approval.DecideInput{ID: a.ID, Approve: true, Version: a.Version}); !errors.Is(err, limit.ErrAboveMax) {
		t.Errorf("approved in spite of the refusal: %v", err)
	}
	w.Return(t, approver, high.ID)
	if _, err := w.Limits.Adjust(admin, limit.AdjustInput{CustomerID: c.ID, Kind: exposure.LimitUnlimited, Reason: "r"}); !errors.Is(err, limit.ErrAboveMax) {
		t.Errorf("without bound: %v", err)
	}
	lower, err := adjust(90_000)
	ok(t, err)
	w.Return(t, approver, lower.ID)

	w.Approve(t, approver, extra.ID)
	if _, got := bound(t, w, c.ID); got != 120_000 {
		t.Errorf("with the temporary one: %d", got)
	}
	unrated := granted(t, w, 2)
	if _, err := w.Limits.Adjust(admin, limit.AdjustInput{CustomerID: unrated.ID, Kind: exposure.LimitAmount, Amount: 100_001, Reason: "r"}); !errors.Is(err, limit.ErrUnrated) {
		t.Errorf("more for one who is not rated: %v", err)
	}

	// Taken back before its last day, it is gone at once and leaves why.
	if _, err := w.Limits.EndEarly(admin, limit.EndInput{CustomerID: unrated.ID, ID: extra.ID, Reason: "r"}); !errors.Is(err, limit.ErrNotFound) {
		t.Errorf("of another customer: %v", err)
	}
	if _, err := w.Limits.EndEarly(w.CtxA(t, access.RoleViewer), limit.EndInput{CustomerID: c.ID, ID: extra.ID, Reason: "r"}); !errors.Is(err, access.ErrForbidden) {
		t.Errorf("by who may only look: %v", err)
	}
	if _, err := w.Limits.EndEarly(admin, limit.EndInput{CustomerID: c.ID, ID: extra.ID, Reason: " "}); err == nil {
		t.Error("ended without a reason")
	}
	l, err := w.Limits.EndEarly(admin, limit.EndInput{CustomerID: c.ID, ID: extra.ID, Reason: "工程提前完工"})
	ok(t, err)
	if l.Status != limit.StatusLapsed || l.LapsedAt == nil {
		t.Errorf("ended %+v", l)
	}
	if _, got := bound(t, w, c.ID); got != 100_000 {
		t.Errorf("after it was taken back: %d", got)
	}
	if _, err := w.Limits.EndEarly(admin, limit.EndInput{CustomerID: c.ID, ID: extra.ID, Reason: "r"}); !errors.Is(err, limit.ErrEnded) {
		t.Errorf("twice: %v", err)
	}
	if n := w.Count(t, admin, `SELECT count(*) FROM audit_log WHERE action = 'limit.ended_early' AND object_id = $1 AND after->>'end_reason' = '工程提前完工'`, extra.ID.String()); n != 1 {
		t.Errorf("%d audit rows", n)
	}
}
