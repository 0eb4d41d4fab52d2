package creditcheck_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/creditcheck"
	"zhuxin/biz/exposure"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/idempotency"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

var start = time.Date(2026, 3, 31, 4, 0, 0, 0, time.UTC) // noon in Shanghai

type bundle struct {
	*creditchecktest.Fixture
	env   *tenancytest.Env
	clock *calendar.Frozen
	ctx   context.Context // tenant A, an ERP acts
	hands context.Context // tenant A, an administrator acts
}

func setup(t *testing.T) bundle {
	env := tenancytest.New(t)
	clock := &calendar.Frozen{At: start}
	f := creditchecktest.New(env.Pool, clock)
	return bundle{Fixture: f, env: env, clock: clock, ctx: creditchecktest.ERP(env.CtxA(t)), hands: env.CtxA(t)}
}

func (b bundle) customer(t *testing.T, limit money.Amount) creditchecktest.Customer {
	return b.Add(t, b.hands, creditchecktest.Customer{LimitKind: exposure.LimitAmount, Limit: limit, Grade: "B", MaxOverdue: 1000, MaxDays: 30})
}

func (b bundle) reserve(t *testing.T, customer uuid.UUID, order string, amount money.Amount) biz.Decision {
	t.Helper()
	d, err := b.Service.Reserve(b.ctx, biz.CheckInput{CustomerID: customer, OrderNo: order, Amount: amount})
	if err != nil {
		t.Fatalf("reserve %s: %v", order, err)
	}
	return d
}

// count runs a query that gives one number.
func (b bundle) count(t *testing.T, query string, args ...any) (n int) {
	t.Helper()
	err := b.Pool.Tenant().InTx(b.hands, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		return q.QueryRowContext(ctx, query, args...).Scan(&n)
	})
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

func TestReserveHoldsAndRemembers(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.customer(t, 1000)
	d := b.reserve(t, c.ID, "O-1", 600)
	if d.Outcome != biz.Allow || d.Reservation == nil || d.Reservation.HeldAmount != 600 || d.Facts.Headroom != 1000 {
		t.Fatalf("got %+v", d)
	}
	if !d.Reservation.ExpiresAt.Equal(start.Add(72 * time.Hour)) {
		t.Errorf("expires at %s", d.Reservation.ExpiresAt)
	}
	over := b.reserve(t, c.ID, "O-2", 401)
	if over.Outcome != biz.Block || over.Reservation != nil || over.Binding != biz.LimitCustomer || over.Reasons[0].Code != biz.OverLimit ||
		over.Reasons[0].Actual != 1001 || over.Reasons[0].Bound != 1000 {
		t.Errorf("got %+v", over)
	}
	if d := b.reserve(t, c.ID, "O-3", 400); d.Outcome != biz.Allow || d.Facts.Headroom != 400 {
		t.Errorf("to the last fen: %+v", d)
	}
	if a := b.Account(t, b.hands, c.ID); a.Reserved != 1000 || a.Headroom() != 0 {
		t.Errorf("account %+v", a)
	}
	for query, want := range map[string]int{
		`SELECT count(*) FROM credit_checks`:                                                       3,
		`SELECT count(*) FROM reservations WHERE status = 'open'`:                                  2,
		`SELECT count(*) FROM audit_log WHERE action = 'reservation.opened'`:                       2,
		`SELECT sum(held_amount) FROM reservations`:                                                1000,
		`SELECT count(*) FROM outbox WHERE topic = 'account.changed' AND attempts = 0`:             3, // one by Recompute
		`SELECT count(*) FROM credit_checks WHERE facts->>'headroom' = '1000'`:                     1,
		`SELECT count(*) FROM credit_checks WHERE actor_name = 'ERP' AND request_id='test'`:        3,
		`SELECT count(*) FROM credit_checks WHERE reservation_id IN (SELECT id FROM reservations)`: 2,
	} {
		if n := b.count(t, query); n != want {
			t.Errorf("%s: %d, want %d", query, n, want)
		}
	}
	tenancytest.OtherSeesNothing(t, b.env, func(ctx context.Context) (int, error) {
		_, n, err := b.Store.Decisions(ctx, biz.DecisionFilter{Limit: 10})
		return int(n), err
	})
	tenancytest.OtherSeesNothing(t, b.env, func(ctx context.Context) (int, error) {
		_, ok, err := b.Store.Reservation(ctx, d.Reservation.ID, uuid.Nil)
		if ok {
			return 1, err
		}
		return 0, err
	})
	tenancytest.OtherSeesNothing(t, b.env, func(ctx context.Context) (int, error) {
		_, ok, err := b.Store.LoadReservation(ctx, d.Reservation.ID, "")
		if ok {
			return 1, err
		}
		return 0, err
	})
	tenancytest.OtherSeesNothing(t, b.env, func(ctx context.Context) (int, error) {
		l, err := b.Store.Load(ctx, []biz.Group{{Customer: biz.Selector{ID: c.ID}, Asks: []biz.Ask{{OrderNo: "O-1"}, {}}}}, true)
		if !l[0].OK {
			return 0, err
		}
		return int(l[0].Account.Reserved), err
	})
}

func TestCheckHoldsNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.Add(t, b.hands, creditchecktest.Customer{Number: "ERP-7", USCC: "91110000600037341L", LimitKind: exposure.LimitAmount, Limit: 1000})
	for name, in := range map[string]biz.CheckInput{
		"by id":     {CustomerID: c.ID, OrderNo: "O", Amount: 5},
		"by number": {CustomerNumber: "ERP-7", OrderNo: "O", Amount: 5},
		"by USCC":   {USCC: "91110000600037341L", OrderNo: "O", Amount: 5, Currency: "CNY"},
	} {
		d, err := b.Service.Check(b.ctx, in)
		if err != nil || d.CustomerID != c.ID || d.Outcome != biz.Warn || d.Reasons[0].Code != biz.Unrated || d.Reservation != nil {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
	}
	for name, in := range map[string]biz.CheckInput{
		"CUSTOMER_NOT_FOUND":         {CustomerNumber: "nobody", OrderNo: "O", Amount: 5},
		"CURRENCY_NOT_OF_SUBSIDIARY": {CustomerID: c.ID, OrderNo: "O", Amount: 5, Currency: "USD"},
		"INVALID_INPUT":              {CustomerID: c.ID, CustomerNumber: "ERP-7", OrderNo: "O\x00", Amount: 0},
	} {
		_, err := b.Service.Check(b.ctx, in)
		if f, ok := fault.As(err); !ok || f.Reason != name {
			t.Errorf("%s: %v", name, err)
		}
	}
	if a := b.Account(t, b.hands, c.ID); a.Reserved != 0 {
		t.Errorf("account %+v", a)
	}
	if n := b.count(t, `SELECT count(*) FROM audit_log`); n != 0 {
		t.Errorf("%d audit rows for checks", n)
	}
	other := b.env.CtxA(t, access.RoleSalesperson)
	if _, err := b.Service.Check(other, biz.CheckInput{CustomerID: c.ID, OrderNo: "O", Amount: 5}); !errors.Is(err, exposure.ErrNoAccount) {
		t.Errorf("another salesperson's customer: %v", err)
	}
	if _, err := b.Service.Reserve(other, biz.CheckInput{CustomerID: c.ID, OrderNo: "O", Amount: 5}); !errors.Is(err, access.ErrForbidden) {
		t.Errorf("a salesperson reserves: %v", err)
	}
}

func TestRepeatsGetTheFirstAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.customer(t, 1000)
	in := biz.CheckInput{CustomerID: c.ID, OrderNo: "O-1", Amount: 600}
	ctx := creditchecktest.WithKey(b.ctx, "k1", "body")
	first, err := b.Service.Reserve(ctx, in)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Service.Release(creditchecktest.WithKey(b.ctx, "k2", "r"), biz.ReleaseInput{ID: first.Reservation.ID}); err != nil {
		t.Fatal(err)
	}
	again, err := b.Service.Reserve(ctx, in)
	if err != nil || text(t, again) != text(t, first) {
		t.Errorf("repeat: %s, %v\nfirst: %s", text(t, again), err, text(t, first))
	}
	released, err := b.Service.Release(creditchecktest.WithKey(b.ctx, "k2", "r"), biz.ReleaseInput{ID: first.Reservation.ID})
	if err != nil || released.Status != biz.StatusReleased {
		t.Errorf("release again: %+v, %v", released, err)
	}
	if _, err := b.Service.Reserve(creditchecktest.WithKey(b.ctx, "k1", "other"), in); !errors.Is(err, idempotency.ErrKeyReused) {
		t.Errorf("another payload: %v", err)
	}
	if _, err := b.Service.Release(creditchecktest.WithKey(b.ctx, "k1", "r"), biz.ReleaseInput{ID: first.Reservation.ID}); !errors.Is(err, idempotency.ErrKeyReused) {
		t.Errorf("the key of another operation: %v", err)
	}
	// The same key of another principal, and in another tenant, is another key.
	person := creditchecktest.WithKey(b.env.CtxA(t, access.RoleDispatcher), "k1", "other")
	if d, err := b.Service.Reserve(person, in); err != nil || d.ID == first.ID {
		t.Errorf("another principal: %+v, %v", d, err)
	}
	if n := b.count(t, `SELECT count(*) FROM idempotency_keys`); n != 3 {
		t.Errorf("%d keys", n)
	}
	b.clock.At = start.Add(biz.KeysKept - time.Second)
	if d, err := b.Service.Reserve(ctx, in); err != nil || d.ID != first.ID {
		t.Errorf("shortly before 72 h: %v", err)
	}
	b.clock.At = start.Add(biz.KeysKept)
	if _, err := b.Service.Reserve(ctx, in); !errors.Is(err, biz.ErrOrderReserved) { // the person's reservation of O-1 lives
		t.Errorf("after 72 h: %v", err)
	}
	if n, err := b.Service.SweepKeys(b.ctx); err != nil || n != 2 {
		t.Errorf("swept %d, %v", n, err)
	}
}

func TestRequestInFlight(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.customer(t, 1000)
	ctx := creditchecktest.WithKey(b.ctx, "k1", "body")
	key := "api_key:" + uuid.NewSHA1(b.env.A.ID, []byte("erp")).String() + ":k1"
	other := b.customer(t, 1)
	// Another process works on the key: it has taken its lock, and not the account's.
	err := b.Pool.Tenant().InTx(b.hands, func(held context.Context) error {
		if _, err := b.Store.Load(held, []biz.Group{{Customer: biz.Selector{ID: other.ID}, Asks: []biz.Ask{{Key: key}}}}, true); err != nil {
			return err
		}
		_, err := b.Service.Reserve(ctx, biz.CheckInput{CustomerID: c.ID, OrderNo: "O-1", Amount: 600})
		if !errors.Is(err, idempotency.ErrInFlight) {
			t.Errorf("while in flight: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Service.Reserve(ctx, biz.CheckInput{CustomerID: c.ID, OrderNo: "O-1", Amount: 600}); err != nil {
		t.Errorf("after it: %v", err)
	}
}

func TestOrderHasOneLiveReservation(t *testing.T) {
	t.Parallel()
	b := setup(t)
	one, two := b.customer(t, 1000), b.customer(t, 1000)
	first := b.reserve(t, one.ID, "O-1", 100)
	_, err := b.Service.Reserve(b.ctx, biz.CheckInput{CustomerID: two.ID, OrderNo: "O-1", Amount: 100})
	f, _ := fault.As(err)
	if !errors.Is(err, biz.ErrOrderReserved) || f.Meta["reservation_id"] != first.Reservation.ID.String() {
		t.Errorf("got %v %v", err, f)
	}
	if _, err := b.Service.Release(b.ctx, biz.ReleaseInput{ID: first.Reservation.ID, Reason: "cancelled"}); err != nil {
		t.Fatal(err)
	}
	b.reserve(t, two.ID, "O-1", 100)
}

func TestCommitReleaseAndBill(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.customer(t, 1000)
	today := calendar.NewDate(2026, 3, 31)
	r := b.reserve(t, c.ID, "O-1", 600).Reservation
	for _, tc := range []struct {
		in   biz.CommitInput
		want error
	}{
		{biz.CommitInput{ID: uuid.New()}, biz.ErrNoReservation},
		{biz.CommitInput{ID: r.ID, Amount: 601}, biz.ErrCommitExceeds},
	} {
		if _, err := b.Service.Commit(b.ctx, tc.in); !errors.Is(err, tc.want) {
			t.Errorf("got %v, want %v", err, tc.want)
		}
	}
	got, err := b.Service.Commit(b.ctx, biz.CommitInput{ID: r.ID, Amount: 450, Source: "erp", DocumentNo: "INV-1"})
	if err != nil || got.Status != biz.StatusCommitted || got.HeldAmount != 450 || b.Account(t, b.hands, c.ID).Reserved != 450 {
		t.Fatalf("committed: %+v, %v", got, err)
	}
	if _, err := b.Service.Commit(b.ctx, biz.CommitInput{ID: r.ID}); !errors.Is(err, biz.ErrNotOpen) {
		t.Errorf("twice: %v", err)
	}
	b.Receivable(t, b.hands, c.ID, "INV-1", today, 450)
	err = b.Pool.Tenant().InTx(b.hands, func(ctx context.Context) error {
		n, err := b.Accounts.BillCommitted(ctx, uuid.Nil)
		if n != 1 {
			t.Errorf("billed %d", n)
		}
		return errors.Join(err, b.Accounts.Recompute(ctx))
	})
	if err != nil {
		t.Fatal(err)
	}
	if a := b.Account(t, b.hands, c.ID); a.Reserved != 0 || a.Receivable != 450 {
		t.Errorf("after the import: %+v", a)
	}
	if got, err := b.Service.GetReservation(b.ctx, r.ID); err != nil || got.Status != biz.StatusBilled || got.HeldAmount != 0 {
		t.Errorf("billed: %+v, %v", got, err)
	}
	if _, err := b.Service.Release(b.ctx, biz.ReleaseInput{ID: r.ID}); !errors.Is(err, biz.ErrNotLive) {
		t.Errorf("release of a billed one: %v", err)
	}
	// The receivable is there before the delivery is reported.
	r = b.reserve(t, c.ID, "O-2", 300).Reservation
	b.Receivable(t, b.hands, c.ID, "INV-2", today, 300)
	b.Recompute(t, b.hands, c.ID)
	if got, err = b.Service.Commit(b.ctx, biz.CommitInput{ID: r.ID, Source: "erp", DocumentNo: "INV-2"}); err != nil || got.Status != biz.StatusBilled {
		t.Errorf("billed at once: %+v, %v", got, err)
	}
	if a := b.Account(t, b.hands, c.ID); a.Exposure() != 750 {
		t.Errorf("%+v", a)
	}
	r = b.reserve(t, b.customer(t, 500).ID, "O-3", 300).Reservation
	if _, err := b.Service.Commit(b.ctx, biz.CommitInput{ID: r.ID, Source: "erp", DocumentNo: "INV-2"}); !errors.Is(err, biz.ErrDocumentOther) {
		t.Errorf("another customer's document: %v", err)
	}
	for action, want := range map[string]int{"opened": 3, "committed": 1, "billed": 2} {
		if n := b.count(t, `SELECT count(*) FROM audit_log WHERE action = $1`, "reservation."+action); n != want {
			t.Errorf("%d audit rows of %s, want %d", n, action, want)
		}
	}
}

func TestOpenReservationsExpire(t *testing.T) {
	t.Parallel()
	b := setup(t)
	one, two := b.customer(t, 1000), b.customer(t, 1000)
	b.reserve(t, one.ID, "O-1", 100)
	b.reserve(t, two.ID, "O-2", 200)
	kept := b.reserve(t, two.ID, "O-3", 300).Reservation
	if _, err := b.Service.Commit(b.ctx, biz.CommitInput{ID: kept.ID}); err != nil {
		t.Fatal(err)
	}
	system := access.With(b.ctx, access.System(b.env.A.ID, "job"))
	b.clock.At = start.Add(72*time.Hour - time.Second)
	if n, err := b.Service.ExpireReservations(system); n != 0 || err != nil {
		t.Errorf("early: %d, %v", n, err)
	}
	b.clock.At = start.Add(72 * time.Hour)
	if n, err := b.Service.ExpireReservations(system); n != 2 || err != nil {
		t.Errorf("expired %d, %v", n, err)
	}
	if n := b.count(t, `SELECT count(*) FROM audit_log WHERE action = 'reservation.expired' AND actor_kind = 'system'`); n != 2 {
		t.Errorf("%d audit rows", n)
	}
	if a, c := b.Account(t, b.hands, one.ID), b.Account(t, b.hands, two.ID); a.Reserved != 0 || c.Reserved != 300 {
		t.Errorf("reserved %d and %d", a.Reserved, c.Reserved)
	}
}

func TestPolicyDecides(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.customer(t, 1000)
	p, err := b.Service.GetPolicy(b.hands)
	if err != nil || p.OverLimit != biz.Block {
		t.Fatalf("preset: %+v, %v", p, err)
	}
	p.OverLimit, p.ReservationHours = biz.Warn, 1
	set, err := b.Service.SetPolicy(b.hands, p)
	if err != nil || set.Version != p.Version+1 {
		t.Fatalf("set: %+v, %v", set, err)
	}
	if _, err := b.Service.SetPolicy(b.hands, p); !errors.Is(err, biz.ErrPolicyVersion) {
		t.Errorf("from an old version: %v", err)
	}
	if d := b.reserve(t, c.ID, "O-1", 1500); d.Outcome != biz.Warn || d.Reservation == nil || d.PolicyVersion != set.Version ||
		!d.Reservation.ExpiresAt.Equal(start.Add(time.Hour)) {
		t.Errorf("over the limit with a warning: %+v", d)
	}
	if a := b.Account(t, b.hands, c.ID); a.Reserved != 1500 {
		t.Errorf("%+v", a)
	}
	if n := b.count(t, `SELECT count(*) FROM audit_log WHERE action = 'credit_policy.changed'`); n != 1 {
		t.Errorf("%d audit rows", n)
	}
	tenancytest.OtherSeesNothing(t, b.env, func(ctx context.Context) (int, error) {
		p, _, err := b.Store.Policy(ctx)
		return int(p.Version - set.Version + 1), err // the other one has its preset, an older version
	})
}

func TestNegativeListBlocks(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.Add(t, b.hands, creditchecktest.Customer{USCC: "91110000600037341L", LimitKind: exposure.LimitUnlimited, Grade: "A", MaxOverdue: 1, MaxDays: 1})
	if d := b.reserve(t, c.ID, "O-1", 100); d.Outcome != biz.Allow {
		t.Fatalf("before: %+v", d)
	}
	_, err := b.env.Admin(t).Exec(`INSERT INTO hq.negative_entries (id, uscc, company_name, reason_code, reason_text, tenant_id, listed_by, listed_at)
		VALUES ($1, '91110000600037341L', 'x', 'MALICIOUS_ARREARS', 'did not pay', $2, $1, now())`, uuid.New(), b.env.B.ID)
	if err != nil {
		t.Fatal(err)
	}
	d := b.reserve(t, c.ID, "O-2", 100)
	if d.Outcome != biz.Block || d.Binding != biz.LimitNegativeList || d.Facts.NegativeReasonCode != "MALICIOUS_ARREARS" || d.Reservation != nil {
		t.Errorf("after: %+v", d)
	}
	policy := func(limits string) {
		t.Helper()
		if _, err := b.env.Admin(t).Exec(`INSERT INTO hq.group_policies (id, negative_action, created_at, effects)
			SELECT id + 1, 'warn', now(), jsonb_set(effects, '{critical,limits}', to_jsonb($1::text)) FROM hq.group_policies ORDER BY id DESC LIMIT 1`, limits); err != nil {
			t.Fatal(err)
		}
	}
	for limits, code := range map[string]biz.Code{"cap_zero": biz.NegativeCapZero, "cash_only": biz.NegativeCashOnly} {
		policy(limits)
		if d := b.reserve(t, c.ID, "O-"+limits, 100); d.Outcome != biz.Block || d.Binding != biz.LimitNegativeList || d.Reasons[0].Code != code {
			t.Errorf("under %s: %+v", limits, d)
		}
	}
	policy("refuse_increase")
	if d := b.reserve(t, c.ID, "O-3", 100); d.Outcome != biz.Warn || d.Reservation == nil {
		t.Errorf("with HQ's warning: %+v", d)
	}
}

// The most severe listing counts, by its own action; an exemption is one
// subsidiary's, to its last day.
func TestNegativeSeverityAndExemption(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.Add(t, b.hands, creditchecktest.Customer{USCC: "91110000600037341L", LimitKind: exposure.LimitUnlimited, Grade: "A", MaxOverdue: 1, MaxDays: 1})
	exec := func(query string, args ...any) {
		t.Helper()
		if _, err := b.env.Admin(t).Exec(query, args...); err != nil {
			t.Fatal(err)
		}
	}
	order := 0
	decided := func(severity string) biz.Outcome {
		t.Helper()
		order++
		d := b.reserve(t, c.ID, fmt.Sprintf("O-%d", order), 100)
		if d.Facts.NegativeSeverity != severity {
			t.Errorf("severity %q, want %q", d.Facts.NegativeSeverity, severity)
		}
		return d.Outcome
	}
	for i, x := range []struct {
		severity, counts string
		want             biz.Outcome
	}{{"notice", "notice", biz.Warn}, {"critical", "critical", biz.Block}, {"serious", "critical", biz.Block}} {
		exec(`INSERT INTO hq.negative_entries (id, uscc, company_name, reason_code, reason_text, tenant_id, listed_by, listed_at, severity)
			VALUES (gen_random_uuid(), '91110000600037341L', 'x', $1, 'did not pay', $2, $2, now() - interval '1 day', $3)`, fmt.Sprint("R", i), b.env.B.ID, x.severity)
		if got := decided(x.counts); got != x.want {
			t.Errorf("with %s: %s, want %s", x.severity, got, x.want)
		}
	}
	exec(`UPDATE hq.negative_entries SET status = 'removed' WHERE severity = 'critical'`)
	if got := decided("serious"); got != biz.Hold {
		t.Errorf("a serious listing: %s", got)
	}
	exempt := func(tenant uuid.UUID, status string, until calendar.Date) {
		t.Helper()
		exec(`INSERT INTO hq.negative_exemptions (id, tenant_id, uscc, customer_id, company_name, asked_by, asked_at, reason, asked_until, ends_on, status)
			VALUES (gen_random_uuid(), $1, '91110000600037341L', $2, 'x', $1, now(), 'r', $3, $3, $4)`, tenant, c.ID, until, status)
	}
	day := calendar.Of(b.clock.Now(), calendar.Shanghai)
	exempt(b.env.B.ID, "granted", day.AddDays(9))
	exempt(b.env.A.ID, "asked", day.AddDays(9))
	exempt(b.env.A.ID, "revoked", day.AddDays(9))
	exempt(b.env.A.ID, "granted", day.AddDays(-1))
	if got := decided("serious"); got != biz.Hold {
		t.Errorf("with no exemption of its own in force: %s", got)
	}
	exempt(b.env.A.ID, "granted", day)
	if got := decided("serious"); got != biz.Warn {
		t.Errorf("on the last day of the exemption: %s", got)
	}
}

// An account that stopped to hold at midnight is brought up to date by the check.
func TestCheckAfterMidnight(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.customer(t, 10000)
	b.Receivable(t, b.hands, c.ID, "R1", calendar.NewDate(2026, 3, 31), 2000)
	b.Recompute(t, b.hands, c.ID)
	if d := b.reserve(t, c.ID, "O-1", 1); d.Outcome != biz.Allow {
		t.Errorf("on the due date: %+v", d)
	}
	b.clock.At = start.Add(24 * time.Hour)
	d := b.reserve(t, c.ID, "O-2", 1)
	if d.Outcome != biz.Block || d.Binding != biz.LimitOverdueAmount || d.Facts.OverdueDays != 1 || d.Facts.OverdueAmount != 2000 || d.Facts.AsOf.String() != "2026-04-01" {
		t.Errorf("the day after: %+v", d)
	}
}

func TestCashInAdvanceHoldsNothing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.Add(t, b.hands, creditchecktest.Customer{SettlesAdvance: true})
	d := b.reserve(t, c.ID, "O-1", 100)
	if d.Outcome != biz.Allow || d.Reservation == nil || d.Reservation.HeldAmount != 0 {
		t.Fatalf("got %+v", d)
	}
	got, err := b.Service.Commit(b.ctx, biz.CommitInput{ID: d.Reservation.ID, Amount: 80})
	if err != nil || got.HeldAmount != 0 || got.Status != biz.StatusCommitted {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestListShowsTheReservationAsItIs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.customer(t, 1000)
	r := b.reserve(t, c.ID, "O-1", 600)
	b.reserve(t, c.ID, "O-2", 600)
	if _, err := b.Service.Release(b.ctx, biz.ReleaseInput{ID: r.Reservation.ID}); err != nil {
		t.Fatal(err)
	}
	page, total, err := b.Service.List(b.ctx, biz.ListInput{CustomerID: c.ID})
	if err != nil || total != 2 || page[0].OrderNo != "O-2" || page[1].Reservation.Status != biz.StatusReleased || page[1].Facts.Headroom != 1000 {
		t.Errorf("got %+v, %d, %v", page, total, err)
	}
	page, total, err = b.Service.List(b.ctx, biz.ListInput{Outcome: biz.Block, PageSize: 1, Page: 1})
	if err != nil || total != 1 || len(page) != 1 || page[0].OrderNo != "O-2" {
		t.Errorf("blocked: %+v, %d, %v", page, total, err)
	}
	if page, total, err := b.Service.List(b.env.CtxA(t, access.RoleSalesperson), biz.ListInput{}); err != nil || total != 0 || page != nil {
		t.Errorf("another salesperson: %+v, %d, %v", page, total, err)
	}
}

func text(t *testing.T, v any) string {
	t.Helper()
	s, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(s)
}
