package feed_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"zhuxin/biz/feed"
	"zhuxin/data/auditlog"
	feedrepo "zhuxin/data/tenantrepo/feed"
	"zhuxin/data/tenantrepo/receivable/receivabletest"
	"zhuxin/data/tenantrepo/statement"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/volume"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

type world struct {
	*tenancytest.Env
	*receivabletest.World
	feeds *feed.Service
	clock *calendar.Frozen
}

func setup(t *testing.T) *world {
	t.Helper()
	env := tenancytest.New(t)
	w := &world{Env: env, clock: &calendar.Frozen{At: time.Date(2026, 4, 10, 2, 0, 0, 0, time.UTC)}}
	w.World = receivabletest.New(env.Pool, w.clock, t.TempDir())
	w.feeds = feed.New(feed.Config{Tx: env.Pool.Tenant(), Repo: feedrepo.Repo{}, Imports: w.Imports, Statements: statement.Repo{}, Terms: w.Terms, Accounts: w.Accounts, Relations: w.Relations(),
		Audit: auditlog.Tenant(env.Pool), Clock: w.clock})
	return w
}

func put[R feed.Record](t testing.TB, w *world, ctx context.Context, source string, records ...R) feed.Result {
	t.Helper()
	list := make([]feed.Record, len(records))
	for i, r := range records {
		list[i] = r
	}
	r, err := w.feeds.Put(ctx, source, list)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func statuses(r feed.Result) (out []string) {
	for _, o := range r.Outcomes {
		s := string(o.Status)
		for _, f := range o.Faults {
			s += " " + f.Reason
		}
		out = append(out, s)
	}
	return out
}

func expect(t *testing.T, what string, r feed.Result, want ...string) {
	t.Helper()
	if got := statuses(r); !slices.Equal(got, want) {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func (w *world) exec(t testing.TB, ctx context.Context, statement string, args ...any) {
	t.Helper()
	err := w.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		_, err = q.ExecContext(ctx, statement, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) customer(t testing.TB, ctx context.Context, number string) (id uuid.UUID) {
	t.Helper()
	err := w.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		list, err := feedrepo.Repo{}.Customers(ctx, []string{number}, nil, nil)
		if len(list) == 1 {
			id = list[0].ID
		}
		return err
	})
	if err != nil || id == uuid.Nil {
		t.Fatalf("customer %s: %v", number, err)
	}
	return id
}

func (w *world) account(t testing.TB, ctx context.Context, number string) (delivered, reconciled, receivable, advances money.Amount) {
	t.Helper()
	err := w.Pool.Tenant().InTx(ctx, func(tx context.Context) error {
		a, err := w.Accounts.Get(tx, w.customer(t, ctx, number))
		delivered, reconciled, receivable, advances = a.Delivered, a.Reconciled, a.Receivable, a.Advances
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return delivered, reconciled, receivable, advances
}

var day = calendar.NewDate(2026, 4, 1)

func ticket(no, customer string, amount money.Amount) feed.Delivery {
	return feed.Delivery{TicketNo: no, Buyer: feed.Buyer{CustomerNumber: customer}, DeliveredOn: day, Volume: volume.M3(amount / 40), Amount: amount, ContractNo: "HT1"}
}

// A ticket new, again, changed, void, come back, refused, replayed: what is delivered
// is always what the tickets say.
func TestDeliveries(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx, source, c := w.CtxA(t), "s-"+uuid.NewString()[:8], "C-"+uuid.NewString()[:8]
	expect(t, "nobody knows him", put(t, w, ctx, source, ticket("T1", c, 4000)), "refused CUSTOMER_UNKNOWN")
	expect(t, "customer", put(t, w, ctx, source, feed.Customer{Number: c, Name: "示例甲"}), "inserted")
	r, err := w.feeds.Replay(ctx, source, feed.Deliveries)
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "replayed", r, "inserted")
	if _, err := w.feeds.Replay(ctx, source, feed.Deliveries); !errors.Is(err, feed.ErrRejects) {
		t.Errorf("nothing is left to replay: %v", err)
	}
	delivered := func(want money.Amount) {
		t.Helper()
		if got, _, _, _ := w.account(t, ctx, c); got != want {
			t.Errorf("delivered %s, want %s", got, want)
		}
	}
	delivered(4000)
	bad := ticket("T3", c, 4000)
	bad.Volume, bad.DeliveredOn = -5, 0
	foreign := ticket("T4", c, 100)
	foreign.Currency = "USD"
	expect(t, "some of a batch", put(t, w, ctx, source, ticket("T1", c, 4000), ticket("T2", c, 8000), ticket("T2", c, 9000), bad, foreign),
		"unchanged", "inserted", "refused DUPLICATE", "refused REQUIRED SIGN", "refused FOREIGN_CURRENCY")
	delivered(12000)
	rejects, total, err := w.feeds.Rejects(ctx, source, "", 1, 10)
	if err != nil || total != 2 || len(rejects) != 2 || rejects[0].Times != 1 || len(rejects[0].Faults) == 0 {
		t.Errorf("%d rejects %+v, %v", total, rejects, err)
	}
	back := ticket("T5", c, -2000)
	expect(t, "a return", put(t, w, ctx, source, back), "inserted")
	delivered(10000)
	void := ticket("T2", c, 8000)
	void.Void = true
	never := ticket("T9", c, 8000)
	never.Void = true
	expect(t, "void", put(t, w, ctx, source, void, never), "updated", "unchanged")
	expect(t, "void twice", put(t, w, ctx, source, void), "unchanged")
	delivered(2000)
	if n, err := w.feeds.Missing(ctx, source, feed.Deliveries, day, map[string]bool{"T1": true}, func(int, int) error { return nil }); err != nil || n != 1 {
		t.Errorf("%d tickets are gone, %v", n, err)
	}
	delivered(4000)
	expect(t, "its invoice is not there yet", put(t, w, ctx, source, func() feed.Delivery { d := ticket("T1", c, 4000); d.InvoiceNo = "F1"; return d }()), "updated")
	delivered(4000)
	sent := ticket("T1", c, 4000)
	sent.InvoiceNo, sent.Dispatch = "F1", feed.Dispatch{PlantCode: "P1", PlantName: "东郊搅拌站", Dispatcher: "张三"}
	expect(t, "where it left", put(t, w, ctx, source, sent), "updated")
	expect(t, "and again", put(t, w, ctx, source, sent), "unchanged")
	long := ticket("T1", c, 4000)
	long.Dispatcher = strings.Repeat("长", 201)
	expect(t, "a name too long", put(t, w, ctx, source, long), "refused TOO_LONG")
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		list, err := feedrepo.Repo{}.Deliveries(ctx, source, []string{"T1", "T2"})
		return len(list), err
	})
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		_, n, err := feedrepo.Repo{}.Rejects(ctx, source, "", 10, 0)
		return int(n), err
	})
}

// The account is the sum of what is stored, whatever happens: tickets come, change
// and go, are signed in statements, are invoiced before or after that.
func TestAccountIsTheSum(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx := w.CtxA(t)
	rapid.Check(t, func(rt *rapid.T) {
		source, mark := "s-"+uuid.NewString()[:8], uuid.NewString()[:8]
		customers := []string{mark + "a", mark + "b"}
		for _, c := range customers {
			put(t, w, ctx, source, feed.Customer{Number: c, Name: c})
		}
		type paper struct {
			amount   money.Amount
			customer string
		}
		tickets, signed, papers, invoices := map[string]feed.Delivery{}, map[string]int{}, []paper{}, map[string]string{}
		step := func() {
			switch rapid.SampledFrom([]string{"tickets", "tickets", "tickets", "sign", "invoice"}).Draw(rt, "step") {
			case "tickets":
				batch := map[string]feed.Delivery{}
				for range rapid.IntRange(1, 4).Draw(rt, "many") {
					d := ticket(fmt.Sprint("T", rapid.IntRange(1, 6).Draw(rt, "no")), rapid.SampledFrom(customers).Draw(rt, "customer"),
						money.Amount(rapid.Int64Range(-3, 9).Draw(rt, "amount"))*1000)
					d.InvoiceNo = rapid.SampledFrom([]string{"", "F1", "F2"}).Draw(rt, "invoice")
					d.Void = rapid.IntRange(0, 5).Draw(rt, "void") == 0
					batch[d.TicketNo] = d
				}
				list := slices.Collect(maps.Values(batch))
				for i, o := range put(t, w, ctx, source, list...).Outcomes {
					_, known := tickets[o.RecordID]
					if o.Status == feed.Inserted || o.Status == feed.Updated || o.Status == feed.Unchanged && known {
						tickets[o.RecordID] = list[i]
					}
				}
			case "sign":
				c := rapid.SampledFrom(customers).Draw(rt, "signer")
				id, sum := uuid.New(), money.Amount(0)
				var which []string
				for no, d := range tickets {
					if _, done := signed[no]; !done && d.CustomerNumber == c {
						_, amount, _ := d.Sums()
						which, sum = append(which, no), sum+amount
						signed[no] = len(papers)
					}
				}
				if len(which) == 0 {
					return
				}
				papers = append(papers, paper{sum, c})
				w.exec(t, ctx, `INSERT INTO statements (id, number, customer_id, period_from, period_to, currency, volume, amount, status, deadline, created_at, updated_at)
					VALUES ($1, $2, $3, $4, $4, 'CNY', 0, $5, 'reconciled', $4, now(), now())`, id, id.String(), w.customer(t, ctx, c), day, int64(sum))
				for _, no := range which {
					w.exec(t, ctx, `UPDATE deliveries SET statement_id = $1, reconciled = true WHERE source = $2 AND ticket_no = $3`, id, source, no)
				}
				if err := w.Pool.Tenant().InTx(ctx, func(tx context.Context) error { return w.Accounts.Recompute(tx, w.customer(t, ctx, c)) }); err != nil {
					t.Fatal(err)
				}
			case "invoice":
				no := rapid.SampledFrom([]string{"F1", "F2"}).Draw(rt, "number")
				if invoices[no] == "" {
					invoices[no] = rapid.SampledFrom(customers).Draw(rt, "billed to")
					put(t, w, ctx, source, feed.Receivable{DocumentNo: no, Buyer: feed.Buyer{CustomerNumber: invoices[no]}, InvoiceDate: day, DueDate: day + 30, Amount: 500, Open: 500})
				}
			}
		}
		for range rapid.IntRange(1, 7).Draw(rt, "steps") {
			step()
		}
		for _, c := range customers {
			var delivered, reconciled, receivable money.Amount
			billedOf := map[int]money.Amount{}
			for no, d := range tickets {
				_, amount, _ := d.Sums()
				billed := d.InvoiceNo != "" && invoices[d.InvoiceNo] == d.CustomerNumber
				at, done := signed[no]
				switch {
				case done && billed:
					billedOf[at] += amount
				case !done && !billed && d.CustomerNumber == c:
					delivered += amount
				}
			}
			for at, p := range papers {
				if p.customer == c && p.amount >= 0 {
					reconciled += p.amount - max(0, billedOf[at])
				} else if p.customer == c {
					reconciled += p.amount - min(0, billedOf[at])
				}
			}
			for _, to := range invoices {
				if to == c {
					receivable += 500
				}
			}
			d, r, o, _ := w.account(t, ctx, c)
			if d != delivered || r != reconciled || o != receivable {
				rt.Fatalf("%s: delivered %s, reconciled %s, receivable %s; want %s, %s, %s\ntickets %+v\nsigned %v papers %v invoices %v", c, d, r, o, delivered, reconciled, receivable, tickets, signed, papers, invoices)
			}
		}
	})
}

// A credit evens a ticket out in a statement of nothing; when the ticket is billed
// alone, the credit is still to come.
func TestStatementOfNothing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx, source, c := w.CtxA(t), "s-"+uuid.NewString()[:8], "C-"+uuid.NewString()[:8]
	put(t, w, ctx, source, feed.Customer{Number: c, Name: c})
	billed := ticket("T2", c, 1000)
	billed.InvoiceNo = "F1"
	put(t, w, ctx, source, ticket("T1", c, -1000), billed)
	id := uuid.New()
	w.exec(t, ctx, `INSERT INTO statements (id, number, customer_id, period_from, period_to, currency, volume, amount, status, deadline, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $4, 'CNY', 0, 0, 'reconciled', $4, now(), now())`, id, id.String(), w.customer(t, ctx, c), day)
	w.exec(t, ctx, `UPDATE deliveries SET statement_id = $1, reconciled = true WHERE source = $2`, id, source)
	put(t, w, ctx, source, feed.Receivable{DocumentNo: "F1", Buyer: feed.Buyer{CustomerNumber: c}, InvoiceDate: day, DueDate: day + 30, Amount: 1000, Open: 1000})
	if delivered, reconciled, receivable, _ := w.account(t, ctx, c); delivered != 0 || reconciled != -1000 || receivable != 1000 {
		t.Errorf("delivered %s, reconciled %s, receivable %s", delivered, reconciled, receivable)
	}
}

// What the customer has signed does not change under him.
func TestSignedTickets(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx, source, c := w.CtxA(t), "s-"+uuid.NewString()[:8], "C-"+uuid.NewString()[:8]
	put(t, w, ctx, source, feed.Customer{Number: c, Name: c})
	put(t, w, ctx, source, ticket("T1", c, 4000), ticket("T2", c, 6000))
	id := uuid.New()
	w.exec(t, ctx, `INSERT INTO statements (id, number, customer_id, contract_no, period_from, period_to, currency, volume, amount, status, deadline, created_at, updated_at)
		VALUES ($1, $2, $3, 'HT1', $4, $4, 'CNY', 0, 0, 'open', $4, now(), now())`, id, id.String(), w.customer(t, ctx, c), day)
	w.exec(t, ctx, `UPDATE deliveries SET statement_id = $1 WHERE source = $2`, id, source)
	moved := ticket("T2", c, 6000)
	moved.DeliveredOn++
	expect(t, "of an open statement", put(t, w, ctx, source, ticket("T1", c, 5000), moved), "updated", "updated")
	var amount int64
	read := func(statement string, into ...any) {
		t.Helper()
		err := w.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
			q, err := scope.Conn(ctx)
			if err != nil {
				return err
			}
			return q.QueryRowContext(ctx, statement, id).Scan(into...)
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if read(`SELECT amount FROM statements WHERE id = $1`, &amount); amount != 5000 {
		t.Errorf("the open statement says %d", amount)
	}
	w.exec(t, ctx, `UPDATE statements SET status = 'submitted' WHERE id = $1`, id)
	billed := ticket("T1", c, 5000)
	billed.InvoiceNo = "F9"
	expect(t, "of a signed one", put(t, w, ctx, source, ticket("T1", c, 5001), ticket("T2", c, 1)), "refused DELIVERY_SIGNED", "updated")
	expect(t, "its invoice may be told", put(t, w, ctx, source, billed), "updated")
}

func TestOtherKinds(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx, source, c, code := w.CtxA(t), "s-"+uuid.NewString()[:8], "C-"+uuid.NewString()[:8], "91330100MAX0A001X8"
	days := 45
	expect(t, "customers", put(t, w, ctx, source, feed.Customer{Number: c, Name: "甲"}, feed.Customer{Number: c + "2", Name: "乙", USCC: code, CreditTermDays: &days},
		feed.Customer{Number: c + "3", Name: "丙", USCC: code}, feed.Customer{Number: c + "4", Name: "", USCC: code[:17] + "0"}),
		"inserted", "inserted", "refused CUSTOMER_EXISTS", "refused REQUIRED BAD_FORM")
	expect(t, "customers again", put(t, w, ctx, source, feed.Customer{Number: c, Name: "甲公司"}, feed.Customer{Number: c + "2", Name: "改名", USCC: code},
		feed.Customer{Number: c + "2", Name: "乙"}), "updated", "refused CUSTOMER_DIFFERS", "refused DUPLICATE")
	// a name that another company with a code has stops its own record, not the batch
	expect(t, "a name that is taken", put(t, w, ctx, source, feed.Customer{Number: c + "5", Name: "乙", USCC: "91110000600037341L"}, feed.Customer{Number: c + "6", Name: "丁", USCC: "91110000600037341L"},
		feed.Customer{Number: c + "7", Name: "丁", USCC: "913100001322113908"}, feed.Customer{Number: c + "8", Name: "乙"}), "refused CUSTOMER_EXISTS", "inserted", "refused CUSTOMER_EXISTS", "inserted")
	contract := feed.Contract{Number: "HT-" + c, Buyer: feed.Buyer{USCC: code}, ProjectName: "一号楼", SignedOn: day, Volume: 5000, Amount: 200}
	expect(t, "contract", put(t, w, ctx, source, contract), "inserted")
	expect(t, "contract again", put(t, w, ctx, source, contract), "unchanged")
	contract.Volume = 6000
	expect(t, "contract changed", put(t, w, ctx, source, contract), "updated")

	advance := feed.Receipt{DocumentNo: "R1", Buyer: feed.Buyer{CustomerNumber: c}, ReceivedOn: day, Amount: 700, ApplyHere: true}
	expect(t, "receipt", put(t, w, ctx, source, advance), "inserted")
	expect(t, "receipt again", put(t, w, ctx, source, advance), "unchanged")
	if _, _, _, a := w.account(t, ctx, c); a != 700 {
		t.Errorf("advances %s", a)
	}
	other := advance
	other.Amount = 800
	expect(t, "other figures", put(t, w, ctx, source, other), "refused RECEIPT_DIFFERS")
	advance.Void = true
	expect(t, "void", put(t, w, ctx, source, advance), "updated")
	expect(t, "void again", put(t, w, ctx, source, advance), "unchanged")
	if _, _, _, a := w.account(t, ctx, c); a != 0 {
		t.Errorf("advances after the reversal %s", a)
	}

	bill := feed.Receivable{DocumentNo: "F1", Buyer: feed.Buyer{CustomerNumber: c}, InvoiceDate: day, DueDate: day + 30, Amount: 1000, Open: 1000}
	over, late, unknown := bill, bill, bill
	over.DocumentNo, over.Open = "F2", 2000
	late.DocumentNo, late.InvoiceDate = "F3", 0
	unknown.DocumentNo, unknown.CustomerNumber = "F4", "nobody"
	r := put(t, w, ctx, source, late, bill, over, unknown)
	expect(t, "receivables", r, "refused REQUIRED", "inserted", "refused OPEN_EXCEEDS_AMOUNT", "refused REQUIRED")
	if r.ImportID == nil || r.Inserted != 1 || r.Refused != 3 {
		t.Errorf("%+v", r)
	}
	bill.Open = 400
	expect(t, "paid in part", put(t, w, ctx, source, bill), "updated")
	expect(t, "the same again", put(t, w, ctx, source, bill), "unchanged")
	if _, _, open, _ := w.account(t, ctx, c); open != 400 {
		t.Errorf("open %s", open)
	}
	if _, total, err := w.feeds.Rejects(ctx, source, feed.Receivables, 1, 10); err != nil || total != 3 {
		t.Errorf("%d rejects, %v", total, err)
	}
	_, err := w.feeds.Put(ctx, "Ü", []feed.Record{bill})
	if f, ok := fault.As(err); !ok || len(f.Fields) != 1 || f.Fields[0].Name != "source" {
		t.Errorf("a source that is none: %v", err)
	}
}

// A reader who goes on from the last cursor sees each change once, and all of them.
func TestCreditStates(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ctx, source, mark := w.CtxA(t), "s-"+uuid.NewString()[:8], uuid.NewString()[:8]
	for _, n := range []string{"a", "b", "c"} {
		put(t, w, ctx, source, feed.Customer{Number: mark + n, Name: mark + n})
	}
	read := func(cursor string, size int32) (got []string, next string) {
		t.Helper()
		list, next, err := w.feeds.CreditStates(ctx, cursor, size)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range list {
			got = append(got, fmt.Sprintf("%s %s %s", s.CustomerNumber[len(s.CustomerNumber)-1:], s.LimitKind, s.Exposure))
		}
		return got, next
	}
	first, cursor := read("", 2)
	rest, cursor := read(cursor, 2)
	if all := append(first, rest...); len(all) != 3 {
		t.Fatalf("all states: %q", all)
	}
	if got, same := read(cursor, 2); len(got) != 0 || same != cursor {
		t.Errorf("nothing changed: %q, %s", got, same)
	}
	put(t, w, ctx, source, ticket("T1", mark+"b", 4000))
	err := w.Pool.Tenant().InTx(ctx, func(tx context.Context) error {
		return feedrepo.Repo{}.Refresh(tx, w.clock.At, w.customer(t, ctx, mark+"b"), w.customer(t, ctx, mark+"a"))
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := read(cursor, 10); len(got) != 1 || got[0] != "b none 40.00" {
		t.Errorf("after a delivery: %q", got)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		list, err := feedrepo.Repo{}.States(ctx, 0, nil, 10)
		return len(list), err
	})
	if _, _, err := w.feeds.CreditStates(ctx, "soon", 0); err == nil {
		t.Error("a cursor that is none is taken")
	}
}
