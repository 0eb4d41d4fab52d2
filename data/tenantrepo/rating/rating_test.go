package rating_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/exposure"
	"zhuxin/biz/limit"
	"zhuxin/biz/rating"
	"zhuxin/data/tenantrepo/credittest"
	ratingrepo "zhuxin/data/tenantrepo/rating"
	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/indicator"
	"zhuxin/shared/money"
	"zhuxin/tenancy/tenancytest"
)

func reason(err error) string {
	if f, ok := fault.As(err); ok {
		return f.Reason
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func want(t *testing.T, err error, r string) {
	t.Helper()
	if reason(err) != r {
		t.Fatalf("got %v, want %s", err, r)
	}
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestRatingFromDraftToLimit(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	w.EffectiveTemplate(t, w.A)
	admin, approver := w.CtxA(t), w.CtxA(t, access.RoleApprover)
	c := w.NewCustomer(t, admin, 1)

	// given a customer with invoices, half of them settled, one overdue
	for _, r := range []struct {
		no             string
		invoiced, due  string
		amount, opened int64
	}{{"I1", "2025-06-01", "2025-08-01", 40_000_000, 0}, {"I2", "2026-05-01", "2026-10-31", 60_000_000, 20_000_000}, {"I3", "2026-11-01", "2026-12-31", 40_000_000, 40_000_000}} {
		w.Exec(t, admin, `INSERT INTO receivables (id, source, document_no, customer_id, invoice_date, due_date, currency, amount, open_amount, import_id, updated_at)
			VALUES ($1, 'erp', $2, $3, $4::date, $5::date, 'CNY', $6, $7, $8, now())`, uuid.New(), r.no, c.ID, r.invoiced, r.due, r.amount, r.opened, uuid.New())
	}
	w.Exec(t, admin, `INSERT INTO projects (id, number, name, customer_id, contracted_volume, status, created_at, updated_at) VALUES ($1, 'P', 'x', $2, 30000000, 'supplying', now(), now())`, uuid.New(), c.ID)
	w.InA(t, func(ctx context.Context) error { return w.Accounts.Recompute(ctx, c.ID) })

	f, err := w.Ratings.Prepare(admin, c.ID)
	ok(t, err)
	numbers := map[string]int64{}
	for _, v := range f.Data.Values {
		if v.Source == rating.ValueMissing && v.IndicatorCode == "litigation_findings" {
			continue // nobody asked a register yet, and the sample then leaves it out
		}
		numbers[v.IndicatorCode] = *v.Number
		if v.Source != rating.ValueData || v.SourceDetail == "" {
			t.Errorf("%s: source %q, detail %q", v.IndicatorCode, v.Source, v.SourceDetail)
		}
	}
	// 20 of 60 overdue, since 20 days; 40 of 100 invoiced in a year collected; 17 whole months
	for code, n := range map[string]int64{"overdue_ratio": 3_333_000, "max_overdue_days": 20_000, "collection_rate": 4_000_000, "cooperation_months": 17_000, "negative_entries": 0, "project_volume": 30_000_000} {
		if numbers[code] != n {
			t.Errorf("%s = %d, want %d", code, numbers[code], n)
		}
	}
	if f.Previous != nil || f.Draft != nil || len(f.Data.Missing) != 4 {
		t.Errorf("form: previous %v, draft %v, missing %v", f.Previous, f.Draft, f.Data.Missing)
	}

	// when a draft is saved half, it has no grade and cannot be submitted
	r, err := w.Ratings.Save(admin, rating.SaveInput{CustomerID: c.ID, Values: credittest.ConcreteValues()[:2]})
	ok(t, err)
	if r.Result.Grade != "" || len(r.Result.Missing) != 2 {
		t.Errorf("half a draft: %+v", r.Result)
	}
	_, err = w.Ratings.Submit(admin, r.ID, r.Version)
	want(t, err, "RATING_INCOMPLETE")
	forged := indicator.Number(0)
	_, err = w.Ratings.Save(admin, rating.SaveInput{CustomerID: c.ID, RatingID: &r.ID, Version: r.Version,
		Values: append(credittest.ConcreteValues(), rating.Input{IndicatorCode: "overdue_ratio", Number: &forged})})
	want(t, err, "INVALID_INPUT")
	_, err = w.Ratings.Save(admin, rating.SaveInput{CustomerID: c.ID, RatingID: &r.ID, Version: r.Version + 1, Values: credittest.ConcreteValues()})
	want(t, err, "VERSION_CONFLICT")

	r, err = w.Ratings.Save(admin, rating.SaveInput{CustomerID: c.ID, RatingID: &r.ID, Version: r.Version, Values: credittest.ConcreteValues(), Submit: true})
	ok(t, err)
	// 15×65 + 5×100 + 10×70 + 15×25 + 10×85 + 10×5 + 5×70 + 10×90 + 5×100 + 5×85, of 90
	if r.Status != rating.StatusSubmitted || r.Result.Total != 6250 || r.Result.Grade != rating.GradeC {
		t.Fatalf("%s %d %s", r.Status, r.Result.Total, r.Result.Grade)
	}
	want(t, second(w.Ratings.Save(admin, rating.SaveInput{CustomerID: c.ID, Values: credittest.ConcreteValues(), Submit: true})), "RATING_IN_APPROVAL")

	a := w.Pending(t, approver, r.ID)
	var facts rating.Facts
	ok(t, json.Unmarshal(a.Facts, &facts))
	if facts.Old != nil || facts.New.Grade != rating.GradeC || facts.New.MaxCreditAmount != "200000000" || len(facts.Values) != 11 || facts.Account.Overdue != 20_000_000 {
		t.Errorf("facts: %s", a.Facts)
	}
	want(t, second(w.Approvals.Decide(admin, approval.DecideInput{ID: a.ID, Approve: true, Version: a.Version})), "APPROVAL_OWN_SUBMISSION")
	w.Approve(t, approver, r.ID)

	// then rating, limit and account are in force together
	d, err := w.Customers.Get(admin, c.ID)
	ok(t, err)
	if d.RatingID == nil || *d.RatingID != r.ID || d.Account.Grade != "C" || d.Account.Standing != 200_000_000 || d.Account.LimitKind != exposure.LimitAmount {
		t.Errorf("after approval: %+v", d.Account)
	}
	if n := w.Count(t, admin, `SELECT count(*) FROM outbox WHERE topic = $1 AND payload->>'rating_id' = $2`, rating.TopicEffective, r.ID.String()); n != 1 {
		t.Errorf("%d events of the effective rating", n)
	}

	// and the next one lets both lapse
	w.Clock.At = w.Clock.At.Add(time.Hour)
	next, err := w.Ratings.Save(admin, rating.SaveInput{CustomerID: c.ID, Values: better(), Submit: true})
	ok(t, err)
	w.Approve(t, approver, next.ID)
	old, err := w.Ratings.Get(admin, r.ID)
	ok(t, err)
	ls, err := w.Limits.List(admin, c.ID)
	ok(t, err)
	if old.Status != rating.StatusLapsed || old.LapsedAt == nil || old.Result.Total != 6250 || len(old.Result.Values) != 11 {
		t.Errorf("previous rating: %s %+v", old.Status, old.Result)
	}
	if len(ls) != 2 || ls[0].Status != limit.StatusEffective || ls[0].Amount != money.Amount(next.Result.Maxima.CreditAmount) || ls[1].Status != limit.StatusLapsed {
		t.Errorf("limits: %+v", ls)
	}
	if n := w.Count(t, admin, `SELECT count(*) FROM audit_log WHERE action IN ('rating.effective', 'rating.lapsed', 'limit.effective', 'limit.lapsed')`); n != 6 {
		t.Errorf("%d audit rows of two ratings and their limits, want 6", n)
	}

	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		rs, total, err := ratingrepo.NewRatings().List(ctx, rating.Query{Window: all})
		return len(rs) + int(total), err
	})
}

func better() []rating.Input {
	vs := credittest.ConcreteValues()
	vs[0].Choice = "prepaid"
	return vs
}

func second[T any](_ T, err error) error { return err }

func TestRejectedRatingGoesOnAsANewDraft(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	w.EffectiveTemplate(t, w.A)
	admin, approver := w.CtxA(t), w.CtxA(t, access.RoleApprover)
	c := w.NewCustomer(t, admin, 1)
	r, err := w.Ratings.Save(admin, rating.SaveInput{CustomerID: c.ID, Values: credittest.ConcreteValues(), Submit: true})
	ok(t, err)
	a := w.Pending(t, approver, r.ID)
	want(t, second(w.Approvals.Decide(approver, approval.DecideInput{ID: a.ID, Version: a.Version, Comment: " "})), "INVALID_INPUT")
	_, err = w.Approvals.Decide(approver, approval.DecideInput{ID: a.ID, Version: a.Version, Comment: "方量与合同不符"})
	ok(t, err)

	f, err := w.Ratings.Prepare(admin, c.ID)
	ok(t, err)
	if f.Draft == nil || f.Draft.ID != r.ID || f.Draft.Status != rating.StatusRejected || f.Draft.DecisionComment != "方量与合同不符" {
		t.Fatalf("the form offers %+v", f.Draft)
	}
	again, err := w.Ratings.Save(admin, rating.SaveInput{CustomerID: c.ID, RatingID: &f.Draft.ID, Version: f.Draft.Version, Values: better()})
	ok(t, err)
	if again.ID == r.ID || again.Status != rating.StatusDraft {
		t.Errorf("saved over the rejected one: %+v", again)
	}
	want(t, second(w.Ratings.Submit(admin, r.ID, f.Draft.Version)), "RATING_NOT_DRAFT")

	// a withdrawn one leaves nothing in force
	again, err = w.Ratings.Submit(admin, again.ID, again.Version)
	ok(t, err)
	a = w.Pending(t, admin, again.ID)
	want(t, second(w.Approvals.Withdraw(approver, a.ID, a.Version)), "APPROVAL_NOT_SUBMITTER")
	_, err = w.Approvals.Withdraw(admin, a.ID, a.Version)
	ok(t, err)
	if d, err := w.Customers.Get(admin, c.ID); err != nil || d.Account.LimitKind != exposure.LimitNone || d.RatingID != nil {
		t.Errorf("after withdrawal: %+v, %v", d.Account, err)
	}
}

func TestDraftOfAReplacedTemplateIsRefusedAndMadeAnew(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	first := w.EffectiveTemplate(t, w.A)
	admin := w.CtxA(t)
	c := w.NewCustomer(t, admin, 1)
	r, err := w.Ratings.Save(admin, rating.SaveInput{CustomerID: c.ID, Values: credittest.ConcreteValues()})
	ok(t, err)
	w.Clock.At = w.Clock.At.Add(time.Hour)
	next := w.EffectiveTemplate(t, w.A)
	_, err = w.Ratings.Submit(admin, r.ID, r.Version)
	want(t, err, "TEMPLATE_CHANGED")
	fresh, err := w.Ratings.Save(admin, rating.SaveInput{CustomerID: c.ID, RatingID: &r.ID, Version: r.Version, Values: credittest.ConcreteValues(), Submit: true})
	ok(t, err)
	if fresh.TemplateID != next.ID || fresh.TemplateNumber != 2 || fresh.ID == r.ID {
		t.Errorf("made on template %d", fresh.TemplateNumber)
	}
	want(t, second(w.Ratings.Get(admin, r.ID)), "RATING_NOT_FOUND")
	if old, err := w.Templates.Get(admin, first.ID); err != nil || old.Status != rating.TemplateRetired || old.RetiredAt == nil {
		t.Errorf("old template: %+v, %v", old.Status, err)
	}
}

func TestWhoCannotBeRated(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin := w.CtxA(t)
	c := w.NewCustomer(t, admin, 1)
	_, err := w.Ratings.Prepare(admin, c.ID)
	want(t, err, "NO_EFFECTIVE_TEMPLATE")
	w.EffectiveTemplate(t, w.A)
	w.Exec(t, admin, `UPDATE customers SET uscc = NULL WHERE id = $1`, c.ID)
	_, err = w.Ratings.Prepare(admin, c.ID)
	want(t, err, "CUSTOMER_USCC_MISSING")
	_, err = w.Ratings.Save(admin, rating.SaveInput{CustomerID: uuid.New(), Values: nil})
	want(t, err, "CUSTOMER_NOT_FOUND")
	// a salesperson does not rate, nor see, another's customer
	_, sales := w.AddMember(t, w.A, "张三", access.RoleSalesperson)
	_, err = w.Ratings.Prepare(sales, c.ID)
	want(t, err, "CUSTOMER_NOT_FOUND")
	mine := w.NewCustomer(t, sales, 2)
	r, err := w.Ratings.Save(sales, rating.SaveInput{CustomerID: mine.ID, Values: credittest.ConcreteValues()})
	ok(t, err)
	_, other := w.AddMember(t, w.A, "李四", access.RoleSalesperson)
	want(t, second(w.Ratings.Get(other, r.ID)), "RATING_NOT_FOUND")
	want(t, second(w.Ratings.Submit(other, r.ID, r.Version)), "RATING_NOT_FOUND")
	if rs, total, err := w.Ratings.List(other, rating.ListInput{}); err != nil || len(rs) != 0 || total != 0 {
		t.Errorf("another salesperson lists %d of %d ratings, %v", len(rs), total, err)
	}
	if rs, total, err := w.Ratings.List(sales, rating.ListInput{Status: rating.StatusDraft, CustomerID: &mine.ID}); err != nil || len(rs) != 1 || total != 1 || rs[0].CreatedBy.Name != "张三" {
		t.Errorf("the salesperson lists %d of %d ratings, %v", len(rs), total, err)
	}
	// outside of a tenant there is nothing
	if _, err := w.Ratings.Get(access.With(t.Context(), w.Actor(w.A)), r.ID); err == nil || errors.Is(err, rating.ErrNotFound) {
		t.Errorf("without a tenant: %v", err)
	}
}
