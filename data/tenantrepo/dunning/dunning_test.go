package dunning_test

import (
	"context"
	"strings"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/collection"
	"zhuxin/biz/customer"
	"zhuxin/biz/dunning"
	"zhuxin/biz/letter"
	"zhuxin/biz/notify"
	"zhuxin/data/auditlog"
	"zhuxin/data/dunningpdf"
	"zhuxin/data/outbox"
	collectionrepo "zhuxin/data/tenantrepo/collection"
	"zhuxin/data/tenantrepo/credittest"
	customerrepo "zhuxin/data/tenantrepo/customer"
	dunningrepo "zhuxin/data/tenantrepo/dunning"
	letterrepo "zhuxin/data/tenantrepo/letter"
	notifyrepo "zhuxin/data/tenantrepo/notify"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/tenancy/tenancytest"
)

type world struct {
	*credittest.World
	service *dunning.Service
	ctx     context.Context
	today   calendar.Date
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{World: credittest.New(t), today: calendar.NewDate(2026, 11, 20)}
	log := auditlog.Tenant(w.Pool)
	mail := notify.New(notify.Config{Tx: w.Pool.Tenant(), Repo: notifyrepo.New(w.Keys), Audit: log, Clock: w.Clock,
		Makers: map[notify.ChannelKind]notify.Maker{notify.AliyunSMS: func(notify.Account) (notify.Channel, error) { return nil, nil }}})
	w.service = dunning.New(dunning.Config{Tx: w.Pool.Tenant(), Repo: dunningrepo.Repo{}, Mail: mail, Printer: dunningpdf.Printer{}, Audit: log, Clock: w.Clock,
		Fees: collection.New(collection.Config{Tx: w.Pool.Tenant(), Repo: collectionrepo.Repo{}, Audit: log, Clock: w.Clock}), Customers: customerrepo.New(),
		Bills: letter.New(letter.Config{Tx: w.Pool.Tenant(), Repo: letterrepo.Repo{}, Events: outbox.Tenant(w.Pool), Audit: log, Clock: w.Clock})})
	w.ctx = w.CtxA(t, access.RoleAdministrator)
	ok(t, mail.SaveAccount(w.ctx, notify.AccountState{Kind: notify.AliyunSMS, Enabled: true, Credential: map[string]string{"k": "v"}}))
	return w
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// owe books an item that is due so many days from now.
func (w *world) owe(t *testing.T, customer uuid.UUID, number string, days int, open money.Amount) {
	t.Helper()
	w.Exec(t, w.ctx, `INSERT INTO receivables (id, source, document_no, customer_id, invoice_date, due_date, currency, amount, open_amount, import_id, updated_at)
		VALUES ($1, 'test', $2, $3, '2026-01-01', $4, 'CNY', $5, $5, $6, now())`, uuid.New(), number, customer, w.today.AddDays(days), int64(open), uuid.New())
}

// phone gives a customer one.
func (w *world) phone(t *testing.T, customerID uuid.UUID) {
	t.Helper()
	number := "13812341234"
	d, err := w.Customers.Get(w.ctx, customerID)
	ok(t, err)
	_, err = w.Customers.Update(w.ctx, customer.UpdateInput{ID: customerID, Version: d.Version, Fields: customer.Fields{ContactPhone: &number}})
	ok(t, err)
}

func (w *world) enable(t *testing.T) {
	t.Helper()
	r, err := w.service.Rule(w.ctx)
	ok(t, err)
	r.Enabled = true
	ok(t, w.service.SaveRule(w.ctx, r))
}

func (w *world) simulate(t *testing.T, ctx context.Context, on calendar.Date) []dunning.Outcome {
	t.Helper()
	r := dunning.Preset()
	out, err := w.service.Simulate(ctx, &r, on)
	ok(t, err)
	return out.Outcomes
}

// A customer's life: one letter for all items, once for each level, paused and not.
func TestDaily(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.NewCustomer(t, w.ctx, 1).ID
	w.phone(t, c)
	w.owe(t, c, "A-1", -2, 1000_00)
	w.owe(t, c, "A-2", 3, 500_00)
	w.owe(t, c, "A-3", 40, 900_00)
	w.owe(t, c, "CR-1", -1, -200_00)
	ok(t, w.service.Daily(w.ctx, w.today))
	if n := w.Count(t, w.ctx, `SELECT count(*) FROM dunning_letters`); n != 0 {
		t.Fatalf("%d letters by a rule that nobody switched on", n)
	}
	w.enable(t)
	out := w.simulate(t, w.ctx, w.today)
	if len(out) != 1 || out[0].Why != dunning.Written || out[0].Letter.Level.Days != 1 || out[0].Letter.Net() != 1300_00 || len(out[0].Letter.Items) != 3 {
		t.Fatalf("%+v", out)
	}
	if text := out[0].Letter.Text(); !strings.Contains(text, "A-1") || !strings.Contains(text, "逾期 2 天") || !strings.Contains(text, "应付合计 1,300.00") || strings.Contains(text, "A-3") {
		t.Error(text)
	}
	letters := func(want int) {
		t.Helper()
		if n := w.Count(t, w.ctx, `SELECT count(*) FROM dunning_letters`); n != want {
			t.Errorf("%d letters, want %d", n, want)
		}
		if n := w.Count(t, w.ctx, `SELECT count(*) FROM notify_deliveries WHERE audience = 'customer'`); n != want {
			t.Errorf("%d deliveries, want %d", n, want)
		}
	}
	letters(0) // simulated
	for range 2 {
		ok(t, w.service.Daily(w.ctx, w.today))
		letters(1)
	}
	ok(t, w.service.Daily(w.ctx, w.today.AddDays(1)))
	letters(1)
	ok(t, w.service.Daily(w.ctx, w.today.AddDays(2))) // A-2 is due tomorrow
	letters(2)
	w.Exec(t, w.ctx, `INSERT INTO dunning_pauses (id, customer_id, reason, starts_on, ends_on, created_at) VALUES ($1, $2, '对账中', $3, $4, now())`, uuid.New(), c, w.today.AddDays(5), w.today.AddDays(6))
	ok(t, w.service.Daily(w.ctx, w.today.AddDays(5))) // A-1 is 7 days overdue
	ok(t, w.service.Daily(w.ctx, w.today.AddDays(6)))
	letters(2)
	if out = w.simulate(t, w.ctx, w.today.AddDays(6)); len(out) != 1 || out[0].Why != dunning.Paused {
		t.Errorf("%+v", out)
	}
	ok(t, w.service.Daily(w.ctx, w.today.AddDays(7))) // the pause is over
	letters(3)
	w.Clock.At = w.Clock.At.AddDate(0, 0, 20)
	ok(t, w.service.Daily(w.ctx, w.today.AddDays(15))) // made up for
	letters(3)
	// What he has paid counts before it is applied to an item.
	w.Exec(t, w.ctx, `INSERT INTO credit_accounts (id, as_of, valid_through, advance_amount) VALUES ($1, now(), now(), 1250000)
		ON CONFLICT (id) DO UPDATE SET advance_amount = excluded.advance_amount`, c)
	ok(t, w.service.Daily(w.ctx, w.today.AddDays(20)))
	letters(3)
	if out = w.simulate(t, w.ctx, w.today.AddDays(20)); len(out) != 1 || out[0].Why != dunning.Covered {
		t.Errorf("paid in advance: %+v", out)
	}
	w.Exec(t, w.ctx, `UPDATE credit_accounts SET advance_amount = 0`)
	ok(t, w.service.Daily(w.ctx, w.today.AddDays(20)))
	letters(4)
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		l, err := dunningrepo.Repo{}.Accounts(ctx, w.today, w.today, money.CNY, uuid.Nil, nil, 10)
		return len(l), err
	})
}

// Credits that cover the debt, small sums and disputes bring no letter; a
// salesperson's simulation shows his own customers only.
func TestNoLetter(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enable(t)
	covered, small, disputed := w.NewCustomer(t, w.ctx, 1).ID, w.NewCustomer(t, w.ctx, 2).ID, w.NewCustomer(t, w.ctx, 3).ID
	w.owe(t, covered, "C-1", -5, 100_00)
	w.owe(t, covered, "C-2", -5, -100_00)
	w.owe(t, small, "S-1", -5, 99_99)
	w.owe(t, disputed, "D-1", -5, 700_00)
	w.Exec(t, w.ctx, `UPDATE receivables SET disputed = true WHERE document_no = 'D-1'`)
	ok(t, w.service.Daily(w.ctx, w.today))
	if n := w.Count(t, w.ctx, `SELECT count(*) FROM dunning_letters`); n != 0 {
		t.Errorf("%d letters", n)
	}
	out := w.simulate(t, w.ctx, w.today)
	if len(out) != 2 || out[0].Why != dunning.Covered || out[1].Why != dunning.Covered {
		t.Errorf("%+v", out)
	}
	if out = w.simulate(t, w.CtxA(t, access.RoleSalesperson), w.today); len(out) != 0 {
		t.Errorf("a salesperson sees %+v", out)
	}
	bad := dunning.Preset()
	bad.Levels[1].Days = -7
	if w.service.SaveRule(w.ctx, bad) == nil {
		t.Error("two levels of one day were taken")
	}
}
