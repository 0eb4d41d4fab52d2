package approval_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/collateral"
	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/biz/limit"
	"zhuxin/biz/rating"
	"zhuxin/data/tenantrepo/credittest"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
)

// round is one kind of submission: submit makes one, or goes on with what came
// back, and gives the subject; status reads where a subject stands.
type round struct {
	table  string
	submit func(t *testing.T, again uuid.UUID) uuid.UUID
}

// What is given back reads as returned, stays as the approver saw it, and its
// author goes on from there; the next approver reads the round before.
func TestReturnedGoesOn(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	_, author := w.AddMember(t, w.A, "管理员", access.RoleAdministrator)
	_, approver := w.AddMember(t, w.A, "审批甲", access.RoleApprover)
	w.EffectiveTemplate(t, w.A)
	for kind, r := range rounds(w, author) {
		first := r.submit(t, uuid.Nil)
		a := w.Pending(t, approver, first)
		if a.Kind != kind {
			t.Fatalf("%s is %s", kind, a.Kind)
		}
		w.Clock.At = w.Clock.At.Add(time.Second)
		_, err := w.Approvals.Decide(approver, approval.DecideInput{ID: a.ID, Return: true, Comment: "附件不全", Version: a.Version})
		ok(t, err)
		if n := w.Count(t, author, `SELECT count(*) FROM `+r.table+` AND status = 'returned'`, first); n == 0 {
			t.Errorf("%s: the subject is not returned", kind)
		}
		w.Clock.At = w.Clock.At.Add(time.Second)
		second := r.submit(t, first)
		if second == first {
			t.Errorf("%s: what the approver saw was changed", kind)
		}
		next, before, err := w.Approvals.History(approver, w.Pending(t, approver, second).ID)
		ok(t, err)
		if len(before) != 1 || before[0].ID != a.ID || before[0].Status != approval.StatusReturned || before[0].Comment != "附件不全" {
			t.Errorf("%s: the round before: %+v", kind, before)
		}
		_, err = w.Approvals.Decide(approver, approval.DecideInput{ID: next.ID, Comment: "不同意", Version: next.Version})
		ok(t, err)
		// After a round that was decided, the one that was returned is history.
		w.Clock.At = w.Clock.At.Add(time.Second)
		third := r.submit(t, second)
		if _, before, err = w.Approvals.History(approver, w.Pending(t, approver, third).ID); err != nil || len(before) != 0 {
			t.Errorf("%s: a new course begins with %+v (%v)", kind, before, err)
		}
	}
}

func rounds(w *credittest.World, author context.Context) map[approval.Kind]round {
	made := 0
	fresh := func(t *testing.T) uuid.UUID {
		made++
		return w.NewCustomer(t, author, made).ID
	}
	of := map[approval.Kind]uuid.UUID{}
	customerOf := func(t *testing.T, k approval.Kind) uuid.UUID {
		if of[k] == uuid.Nil {
			of[k] = fresh(t)
		}
		return of[k]
	}
	return map[approval.Kind]round{
		approval.KindRating: {`credit_ratings WHERE id = $1`, func(t *testing.T, again uuid.UUID) uuid.UUID {
			in := rating.SaveInput{CustomerID: customerOf(t, approval.KindRating), Values: credittest.ConcreteValues(), Submit: true}
			if again != uuid.Nil {
				form, err := w.Ratings.Prepare(author, in.CustomerID)
				ok(t, err)
				if form.Draft == nil || form.Draft.ID != again || len(form.Draft.Result.Values) == 0 {
					t.Errorf("the form does not begin with what came back: %+v", form.Draft)
				}
				in.RatingID, in.Version = &again, form.Draft.Version
			}
			r, err := w.Ratings.Save(author, in)
			ok(t, err)
			return r.ID
		}},
		approval.KindRatingTemplate: {`rating_templates WHERE id = $1`, func(t *testing.T, again uuid.UUID) uuid.UUID {
			from := string(rating.SampleConcrete)
			if again != uuid.Nil {
				from = again.String()
			}
			tpl, err := w.Templates.Create(author, "", from)
			ok(t, err)
			tpl, err = w.Templates.Submit(author, tpl.ID, tpl.Version)
			ok(t, err)
			return tpl.ID
		}},
		approval.KindTemporaryLimit: {`credit_limits WHERE id = $1`, func(t *testing.T, _ uuid.UUID) uuid.UUID {
			return apply(t, w, author, customerOf(t, approval.KindTemporaryLimit)).ID
		}},
		approval.KindLimitAdjustment: {`credit_limits WHERE id = $1`, func(t *testing.T, _ uuid.UUID) uuid.UUID {
			l, err := w.Limits.Adjust(author, limit.AdjustInput{CustomerID: customerOf(t, approval.KindLimitAdjustment), Kind: exposure.LimitAmount, Amount: 500_000, Reason: "年度调整"})
			ok(t, err)
			return l.ID
		}},
		approval.KindCollateral: {`collateral WHERE id = $1`, func(t *testing.T, _ uuid.UUID) uuid.UUID {
			today := calendar.Of(w.Clock.At, time.UTC)
			c, err := w.Collateral.Apply(author, collateral.ApplyInput{CustomerID: customerOf(t, approval.KindCollateral), Terms: collateral.Terms{Kind: collateral.Guarantee,
				ProviderName: "担保公司", Guaranteed: 100, StartsOn: today, EndsOn: today + 30}})
			ok(t, err)
			return c.ID
		}},
		approval.KindCustomerChange: {`customer_changes WHERE id = $1`, func(t *testing.T, _ uuid.UUID) uuid.UUID {
			c, err := w.Customers.Get(author, customerOf(t, approval.KindCustomerChange))
			ok(t, err)
			name := "改名建设有限公司"
			x, err := w.Changes.Submit(author, customer.ChangeInput{ID: c.ID, Version: c.Version, Name: &name, Reason: "公司更名"})
			ok(t, err)
			return x.ID
		}},
	}
}
