// Package creditchecktest puts customers, limits, ratings and receivables into a
// tenant, and wires the order check over them as the product does. Tests of the
// account, of the check and of its speed share it.
package creditchecktest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/creditcheck"
	"zhuxin/biz/exposure"
	"zhuxin/data/auditlog"
	"zhuxin/data/outbox"
	"zhuxin/data/query/creditcheck"
	exposurerepo "zhuxin/data/tenantrepo/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/idempotency"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
)

// Fixture is the order check over a pool.
type Fixture struct {
	Pool     *scope.Pool
	Clock    calendar.Clock
	Accounts *exposurerepo.Repo
	Store    *creditcheck.Store
	Service  *biz.Service

	deps   biz.Deps
	number atomic.Int64
}

// New wires the check.
func New(pool *scope.Pool, clock calendar.Clock) *Fixture {
	log, box := auditlog.Tenant(pool, auditlog.WithClock(clock)), outbox.Tenant(pool, outbox.WithClock(clock))
	f := &Fixture{Pool: pool, Clock: clock, Accounts: exposurerepo.New(clock, box, log), Store: creditcheck.New(log, box)}
	f.deps = biz.Deps{Tx: pool.Tenant(), Store: f.Store, Archive: f.Store, Accounts: f.Accounts, Audit: log, Events: box, Clock: clock}
	f.Service = biz.New(f.deps)
	return f
}

// With is the same check over another store, for tests that break one.
func (f *Fixture) With(store biz.Store) *biz.Service {
	d := f.deps
	d.Store = store
	return biz.New(d)
}

// Customer is a customer to be made; the zero value of a field takes its preset.
type Customer struct {
	ID             uuid.UUID
	Number         string
	USCC           string
	Inactive       bool
	SettlesAdvance bool
	Salesperson    uuid.UUID
	LimitKind      exposure.LimitKind // none, amount or unlimited; empty: no standing limit at all
	Limit          money.Amount
	Grade          string // empty: not rated
	MaxOverdue     money.Amount
	MaxDays        int
}

// Exec runs hand-written SQL in the tenant of ctx.
func (f *Fixture) Exec(t testing.TB, ctx context.Context, statement string, args ...any) {
	t.Helper()
	err := f.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		_, err = q.ExecContext(ctx, statement, args...)
		return err
	})
	if err != nil {
		t.Fatalf("creditchecktest: %s: %v", statement, err)
	}
}

// Recompute makes the accounts anew.
func (f *Fixture) Recompute(t testing.TB, ctx context.Context, ids ...uuid.UUID) {
	t.Helper()
	err := f.Pool.Tenant().InTx(ctx, func(ctx context.Context) error { return f.Accounts.Recompute(ctx, ids...) })
	if err != nil {
		t.Fatalf("creditchecktest: recompute: %v", err)
	}
}

// Account reads the account as it is today.
func (f *Fixture) Account(t testing.TB, ctx context.Context, id uuid.UUID) exposure.Account {
	t.Helper()
	var a exposure.Account
	err := f.Pool.Tenant().InTx(ctx, func(ctx context.Context) (err error) {
		a, err = f.Accounts.Get(ctx, id)
		return err
	})
	if err != nil {
		t.Fatalf("creditchecktest: account: %v", err)
	}
	return a
}

// Add makes the customer with limit, rating and account.
func (f *Fixture) Add(t testing.TB, ctx context.Context, c Customer) Customer {
	t.Helper()
	n := f.number.Add(1)
	if c.ID == uuid.Nil {
		c.ID = uuid.Must(uuid.NewV7())
	}
	if c.Number == "" {
		c.Number = fmt.Sprintf("C%06d", n)
	}
	status := "active"
	if c.Inactive {
		status = "inactive"
	}
	now := f.Clock.Now()
	f.Exec(t, ctx, `INSERT INTO customers (id, created_at, updated_at, number, name, uscc, status, settles_advance, salesperson_id)
		VALUES ($1, $2, $2, $3, $4, nullif($5, ''), $6, $7, $8)`,
		c.ID, now, c.Number, "客户"+c.Number, c.USCC, status, c.SettlesAdvance, uuid.NullUUID{UUID: c.Salesperson, Valid: c.Salesperson != uuid.Nil})
	if c.LimitKind != "" {
		f.Limit(t, ctx, c.ID, Limit{Class: "standing", Kind: c.LimitKind, Amount: c.Limit})
	}
	if c.Grade != "" {
		f.rate(t, ctx, c, now)
	}
	f.Recompute(t, ctx, c.ID)
	return c
}

func (f *Fixture) rate(t testing.TB, ctx context.Context, c Customer, now time.Time) {
	t.Helper()
	f.Exec(t, ctx, `INSERT INTO rating_templates (id, created_at, updated_at, number, name, status, definition)
		SELECT $1, $2, $2, 1, 'test', 'draft', '{}' WHERE NOT EXISTS (SELECT FROM rating_templates)`, uuid.Must(uuid.NewV7()), now)
	f.Exec(t, ctx, `INSERT INTO credit_ratings (id, created_at, updated_at, customer_id, template_id, status, "values", total_score, grade,
		max_credit_amount, max_overdue_amount, max_overdue_days, effective_at)
		SELECT $1, $2, $2, $3, id, 'effective', '[]', 8000, $4, $5, $6, $7, $2 FROM rating_templates LIMIT 1`,
		uuid.Must(uuid.NewV7()), now, c.ID, c.Grade, int64(c.Limit), int64(c.MaxOverdue), c.MaxDays)
}

// Limit is a credit limit to be made; it is effective and starts long ago unless
// it says so.
type Limit struct {
	Class, Mode string
	Kind        exposure.LimitKind
	Amount      money.Amount
	From, To    calendar.Date
}

// Limit adds an effective limit; Recompute is the caller's.
func (f *Fixture) Limit(t testing.TB, ctx context.Context, customer uuid.UUID, l Limit) {
	t.Helper()
	if l.Mode == "" {
		l.Mode = "add"
	}
	if l.From.IsZero() {
		l.From = calendar.NewDate(2020, 1, 1)
	}
	f.Exec(t, ctx, `INSERT INTO credit_limits (id, created_at, updated_at, customer_id, class, kind, mode, amount, starts_on, ends_on, reason, status, effective_at)
		VALUES ($1, $2, $2, $3, $4, $5, $6, $7, $8, $9, 'test', 'effective', $2)`,
		uuid.Must(uuid.NewV7()), f.Clock.Now(), customer, l.Class, string(l.Kind), l.Mode, int64(l.Amount), l.From, l.To)
}

// Receivable adds an open item; Recompute is the caller's.
func (f *Fixture) Receivable(t testing.TB, ctx context.Context, customer uuid.UUID, number string, due calendar.Date, open money.Amount) {
	t.Helper()
	tenant, _ := scope.TenantFrom(ctx)
	f.Exec(t, ctx, `INSERT INTO receivables (id, source, document_no, customer_id, invoice_date, due_date, currency, amount, open_amount, import_id, updated_at)
		VALUES ($1, 'erp', $2, $3, $4, $4, $5, $6, $6, $1, $7)`,
		uuid.Must(uuid.NewV7()), number, customer, due, string(tenant.Currency), int64(open), f.Clock.Now())
}

// ERP is a context in which an ERP's API key acts.
func ERP(ctx context.Context) context.Context {
	t, _ := scope.TenantFrom(ctx)
	return access.With(ctx, access.Actor{Kind: access.KindAPIKey, ID: uuid.NewSHA1(t.ID, []byte("erp")), Name: "ERP", TenantID: t.ID,
		Scopes: []access.Permission{access.CreditCheck, access.CreditReserve}, RequestID: "test"})
}

// WithKey gives the command an idempotency key for a payload.
func WithKey(ctx context.Context, key, payload string) context.Context {
	a, _ := access.From(ctx)
	c := idempotency.Command{Key: key, Principal: string(a.Kind) + ":" + a.ID.String()}
	copy(c.Hash[:], payload)
	return idempotency.With(ctx, c)
}
