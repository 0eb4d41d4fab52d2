package rating_test

import (
	"encoding/json"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/exposure"
	"zhuxin/biz/limit"
	"zhuxin/biz/rating"
	"zhuxin/data/tenantrepo/credittest"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/negativelist"
)

// A listing keeps its customer from a rating and from more, when he is submitted and
// again when the last approver approves; what HQ exempts goes on, and no more than that.
func TestListedCustomerIsNotRatedNorRaised(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	w.EffectiveTemplate(t, w.A)
	admin, approver := w.CtxA(t), w.CtxA(t, access.RoleApprover)
	db := w.Admin(t)
	exec := func(query string, args ...any) {
		t.Helper()
		_, err := db.ExecContext(t.Context(), query, args...)
		ok(t, err)
	}
	decide := func(id uuid.UUID) error {
		a := w.Pending(t, approver, id)
		return second(w.Approvals.Decide(approver, approval.DecideInput{ID: a.ID, Approve: true, Version: a.Version}))
	}
	adjust := func(id uuid.UUID, amount int64) (limit.Limit, error) {
		return w.Limits.Adjust(admin, limit.AdjustInput{CustomerID: id, Kind: exposure.LimitAmount, Amount: money.Amount(amount), Reason: "r"})
	}
	c := w.NewCustomer(t, admin, 1)
	first, err := w.Ratings.Save(admin, rating.SaveInput{CustomerID: c.ID, Values: credittest.ConcreteValues(), Submit: true})
	ok(t, err)
	w.Approve(t, approver, first.ID)
	standing := int64(first.Result.Maxima.CreditAmount)

	// listed between submission and the last approver
	r, err := w.Ratings.Save(admin, rating.SaveInput{CustomerID: c.ID, Values: better(), Submit: true})
	ok(t, err)
	more, err := adjust(c.ID, standing+1)
	ok(t, err)
	unlist := w.List(t, c.USCC, "serious")
	err = decide(r.ID)
	want(t, err, "NEGATIVE_RATING_REFUSED")
	if f, _ := fault.As(err); f.Meta["severity"] != "serious" || f.Meta["why_zh"] != "客户在集团负面清单上（严重，欺诈）" {
		t.Errorf("why: %v", f.Meta)
	}
	want(t, decide(more.ID), "NEGATIVE_LIMIT_REFUSED")
	a := w.Pending(t, approver, more.ID)
	ok(t, second(w.Approvals.Decide(approver, approval.DecideInput{ID: a.ID, Version: a.Version, Comment: "在负面清单上"})))

	// and at submission: only less is taken
	want(t, second(adjust(c.ID, standing)), "NEGATIVE_LIMIT_REFUSED")
	want(t, second(w.Limits.Apply(admin, limit.ApplyInput{CustomerID: c.ID, Amount: 1, StartsOn: calendar.NewDate(2026, 11, 20), EndsOn: calendar.NewDate(2026, 11, 30), Reason: "r"})), "NEGATIVE_LIMIT_REFUSED")
	p, err := w.Limits.Preview(admin, limit.Proposal{Rule: limit.Rule{Kind: limit.RuleAmount, Amount: 100}})
	ok(t, err)
	if p.Changes != 0 || len(p.Lines) != 1 || p.Lines[0].LeftOut != limit.LeftListed {
		t.Errorf("a mass proposal takes him in: %+v", p.Lines)
	}
	less, err := adjust(c.ID, standing-1)
	ok(t, err)
	ok(t, decide(less.ID))
	fresh := w.NewCustomer(t, admin, 2)
	w.List(t, fresh.USCC, "critical")
	want(t, second(w.Ratings.Save(admin, rating.SaveInput{CustomerID: fresh.ID, Values: better(), Submit: true})), "NEGATIVE_RATING_REFUSED")

	// an exemption for ratings lets the rating pass, and leaves the limit where it is
	exec(`INSERT INTO hq.negative_exemptions (id, tenant_id, uscc, customer_id, company_name, asked_by, asked_at, reason, asked_until, ends_on, status, for_orders, for_rating)
		VALUES (gen_random_uuid(), $1, $2, $3, 'x', $1, now(), 'r', '2026-11-20', '2026-11-20', 'granted', false, true)`, w.A.ID, c.USCC, c.ID)
	ok(t, decide(r.ID))
	d, err := w.Customers.Get(admin, c.ID)
	ok(t, err)
	if d.Account.Grade != string(r.Result.Grade) || int64(d.Account.Standing) != standing-1 {
		t.Errorf("rated %s with %d", d.Account.Grade, d.Account.Standing)
	}
	unlist()

	// a related company's listing does what the policy says, and the fault shows the way
	exec(`INSERT INTO hq.group_policies (id, created_at, effects) SELECT id + 1, now(), jsonb_set(effects, '{critical}', '{"rating": "refuse", "limits": "cap_zero", "related_rating": "refuse", "related_limits": "none"}')
		FROM hq.group_policies ORDER BY id DESC LIMIT 1`)
	related := w.NewCustomer(t, admin, 3)
	w.Exec(t, admin, `INSERT INTO related_reach (id, customer_id, uscc, company_name, depth, path) VALUES (gen_random_uuid(), $1, $2, '失信建工', 1,
		'{"nodes": [{"name": "甲公司"}, {"name": "失信建工"}], "steps": [{"kind": "parent"}]}')`, related.ID, fresh.USCC)
	err = second(w.Ratings.Save(admin, rating.SaveInput{CustomerID: related.ID, Values: better(), Submit: true}))
	want(t, err, "NEGATIVE_RATING_REFUSED")
	if f, _ := fault.As(err); f.Meta["path"] != "甲公司 —parent company→ 失信建工" {
		t.Errorf("the way: %v", f.Meta)
	}
	other, err := adjust(related.ID, 100)
	ok(t, err)
	var facts limit.Facts
	ok(t, json.Unmarshal(w.Pending(t, approver, other.ID).Facts, &facts))
	if len(facts.Negative) != 1 || facts.Negative[0].Limits != negativelist.LimitsFree || facts.Negative[0].Rating != negativelist.RatingRefuse {
		t.Errorf("the approver is told %+v", facts.Negative)
	}
}
