package creditcheck

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/creditcheck"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/roster"
	"zhuxin/shared/party"
	"zhuxin/tenancy/scope"
)

var _ biz.HoldStore = (*Store)(nil)

const (
	releaseFields = `e.id, e.hold_id, e.customer_id, e.order_no, e.codes, e.amount, e.volume, e.ends_on, e.reason, e.status,
  e.asked_by, am.name, e.asked_at, e.agreed_by, gm.name, e.agreed_at, e.used_amount`
	releaseNames = `
LEFT JOIN hq.v_members am ON am.person_id = e.asked_by
LEFT JOIN hq.v_members gm ON gm.person_id = e.agreed_by`

	holdFields = `h.id, h.customer_id, c.number, c.name, c.salesperson_id, sm.name, h.project_id, j.name, h.order_no, h.amount, h.volume, h.checkpoint,
  h.reasons, h.status, h.held_at, h.closed_at, h.closing_note, ` + releaseFields
	// The last release asked for comes with its order.
	holdJoins = `
JOIN customers c ON c.id = h.customer_id
LEFT JOIN projects j ON j.id = h.project_id
LEFT JOIN hq.v_members sm ON sm.person_id = c.salesperson_id
LEFT JOIN LATERAL (SELECT * FROM order_releases e WHERE e.hold_id = h.id ORDER BY e.asked_at DESC, e.id DESC LIMIT 1) e ON true` + releaseNames

	holdFilter = ` WHERE ($1::text = '' OR h.status = $1::text) AND ($2::uuid IS NULL OR h.customer_id = $2::uuid)
  AND ($3::uuid IS NULL OR EXISTS (SELECT FROM customers o WHERE o.id = h.customer_id AND o.salesperson_id = $3::uuid))
  AND ($4::text = '' OR h.order_no ILIKE '%' || $4::text || '%'
    OR EXISTS (SELECT FROM customers o WHERE o.id = h.customer_id AND (o.name ILIKE '%' || $4::text || '%' OR o.number ILIKE '%' || $4::text || '%')))`

	countHolds = `SELECT count(*) FROM order_holds h` + holdFilter
	listHolds  = `SELECT ` + holdFields + ` FROM (SELECT * FROM order_holds h` + holdFilter + ` ORDER BY h.held_at, h.id LIMIT $5 OFFSET $6) h` + holdJoins + ` ORDER BY h.held_at, h.id`

	// $1 customers or NULL, $2 how many.
	listWaiting = `SELECT ` + holdFields + ` FROM (SELECT * FROM order_holds h WHERE h.status = 'held' AND ($1::uuid[] IS NULL OR h.customer_id = ANY($1::uuid[]))
  ORDER BY h.held_at, h.id LIMIT $2) h` + holdJoins + ` ORDER BY h.held_at, h.id`

	lockHoldRow = `SELECT id FROM order_holds WHERE id = $1 FOR UPDATE`
	oneHold     = `SELECT ` + holdFields + ` FROM order_holds h` + holdJoins + ` WHERE h.id = $1 AND ($2::uuid IS NULL OR c.salesperson_id = $2::uuid)`

	cancelHold = `UPDATE order_holds SET status = 'cancelled', closing_note = $2, closed_at = $3, updated_at = $3 WHERE id = $1`

	insertRelease = `INSERT INTO order_releases (id, hold_id, customer_id, order_no, codes, amount, volume, ends_on, reason, status, asked_by, asked_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`
	lockRelease = `SELECT ` + releaseFields + ` FROM order_releases e` + releaseNames + ` WHERE e.id = $1 FOR UPDATE OF e`
	endRelease  = `UPDATE order_releases SET status = $2, agreed_by = $3, agreed_at = $4 WHERE id = $1`
	grant       = `UPDATE order_holds SET status = 'released', release_id = $2, updated_at = $3 WHERE id = $1 AND status = 'held'`
)

// releaseRow scans a release that may be missing.
type releaseRow struct {
	id, hold, customer, asked, agreed        uuid.NullUUID
	order, reason, status, askedBy, agreedBy sql.NullString
	codes                                    []byte
	amount, volume, used                     sql.Null[int64]
	askedAt                                  sql.NullTime
	r                                        biz.OrderRelease
}

func (x *releaseRow) targets() []any {
	return []any{&x.id, &x.hold, &x.customer, &x.order, &x.codes, &x.amount, &x.volume, &x.r.EndsOn, &x.reason, &x.status,
		&x.asked, &x.askedBy, &x.askedAt, &x.agreed, &x.agreedBy, &x.r.AgreedAt, &x.used}
}

func (x *releaseRow) release() (*biz.OrderRelease, error) {
	if !x.id.Valid {
		return nil, nil
	}
	r := x.r
	r.ID, r.HoldID, r.CustomerID, r.OrderNo, r.Reason, r.Status = x.id.UUID, x.hold.UUID, x.customer.UUID, x.order.String, x.reason.String, biz.ReleaseStatus(x.status.String)
	setMoney(&r.Amount, x.amount)
	setMoney(&r.UsedAmount, x.used)
	setMoney(&r.Volume, x.volume)
	r.AskedBy, r.AskedAt = party.Person{ID: x.asked.UUID, Name: x.askedBy.String}, x.askedAt.Time.UTC()
	r.AgreedBy = roster.Ref(x.agreed, x.agreedBy)
	if err := json.Unmarshal(x.codes, &r.Codes); err != nil {
		return nil, fmt.Errorf("decode release %s: %w", r.ID, err)
	}
	return &r, nil
}

func setMoney[T ~int64](to *T, n sql.Null[int64]) { *to = T(n.V) }

func scanHold(row interface{ Scan(...any) error }) (biz.OrderHold, error) {
	var (
		h                    biz.OrderHold
		salesperson, project uuid.NullUUID
		name, site           sql.NullString
		reasons              []byte
		release              releaseRow
	)
	err := row.Scan(append([]any{&h.ID, &h.CustomerID, &h.CustomerNumber, &h.CustomerName, &salesperson, &name, &project, &site, &h.OrderNo, &h.Amount, &h.Volume,
		&h.Checkpoint, &reasons, &h.Status, &h.HeldAt, &h.ClosedAt, &h.ClosingNote}, release.targets()...)...)
	if err != nil {
		return h, err
	}
	h.Salesperson, h.ProjectID, h.ProjectName, h.HeldAt = roster.Ref(salesperson, name), project.UUID, site.String, h.HeldAt.UTC()
	if err := json.Unmarshal(reasons, &h.Reasons); err != nil {
		return h, fmt.Errorf("decode held order %s: %w", h.ID, err)
	}
	h.Release, err = release.release()
	return h, err
}

func holds(ctx context.Context, statement string, args ...any) ([]biz.OrderHold, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rs, err := q.QueryContext(ctx, statement, args...)
	if err != nil {
		return nil, postgres.Map(ctx, err, "list held orders")
	}
	defer func() { _ = rs.Close() }()
	var hs []biz.OrderHold
	for rs.Next() {
		h, err := scanHold(rs)
		if err != nil {
			return nil, postgres.Map(ctx, err, "list held orders")
		}
		hs = append(hs, h)
	}
	return hs, postgres.Map(ctx, rs.Err(), "list held orders")
}

// escapeLike has what is searched for stand for itself in a pattern.
var escapeLike = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// Holds implements biz/creditcheck.HoldStore.
func (s *Store) Holds(ctx context.Context, query biz.HoldQuery) ([]biz.OrderHold, int64, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	args := []any{string(query.Status), orNull(query.CustomerID), orNull(query.OwnedBy), escapeLike.Replace(query.Search)}
	var total int64
	if err := q.QueryRowContext(ctx, countHolds, args...).Scan(&total); err != nil {
		return nil, 0, postgres.Map(ctx, err, "count held orders")
	}
	hs, err := holds(ctx, listHolds, append(args, query.Limit, query.Offset)...)
	return hs, total, err
}

// Waiting implements biz/creditcheck.HoldStore.
func (s *Store) Waiting(ctx context.Context, customers []uuid.UUID, most int) ([]biz.OrderHold, error) {
	var ids any
	if len(customers) > 0 {
		ids = pq.Array(customers)
	}
	return holds(ctx, listWaiting, ids, most)
}

// LockHold implements biz/creditcheck.HoldStore.
func (s *Store) LockHold(ctx context.Context, id, ownedBy uuid.UUID) (biz.OrderHold, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.OrderHold{}, err
	}
	var locked uuid.UUID
	err = q.QueryRowContext(ctx, lockHoldRow, id).Scan(&locked)
	if err == nil {
		var h biz.OrderHold
		if h, err = scanHold(q.QueryRowContext(ctx, oneHold, id, orNull(ownedBy))); err == nil {
			return h, nil
		}
	}
	if errors.Is(err, sql.ErrNoRows) {
		return biz.OrderHold{}, biz.ErrNoHold
	}
	return biz.OrderHold{}, postgres.Map(ctx, err, "lock held order")
}

// CancelHold implements biz/creditcheck.HoldStore.
func (s *Store) CancelHold(ctx context.Context, id uuid.UUID, note string, at time.Time) error {
	return s.exec(ctx, "cancel held order", cancelHold, id, note, at)
}

// AskRelease implements biz/creditcheck.HoldStore.
func (s *Store) AskRelease(ctx context.Context, r biz.OrderRelease) error {
	codes, err := json.Marshal(r.Codes)
	if err != nil {
		return fmt.Errorf("encode release: %w", err)
	}
	return s.exec(ctx, "ask for release", insertRelease, r.ID, r.HoldID, r.CustomerID, r.OrderNo, string(codes), int64(r.Amount), int64(r.Volume), r.EndsOn,
		r.Reason, string(r.Status), r.AskedBy.ID, r.AskedAt)
}

// LockRelease implements biz/creditcheck.HoldStore.
func (s *Store) LockRelease(ctx context.Context, id uuid.UUID) (biz.OrderRelease, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.OrderRelease{}, err
	}
	var row releaseRow
	if err := q.QueryRowContext(ctx, lockRelease, id).Scan(row.targets()...); err != nil {
		if errors.Is(err, sql.ErrNoRows) {
			return biz.OrderRelease{}, biz.ErrNoHold
		}
		return biz.OrderRelease{}, postgres.Map(ctx, err, "lock release")
	}
	r, err := row.release()
	if err != nil {
		return biz.OrderRelease{}, err
	}
	return *r, nil
}

// EndRelease implements biz/creditcheck.HoldStore.
func (s *Store) EndRelease(ctx context.Context, r biz.OrderRelease, at time.Time) error {
	if err := s.exec(ctx, "end release", endRelease, r.ID, string(r.Status), roster.ID(r.AgreedBy), r.AgreedAt); err != nil || r.Status != biz.ReleaseGranted {
		return err
	}
	return s.exec(ctx, "release order", grant, r.HoldID, r.ID, at)
}

func (s *Store) exec(ctx context.Context, what, statement string, args ...any) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, statement, args...)
	return postgres.Map(ctx, err, what, postgres.On("order_release_one_submitted", biz.ErrAsked))
}
