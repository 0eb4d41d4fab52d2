package creditcheck

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	biz "zhuxin/biz/creditcheck"
	"zhuxin/data/postgres"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
)

// Reservation implements biz/creditcheck.Archive.
func (s *Store) Reservation(ctx context.Context, id, ownedBy uuid.UUID) (biz.Reservation, bool, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Reservation{}, false, err
	}
	var r biz.Reservation
	err = q.QueryRowContext(ctx, `SELECT `+reservationFields+` FROM reservations r JOIN customers c ON c.id = r.customer_id
		WHERE r.id = $1 AND ($2::uuid IS NULL OR c.salesperson_id = $2::uuid)`, id, orNull(ownedBy)).Scan(reservationTargets(&r)...)
	if errors.Is(err, sql.ErrNoRows) {
		return r, false, nil
	}
	utc(&r)
	return r, err == nil, postgres.Map(ctx, err, "read reservation")
}

const matching = `
FROM credit_checks k JOIN customers c ON c.id = k.customer_id
WHERE ($1::uuid IS NULL OR k.customer_id = $1::uuid) AND ($2::uuid IS NULL OR c.salesperson_id = $2::uuid) AND ($3::text = '' OR k.outcome = $3::text)`

// listDecisions joins the reservation as it is today.
const listDecisions = `
SELECT k.id, k.operation, k.order_no, k.customer_id, k.name, k.amount, k.outcome, k.reasons, k.facts, k.binding_limit, k.policy_version, k.created_at,
  r.id, r.amount, r.held_amount, r.status, r.source, r.document_no, r.expires_at, r.created_at, r.updated_at
FROM (SELECT k.*, c.name` + matching + ` ORDER BY k.created_at DESC, k.id DESC LIMIT $4 OFFSET $5) k
LEFT JOIN reservations r ON r.id = k.reservation_id
ORDER BY k.created_at DESC, k.id DESC`

// Decisions implements biz/creditcheck.Archive.
func (s *Store) Decisions(ctx context.Context, f biz.DecisionFilter) ([]biz.Decision, int64, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	args := []any{orNull(f.CustomerID), orNull(f.OwnedBy), string(f.Outcome)}
	var total int64
	if err := q.QueryRowContext(ctx, `SELECT count(*)`+matching, args...).Scan(&total); err != nil {
		return nil, 0, postgres.Map(ctx, err, "count decisions")
	}
	page, err := decisions(ctx, q, append(args, f.Limit, f.Offset))
	return page, total, postgres.Map(ctx, err, "list decisions")
}

func decisions(ctx context.Context, q scope.Querier, args []any) ([]biz.Decision, error) {
	rs, err := q.QueryContext(ctx, listDecisions, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	var page []biz.Decision
	for rs.Next() {
		var (
			d                       biz.Decision
			reasons, facts          []byte
			id                      uuid.NullUUID
			amount, held            sql.Null[int64]
			status, source, number  sql.Null[string]
			expires, created, moved sql.NullTime
		)
		if err := rs.Scan(&d.ID, &d.Operation, &d.OrderNo, &d.CustomerID, &d.CustomerName, &d.Amount, &d.Outcome, &reasons, &facts, &d.Binding, &d.PolicyVersion,
			&d.DecidedAt, &id, &amount, &held, &status, &source, &number, &expires, &created, &moved); err != nil {
			return nil, err
		}
		if err := errors.Join(json.Unmarshal(reasons, &d.Reasons), json.Unmarshal(facts, &d.Facts)); err != nil {
			return nil, fmt.Errorf("decode decision %s: %w", d.ID, err)
		}
		d.DecidedAt = d.DecidedAt.UTC()
		if id.Valid {
			d.Reservation = &biz.Reservation{ID: id.UUID, CustomerID: d.CustomerID, OrderNo: d.OrderNo, Amount: money.Amount(amount.V),
				HeldAmount: money.Amount(held.V), Status: biz.Status(status.V), Source: source.V, DocumentNo: number.V, CheckID: d.ID,
				ExpiresAt: expires.Time, CreatedAt: created.Time, UpdatedAt: moved.Time}
			utc(d.Reservation)
		}
		page = append(page, d)
	}
	return page, rs.Err()
}

// Policy implements biz/creditcheck.Archive.
func (s *Store) Policy(ctx context.Context) (biz.Policy, bool, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Policy{}, false, err
	}
	p := biz.Policy{Rules: biz.PresetRules()}
	var stored []byte
	err = q.QueryRowContext(ctx, `SELECT id, over_limit, overdue_amount, overdue_days, no_limit, unrated, reservation_hours, overdue_tolerance, created_at, rules
		FROM credit_policies ORDER BY id DESC LIMIT 1`).Scan(&p.Version, &p.OverLimit, &p.OverdueAmount, &p.OverdueDays, &p.NoLimit, &p.Unrated,
		&p.ReservationHours, &p.OverdueTolerance, &p.CreatedAt, &stored)
	if errors.Is(err, sql.ErrNoRows) {
		return p, false, nil
	}
	if err == nil {
		err = decodeRules(stored, &p.Rules)
	}
	p.CreatedAt = p.CreatedAt.UTC()
	return p, err == nil, postgres.Map(ctx, err, "read credit policy")
}

// AddPolicy implements biz/creditcheck.Archive. The version is the primary key, so
// of two that were made from the same one only the first gets in.
func (s *Store) AddPolicy(ctx context.Context, p biz.Policy, by uuid.UUID) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	encoded, err := json.Marshal(p.Rules)
	if err != nil {
		return fmt.Errorf("encode rules of the policy: %w", err)
	}
	_, err = q.ExecContext(ctx, `INSERT INTO credit_policies
		(id, over_limit, overdue_amount, overdue_days, no_limit, unrated, reservation_hours, overdue_tolerance, created_at, created_by, rules)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, p.Version+1, string(p.OverLimit), string(p.OverdueAmount), string(p.OverdueDays),
		string(p.NoLimit), string(p.Unrated), p.ReservationHours, int64(p.OverdueTolerance), p.CreatedAt, orNull(by), string(encoded))
	return postgres.Map(ctx, err, "add credit policy", postgres.On("credit_policies_pkey", biz.ErrPolicyVersion))
}
