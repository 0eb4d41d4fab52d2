package erp_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/erp"
	"zhuxin/biz/exposure"
	"zhuxin/biz/feed"
	biz "zhuxin/biz/receivable"
	"zhuxin/data/auditlog"
	"zhuxin/data/crypto"
	"zhuxin/data/outbox"
	erprepo "zhuxin/data/tenantrepo/erp"
	feedrepo "zhuxin/data/tenantrepo/feed"
	"zhuxin/data/tenantrepo/receivable/receivabletest"
	"zhuxin/data/tenantrepo/statement"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

// books are an ERP's books, as its adapter gives them.
type books struct {
	items  map[string]feed.Receivable
	others []feed.Record
	limits map[string]money.Amount // what customers have there
	deaf   error                   // what it says to limits
	gone   error                   // it is away while limits come
	since  []time.Time
	secret string
	fail   error
	check  error
	reads  int
	during func()
	stand  map[string]bool // documents that are not named any more, and stand
}

func (b *books) Standing(_ context.Context, _ erp.Endpoint, w erp.Window, items []feed.Receivable) (map[string]bool, error) {
	if !w.Full() || len(items) == 0 {
		return nil, errors.New("there is nothing to ask for")
	}
	return b.stand, nil
}

func (b *books) Check(context.Context, erp.Endpoint) (erp.Info, error) { return erp.Info{}, b.check }

func (b *books) Kinds() []feed.Kind { return feed.Kinds }

func (b *books) PushLimits(_ context.Context, _ erp.Endpoint, limits []erp.Limit, told func(int, error) error) error {
	for i, l := range limits {
		if b.gone != nil {
			return b.gone
		}
		if b.deaf == nil {
			b.limits[l.CustomerNumber] = l.Amount
		}
		if err := told(i, b.deaf); err != nil {
			return err
		}
	}
	return nil
}

func (b *books) Read(_ context.Context, e erp.Endpoint, k feed.Kind, w erp.Window, yield func(feed.Record) error) error {
	b.reads++
	if k != feed.Receivables {
		for _, r := range b.others {
			if r.Kind() == k {
				if err := yield(r); err != nil {
					return err
				}
			}
		}
		return b.fail
	}
	b.since, b.secret = append(b.since, w.Since), e.Secret
	if b.during != nil {
		b.during()
	}
	for _, i := range b.items {
		if err := yield(i); err != nil {
			return err
		}
	}
	return b.fail
}

func (b *books) put(number string, amount, open money.Amount) {
	b.items[number] = feed.Receivable{Buyer: feed.Buyer{CustomerNumber: "C-7"}, CustomerName: "示例甲", DocumentNo: number, InvoiceDate: calendar.NewDate(2026, 3, 1),
		DueDate: calendar.NewDate(2026, 3, 31), Currency: money.CNY, Amount: amount, Open: open}
}

type world struct {
	*tenancytest.Env
	books   *books
	clock   *calendar.Frozen
	config  erp.Config
	service *erp.Service
	ledger  *biz.Ledger
	feeds   *feed.Service

	accounts exposure.Accounts
}

func setup(t *testing.T) *world {
	t.Helper()
	env := tenancytest.New(t)
	w := &world{Env: env, books: &books{limits: map[string]money.Amount{}, items: map[string]feed.Receivable{}}, clock: &calendar.Frozen{At: time.Date(2026, 4, 10, 2, 0, 0, 0, time.UTC)}}
	master, err := crypto.ParseMaster("MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=")
	if err != nil {
		t.Fatal(err)
	}
	r := receivabletest.New(env.Pool, w.clock, t.TempDir())
	w.ledger, w.accounts = r.Ledger, r.Accounts
	w.feeds = feed.New(feed.Config{Tx: env.Pool.Tenant(), Repo: feedrepo.Repo{}, Imports: r.Imports, Statements: statement.Repo{}, Terms: r.Terms, Accounts: r.Accounts, Relations: r.Relations(),
		Audit: auditlog.Tenant(env.Pool), Clock: w.clock})
	w.config = erp.Config{Tx: env.Pool.Tenant(), Repo: erprepo.New(crypto.Tenant(env.Pool, master, w.clock)), Imports: r.Imports, Feeds: w.feeds, Clock: w.clock, Random: func() float64 { return 0 },
		Events: outbox.Tenant(env.Pool), Audit: auditlog.Tenant(env.Pool), Adapters: map[erp.Kind]erp.Adapter{erp.KindTryton: w.books}}
	w.service = erp.New(w.config)
	return w
}

func input(source string) erp.SaveInput {
	return erp.SaveInput{Name: "总账", Kind: erp.KindTryton, Source: source, Enabled: true, EveryMinutes: 30,
		Endpoint: erp.Endpoint{BaseURL: "https://erp.example/", Database: "credit", Username: "zhuxin", Secret: "geheim"}}
}

func (w *world) open(t *testing.T, source string) map[string]money.Amount {
	t.Helper()
	out := map[string]money.Amount{}
	err := w.Pool.Tenant().InTx(w.CtxA(t), func(ctx context.Context) error {
		return erprepo.New(nil).OpenItems(ctx, source, func(i feed.Receivable) { out[i.DocumentNo] = i.Open })
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func (w *world) sold(t *testing.T, source string) map[string]money.Amount {
	t.Helper()
	out := map[string]money.Amount{}
	err := w.Pool.Tenant().InTx(w.CtxA(t), func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		rows, err := q.QueryContext(ctx, `SELECT document_no, amount FROM receivables WHERE source = $1`, source)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var no string
			var a money.Amount
			if err := rows.Scan(&no, &a); err != nil {
				return err
			}
			out[no] = a
		}
		return rows.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// New, paid in part, paid, gone: each pull brings the ledger to what the ERP has.
func TestPull(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx, source := w.CtxA(t), "erp-"+uuid.NewString()[:8]
	c, err := w.service.Save(ctx, input(source))
	if err != nil || c.Secret != "" || c.BaseURL != "https://erp.example" {
		t.Fatalf("%+v, %v", c, err)
	}
	pull := func(full bool, want erp.Run) {
		t.Helper()
		r, err := w.service.Pull(ctx, c.ID, feed.Receivables, full)
		if err != nil {
			t.Fatal(err)
		}
		got := erp.Run{Full: r.Full, Read: r.Read, Settled: r.Settled, Inserted: r.Inserted, Updated: r.Updated, Unchanged: r.Unchanged, Refused: r.Refused}
		if got.Full != want.Full || got.Read != want.Read || got.Settled != want.Settled || got.Inserted != want.Inserted || got.Updated != want.Updated ||
			got.Unchanged != want.Unchanged || got.Refused != want.Refused {
			t.Errorf("run %+v, want %+v", got, want)
		}
	}
	w.books.put("F1", 21_000_000, 21_000_000)
	w.books.put("F2", 12_600_000, 12_600_000)
	pull(false, erp.Run{Full: true, Read: 2, Inserted: 2}) // the first one reads everything
	if w.books.secret != "geheim" {
		t.Errorf("the ERP was given %q", w.books.secret)
	}
	pull(false, erp.Run{Read: 2, Unchanged: 2})
	if since := w.books.since[1]; !since.Equal(w.clock.At.Add(-10 * time.Minute)) {
		t.Errorf("the second pull reads what changed since %s", since)
	}
	w.books.put("F1", 21_000_000, 11_000_000)
	delete(w.books.items, "F2") // paid there: an incremental pull cannot know
	w.books.stand = map[string]bool{"F2": true}
	pull(false, erp.Run{Read: 1, Updated: 1})
	if got := w.open(t, source); got["F1"] != 11_000_000 || got["F2"] != 12_600_000 {
		t.Errorf("open %v", got)
	}
	pull(true, erp.Run{Full: true, Read: 1, Settled: 1, Updated: 1, Unchanged: 1})
	if got := w.open(t, source); len(got) != 1 || got["F1"] != 11_000_000 {
		t.Errorf("open after a full pull %v", got)
	}
	w.books.items = map[string]feed.Receivable{}
	pull(true, erp.Run{Full: true, Settled: 1, Updated: 1})
	if got := w.sold(t, source); got["F1"] != 0 || got["F2"] != 12_600_000 { // deleted there, and paid there
		t.Errorf("sold after documents went %v", got)
	}
	pull(true, erp.Run{Full: true}) // nothing there, nothing open: no file, no fault
	runs, err := w.service.Runs(ctx, c.ID)
	if err != nil || len(runs) != 6 || runs[0].Status != erp.RunDone || runs[5].Open[money.CNY] != 33_600_000 {
		t.Errorf("%+v, %v", runs, err)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		list, err := erprepo.New(nil).List(ctx)
		return len(list), err
	})
	if _, err := w.service.Runs(w.CtxB(t), c.ID); !errors.Is(err, erp.ErrNotFound) {
		t.Errorf("the other subsidiary reads the runs: %v", err)
	}
}

// A run that breaks off changes nothing, says why, and is tried by the clock; the
// next one starts from where the last good one ended.
func TestPullThatFails(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx, source := w.CtxA(t), "erp-"+uuid.NewString()[:8]
	c, err := w.service.Save(ctx, input(source))
	if err != nil {
		t.Fatal(err)
	}
	w.books.put("F1", 100, 100)
	w.books.fail = erp.ErrUnreachable
	if err := w.service.PullDue(ctx); err != nil {
		t.Errorf("the clock's run gives %v", err)
	}
	if got := w.open(t, source); len(got) != 0 {
		t.Errorf("half a run was imported: %v", got)
	}
	list, err := w.service.List(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range list {
		if one.ID == c.ID && (one.Failure() != "ERP_UNREACHABLE: "+erp.ErrUnreachable.Message || one.SucceededAt() != nil || !one.NextAt.Equal(w.clock.At.Add(2*time.Minute)) || one.Secret != "") {
			t.Errorf("connection %+v", one)
		}
	}
	w.books.fail = errors.New("secret inside")
	r, err := w.service.Pull(ctx, c.ID, feed.Receivables, false)
	if err == nil || r.Status != erp.RunFailed || r.Failure == "secret inside" || !r.Full {
		t.Errorf("%+v, %v", r, err)
	}
	w.books.fail = nil
	w.books.during = func() {
		w.books.during = nil
		if _, err := w.service.Pull(ctx, c.ID, feed.Receivables, false); !errors.Is(err, erp.ErrRunning) {
			t.Errorf("a second run at the same time: %v", err)
		}
	}
	if r, err = w.service.Pull(ctx, c.ID, feed.Receivables, false); err != nil || r.Inserted != 1 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestSave(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx, source := w.CtxA(t), "erp-"+uuid.NewString()[:8]
	c, err := w.service.Save(ctx, input(source))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.service.Save(ctx, input(source)); !errors.Is(err, erp.ErrSource) {
		t.Errorf("the same source twice: %v", err)
	}
	in := input("")
	in.ID, in.Version, in.Secret, in.Name = c.ID, c.Version, "", "改名"
	c, err = w.service.Save(ctx, in)
	if err != nil || c.Name != "改名" || c.Source != source || c.Version != 2 {
		t.Fatalf("%+v, %v", c, err)
	}
	if _, err := w.service.Save(ctx, in); !errors.Is(err, erp.ErrVersion) {
		t.Errorf("an old version: %v", err)
	}
	if _, err := w.service.Pull(ctx, c.ID, feed.Receivables, false); err != nil || w.books.secret != "geheim" {
		t.Errorf("after a change without password: %q, %v", w.books.secret, err)
	}
	for field, change := range map[string]func(*erp.SaveInput){
		"name": func(i *erp.SaveInput) { i.Name = " " }, "kind": func(i *erp.SaveInput) { i.Kind = "sap" }, "database": func(i *erp.SaveInput) { i.Database = "" },
		"base_url": func(i *erp.SaveInput) { i.BaseURL = "https://a@erp.example/x" }, "username": func(i *erp.SaveInput) { i.Username = "" },
		"secret": func(i *erp.SaveInput) { i.Secret = "" }, "source": func(i *erp.SaveInput) { i.Source = "Ü" }, "every_minutes": func(i *erp.SaveInput) { i.EveryMinutes = 1 },
	} {
		in := input(source)
		change(&in)
		_, err := w.service.Save(ctx, in)
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || len(f.Fields) != 1 || f.Fields[0].Name != field {
			t.Errorf("%s: %v", field, err)
		}
	}
}
