package collection_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"zhuxin/biz/approval"
	biz "zhuxin/biz/collection"
	"zhuxin/biz/contract"
	"zhuxin/data/auditlog"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/data/receiptpdf"
	approvalrepo "zhuxin/data/tenantrepo/approval"
	"zhuxin/data/tenantrepo/collection"
	contractrepo "zhuxin/data/tenantrepo/contract"
	customerrepo "zhuxin/data/tenantrepo/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

type bench struct {
	env  *tenancytest.Env
	fix  *creditchecktest.Fixture
	svc  *biz.Service
	box  *approval.Service
	ctx  context.Context
	mail mailbox
}

const day0 = "2026-05-01"

func setup(t *testing.T) *bench {
	env := tenancytest.New(t)
	clock := &calendar.Frozen{At: time.Date(2026, 5, 1, 4, 0, 0, 0, time.UTC)}
	b := &bench{env: env, fix: creditchecktest.New(env.Pool, clock), ctx: env.CtxA(t, access.RoleAdministrator)}
	tx, log := env.Pool.Tenant(), auditlog.Tenant(env.Pool, auditlog.WithClock(clock))
	b.box = approval.New(tx, approvalrepo.New(), log, clock)
	b.svc = biz.New(biz.Config{Tx: tx, Repo: collection.Repo{}, Dues: contract.New(tx, contractrepo.Repo{}, b.fix.Accounts, log, clock),
		Customers: customerrepo.New(), Accounts: b.fix.Accounts, Approvals: b.box, Mail: &b.mail, Printer: receiptpdf.Printer{}, Audit: log, Clock: clock})
	b.box.Register(approval.KindWriteOff, b.svc)
	return b
}

func (b *bench) record(t testing.TB, customer uuid.UUID, amount money.Amount, method biz.Method) biz.Detail {
	t.Helper()
	in := biz.RecordInput{CustomerID: customer, ReceivedOn: day0, Amount: amount, Method: method}
	if method == biz.ByDraft {
		in.Draft = &biz.DraftInput{Number: uuid.NewString()[:20], Kind: "commercial", Acceptor: "某建工", IssuedOn: day0, DueOn: "2026-11-01"}
	}
	d, err := b.svc.Record(b.ctx, in)
	if err != nil {
		t.Fatalf("record: %v", err)
	}
	return d
}

func (b *bench) open(t testing.TB, id uuid.UUID) (open, applied money.Amount) {
	t.Helper()
	l, err := b.svc.Life(b.ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	return l.Open, l.Applied
}

func (b *bench) item(t testing.TB, customer uuid.UUID, no string, due calendar.Date, amount money.Amount) uuid.UUID {
	t.Helper()
	b.fix.Receivable(t, b.ctx, customer, no, due, amount)
	var id uuid.UUID
	err := b.env.Pool.Tenant().InTx(b.ctx, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		return q.QueryRowContext(ctx, `SELECT id FROM receivables WHERE document_no = $1`, no).Scan(&id)
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func TestDraftStaysRiskUntilHonoured(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.fix.Add(t, b.ctx, creditchecktest.Customer{})
	item := b.item(t, c.ID, "R1", calendar.NewDate(2026, 3, 1), 1000)
	honoured, refused := b.record(t, c.ID, 300, biz.ByDraft), b.record(t, c.ID, 400, biz.ByDraft)
	for _, d := range []biz.Detail{honoured, refused} {
		if _, _, err := b.svc.Apply(b.ctx, d.ID, biz.Selection{Rule: biz.RuleOldest}, false); err != nil {
			t.Fatal(err)
		}
	}
	a := b.fix.Account(t, b.ctx, c.ID)
	if a.Receivable != 300 || a.Drafts != 700 || a.Exposure() != 1000 || a.Advances != 0 {
		t.Errorf("while drafts are held: %+v", a)
	}
	if err := b.svc.SettleDraft(b.ctx, honoured.Draft.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	if err := b.svc.SettleDraft(b.ctx, refused.Draft.ID, false, "出票人账户余额不足"); err != nil {
		t.Fatal(err)
	}
	if a = b.fix.Account(t, b.ctx, c.ID); a.Receivable != 700 || a.Drafts != 0 || a.Exposure() != 700 {
		t.Errorf("after one was honoured and one was not: %+v", a)
	}
	if open, applied := b.open(t, item); open != 700 || applied != 300 {
		t.Errorf("item open %d, applied %d", open, applied)
	}
	if err := b.svc.SettleDraft(b.ctx, refused.Draft.ID, true, ""); !errors.Is(err, biz.ErrDraftSettled) {
		t.Errorf("settled twice: %v", err)
	}
}

// sendBack returns a write-off to who asked for it.
func (b *bench) sendBack(t *testing.T, id uuid.UUID) {
	t.Helper()
	approver := b.env.CtxA(t, access.RoleApprover)
	page, err := b.box.List(approver, approval.BoxTodo, 0, 0)
	if err != nil || len(page.Approvals) != 1 || page.Approvals[0].SubjectID != id {
		t.Fatalf("inbox: %+v %v", page, err)
	}
	a := page.Approvals[0]
	if _, err := b.box.Decide(approver, approval.DecideInput{ID: a.ID, Return: true, Comment: "缺法院文书", Version: a.Version}); err != nil {
		t.Fatal(err)
	}
	err = b.env.Pool.Tenant().InTx(b.ctx, func(ctx context.Context) error {
		w, err := collection.Repo{}.WriteOff(ctx, id)
		if w.Status != "returned" {
			t.Errorf("the write-off is %s", w.Status)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWriteOffIsApprovedByAnother(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.fix.Add(t, b.ctx, creditchecktest.Customer{})
	item := b.item(t, c.ID, "R1", calendar.NewDate(2026, 3, 1), 1000)
	back, err := b.svc.SubmitWriteOff(b.ctx, item, 700, "破产清算")
	if err != nil {
		t.Fatal(err)
	}
	b.sendBack(t, back.ID)
	w, err := b.svc.SubmitWriteOff(b.ctx, item, 600, "破产清算") // what came back leaves the item free for it
	if err != nil {
		t.Fatal(err)
	}
	if open, _ := b.open(t, item); open != 1000 {
		t.Errorf("written off before it is approved: %d", open)
	}
	approver := b.env.CtxA(t, access.RoleApprover)
	page, err := b.box.List(approver, approval.BoxTodo, 0, 0)
	if err != nil || len(page.Approvals) != 1 || page.Approvals[0].SubjectID != w.ID {
		t.Fatalf("inbox: %+v %v", page, err)
	}
	if _, err := b.box.Decide(approver, approval.DecideInput{ID: page.Approvals[0].ID, Approve: true, Version: page.Approvals[0].Version}); err != nil {
		t.Fatal(err)
	}
	if open, applied := b.open(t, item); open != 400 || applied != 600 {
		t.Errorf("approved: open %d, applied %d", open, applied)
	}
	if err := b.svc.ReverseWriteOff(b.ctx, w.ID, "收到清偿款"); err != nil {
		t.Fatal(err)
	}
	if open, applied := b.open(t, item); open != 1000 || applied != 0 {
		t.Errorf("reversed: open %d, applied %d", open, applied)
	}
	if err := b.svc.ReverseWriteOff(b.ctx, w.ID, "再来一次"); !errors.Is(err, biz.ErrWriteOffState) {
		t.Errorf("reversed twice: %v", err)
	}
}

func TestDisputeIsFlaggedInTotals(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.fix.Add(t, b.ctx, creditchecktest.Customer{})
	item := b.item(t, c.ID, "R1", calendar.NewDate(2026, 3, 1), 1000)
	b.item(t, c.ID, "R2", calendar.NewDate(2026, 3, 2), 50)
	if err := b.svc.OpenDispute(b.ctx, item, "quality", "28 天强度不足"); err != nil {
		t.Fatal(err)
	}
	if err := b.svc.OpenDispute(b.ctx, item, "price", "又一件"); !errors.Is(err, biz.ErrDisputed) {
		t.Errorf("disputed twice: %v", err)
	}
	if a := b.fix.Account(t, b.ctx, c.ID); a.Disputed != 1000 || a.Receivable != 1050 {
		t.Errorf("%+v", a)
	}
	if err := b.svc.ResolveDispute(b.ctx, item, "复检合格"); err != nil {
		t.Fatal(err)
	}
	if a := b.fix.Account(t, b.ctx, c.ID); a.Disputed != 0 {
		t.Errorf("%+v", a)
	}
	tenancytest.OtherSeesNothing(t, b.env, func(ctx context.Context) (int, error) {
		n := 0
		err := b.env.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
			items, err := collection.Repo{}.OpenItems(ctx, c.ID)
			n = len(items)
			return err
		})
		return n, err
	})
}

// model recomputes an account from nothing but what was done.
type model struct {
	items    map[uuid.UUID]money.Amount // whole
	open     map[uuid.UUID]money.Amount
	receipts map[uuid.UUID]money.Amount // what is left of each that stands
	drafts   map[uuid.UUID]money.Amount
}

func (m model) exposure() (total money.Amount) {
	for _, v := range m.open {
		total += v
	}
	for _, v := range m.drafts {
		total += v
	}
	for _, v := range m.receipts {
		total -= v
	}
	return total
}

// After any sequence of acts the account is what an independent count says, no
// receipt and no item is overdrawn, and what is reversed is as before.
func TestAnySequenceAgainstModel(t *testing.T) {
	t.Parallel()
	b := setup(t)
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		if round++; round > 40 {
			return // each round is many transactions
		}
		c := b.fix.Add(t, b.ctx, creditchecktest.Customer{})
		m := model{map[uuid.UUID]money.Amount{}, map[uuid.UUID]money.Amount{}, map[uuid.UUID]money.Amount{}, map[uuid.UUID]money.Amount{}}
		var credits, receipts []uuid.UUID
		for i := range rapid.IntRange(1, 4).Draw(rt, "items") {
			amount := money.Amount(rapid.Int64Range(-300, 1000).Draw(rt, "amount"))
			if amount == 0 {
				continue
			}
			id := b.item(t, c.ID, fmt.Sprintf("S%d-%d", round, i), calendar.NewDate(2026, 3, 1+i), amount)
			m.items[id], m.open[id] = amount, amount
			if amount < 0 {
				credits = append(credits, id)
			}
		}
		b.fix.Recompute(t, b.ctx, c.ID)
		var entries []biz.Entry
		take := func(made []biz.Entry, err error) {
			if errors.Is(err, biz.ErrNothingOpen) || errors.Is(err, biz.ErrNotCredit) {
				return
			}
			if err != nil {
				rt.Fatal(err)
			}
			for _, e := range made {
				m.open[e.ReceivableID] -= e.Amount
				if e.Kind == biz.EntryCredit {
					m.open[e.From] += e.Amount
				} else {
					m.receipts[e.From] -= e.Amount
				}
			}
			entries = append(entries, made...)
		}
		back := func(e biz.Entry) {
			m.open[e.ReceivableID] += e.Amount
			if e.Kind == biz.EntryCredit {
				m.open[e.From] -= e.Amount
			}
		}
		for range rapid.IntRange(1, 8).Draw(rt, "acts") {
			switch act := rapid.SampledFrom([]string{"record", "draft", "apply", "credit", "reverse", "undo"}).Draw(rt, "act"); {
			case act == "record" || act == "draft":
				method := map[string]biz.Method{"record": biz.Transfer, "draft": biz.ByDraft}[act]
				amount := money.Amount(rapid.Int64Range(1, 1200).Draw(rt, "received"))
				d := b.record(t, c.ID, amount, method)
				receipts = append(receipts, d.ID)
				m.receipts[d.ID] = amount
				if method == biz.ByDraft {
					m.drafts[d.ID] = amount
				}
			case act == "apply" && len(receipts) > 0:
				_, made, err := b.svc.Apply(b.ctx, rapid.SampledFrom(receipts).Draw(rt, "receipt"), biz.Selection{Rule: biz.RuleOldest}, false)
				take(made, err)
			case act == "credit" && len(credits) > 0:
				take(b.svc.SetOffCredit(b.ctx, rapid.SampledFrom(credits).Draw(rt, "credit"), biz.Selection{Rule: biz.RuleOldest}))
			case act == "reverse" && len(entries) > 0:
				i := rapid.IntRange(0, len(entries)-1).Draw(rt, "entry")
				e := entries[i]
				if err := b.svc.ReverseEntry(b.ctx, e.ID, "记错"); err != nil {
					rt.Fatal(err)
				}
				back(e)
				if e.Kind == biz.EntryReceipt {
					m.receipts[e.From] += e.Amount
				}
				entries = append(entries[:i:i], entries[i+1:]...)
			case act == "undo" && len(receipts) > 0:
				i := rapid.IntRange(0, len(receipts)-1).Draw(rt, "undone")
				id := receipts[i]
				if err := b.svc.ReverseReceipt(b.ctx, id, "退票"); err != nil {
					rt.Fatal(err)
				}
				var left []biz.Entry
				for _, e := range entries {
					if e.From == id {
						back(e)
						continue
					}
					left = append(left, e)
				}
				entries = left
				delete(m.receipts, id)
				delete(m.drafts, id)
				receipts = append(receipts[:i:i], receipts[i+1:]...)
			}
		}
		for id, want := range m.open {
			if open, applied := b.open(t, id); open != want || open != m.items[id]-applied {
				rt.Fatalf("item: open %d of %d, applied %d, want open %d", open, m.items[id], applied, want)
			}
		}
		a := b.fix.Account(t, b.ctx, c.ID)
		if a.Exposure() != m.exposure() {
			rt.Fatalf("exposure %d, counted %d: %+v", a.Exposure(), m.exposure(), a)
		}
		b.fix.Recompute(t, b.ctx, c.ID)
		if again := b.fix.Account(t, b.ctx, c.ID); again.Exposure() != a.Exposure() || again.Advances != a.Advances {
			rt.Fatalf("another recompute says %+v after %+v", again, a)
		}
	})
}
