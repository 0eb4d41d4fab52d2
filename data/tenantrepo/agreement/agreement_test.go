package agreement_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"sync"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/agreement"
	"zhuxin/biz/approval"
	"zhuxin/biz/document"
	"zhuxin/biz/exposure"
	"zhuxin/biz/letter"
	"zhuxin/biz/limit"
	"zhuxin/biz/supplystop"
	"zhuxin/data/auditlog"
	"zhuxin/data/letterpdf"
	"zhuxin/data/outbox"
	agreementrepo "zhuxin/data/tenantrepo/agreement"
	"zhuxin/data/tenantrepo/credittest"
	customerrepo "zhuxin/data/tenantrepo/customer"
	letterrepo "zhuxin/data/tenantrepo/letter"
	stoprepo "zhuxin/data/tenantrepo/supplystop"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

var today = calendar.NewDate(2026, 11, 20) // of credittest.Noon

type world struct {
	*credittest.World
	agreements *agreement.Service
	letters    *letter.Service
	stops      *supplystop.Service
	files      [][]byte
}

// Upload takes the PDF instead of an object store.
func (w *world) Upload(_ context.Context, in document.UploadInput) (document.Document, error) {
	b, err := io.ReadAll(in.Body)
	w.files = append(w.files, b)
	return document.Document{ID: uuid.New()}, err
}

func setup(t *testing.T) *world {
	t.Helper()
	w := &world{World: credittest.New(t)}
	tx, log, events, customers := w.Pool.Tenant(), auditlog.Tenant(w.Pool), outbox.Tenant(w.Pool), customerrepo.New()
	w.letters = letter.New(letter.Config{Tx: tx, Repo: letterrepo.Repo{}, Customers: customers, Printer: letterpdf.Printer{}, Documents: w, Events: events, Audit: log, Clock: w.Clock})
	w.stops = supplystop.New(supplystop.Config{Tx: tx, Repo: stoprepo.Repo{}, Events: events, Customers: customers, Accounts: w.Accounts, Approvals: w.Approvals, Audit: log, Clock: w.Clock})
	w.agreements = agreement.New(agreement.Config{Tx: tx, Repo: agreementrepo.Repo{}, Customers: customers, Letters: w.letters, Stops: w.stops, Approvals: w.Approvals, Events: events, Audit: log, Clock: w.Clock})
	w.Approvals.Register(approval.KindCreditAgreement, w.agreements)
	w.Approvals.Register(approval.KindAgreementCure, agreement.Cures{Service: w.agreements})
	w.Approvals.Register(approval.KindSupplyResume, w.stops)
	return w
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// owes books an open item of a customer, due so many days ago.
func (w *world) owes(t *testing.T, ctx context.Context, customerID uuid.UUID, no string, daysAgo int, fen int64) {
	t.Helper()
	due := today.AddDays(-daysAgo)
	w.Exec(t, ctx, `INSERT INTO receivables (id, source, document_no, customer_id, invoice_date, due_date, currency, amount, open_amount, import_id, updated_at)
		VALUES ($1, 'test', $2, $3, $4, $4, 'CNY', $5, $5, $1, now())`, uuid.New(), no, customerID, due, fen)
	ok(t, w.Pool.Tenant().InTx(ctx, func(ctx context.Context) error { return w.Accounts.Recompute(ctx, customerID) }))
}

func (w *world) pays(t *testing.T, ctx context.Context, no string) {
	t.Helper()
	w.Exec(t, ctx, `UPDATE receivables SET open_amount = 0 WHERE document_no = $1`, no)
	ok(t, w.Pool.Tenant().InTx(ctx, func(ctx context.Context) error { return w.Accounts.Recompute(ctx) }))
}

func (w *world) changed(t *testing.T, ctx context.Context, h event.Handler, ids ...uuid.UUID) {
	t.Helper()
	payload, err := json.Marshal(exposure.Changed{CustomerIDs: ids})
	ok(t, err)
	ok(t, h(ctx, event.Delivered{ID: uuid.New(), Payload: payload}))
}

func (w *world) course(t *testing.T, ctx context.Context, id uuid.UUID) agreement.Course {
	t.Helper()
	c, err := w.agreements.Get(ctx, id)
	ok(t, err)
	return c
}

func reason(err error) string {
	if f, is := fault.As(err); is {
		return f.Reason
	}
	return ""
}

func TestFromAgreementToSupplyStopAndBack(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin, approver, dispatcher := w.CtxA(t), w.CtxA(t, access.RoleApprover), w.CtxA(t, access.RoleDispatcher)
	c := w.NewCustomer(t, admin, 1)
	w.InA(t, func(ctx context.Context) error {
		_, err := w.Limits.SetStanding(ctx, limit.StandingInput{CustomerID: c.ID, Kind: exposure.LimitAmount, Amount: 1_000_000, Reason: "test"})
		return err
	})
	w.owes(t, admin, c.ID, "R1", 14, 50_000)

	a, err := w.agreements.Submit(admin, agreement.SubmitInput{CustomerID: c.ID, Triggers: agreement.Preset(), Reason: "新合作"})
	ok(t, err)
	if _, err := w.agreements.Submit(admin, agreement.SubmitInput{CustomerID: c.ID, Triggers: agreement.Preset()[:1], Reason: "再来"}); !errors.Is(err, agreement.ErrSubmitted) {
		t.Errorf("a second submission: %v", err)
	}
	ok(t, w.agreements.Daily(admin, today+1))
	if got := w.course(t, admin, a.ID).Agreement; got.Stage != agreement.StageNone || got.Status != agreement.StatusSubmitted {
		t.Errorf("before approval: %+v", got)
	}
	w.Approve(t, approver, a.ID)
	ok(t, w.agreements.Daily(admin, today))
	if got := w.course(t, admin, a.ID).Agreement.Stage; got != agreement.StageNone {
		t.Errorf("after 14 days: %s", got)
	}
	// the 15th day by the daily run, twice; the 30th by a change of the receivables
	w.Clock.At = w.Clock.At.AddDate(0, 0, 1)
	ok(t, w.agreements.Daily(admin, today+1))
	ok(t, w.agreements.Daily(admin, today+1))
	w.owes(t, admin, c.ID, "R2", 29, 20_000)
	w.changed(t, admin, w.agreements.AccountChanged, c.ID)
	got := w.course(t, admin, a.ID)
	if got.Agreement.Stage != agreement.StageStopSupply || len(got.Events) != 2 || got.Events[0].Figures.Days != 30 || got.Events[0].Figures.Amount != 70_000 ||
		got.Events[1].To != agreement.StageDunningLetter || got.Events[1].Figures.Days != 15 || got.Events[0].LetterID == nil {
		t.Fatalf("course: %+v", got)
	}
	letters, err := w.letters.List(admin, c.ID)
	ok(t, err)
	if len(letters) != 2 || letters[0].Number() != "2026-0002" || letters[0].Kind != letter.KindSupplyStop || letters[0].Amount != 70_000 || len(letters[0].Lines) != 2 ||
		!bytes.Contains([]byte(letters[1].Body), []byte("500.00 CNY")) {
		t.Errorf("letters: %+v", letters)
	}
	payload, err := json.Marshal(letter.Issued{LetterID: letters[0].ID})
	ok(t, err)
	for range 2 {
		ok(t, w.letters.Handle(w.CtxA(t), event.Delivered{ID: uuid.New(), Payload: payload}))
	}
	if len(w.files) != 1 || !bytes.HasPrefix(w.files[0], []byte("%PDF")) {
		t.Errorf("%d files", len(w.files))
	}

	// the stop: step by step, and nothing out of turn
	stops, n, err := w.stops.List(admin, supplystop.ListInput{Open: true})
	ok(t, err)
	if n != 1 || stops[0].State != supplystop.StatePrepared || stops[0].OverdueDays != 30 || *stops[0].AgreementID != a.ID {
		t.Fatalf("stops: %+v", stops)
	}
	x := stops[0]
	if _, err := w.stops.Acknowledge(dispatcher, supplystop.StepInput{ID: x.ID, Version: x.Version}); reason(err) != "SUPPLY_STOP_STEP" {
		t.Errorf("acknowledged before it is stopped: %v", err)
	}
	if _, err := w.stops.Step(dispatcher, supplystop.StepInput{ID: x.ID, To: supplystop.StateNotified, Note: "n", Version: x.Version}); !errors.Is(err, access.ErrForbidden) {
		t.Errorf("a dispatcher notifies: %v", err)
	}
	for _, to := range []supplystop.State{supplystop.StateNotified, supplystop.StateStopped} {
		x, err = w.stops.Step(admin, supplystop.StepInput{ID: x.ID, To: to, Note: "电话告知", Version: x.Version})
		ok(t, err)
	}
	told := func() (n int) {
		w.InA(t, func(ctx context.Context) error {
			q, err := scope.Conn(ctx)
			if err != nil {
				return err
			}
			return q.QueryRowContext(ctx, `SELECT count(*) FROM outbox WHERE topic = $1 AND payload::text LIKE '%' || $2 || '%'`, exposure.TopicAccountChanged, c.ID.String()).Scan(&n)
		})
		return n
	}
	before := told()
	if x.StoppedOn != today+1 || before == 0 {
		t.Errorf("stopped on %s, told %d times", x.StoppedOn, before)
	}
	x, err = w.stops.Acknowledge(dispatcher, supplystop.StepInput{ID: x.ID, Note: "一号站已停", Version: x.Version})
	ok(t, err)
	x, err = w.stops.Resume(admin, x.ID, "已付清", x.Version)
	ok(t, err)
	if x.State != supplystop.StateAcknowledged {
		t.Errorf("before the approval: %s", x.State)
	}
	w.Return(t, approver, x.ID)
	x, err = w.stops.Get(admin, x.ID)
	ok(t, err)
	if x.State != supplystop.StateAcknowledged {
		t.Errorf("after the return: %s", x.State)
	}
	x, err = w.stops.Resume(admin, x.ID, "已付清，附回单", x.Version)
	ok(t, err)
	w.Approve(t, approver, x.ID)
	x, err = w.stops.Get(admin, x.ID)
	ok(t, err)
	if x.State != supplystop.StateResumed || told() <= before || len(x.Events) != 5 {
		t.Errorf("resumed: %+v, told %d times after %d", x, told(), before)
	}

	// paying does not take the stage back; a cure does, when nothing reaches it any more
	cure := agreement.CureInput{AgreementID: a.ID, To: agreement.StageNone, Reason: "已付清", Version: got.Agreement.Version}
	if err := w.agreements.Cure(admin, cure); !errors.Is(err, agreement.ErrStillMet) {
		t.Errorf("a cure while it is overdue: %v", err)
	}
	w.pays(t, admin, "R1")
	w.pays(t, admin, "R2")
	ok(t, w.agreements.Daily(admin, today+1))
	if s := w.course(t, admin, a.ID).Agreement.Stage; s != agreement.StageStopSupply {
		t.Errorf("after payment: %s", s)
	}
	ok(t, w.agreements.Cure(admin, cure))
	w.Return(t, approver, a.ID)
	if s := w.course(t, admin, a.ID).Agreement.Stage; s != agreement.StageStopSupply {
		t.Errorf("after a return: %s", s)
	}
	ok(t, w.agreements.Cure(admin, cure))
	w.Approve(t, approver, a.ID)
	got = w.course(t, admin, a.ID)
	if got.Agreement.Stage != agreement.StageNone || got.Events[0].Cause != agreement.CauseCured || got.Events[0].HandledAt == nil {
		t.Errorf("cured: %+v", got)
	}
	e, err := w.agreements.Handle(admin, got.Events[1].ID, "挂号信寄出")
	ok(t, err)
	if _, err := w.agreements.Handle(admin, e.ID, "again"); !errors.Is(err, agreement.ErrHandled) || e.HandledAt == nil {
		t.Errorf("handled twice: %v", err)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		as, _, err := agreementrepo.Repo{}.List(ctx, agreement.Query{Window: paging.Window{Limit: 9}}, today)
		ls, err2 := letterrepo.Repo{}.List(ctx, c.ID)
		ss, _, err3 := stoprepo.Repo{}.List(ctx, supplystop.Query{Window: paging.Window{Limit: 9}})
		return len(as) + len(ls) + len(ss), errors.Join(err, err2, err3)
	})
}

// The agreement in force says the same again only when it is to be reviewed.
func TestAnAgreementIsConfirmedAtItsReview(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin, approver := w.CtxA(t), w.CtxA(t, access.RoleApprover)
	in := agreement.SubmitInput{CustomerID: w.NewCustomer(t, admin, 1).ID, Triggers: agreement.Preset(), Reason: "首次"}
	first, err := w.agreements.Submit(admin, in)
	ok(t, err)
	w.Approve(t, approver, first.ID)
	begun := w.Clock.At
	w.Clock.At = begun.AddDate(0, 0, agreement.ReviewDays-agreement.ReviewNotice-1)
	if _, err := w.agreements.Submit(admin, in); !errors.Is(err, agreement.ErrSame) {
		t.Errorf("before its review: %v", err)
	}
	w.Clock.At = begun.AddDate(0, 0, agreement.ReviewDays-agreement.ReviewNotice)
	second, err := w.agreements.Submit(admin, in)
	ok(t, err)
	w.Approve(t, approver, second.ID)
	if _, err := w.agreements.Submit(admin, in); !errors.Is(err, agreement.ErrSame) {
		t.Errorf("once more after it: %v", err)
	}
}

// A changed agreement is a new version; the old one lapses with its approval, and
// the stage it had reached goes on (ruling 2).
func TestANewVersionTakesOver(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin, approver := w.CtxA(t), w.CtxA(t, access.RoleApprover)
	c := w.NewCustomer(t, admin, 1)
	w.owes(t, admin, c.ID, "R1", 40, 50_000)
	in := agreement.SubmitInput{CustomerID: c.ID, Triggers: agreement.Preset(), Reason: "首次"}
	first, err := w.agreements.Submit(admin, in)
	ok(t, err)
	w.Approve(t, approver, first.ID)
	ok(t, w.agreements.Daily(admin, today))
	if _, err := w.agreements.Submit(admin, in); !errors.Is(err, agreement.ErrSame) {
		t.Errorf("the same again: %v", err)
	}
	in.Triggers = []agreement.Trigger{{Stage: agreement.StageDunningLetter, Days: 60}, {Stage: agreement.StageLawsuit, Days: 120, Amount: 100, Join: agreement.JoinAnd}}
	sim, err := w.agreements.Simulate(admin, in)
	ok(t, err)
	if sim.Reached != agreement.StageNone || sim.Figures.Days != 40 || sim.Current == nil || sim.Current.ID != first.ID {
		t.Errorf("simulation: %+v", sim)
	}
	second, err := w.agreements.Submit(admin, in)
	ok(t, err)
	w.Approve(t, approver, second.ID)
	got := w.course(t, admin, second.ID)
	if got.Agreement.Number != 2 || got.Agreement.Stage != agreement.StageStopSupply || len(got.Versions) != 2 || got.Versions[1].Status != agreement.StatusLapsed ||
		got.Versions[1].LapsedAt == nil || got.Events[0].Cause != agreement.CauseCarried {
		t.Errorf("course: %+v", got)
	}
	third, err := w.agreements.Submit(admin, agreement.SubmitInput{CustomerID: c.ID, Triggers: agreement.Preset()[:2], Reason: "三"})
	ok(t, err)
	p := w.Pending(t, approver, third.ID)
	_, err = w.Approvals.Decide(approver, approval.DecideInput{ID: p.ID, Comment: "不妥", Version: p.Version})
	ok(t, err)
	if s := w.course(t, admin, second.ID).Agreement.Status; s != agreement.StatusEffective {
		t.Errorf("after a rejection the version in force is %s", s)
	}
	if _, err := w.agreements.Submit(admin, agreement.SubmitInput{CustomerID: c.ID, ProjectID: new(uuid.New()), Triggers: agreement.Preset(), Reason: "r"}); !errors.Is(err, agreement.ErrProject) {
		t.Errorf("a project of nobody: %v", err)
	}
	// a salesperson reaches the agreements of his own customers only
	other, _ := w.AddMember(t, w.A, "别的业务员", access.RoleSalesperson)
	stranger := access.With(scope.WithTenant(t.Context(), w.A), other)
	if _, err := w.agreements.Get(stranger, second.ID); !errors.Is(err, agreement.ErrNotFound) {
		t.Errorf("another's agreement: %v", err)
	}
	if err := w.agreements.Cure(stranger, agreement.CureInput{AgreementID: second.ID, To: agreement.StageNone, Reason: "r", Version: 1}); !errors.Is(err, agreement.ErrNotFound) {
		t.Errorf("another's cure: %v", err)
	}
}

// What came back reads as returned and leaves the way free for another one.
func TestReturnedAgreement(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin, approver := w.CtxA(t), w.CtxA(t, access.RoleApprover)
	in := agreement.SubmitInput{CustomerID: w.NewCustomer(t, admin, 1).ID, Triggers: agreement.Preset(), Reason: "首次"}
	back, err := w.agreements.Submit(admin, in)
	ok(t, err)
	p := w.Pending(t, approver, back.ID)
	_, err = w.Approvals.Decide(approver, approval.DecideInput{ID: p.ID, Return: true, Comment: "缺合同", Version: p.Version})
	ok(t, err)
	if got := w.course(t, admin, back.ID).Agreement; got.Status != agreement.StatusReturned {
		t.Errorf("what came back is %s", got.Status)
	}
	_, err = w.agreements.Submit(admin, in)
	ok(t, err)
}

func TestLetterNumbersHaveNoGap(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.CtxA(t)
	c := w.NewCustomer(t, admin, 1)
	issue := func(spoil bool) error {
		return w.Pool.Tenant().InTx(admin, func(ctx context.Context) error {
			_, err := w.letters.Issue(ctx, letter.IssueInput{Kind: letter.KindDunning, CustomerID: c.ID, On: today})
			if err == nil && spoil {
				err = errors.New("rolled back")
			}
			return err
		})
	}
	var wg sync.WaitGroup
	for i := range 12 {
		wg.Go(func() {
			if err := issue(i%3 == 0); (err != nil) != (i%3 == 0) {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	letters, err := w.letters.List(admin, c.ID)
	ok(t, err)
	seen := map[int]bool{}
	for _, l := range letters {
		seen[l.Serial] = true
	}
	for n := 1; n <= 8; n++ {
		if !seen[n] {
			t.Errorf("number %d is missing of %v", n, seen)
		}
	}
	if len(letters) != 8 {
		t.Errorf("%d letters", len(letters))
	}
	text := letter.Template{Kind: letter.KindDunning, Subject: "催款 {{letter_number}}", Body: "{{customer_name}} 欠 {{overdue_amount}}"}
	saved, err := w.letters.SetTemplate(admin, text)
	ok(t, err)
	if _, err := w.letters.SetTemplate(admin, text); !errors.Is(err, letter.ErrVersion) || saved.Version != 1 {
		t.Errorf("over another's change: %v", err)
	}
	text.Body, text.Version = "{{sum}} {{ open", 1
	if _, err := w.letters.SetTemplate(admin, text); reason(err) != "INVALID_INPUT" {
		t.Errorf("unknown field: %v", err)
	}
	ok(t, issue(false))
	if letters, err = w.letters.List(admin, c.ID); err != nil || letters[0].Subject != "催款 2026-0009" {
		t.Errorf("own text: %v %v", letters[0].Subject, err)
	}
}
