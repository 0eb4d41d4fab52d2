package historyimport_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/document"
	"zhuxin/biz/feed"
	biz "zhuxin/biz/historyimport"
	"zhuxin/data/auditlog"
	"zhuxin/data/historypdf"
	"zhuxin/data/outbox"
	feedrepo "zhuxin/data/tenantrepo/feed"
	"zhuxin/data/tenantrepo/historyimport"
	"zhuxin/data/tenantrepo/receivable/receivabletest"
	"zhuxin/data/tenantrepo/statement"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

// world is imports of history as the product has them, but for the object store.
type world struct {
	*tenancytest.Env
	*receivabletest.World
	config biz.Config
	biz    *biz.Service
	clerk  context.Context // prepares
	second context.Context // signs
	worker context.Context
	papers map[uuid.UUID][]byte
}

func setup(t *testing.T) *world {
	t.Helper()
	env := tenancytest.New(t)
	clock := &calendar.Frozen{At: time.Date(2026, 4, 10, 2, 0, 0, 0, time.UTC)}
	w := &world{Env: env, papers: map[uuid.UUID][]byte{}}
	w.World = receivabletest.New(env.Pool, clock, t.TempDir())
	log := auditlog.Tenant(env.Pool)
	w.config = biz.Config{Tx: env.Pool.Tenant(), Repo: historyimport.Repo{}, Imports: w.Config, Printer: historypdf.Printer{}, Papers: w, Events: outbox.Tenant(env.Pool), Audit: log, Clock: clock,
		Feed: feed.Config{Tx: env.Pool.Tenant(), Repo: feedrepo.Repo{}, Imports: w.Imports, Statements: statement.Repo{}, Terms: w.Terms, Accounts: w.Accounts, Relations: w.Relations(), Audit: log, Clock: clock}}
	w.biz = biz.New(w.config)
	w.clerk, w.second = env.CtxA(t, access.RoleFinance), env.CtxA(t)
	w.worker = access.With(env.CtxA(t), access.System(env.A.ID, "worker"))
	return w
}

// Upload and Open implement biz.Papers.
func (w *world) Upload(_ context.Context, in document.UploadInput) (document.Document, error) {
	b, err := io.ReadAll(in.Body)
	d := document.Document{ID: uuid.New(), FileName: in.FileName, Kind: in.Kind, SizeBytes: int64(len(b))}
	w.papers[d.ID] = b
	return d, err
}

func (w *world) Open(_ context.Context, id uuid.UUID) (document.Document, io.ReadCloser, error) {
	return document.Document{ID: id}, io.NopCloser(bytes.NewReader(w.papers[id])), nil
}

// books are files of the old books with what they hold, counted by a way of its own.
type books struct {
	files    map[biz.Kind]string
	controls []biz.Control
	open     money.Amount
	received money.Amount
	items    int64
}

func uscc(t *testing.T, n int) string {
	t.Helper()
	first := fmt.Sprintf("91310000%09d", n)
	c, err := party.CheckCharacter(first)
	if err != nil {
		t.Fatal(err)
	}
	return first + string(c)
}

// draw makes good books of some customers, with bad rows among them where spoil says so.
func draw(t *testing.T, r *rand.Rand, spoil bool) books {
	mark := uuid.NewString()[:8]
	b := books{files: map[biz.Kind]string{}}
	lines := map[biz.Kind][]string{biz.Customers: {"客户编号,客户名称,统一社会信用代码,账期天数"}, biz.Contracts: {"合同编号,客户编号,合同金额"},
		biz.Receivables: {"document_no,customer_number,invoice_date,due_date,amount,open_amount,contract_no"}, biz.Receipts: {"收款单号,客户编号,收款日期,金额,收款方式"}}
	add := func(k biz.Kind, format string, args ...any) {
		lines[k] = append(lines[k], fmt.Sprintf(format, args...))
	}
	day := calendar.NewDate(2026, 3, 31)
	for c := range 1 + r.IntN(5) {
		number := fmt.Sprintf("%s-%d", mark, c)
		add(biz.Customers, "%s,客户%s,%s,30", number, number, uscc(t, r.IntN(1_000_000_000)))
		add(biz.Contracts, "HT%s,%s,1000000", number, number)
		for n := range r.IntN(6) {
			amount := money.Amount(1 + r.IntN(100_000_00))
			open := money.Amount(r.IntN(int(amount) + 1))
			issued := day.AddDays(-r.IntN(900))
			add(biz.Receivables, "%s-I%d,%s,%s,%s,%s,%s,HT%s", number, n, number, issued, issued.AddDays(r.IntN(90)), amount, open, number)
			b.open, b.items = b.open+open, b.items+1
			if paid := amount - open; paid > 0 {
				add(biz.Receipts, "%s-P%d,%s,%s,%s,转账", number, n, number, issued.AddDays(1), paid)
				b.received += paid
			}
		}
	}
	if spoil {
		add(biz.Customers, "%s-x,坏代码,91310000000000000X,30", mark)
		add(biz.Receivables, "%s-u,nobody,2026-01-01,2026-02-01,5,5,", mark)
		add(biz.Receivables, "%s-o,%s-0,2026-01-01,2026-02-01,5,6,", mark, mark)
		add(biz.Receipts, "%s-P9,nobody,2026-01-01,7,现金", mark)
	}
	sums := map[biz.Kind]money.Amount{biz.Receivables: b.open, biz.Receipts: b.received}
	for _, k := range biz.Kinds {
		if len(lines[k]) == 1 {
			continue
		}
		b.files[k] = strings.Join(lines[k], "\n") + "\n"
		c := biz.Control{Kind: k, Rows: int64(len(lines[k]) - 1)}
		if s, ok := sums[k]; ok {
			c.Sums = map[money.Currency]money.Amount{"CNY": s}
		}
		b.controls = append(b.controls, c)
	}
	return b
}

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			f, _ := fault.As(err)
			t.Fatalf("%v %+v", err, f)
		}
		return v
	}
}

// deliver hands an event about the import to a handler, as the queue does.
func (w *world) deliver(i biz.Import, h event.Handler) error {
	b, err := json.Marshal(biz.Requested{ImportID: i.ID})
	if err != nil {
		return err
	}
	return h(w.worker, event.Delivered{ID: uuid.New(), TenantID: w.A.ID, Payload: b, Attempt: 1})
}

// checked brings books as far as a finished check.
func (w *world) checked(t *testing.T, b books) biz.Import {
	t.Helper()
	ok := must[biz.Import](t)
	i := ok(w.biz.Create(w.clerk, biz.Facts{AsOf: calendar.NewDate(2026, 3, 31), Controls: b.controls}))
	for k, text := range b.files {
		ok(w.biz.Upload(w.clerk, i.ID, k, string(k)+".csv", strings.NewReader(text), int64(len(text))))
	}
	i = ok(w.biz.Check(w.clerk, i.ID, 0))
	if err := w.deliver(i, w.biz.HandleCheck); err != nil {
		t.Fatal(err)
	}
	if i = ok(w.biz.Get(w.clerk, i.ID)); i.Status != biz.StatusChecked {
		t.Fatalf("the check ended as %s: %s", i.Status, i.Failure)
	}
	return i
}

// signed answers for all findings, submits and signs.
func (w *world) signed(t *testing.T, i biz.Import) biz.Import {
	t.Helper()
	ok := must[biz.Import](t)
	for _, f := range i.Unanswered() {
		i = ok(w.biz.Explain(w.clerk, i.ID, i.Version, f.String(), "旧账如此"))
	}
	i = ok(w.biz.Submit(w.clerk, i.ID, i.Version))
	seen := ok(w.biz.Get(w.second, i.ID))
	return ok(w.biz.Sign(w.second, seen.ID, seen.Version, seen.Seal()))
}

// stored counts what there is of the source: items and what is open of them, receipts
// and their sum, customers, and what the accounts say of these.
func (w *world) stored(t *testing.T) (out [6]int64) {
	t.Helper()
	err := w.Pool.Tenant().InTx(w.clerk, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		return q.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM receivables WHERE source = 'history'), (SELECT coalesce(sum(open_amount), 0)::bigint FROM receivables WHERE source = 'history'),
			(SELECT count(*) FROM receipts WHERE source = 'history'), (SELECT coalesce(sum(amount), 0)::bigint FROM receipts WHERE source = 'history'),
			(SELECT count(*) FROM customers), (SELECT coalesce(sum(receivable_amount), 0)::bigint FROM credit_accounts)`).Scan(&out[0], &out[1], &out[2], &out[3], &out[4], &out[5])
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// The figures of the check are those after the signing, which are the old books'; the
// check itself leaves nothing behind.
func TestTheCheckIsWhatTheSigningDoes(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for seed := range uint64(6) {
		b := draw(t, rand.New(rand.NewPCG(seed, 7)), seed%2 == 1)
		before := w.stored(t)
		i := w.checked(t, b)
		if after := w.stored(t); after != before {
			t.Fatalf("seed %d: the check changed %v into %v", seed, before, after)
		}
		bad := int64(0)
		for _, o := range i.Result.Outcomes {
			if want := int64(strings.Count(b.files[o.Kind], "\n") - 1); o.Rows != want || o.Inserted+o.Refused != want {
				t.Errorf("seed %d, %s: %+v of %d rows", seed, o.Kind, o, want)
			}
			if bad += o.Refused; o.Ties() != (seed%2 == 0) && o.Kind != biz.Contracts {
				t.Errorf("seed %d, %s ties: %v", seed, o.Kind, o.Ties())
			}
		}
		if want := int64(seed%2) * 4; bad != want {
			t.Errorf("seed %d: %d rows refused, want %d", seed, bad, want)
		}
		if err := w.deliver(w.signed(t, i), w.biz.HandleApply); err != nil {
			t.Fatal(err)
		}
		done := must[biz.Import](t)(w.biz.Get(w.second, i.ID))
		after := w.stored(t)
		if done.Status != biz.StatusApplied || after[0]-before[0] != b.items || after[1]-before[1] != int64(b.open) || after[3]-before[3] != int64(b.received) {
			t.Fatalf("seed %d: %s %s, stored %v after %v, want %d items, %s open, %s received", seed, done.Status, done.Failure, after, before, b.items, b.open, b.received)
		}
		if after[5] != after[1] || int64(i.Result.Aging.Receivable) != after[1] {
			t.Errorf("seed %d: the accounts say %d, the check %s, the items %d", seed, after[5], i.Result.Aging.Receivable, after[1])
		}
		if err := errors.Join(w.deliver(done, w.biz.HandleApply), w.deliver(done, w.biz.HandleApplied), w.deliver(done, w.biz.HandleApplied)); err != nil || w.stored(t) != after {
			t.Errorf("seed %d: delivered again: %v, %v", seed, err, w.stored(t))
		}
		if _, body, err := w.biz.Protocol(w.clerk, i.ID); err != nil {
			t.Error(err)
		} else if p, err := io.ReadAll(body); err != nil || !bytes.HasPrefix(p, []byte("%PDF")) || len(w.papers) != int(seed)+1 {
			t.Errorf("protocol: %d bytes, %d papers, %v", len(p), len(w.papers), err)
		}
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		list, _, err := w.biz.List(ctx, 1, 50)
		return len(list), err
	})
	if _, err := w.biz.Get(w.CtxB(t, access.RoleFinance), uuid.New()); !is(err, biz.ErrNotFound) {
		t.Error(err)
	}
}

func is(err error, want *fault.Error) bool {
	f, ok := fault.As(err)
	return ok && f.Is(want)
}
