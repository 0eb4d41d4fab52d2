package creditcheck

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/creditcheck"
	"zhuxin/data/postgres"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/tenancy/scope"
)

const reservationFields = `r.id, r.customer_id, r.order_no, r.amount, r.held_amount, r.status, r.source, r.document_no, r.check_id, r.expires_at, r.created_at, r.updated_at, r.project_id, r.delivered_amount`

func reservationTargets(r *biz.Reservation) []any {
	return []any{&r.ID, &r.CustomerID, &r.OrderNo, &r.Amount, &r.HeldAmount, &r.Status, &r.Source, &r.DocumentNo, &r.CheckID, &r.ExpiresAt, &r.CreatedAt, &r.UpdatedAt, (*optionalID)(&r.ProjectID), &r.Delivered}
}

// optionalID scans a column that may be null; null is Nil.
type optionalID uuid.UUID

func (o *optionalID) Scan(src any) error {
	var n uuid.NullUUID
	err := n.Scan(src)
	*o = optionalID(n.UUID)
	return err
}

func utc(r *biz.Reservation) {
	r.ExpiresAt, r.CreatedAt, r.UpdatedAt = r.ExpiresAt.UTC(), r.CreatedAt.UTC(), r.UpdatedAt.UTC()
}

// loadReservation locks the account, then the reservation: after a wait, both are
// read as the one who held the lock left them. $1 id, $2 key, $3 its lock.
var loadReservation = scope.Hot(`
SELECT ` + reservationFields + `, c.salesperson_id, a.version,
  CASE WHEN $2::text <> '' THEN pg_try_advisory_xact_lock($3::bigint) ELSE true END,
  i.request_hash, i.response, i.created_at
FROM credit_accounts a
JOIN reservations r ON r.customer_id = a.id
JOIN customers c ON c.id = a.id
LEFT JOIN idempotency_keys i ON i.id = $2::text
WHERE r.id = $1::uuid
FOR NO KEY UPDATE OF a, r`)

// LoadReservation implements biz/creditcheck.Store.
func (s *Store) LoadReservation(ctx context.Context, id uuid.UUID, key string) (biz.LoadedReservation, bool, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.LoadedReservation{}, false, err
	}
	var (
		l           biz.LoadedReservation
		f           foundRow
		salesperson uuid.NullUUID
	)
	targets := append(reservationTargets(&l.Reservation), &salesperson, &l.AccountVersion, &f.mine, &f.hash, &f.body, &f.at)
	err = q.QueryRowContext(ctx, loadReservation, id, key, lockOf(ctx, key)).Scan(targets...)
	if errors.Is(err, sql.ErrNoRows) {
		return l, false, nil
	}
	if err != nil {
		return l, false, postgres.Map(ctx, err, "lock and load reservation")
	}
	l.SalespersonID = salesperson.UUID
	utc(&l.Reservation)
	l.Found, err = f.found()
	return l, err == nil, err
}

// ReceivableOf implements biz/creditcheck.Store.
func (s *Store) ReceivableOf(ctx context.Context, source, documentNo string) (uuid.UUID, bool, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return uuid.Nil, false, err
	}
	var customer uuid.UUID
	err = q.QueryRowContext(ctx, `SELECT customer_id FROM receivables WHERE source = $1 AND document_no = $2
		UNION ALL SELECT customer_id FROM deliveries WHERE source = $1 AND ticket_no = $2 LIMIT 1`, source, documentNo).Scan(&customer)
	if errors.Is(err, sql.ErrNoRows) {
		return uuid.Nil, false, nil
	}
	return customer, err == nil, postgres.Map(ctx, err, "find receivable")
}

// saveReservation: now and the parameters of writeOutbox, those of moveReserved,
// then the reservation, the audit row and the key.
var saveReservation = func() map[bool]string {
	build := func(keys bool) string {
		statement := `WITH announced AS (` + writeOutbox + `), moved AS (` + moveReserved(5, false) + `),
changed AS (
  UPDATE reservations SET status = $11::text, held_amount = $12::bigint, source = $13::text, document_no = $14::text, updated_at = $1::timestamptz
  WHERE id = $9::uuid AND status = $10::text RETURNING id, project_id
), site AS (
  UPDATE project_accounts a SET reserved_amount = a.reserved_amount + $7::bigint, version = a.version + 1 FROM changed WHERE a.id = changed.project_id
), logged AS (` + insert("audit_log", "l", auditColumns, 15, false) + `)`
		if keys {
			statement += `, remembered AS (` + insert("idempotency_keys", "k", keyColumns, 15+len(auditColumns), false, "created_at", "$1::timestamptz") + `)`
		}
		return scope.Hot(statement + ` SELECT (SELECT count(*) FROM moved) + (SELECT count(*) FROM changed)`)
	}
	return map[bool]string{true: build(true), false: build(false)}
}()

// SaveReservation implements biz/creditcheck.Store.
func (s *Store) SaveReservation(ctx context.Context, c biz.Change) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	event, err := s.changed(c.After.CustomerID)
	if err != nil {
		return err
	}
	args := append([]any{c.After.UpdatedAt}, event...)
	// Giving back never needs the guard's permission.
	args = append(args, c.After.CustomerID, c.AccountVersion, int64(c.After.HeldAmount-c.Before.HeldAmount), true)
	row, err := s.log.Row(access.With(ctx, c.Actor), audit.Entry{Action: c.Action, ObjectType: "reservation", ObjectID: c.After.ID.String(),
		Before: stateOf(c.Before, ""), After: stateOf(c.After, c.Note)})
	if err != nil {
		return err
	}
	args = append(args, c.After.ID, string(c.Before.Status), string(c.After.Status), int64(c.After.HeldAmount), c.After.Source, c.After.DocumentNo)
	args = append(args, row.Args()...)
	if c.Key != nil {
		args = append(args, c.Key.ID, c.Key.Hash[:], c.Body)
	}
	var n int64
	if err := q.QueryRowContext(ctx, saveReservation[c.Key != nil], args...).Scan(&n); err != nil {
		return postgres.Map(ctx, err, "save reservation", rules...)
	}
	if n != 2 {
		return biz.ErrStale
	}
	return s.written(ctx)
}

func stateOf(r biz.Reservation, note string) reservationState {
	return reservationState{CustomerID: r.CustomerID, OrderNo: r.OrderNo, Amount: int64(r.Amount), Held: int64(r.HeldAmount),
		Status: r.Status, CheckID: r.CheckID, Source: r.Source, DocumentNo: r.DocumentNo, Note: note}
}

// dueToExpire names the reservations whose time is over, the oldest first.
const dueToExpire = `SELECT r.id, r.customer_id FROM reservations r WHERE r.status = 'open' AND r.expires_at <= $1::timestamptz ORDER BY r.expires_at LIMIT $2`

// expire ends them under the lock of their accounts. $1 ids, $2 now.
const expire = `
WITH ended AS (
  UPDATE reservations r SET status = 'expired', held_amount = 0, updated_at = $2::timestamptz
  FROM reservations o
  WHERE r.id = ANY($1::uuid[]) AND o.id = r.id AND r.status = 'open' AND r.expires_at <= $2::timestamptz
  RETURNING r.id, r.customer_id, r.order_no, r.amount, o.held_amount, r.check_id, r.project_id
), sites AS (
  UPDATE project_accounts a SET reserved_amount = a.reserved_amount - e.held, version = a.version + 1
  FROM (SELECT project_id, sum(held_amount)::bigint AS held FROM ended WHERE project_id IS NOT NULL GROUP BY project_id) e
  WHERE a.id = e.project_id
), given AS (
  UPDATE credit_accounts a SET reserved_amount = a.reserved_amount - e.held, version = a.version + 1
  FROM (SELECT customer_id, sum(held_amount)::bigint AS held FROM ended GROUP BY customer_id) e
  WHERE a.id = e.customer_id
)
SELECT id, customer_id, order_no, amount, held_amount, check_id FROM ended`

const lockAccounts = `SELECT count(*) FROM (SELECT FROM credit_accounts a WHERE a.id = ANY($1::uuid[]) ORDER BY a.id FOR NO KEY UPDATE) AS locked`

const insertAudit = `INSERT INTO audit_log (at, actor_kind, actor_id, actor_name, action, object_type, object_id, before, after, request_id, mac)
SELECT * FROM `

// Expire implements biz/creditcheck.Store.
func (s *Store) Expire(ctx context.Context, now time.Time, limit int, actor access.Actor) (int, []uuid.UUID, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return 0, nil, err
	}
	ids, customers, err := due(ctx, q, now, limit)
	if err != nil || len(ids) == 0 {
		return 0, nil, postgres.Map(ctx, err, "find expired reservations")
	}
	if _, err := q.ExecContext(ctx, lockTenant, lockTenantName); err != nil {
		return 0, nil, postgres.Map(ctx, err, "lock the tenant's accounts")
	}
	if _, err := q.ExecContext(ctx, lockAccounts, pq.Array(customers)); err != nil {
		return 0, nil, postgres.Map(ctx, err, "lock accounts")
	}
	ended, err := s.expire(ctx, q, ids, now)
	if err != nil || len(ended) == 0 {
		return 0, nil, postgres.Map(ctx, err, "expire reservations")
	}
	log := rows{width: len(auditColumns)}
	for _, r := range ended {
		after := r
		after.Status, after.HeldAmount = biz.StatusExpired, 0
		row, err := s.log.Row(access.With(ctx, actor), audit.Entry{Action: "reservation.expired", ObjectType: "reservation", ObjectID: r.ID.String(),
			Before: stateOf(r, ""), After: stateOf(after, "")})
		if err != nil {
			return 0, nil, err
		}
		log.add(row.Args()...)
	}
	args := log.args(true)
	if log.err != nil {
		return 0, nil, log.err
	}
	if _, err := q.ExecContext(ctx, insertAudit+source("l", auditColumns, 1, true), args...); err != nil {
		return 0, nil, postgres.Map(ctx, err, "log expired reservations")
	}
	return len(ended), customers, s.log.Written(ctx)
}

// lockTenant is the lock that data/tenantrepo/exposure takes before it locks several accounts.
const (
	lockTenant     = `SELECT pg_advisory_xact_lock(hashtextextended($1::text || current_schema(), 0))`
	lockTenantName = "credit_accounts "
)

func due(ctx context.Context, q scope.Querier, now time.Time, limit int) (ids, customers []uuid.UUID, err error) {
	rs, err := q.QueryContext(ctx, dueToExpire, now, limit)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = rs.Close() }()
	seen := map[uuid.UUID]bool{}
	for rs.Next() {
		var id, customer uuid.UUID
		if err := rs.Scan(&id, &customer); err != nil {
			return nil, nil, err
		}
		ids = append(ids, id)
		if !seen[customer] {
			seen[customer] = true
			customers = append(customers, customer)
		}
	}
	return ids, customers, rs.Err()
}

func (s *Store) expire(ctx context.Context, q scope.Querier, ids []uuid.UUID, now time.Time) ([]biz.Reservation, error) {
	rs, err := q.QueryContext(ctx, expire, pq.Array(ids), now)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	var out []biz.Reservation
	for rs.Next() {
		r := biz.Reservation{Status: biz.StatusOpen}
		if err := rs.Scan(&r.ID, &r.CustomerID, &r.OrderNo, &r.Amount, &r.HeldAmount, &r.CheckID); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, rs.Err()
}

// ForgetKeys implements biz/creditcheck.Store.
func (s *Store) ForgetKeys(ctx context.Context, ids []string) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, `DELETE FROM idempotency_keys WHERE id = ANY($1::text[])`, pq.Array(ids))
	return postgres.Map(ctx, err, "forget idempotency keys")
}

// SweepKeys implements biz/creditcheck.Store.
func (s *Store) SweepKeys(ctx context.Context, before time.Time, limit int) (int, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return 0, err
	}
	res, err := q.ExecContext(ctx, `DELETE FROM idempotency_keys WHERE id IN (SELECT id FROM idempotency_keys WHERE created_at <= $1::timestamptz LIMIT $2)`, before, limit)
	if err != nil {
		return 0, postgres.Map(ctx, err, "sweep idempotency keys")
	}
	n, err := res.RowsAffected()
	if err != nil {
		return 0, fmt.Errorf("sweep idempotency keys: %w", err)
	}
	return int(n), nil
}
