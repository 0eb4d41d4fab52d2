// Package exposure keeps the tenant's credit accounts: the implementation of
// biz/exposure in set-based SQL, the same statement for one customer and for all.
//
// It owns the tables credit_accounts, project_accounts and credit_freezes, and the step of reservations from committed
// to billed. The reserved sum is moved by data/query/creditcheck too, under the
// lock of the account's row.
//
// Recompute locks first and reads afterwards, in two statements: a statement that
// has waited for a lock still sees the other tables as they were when it began,
// and would write back a reserved sum from before the wait.
package exposure

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/exposure"
	"zhuxin/data/postgres"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
)

// Repo implements the ports of biz/exposure on the transaction of the context.
type Repo struct {
	clock  calendar.Clock
	events event.Publisher
	log    audit.Recorder
}

var (
	_ biz.Accounts  = (*Repo)(nil)
	_ biz.Biller    = (*Repo)(nil)
	_ biz.Freezer   = (*Repo)(nil)
	_ biz.Refresher = (*Repo)(nil)
)

// New makes the repository; events is the tenant's outbox, log its audit log.
func New(clock calendar.Clock, events event.Publisher, log audit.Recorder) *Repo {
	return &Repo{clock: clock, events: events, log: log}
}

// work is the scope of one call.
type work struct {
	q        scope.Querier
	currency money.Currency
	today    calendar.Date
}

func (r *Repo) begin(ctx context.Context) (work, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return work{}, err
	}
	t, ok := scope.TenantFrom(ctx)
	if !ok {
		return work{}, scope.ErrNoScope
	}
	return work{q: q, currency: t.Currency, today: calendar.Of(r.clock.Now(), t.Zone)}, nil
}

// Open implements biz.Accounts.
func (r *Repo) Open(ctx context.Context, customerID uuid.UUID) error {
	return r.Recompute(ctx, customerID)
}

// Recompute implements biz.Accounts.
func (r *Repo) Recompute(ctx context.Context, customerIDs ...uuid.UUID) error {
	w, err := r.begin(ctx)
	if err != nil {
		return err
	}
	if err := r.recompute(ctx, w, customerIDs); err != nil {
		return postgres.Map(ctx, err, "recompute credit accounts")
	}
	if len(customerIDs) == 0 {
		return r.events.Publish(ctx, event.Event{Topic: biz.TopicAccountChanged, Payload: biz.Changed{All: true}})
	}
	for ids := range slices.Chunk(customerIDs, perEvent) {
		if err := r.events.Publish(ctx, event.Event{Topic: biz.TopicAccountChanged, Payload: biz.Changed{CustomerIDs: ids}}); err != nil {
			return err
		}
	}
	return nil
}

// perEvent is how many customers one event names, which the outbox bounds.
const perEvent = 500

func (r *Repo) recompute(ctx context.Context, w work, customerIDs []uuid.UUID) error {
	args, s := []any{}, all
	if len(customerIDs) > 0 {
		args, s = []any{uuidArray(customerIDs)}, some
	}
	// The parameters that every statement of the set takes come first.
	with := func(more ...any) []any { return append(append([]any{}, args...), more...) }
	if _, err := w.q.ExecContext(ctx, s.open, with(w.today)...); err != nil {
		return fmt.Errorf("open missing accounts: %w", err)
	}
	if err := lock(ctx, w.q, s.lock, len(customerIDs) == 1, args...); err != nil {
		return err
	}
	if _, err := r.bill(ctx, w, s.bill, args...); err != nil {
		return err
	}
	if _, err := w.q.ExecContext(ctx, s.deliver, with(r.clock.Now(), w.currency)...); err != nil {
		return fmt.Errorf("deliver orders: %w", err)
	}
	if _, err := w.q.ExecContext(ctx, s.billTickets, with(r.clock.Now())...); err != nil {
		return fmt.Errorf("bill delivery tickets: %w", err)
	}
	if _, err := w.q.ExecContext(ctx, s.count, with(w.currency)...); err != nil {
		return fmt.Errorf("count open orders: %w", err)
	}
	if _, err := w.q.ExecContext(ctx, s.compute, with(w.today, w.currency)...); err != nil {
		return fmt.Errorf("compute accounts: %w", err)
	}
	if _, err := w.q.ExecContext(ctx, s.openProjects, args...); err != nil {
		return fmt.Errorf("open missing project accounts: %w", err)
	}
	if _, err := w.q.ExecContext(ctx, s.computeProjects, with(w.today, w.currency)...); err != nil {
		return fmt.Errorf("compute project accounts: %w", err)
	}
	return nil
}

// lock takes the rows in the order of their ids. Who takes several takes the
// tenant's own lock before, so that a second call in one transaction, for other
// customers, cannot meet another one half-way.
func lock(ctx context.Context, q scope.Querier, statement string, single bool, args ...any) error {
	if !single {
		if _, err := q.ExecContext(ctx, lockTenant, lockTenantName); err != nil {
			return fmt.Errorf("lock the tenant's accounts: %w", err)
		}
	}
	if _, err := q.ExecContext(ctx, statement, args...); err != nil {
		return fmt.Errorf("lock accounts: %w", err)
	}
	return nil
}

// Get implements biz.Accounts.
func (r *Repo) Get(ctx context.Context, customerID uuid.UUID) (biz.Account, error) {
	w, err := r.begin(ctx)
	if err != nil {
		return biz.Account{}, err
	}
	a, err := read(ctx, w.q, customerID)
	if err == nil && !a.ValidOn(w.today) {
		if err := r.Recompute(ctx, customerID); err != nil {
			return biz.Account{}, err
		}
		a, err = read(ctx, w.q, customerID)
	}
	return a, postgres.Map(ctx, err, "read credit account")
}

func read(ctx context.Context, q scope.Querier, customerID uuid.UUID) (biz.Account, error) {
	var (
		a         = biz.Account{CustomerID: customerID}
		maxAmount sql.Null[int64]
		maxDays   sql.Null[int64]
	)
	err := q.QueryRowContext(ctx, readAccount, customerID).Scan(&a.LimitKind, &a.Standing, &a.Temporary, &a.Cover, &a.Grade, &maxAmount, &maxDays,
		&a.Receivable, &a.Overdue, &a.OldestDueOn, &a.Reserved, &a.Delivered, &a.Reconciled, &a.Drafts, &a.Advances, &a.Disputed,
		&a.Frozen, &a.FrozenReason, &a.AsOf, &a.ValidThrough, &a.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return biz.Account{}, biz.ErrNoAccount
	}
	if maxAmount.Valid {
		a.MaxOverdueAmount = new(money.Amount(maxAmount.V))
	}
	if maxDays.Valid {
		a.MaxOverdueDays = new(int(maxDays.V))
	}
	return a, err
}

// Aging implements biz.Accounts.
func (r *Repo) Aging(ctx context.Context, customerID uuid.UUID) (biz.Aging, error) {
	w, err := r.begin(ctx)
	if err != nil {
		return biz.Aging{}, err
	}
	a := biz.Aging{AsOf: w.today}
	statement, args := agingAll, []any{w.today, w.currency}
	if customerID != uuid.Nil {
		statement, args = agingOne, append(args, customerID)
	}
	err = w.q.QueryRowContext(ctx, statement, args...).Scan(&a.Receivable, &a.NotDue, &a.Months0To6, &a.Months6To12, &a.Months12To24, &a.Months24,
		&a.Days1To30, &a.Days31To60, &a.Days61To90, &a.Days91)
	return a, postgres.Map(ctx, err, "sum aging")
}

// BillCommitted implements biz.Biller.
func (r *Repo) BillCommitted(ctx context.Context, importID uuid.UUID) (int64, error) {
	w, err := r.begin(ctx)
	if err != nil {
		return 0, err
	}
	ids, err := list(ctx, w.q, billable, importID)
	if err != nil || len(ids) == 0 {
		return 0, postgres.Map(ctx, err, "find billed reservations")
	}
	if err := lock(ctx, w.q, some.lock, false, uuidArray(ids)); err != nil {
		return 0, postgres.Map(ctx, err, "bill reservations")
	}
	n, err := r.bill(ctx, w, some.bill, uuidArray(ids))
	return n, postgres.Map(ctx, err, "bill reservations")
}

// billedState is what the audit keeps of a reservation that a receivable took over.
type billedState struct {
	Status     string     `json:"status"`
	Held       int64      `json:"held_amount"`
	BilledByID *uuid.UUID `json:"billed_by_id,omitempty"` // the receivable or delivery
}

// bill ends the committed reservations of locked accounts whose receivable is there.
func (r *Repo) bill(ctx context.Context, w work, statement string, args ...any) (int64, error) {
	rows, err := w.q.QueryContext(ctx, statement, append(append([]any{}, args...), r.clock.Now())...)
	if err != nil {
		return 0, fmt.Errorf("bill committed reservations: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var entries []audit.Entry
	for rows.Next() {
		var (
			id, receivable uuid.UUID
			was            int64
		)
		if err := rows.Scan(&id, &was, &receivable); err != nil {
			return 0, fmt.Errorf("bill committed reservations: %w", err)
		}
		entries = append(entries, audit.Entry{Action: "reservation.billed", ObjectType: "reservation", ObjectID: id.String(),
			Before: billedState{Status: "committed", Held: was}, After: billedState{Status: "billed", BilledByID: &receivable}})
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return 0, fmt.Errorf("bill committed reservations: %w", err)
	}
	for _, e := range entries {
		if err := r.log.Record(ctx, e); err != nil {
			return 0, err
		}
	}
	return int64(len(entries)), nil
}

// RefreshStale implements biz.Refresher.
func (r *Repo) RefreshStale(ctx context.Context) (int64, error) {
	w, err := r.begin(ctx)
	if err != nil {
		return 0, err
	}
	ids, err := list(ctx, w.q, stale, w.today)
	if err != nil || len(ids) == 0 {
		return 0, postgres.Map(ctx, err, "find stale accounts")
	}
	return int64(len(ids)), r.Recompute(ctx, ids...)
}

func list(ctx context.Context, q scope.Querier, statement string, arg any) ([]uuid.UUID, error) {
	rows, err := q.QueryContext(ctx, statement, arg)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var ids []uuid.UUID
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

func uuidArray(ids []uuid.UUID) pq.StringArray {
	out := make(pq.StringArray, len(ids))
	for i, id := range ids {
		out[i] = id.String()
	}
	return out
}
