package rating_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/exposure"
	"zhuxin/biz/limit"
	"zhuxin/biz/rating"
	"zhuxin/data/tenantrepo/credittest"
	ratingrepo "zhuxin/data/tenantrepo/rating"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/indicator"
	"zhuxin/shared/paging"
	"zhuxin/tenancy/tenancytest"
)

func number(n int64) *indicator.Number { return &n }

func TestOverrideStandsBesideWhatTheDataSay(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	w.EffectiveTemplate(t, w.A)
	admin, approver := w.CtxA(t), w.CtxA(t, access.RoleApprover)
	c := w.NewCustomer(t, admin, 1)
	r, err := w.Ratings.Save(admin, rating.SaveInput{CustomerID: c.ID, Values: credittest.ConcreteValues()})
	ok(t, err)
	before := r.Result.Total
	over := rating.OverrideInput{RatingID: r.ID, IndicatorCode: "collection_rate", Number: number(9_500_000), Reason: " 对账未完，回款已到账 ", Version: r.Version}

	bad := over
	bad.Reason = " "
	want(t, second(w.Ratings.Override(admin, bad)), "INVALID_INPUT")
	bad = over
	bad.Number = nil
	want(t, second(w.Ratings.Override(admin, bad)), "INVALID_INPUT")
	bad = over
	bad.IndicatorCode = "contractor_grade" // entered by hand
	want(t, second(w.Ratings.Override(admin, bad)), "INVALID_INPUT")
	bad = over
	bad.Version++
	want(t, second(w.Ratings.Override(admin, bad)), "VERSION_CONFLICT")
	want(t, second(w.Ratings.RevokeOverride(admin, r.ID, "collection_rate", r.Version)), "INVALID_INPUT")

	r, err = w.Ratings.Override(admin, over)
	ok(t, err)
	find := func(r rating.Rating) rating.Value {
		t.Helper()
		for _, v := range r.Result.Values {
			if v.IndicatorCode == "collection_rate" {
				return v
			}
		}
		t.Fatal("no value of collection_rate")
		return rating.Value{}
	}
	v := find(r)
	if v.Source != rating.ValueOverride || v.Override == nil || v.Override.Reason != "对账未完，回款已到账" || v.Override.By == nil || !v.Override.At.Equal(w.Clock.Now()) ||
		v.Override.Measured == nil || *v.Override.Measured != 0 || *v.Number != 9_500_000 || r.Result.Total <= before {
		t.Fatalf("overridden: %+v %+v, total %d after %d", v, v.Override, r.Result.Total, before)
	}
	if n := w.Count(t, admin, `SELECT count(*) FROM audit_log WHERE action = 'rating.overridden' AND object_id = $1`, r.ID.String()); n != 1 {
		t.Errorf("%d audit rows of the override", n)
	}

	// it stays when the sheet is saved again, is gone when it is revoked, and comes back
	r, err = w.Ratings.Save(admin, rating.SaveInput{CustomerID: c.ID, RatingID: &r.ID, Version: r.Version, Values: better()})
	ok(t, err)
	if find(r).Override == nil {
		t.Error("saving the sheet lost the override")
	}
	r, err = w.Ratings.RevokeOverride(admin, r.ID, "collection_rate", r.Version)
	ok(t, err)
	if v := find(r); v.Override != nil || v.Source != rating.ValueData {
		t.Errorf("revoked: %+v", v)
	}
	over.Version = r.Version
	r, err = w.Ratings.Override(admin, over)
	ok(t, err)

	// the approver sees it with both values, and nobody changes it any more
	r, err = w.Ratings.Submit(admin, r.ID, r.Version)
	ok(t, err)
	a := w.Pending(t, approver, r.ID)
	var f rating.Facts
	ok(t, json.Unmarshal(a.Facts, &f))
	shown := 0
	for _, v := range f.Values {
		if v.Override != nil && v.Override.Measured == "0" && v.Number == "9500000" && v.Override.By != "" {
			shown++
		}
	}
	if shown != 1 || a.Grade != string(r.Result.Grade) || a.Previous == nil || *a.Previous != 0 {
		t.Errorf("%d overrides in the facts; grade %q, previous %v", shown, a.Grade, a.Previous)
	}
	over.Version = r.Version
	want(t, second(w.Ratings.Override(admin, over)), "RATING_NOT_DRAFT")
	want(t, second(w.Ratings.RevokeOverride(admin, r.ID, "collection_rate", r.Version)), "RATING_NOT_DRAFT")
	_, other := w.AddMember(t, w.A, "李四", access.RoleSalesperson)
	want(t, second(w.Ratings.Override(other, over)), "RATING_NOT_FOUND")
	want(t, second(w.Ratings.Override(w.CtxB(t), over)), "RATING_NOT_FOUND")
}

func TestComparedWithTheRatingBefore(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	w.EffectiveTemplate(t, w.A)
	admin, approver := w.CtxA(t), w.CtxA(t, access.RoleApprover)
	c := w.NewCustomer(t, admin, 1)
	rate := func(values []rating.Input) rating.Rating {
		t.Helper()
		w.Clock.At = w.Clock.At.Add(time.Hour)
		r, err := w.Ratings.Save(admin, rating.SaveInput{CustomerID: c.ID, Values: values, Submit: true})
		ok(t, err)
		return r
	}
	first := rate(credittest.ConcreteValues())
	w.Approve(t, approver, first.ID)
	if x, err := w.Ratings.Compare(admin, first.ID); err != nil || x.Previous != nil || len(x.Changes) != 0 {
		t.Errorf("a first rating is compared: %+v, %v", x, err)
	}
	next := rate(better())
	var f rating.Facts
	ok(t, json.Unmarshal(w.Pending(t, approver, next.ID).Facts, &f))
	if len(f.OldValues) != len(f.Values) || f.Old == nil || f.Old.ValidMonths != 6 {
		t.Errorf("facts: %d old values of %d, old %+v", len(f.OldValues), len(f.Values), f.Old)
	}
	w.Approve(t, approver, next.ID)
	third := rate(credittest.ConcreteValues())

	// each against the one that was in force then, also when it is read later
	for _, pair := range []struct {
		of, before uuid.UUID
		change     rating.Change
	}{{next.ID, first.ID, rating.ChangeBetter}, {third.ID, next.ID, rating.ChangeWorse}} {
		x, err := w.Ratings.Compare(admin, pair.of)
		ok(t, err)
		if x.Previous == nil || x.Previous.ID != pair.before || len(x.Changes) != 11 {
			t.Fatalf("compared with %+v, %d changes", x.Previous, len(x.Changes))
		}
		moved := 0
		for _, ch := range x.Changes {
			if ch.IndicatorCode == "settlement_method" && ch.Change == pair.change && ch.Now != nil && ch.Before != nil {
				moved++
			} else if ch.Change != rating.ChangeSame {
				t.Errorf("%s: %s", ch.IndicatorCode, ch.Change)
			}
		}
		if moved != 1 {
			t.Errorf("the changed indicator is not %s", pair.change)
		}
	}
	want(t, second(w.Ratings.Compare(w.CtxB(t), next.ID)), "RATING_NOT_FOUND")
}

// printed keeps what was put on paper.
type printed struct{ rating.Decision }

func (p *printed) Print(_ context.Context, d rating.Decision, _ string) ([]byte, error) {
	p.Decision = d
	return []byte("%PDF"), nil
}

// Who sells at a project of another one's customer reads the decision on what he rated
// himself, and nothing of the rating before it.
func TestDecisionOnOnesOwnRatingTellsNothingOfAnothers(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	w.EffectiveTemplate(t, w.A)
	admin, approver := w.CtxA(t), w.CtxA(t, access.RoleApprover)
	seller, sells := w.AddMember(t, w.A, "李四", access.RoleSalesperson)
	_, holds := w.AddMember(t, w.A, "张三", access.RoleSalesperson)
	c := w.NewCustomer(t, holds, 1)
	w.Exec(t, admin, `INSERT INTO projects (id, number, name, customer_id, salesperson_id, created_at, updated_at) VALUES ($1, 'P1', '滨江', $2, $3, now(), now())`, uuid.New(), c.ID, seller.ID)
	rate := func(ctx context.Context, values []rating.Input) uuid.UUID {
		t.Helper()
		w.Clock.At = w.Clock.At.Add(time.Hour)
		r, err := w.Ratings.Save(ctx, rating.SaveInput{CustomerID: c.ID, Values: values, Submit: true})
		ok(t, err)
		w.Approve(t, approver, r.ID)
		return r.ID
	}
	rate(admin, credittest.ConcreteValues())
	own := rate(sells, better())
	paper := &printed{}
	w.Ratings.Printer = paper
	hashes := map[string]bool{}
	for _, x := range []struct {
		who      string
		ctx      context.Context
		previous bool
	}{{"who rated", sells, false}, {"the customer's salesperson", holds, true}, {"the administrator", admin, true}} {
		_, err := w.Ratings.DecisionFile(x.ctx, own, "zh")
		ok(t, err)
		if (paper.Previous != nil) != x.previous {
			t.Errorf("%s reads of the rating before: %v", x.who, paper.Previous != nil)
		}
		hashes[paper.Hash] = true
	}
	if len(hashes) != 2 {
		t.Errorf("%d hashes of two contents", len(hashes))
	}
}

func TestRatingLapsesWhenItIsNotRenewed(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	w.EffectiveTemplate(t, w.A)
	admin, approver := w.CtxA(t), w.CtxA(t, access.RoleApprover)
	c := w.NewCustomer(t, admin, 1)
	r, err := w.Ratings.Save(admin, rating.SaveInput{CustomerID: c.ID, Values: credittest.ConcreteValues(), Submit: true})
	ok(t, err)
	w.Approve(t, approver, r.ID)
	r, err = w.Ratings.Get(admin, r.ID)
	ok(t, err)
	due := calendar.NewDate(2027, 5, 20) // grade B: six months from 2026-11-20
	if r.DueOn != due {
		t.Fatalf("due on %s, want %s", r.DueOn, due)
	}
	run := func(on calendar.Date, want int64) {
		t.Helper()
		w.Clock.At = time.Date(on.Time().Year(), on.Time().Month(), on.Time().Day(), 4, 0, 0, 0, time.UTC)
		if n, err := w.Ratings.Daily(admin, on); err != nil || n != want {
			t.Errorf("on %s: %d ratings, %v; want %d", on, n, err, want)
		}
	}
	run(due, 0)
	if d, err := w.Customers.Get(admin, c.ID); err != nil || d.Account.LimitKind != exposure.LimitAmount {
		t.Errorf("on its last day: %+v, %v", d.Account, err)
	}
	run(due.AddDays(1), 1)
	run(due.AddDays(1), 0) // a second run of the date
	d, err := w.Customers.Get(admin, c.ID)
	ok(t, err)
	if d.RatingID != nil || d.Account.LimitKind != exposure.LimitNone || d.Account.Grade != "" || d.Account.Limit() != 0 {
		t.Errorf("after it lapsed: %+v", d.Account)
	}
	r, err = w.Ratings.Get(admin, r.ID)
	ok(t, err)
	ls, err := w.Limits.List(admin, c.ID)
	ok(t, err)
	if r.Status != rating.StatusLapsed || r.LapseReason != rating.LapseExpired || len(ls) != 2 || ls[0].Kind != exposure.LimitNone || ls[0].Status != limit.StatusEffective ||
		!strings.Contains(ls[0].Reason, due.String()) {
		t.Errorf("rating %s %s, limits %+v", r.Status, r.LapseReason, ls)
	}
	if n := w.Count(t, admin, `SELECT count(*) FROM outbox WHERE topic = $1`, rating.TopicLapsed); n != 1 {
		t.Errorf("%d events of the lapse", n)
	}

	// a new rating gives a limit again, and is compared with the one that expired
	again, err := w.Ratings.Save(admin, rating.SaveInput{CustomerID: c.ID, Values: credittest.ConcreteValues(), Submit: true})
	ok(t, err)
	w.Approve(t, approver, again.ID)
	if d, err := w.Customers.Get(admin, c.ID); err != nil || d.Account.LimitKind != exposure.LimitAmount {
		t.Errorf("rated again: %+v, %v", d.Account, err)
	}
	if x, err := w.Ratings.Compare(admin, again.ID); err != nil || x.Previous == nil || x.Previous.ID != r.ID {
		t.Errorf("compared with %+v, %v", x.Previous, err)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (n int, err error) {
		rs, err := ratingrepo.NewRatings().LockExpired(ctx, calendar.NewDate(2030, 1, 1), 10)
		return len(rs), err
	})
}

func TestRatingsFromBeforeThereWereDueDates(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	w.EffectiveTemplate(t, w.A)
	admin, approver := w.CtxA(t), w.CtxA(t, access.RoleApprover)
	on := calendar.NewDate(2026, 11, 21)
	for i, months := range []int{0, 6} { // rated now, and half a year ago
		c := w.NewCustomer(t, admin, i+1)
		r, err := w.Ratings.Save(admin, rating.SaveInput{CustomerID: c.ID, Values: credittest.ConcreteValues(), Submit: true})
		ok(t, err)
		w.Approve(t, approver, r.ID)
		w.Exec(t, admin, `UPDATE credit_ratings SET due_on = NULL, effective_at = effective_at - make_interval(months => $2) WHERE id = $1`, r.ID, months)
	}
	// a template from before knows no validity
	table := w.A.Schema + `.rating_templates`
	_, err := w.Admin(t).ExecContext(t.Context(), `ALTER TABLE `+table+` DISABLE TRIGGER ALL;
		UPDATE `+table+` SET definition = jsonb_set(definition, '{bands}', (SELECT jsonb_agg(b - 'valid_months') FROM jsonb_array_elements(definition->'bands') b));
		ALTER TABLE `+table+` ENABLE ALWAYS TRIGGER keep_submitted`)
	ok(t, err)
	if n, err := w.Ratings.Daily(admin, on); err != nil || n != 2 {
		t.Fatalf("dated %d, %v", n, err)
	}
	if n := w.Count(t, admin, `SELECT count(*) FROM credit_ratings WHERE status = 'effective' AND due_on IN ('2027-05-20', '2026-12-21')`); n != 2 {
		t.Error("due dates are not the band's, with thirty days of notice")
	}
	if n, err := w.Ratings.Daily(admin, on); err != nil || n != 0 {
		t.Errorf("dated again: %d, %v", n, err)
	}
}

func TestDecisionFile(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	w.EffectiveTemplate(t, w.A)
	admin, approver := w.CtxA(t), w.CtxA(t, access.RoleApprover)
	c := w.NewCustomer(t, admin, 1)
	r, err := w.Ratings.Save(admin, rating.SaveInput{CustomerID: c.ID, Values: credittest.ConcreteValues(), Remark: "重点客户"})
	ok(t, err)
	r, err = w.Ratings.Override(admin, rating.OverrideInput{RatingID: r.ID, IndicatorCode: "collection_rate", Number: number(9_500_000), Reason: "回款已到账", Version: r.Version})
	ok(t, err)
	r, err = w.Ratings.Submit(admin, r.ID, r.Version)
	ok(t, err)
	want(t, second(w.Ratings.DecisionFile(admin, r.ID, "zh")), "RATING_NOT_DECIDED")
	w.Approve(t, approver, r.ID)
	want(t, second(w.Ratings.DecisionFile(admin, r.ID, "fr")), "INVALID_INPUT")
	read := func(lang string) []byte {
		t.Helper()
		f, err := w.Ratings.DecisionFile(admin, r.ID, lang)
		ok(t, err)
		b, err := io.ReadAll(f.Body)
		ok(t, err)
		if !bytes.HasPrefix(b, []byte("%PDF")) || f.Size != int64(len(b)) || !strings.HasSuffix(f.Name, "2026-11-20.pdf") {
			t.Errorf("%s: %d bytes as %q", lang, len(b), f.Name)
		}
		return b
	}
	first := read("zh")
	if len(read("en")) == 0 || !bytes.Equal(first, read("")) {
		t.Error("the same decision gives other bytes")
	}

	// the worker keeps it once among the customer's papers
	payload, err := json.Marshal(rating.Effective{RatingID: r.ID})
	ok(t, err)
	for range 2 {
		ok(t, w.Ratings.KeepDecision(admin, event.Delivered{ID: uuid.New(), Topic: rating.TopicEffective, Payload: payload}))
	}
	if len(w.Papers.Files) != 1 || w.Papers.Files[0].CustomerID == nil || *w.Papers.Files[0].CustomerID != c.ID {
		t.Fatalf("%d files kept", len(w.Papers.Files))
	}
	kept, err := io.ReadAll(w.Papers.Files[0].Body)
	ok(t, err)
	if !bytes.Equal(kept, first) {
		t.Error("the kept file is another")
	}

	// what becomes of the rating later does not rewrite its decision
	w.Clock.At = w.Clock.At.AddDate(1, 0, 0)
	if _, err := w.Ratings.Daily(admin, calendar.NewDate(2027, 11, 20)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first, read("zh")) {
		t.Error("the decision reads differently after the rating has lapsed")
	}
	want(t, second(w.Ratings.DecisionFile(w.CtxB(t), r.ID, "zh")), "RATING_NOT_FOUND")
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		_, decided, err := ratingrepo.Courses{}.Course(ctx, r.ID)
		if decided {
			return 1, err
		}
		return 0, err
	})
}

func TestRowsBehindAFigure(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	w.EffectiveTemplate(t, w.A)
	admin := w.CtxA(t)
	c, another := w.NewCustomer(t, admin, 1), w.NewCustomer(t, admin, 2)
	bill := func(customer uuid.UUID, no, invoiced, due string, amount, open int) {
		w.Exec(t, admin, `INSERT INTO receivables (id, source, document_no, customer_id, invoice_date, due_date, currency, amount, open_amount, import_id, updated_at)
			VALUES ($1, 'test', $2, $3, $4, $5, 'CNY', $6, $7, $8, now())`, uuid.New(), no, customer, invoiced, due, amount, open, uuid.New())
	}
	bill(c.ID, "old", "2025-01-10", "2025-02-10", 100, 100)
	bill(c.ID, "paid", "2026-03-01", "2026-04-01", 200, 0)
	bill(c.ID, "due", "2026-11-01", "2026-12-31", 300, 300)
	bill(another.ID, "other", "2026-11-01", "2026-11-02", 400, 400)
	w.Exec(t, admin, `INSERT INTO receipts (id, source, document_no, customer_id, received_on, currency, amount, created_at)
		VALUES ($1, 'test', 'paid-1', $2, '2026-04-02', 'CNY', 200, now())`, uuid.New(), c.ID)
	for source, want := range map[indicator.DataSource]string{
		indicator.SourceOverdueRatio:       "old due",
		indicator.SourceMaxOverdueDays:     "old",
		indicator.SourceCooperationMonths:  "old paid due",
		indicator.SourceSales12Months:      "paid due",
		indicator.SourceCollectionRate:     "paid paid-1 due",
		indicator.SourceNegativeEntries:    "",
		indicator.SourceLitigationFindings: "",
	} {
		rows, total, on, err := w.Ratings.SourceRows(admin, rating.SourceRowsInput{CustomerID: c.ID, Source: source})
		ok(t, err)
		var got []string
		for _, r := range rows {
			got = append(got, r.Reference)
		}
		if s := strings.Join(got, " "); s != want || int(total) != len(rows) || on != calendar.NewDate(2026, 11, 20) {
			t.Errorf("%s: %q of %d on %s, want %q", source, s, total, on, want)
		}
	}
	rows, total, _, err := w.Ratings.SourceRows(admin, rating.SourceRowsInput{CustomerID: c.ID, Source: indicator.SourceCooperationMonths, Page: 2, PageSize: 1})
	ok(t, err)
	if len(rows) != 1 || total != 3 || rows[0].Reference != "paid" || rows[0].OverdueDays != 0 {
		t.Errorf("second page: %+v of %d", rows, total)
	}
	of := func(ctx context.Context, in rating.SourceRowsInput) error {
		_, _, _, err := w.Ratings.SourceRows(ctx, in)
		return err
	}
	want(t, of(admin, rating.SourceRowsInput{CustomerID: c.ID, Source: "weather"}), "INVALID_INPUT")
	want(t, of(admin, rating.SourceRowsInput{CustomerID: c.ID, Source: indicator.SourceOverdueRatio, On: calendar.NewDate(2026, 11, 21)}), "INVALID_INPUT")
	want(t, of(w.CtxB(t), rating.SourceRowsInput{CustomerID: c.ID, Source: indicator.SourceOverdueRatio}), "CUSTOMER_NOT_FOUND")
	_, sales := w.AddMember(t, w.A, "张三", access.RoleSalesperson)
	want(t, of(sales, rating.SourceRowsInput{CustomerID: c.ID, Source: indicator.SourceOverdueRatio}), "CUSTOMER_NOT_FOUND")
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		rows, total, err := ratingrepo.NewRows(nil).Rows(ctx, rating.SourceQuery{Subject: rating.Subject{CustomerID: c.ID}, Source: indicator.SourceOverdueRatio,
			On: calendar.NewDate(2026, 11, 20), Window: paging.Window{Limit: 10}})
		return len(rows) + int(total), err
	})
}
