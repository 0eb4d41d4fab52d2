package exposure

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/exposure"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/roster"
	"zhuxin/shared/calendar"
	"zhuxin/shared/coded"
	"zhuxin/shared/event"
	"zhuxin/shared/money"
	"zhuxin/shared/news"
	"zhuxin/shared/party"
	"zhuxin/tenancy/scope"
)

const (
	lockOne = `SELECT frozen FROM credit_accounts WHERE id = $1 FOR NO KEY UPDATE`

	setFrozen = `UPDATE credit_accounts SET frozen = $2, frozen_reason = $3, version = version + 1 WHERE id = $1`

	insertFreeze = `INSERT INTO credit_freezes (id, customer_id, source, reason, oldest_due_on, frozen_at, frozen_by) VALUES ($1, $2, $3, $4, $5, $6, $7)`

	freezeFields = `SELECT f.id, f.customer_id, f.source, f.reason, f.oldest_due_on, f.frozen_at, f.frozen_by, m.name, f.lifted_at, f.lifted_by, n.name, f.lift_reason
FROM credit_freezes f LEFT JOIN hq.v_members m ON m.person_id = f.frozen_by LEFT JOIN hq.v_members n ON n.person_id = f.lifted_by`

	liftFreeze = `UPDATE credit_freezes SET lifted_at = $2, lifted_by = $3, lift_reason = $4 WHERE customer_id = $1 AND lifted_at IS NULL RETURNING id`

	// $1 business date, $2 days, $3 tolerance. An account that somebody has unfrozen
	// while the same item was the oldest overdue is his to answer for.
	overdueAccounts = `SELECT a.id, a.oldest_due_on FROM credit_accounts a
WHERE NOT a.frozen AND a.oldest_due_on IS NOT NULL AND $1::date - a.oldest_due_on >= $2 AND a.overdue_amount > $3
  AND NOT EXISTS (SELECT FROM credit_freezes f WHERE f.customer_id = a.id AND f.lifted_at IS NOT NULL AND f.oldest_due_on = a.oldest_due_on)
ORDER BY a.id FOR NO KEY UPDATE OF a`
)

// Freeze implements biz.Freezer.
func (r *Repo) Freeze(ctx context.Context, f biz.Freeze) error {
	q, frozen, err := r.lockOne(ctx, f.CustomerID)
	if err != nil {
		return err
	}
	if frozen {
		return biz.ErrFrozen
	}
	if err := freeze(ctx, q, f); err != nil {
		return err
	}
	if err := news.Tell(ctx, r.events, news.CustomerFrozen, "", f.CustomerID); err != nil {
		return err
	}
	return r.changed(ctx, f.CustomerID)
}

func freeze(ctx context.Context, q scope.Querier, f biz.Freeze) error {
	_, err1 := q.ExecContext(ctx, setFrozen, f.CustomerID, true, f.Reason)
	_, err2 := q.ExecContext(ctx, insertFreeze, f.ID, f.CustomerID, string(f.Source), f.Reason, f.OldestDueOn, f.FrozenAt, roster.ID(f.FrozenBy))
	return postgres.Map(ctx, errors.Join(err1, err2), "freeze account", postgres.On("credit_freeze_one_open", biz.ErrFrozen))
}

// Unfreeze implements biz.Freezer.
func (r *Repo) Unfreeze(ctx context.Context, customerID uuid.UUID, by *party.Person, reason string, at time.Time) (biz.Freeze, error) {
	q, frozen, err := r.lockOne(ctx, customerID)
	if err != nil {
		return biz.Freeze{}, err
	}
	if !frozen {
		return biz.Freeze{}, biz.ErrNotFrozen
	}
	var id uuid.UUID
	if err := q.QueryRowContext(ctx, liftFreeze, customerID, at, roster.ID(by), reason).Scan(&id); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return biz.Freeze{}, postgres.Map(ctx, err, "lift freeze")
	}
	if _, err := q.ExecContext(ctx, setFrozen, customerID, false, ""); err != nil {
		return biz.Freeze{}, postgres.Map(ctx, err, "unfreeze account")
	}
	if err := news.Tell(ctx, r.events, news.CustomerUnfrozen, "", customerID); err != nil {
		return biz.Freeze{}, err
	}
	fs, err := freezes(ctx, q, ` WHERE f.id = $1`, id)
	if err != nil {
		return biz.Freeze{}, err
	}
	f := biz.Freeze{CustomerID: customerID, LiftedAt: &at, LiftedBy: by, LiftReason: reason} // of an account frozen before there were records
	if len(fs) > 0 {
		f = fs[0]
	}
	return f, r.changed(ctx, customerID)
}

func (r *Repo) lockOne(ctx context.Context, customerID uuid.UUID) (q scope.Querier, frozen bool, err error) {
	if q, err = scope.Conn(ctx); err != nil {
		return nil, false, err
	}
	err = q.QueryRowContext(ctx, lockOne, customerID).Scan(&frozen)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, biz.ErrNoAccount
	}
	return q, frozen, postgres.Map(ctx, err, "lock account")
}

func (r *Repo) changed(ctx context.Context, ids ...uuid.UUID) error {
	for len(ids) > 0 {
		n := min(perEvent, len(ids))
		if err := r.events.Publish(ctx, event.Event{Topic: biz.TopicAccountChanged, Payload: biz.Changed{CustomerIDs: ids[:n]}}); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

// FreezeOverdue implements biz.Freezer.
func (r *Repo) FreezeOverdue(ctx context.Context, on calendar.Date, days int, tolerance money.Amount, at time.Time) ([]biz.Freeze, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := q.ExecContext(ctx, lockTenant, lockTenantName); err != nil {
		return nil, postgres.Map(ctx, err, "lock the tenant's accounts")
	}
	fs, ids, err := overdue(ctx, q, on, days, tolerance, at)
	if err != nil {
		return nil, postgres.Map(ctx, err, "find overdue accounts")
	}
	for _, f := range fs {
		if err := freeze(ctx, q, f); err != nil {
			return nil, err
		}
	}
	if err := news.Tell(ctx, r.events, news.CustomerFrozen, "", ids...); err != nil {
		return nil, err
	}
	return fs, r.changed(ctx, ids...)
}

func overdue(ctx context.Context, q scope.Querier, on calendar.Date, days int, tolerance money.Amount, at time.Time) (fs []biz.Freeze, ids []uuid.UUID, err error) {
	rows, err := q.QueryContext(ctx, overdueAccounts, on, days, int64(tolerance))
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		f := biz.Freeze{ID: uuid.Must(uuid.NewV7()), Source: biz.FreezeByOverdue, FrozenAt: at}
		if err := rows.Scan(&f.CustomerID, &f.OldestDueOn); err != nil {
			return nil, nil, err
		}
		f.Reason = coded.Reason(coded.Overdue, "days", strconv.Itoa(on.DaysSince(f.OldestDueOn)))
		fs, ids = append(fs, f), append(ids, f.CustomerID)
	}
	return fs, ids, rows.Err()
}

// Freezes implements biz.Freezer.
func (r *Repo) Freezes(ctx context.Context, customerID uuid.UUID) ([]biz.Freeze, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return freezes(ctx, q, ` WHERE f.customer_id = $1 ORDER BY f.frozen_at DESC, f.id DESC`, customerID)
}

func freezes(ctx context.Context, q scope.Querier, where string, id uuid.UUID) ([]biz.Freeze, error) {
	rows, err := q.QueryContext(ctx, freezeFields+where, id)
	if err != nil {
		return nil, postgres.Map(ctx, err, "list freezes")
	}
	defer func() { _ = rows.Close() }()
	var fs []biz.Freeze
	for rows.Next() {
		var (
			f                biz.Freeze
			by, lifter       uuid.NullUUID
			name, lifterName sql.NullString
		)
		if err := rows.Scan(&f.ID, &f.CustomerID, &f.Source, &f.Reason, &f.OldestDueOn, &f.FrozenAt, &by, &name, &f.LiftedAt, &lifter, &lifterName, &f.LiftReason); err != nil {
			return nil, postgres.Map(ctx, err, "list freezes")
		}
		f.FrozenBy, f.LiftedBy = roster.Ref(by, name), roster.Ref(lifter, lifterName)
		fs = append(fs, f)
	}
	return fs, postgres.Map(ctx, rows.Err(), "list freezes")
}
