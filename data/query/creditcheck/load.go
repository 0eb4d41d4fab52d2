package creditcheck

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/creditcheck"
	"zhuxin/data/postgres"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
)

// facts are the columns about the customer, in the order of factTargets.
const facts = `
  a.id, a.limit_kind, a.standing_amount, a.temporary_amount, a.grade, a.max_overdue_amount, a.max_overdue_days, a.receivable_amount,
  a.overdue_amount, a.oldest_due_on, a.reserved_amount, a.frozen, a.frozen_reason, a.as_of, a.valid_through, a.version,
  c.name, c.status = 'active', c.settles_advance, c.salesperson_id,
  p.id, p.over_limit, p.overdue_amount, p.overdue_days, p.no_limit, p.unrated, p.reservation_hours, p.overdue_tolerance, p.created_at,
  g.id, g.negative_action, n.reason_code, n.reason_text`

const sources = `
FROM customers c
JOIN credit_accounts a ON a.id = c.id
LEFT JOIN LATERAL (SELECT * FROM credit_policies ORDER BY id DESC LIMIT 1) p ON true
LEFT JOIN hq.v_group_policy g ON true
LEFT JOIN LATERAL (SELECT reason_code, reason_text FROM hq.v_negative_listed l WHERE l.uscc = c.uscc ORDER BY l.listed_at LIMIT 1) n ON true`

// loadOne serves one command: $1 customer, $2 key, $3 the key's lock, $4 order.
const loadOne = `
SELECT ` + facts + `,
  CASE WHEN $2::text <> '' THEN pg_try_advisory_xact_lock($3::bigint) ELSE true END,
  i.request_hash, i.response, i.created_at, r.id` + sources + `
LEFT JOIN idempotency_keys i ON i.id = $2::text
LEFT JOIN reservations r ON r.order_no = $4::text AND (r.status = 'open' OR r.status = 'committed')
WHERE {by} = $1
FOR NO KEY UPDATE OF a`

// loadMany is the same for several: $2, $3 and $4 are arrays. The facts come once,
// in the row of the first.
const loadMany = `
SELECT ` + facts + `,
  CASE WHEN u.key <> '' THEN pg_try_advisory_xact_lock(u.lock) ELSE true END,
  i.request_hash, i.response, i.created_at, r.id` + sources + `
CROSS JOIN unnest($2::text[], $3::bigint[], $4::text[]) WITH ORDINALITY AS u(key, lock, order_no, position)
LEFT JOIN idempotency_keys i ON i.id = u.key
LEFT JOIN reservations r ON r.order_no = u.order_no AND (r.status = 'open' OR r.status = 'committed')
WHERE {by} = $1
ORDER BY u.position
FOR NO KEY UPDATE OF a`

// variant is one statement for each way to name a customer.
type variant struct{ id, number, uscc string }

var one, many = variants(loadOne), variants(loadMany)

// Load implements biz/creditcheck.Store.
func (s *Store) Load(ctx context.Context, customer biz.Selector, asks []biz.Ask) (biz.Loaded, bool, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Loaded{}, false, err
	}
	v, args := one, []any{nil, "", int64(0), ""}
	if len(asks) == 1 {
		args = []any{nil, asks[0].Key, lockOf(ctx, asks[0].Key), asks[0].OrderNo}
	} else {
		keys, locks, orders := make(pq.StringArray, len(asks)), make(pq.Int64Array, len(asks)), make(pq.StringArray, len(asks))
		for i, a := range asks {
			keys[i], locks[i], orders[i] = a.Key, lockOf(ctx, a.Key), a.OrderNo
		}
		v, args = many, []any{nil, keys, locks, orders}
	}
	var statement string
	switch {
	case customer.ID != uuid.Nil:
		statement, args[0] = v.id, customer.ID
	case customer.Number != "":
		statement, args[0] = v.number, customer.Number
	default:
		statement, args[0] = v.uscc, customer.USCC
	}
	l, err := load(ctx, q, statement, args, len(asks))
	if err != nil {
		return l, false, postgres.Map(ctx, err, "lock and load account")
	}
	if len(l.Found) > 0 && len(l.Found) != len(asks) {
		return l, false, fmt.Errorf("load account: %d answers for %d commands", len(l.Found), len(asks))
	}
	return l, len(l.Found) > 0, nil
}

func load(ctx context.Context, q scope.Querier, statement string, args []any, n int) (biz.Loaded, error) {
	rows, err := q.QueryContext(ctx, statement, args...)
	if err != nil {
		return biz.Loaded{}, err
	}
	defer func() { _ = rows.Close() }()
	var r factRow
	r.Found = make([]biz.Found, 0, n)
	for rows.Next() {
		var f foundRow
		if err := rows.Scan(append(r.targets(), f.targets()...)...); err != nil {
			return biz.Loaded{}, err
		}
		r.Found = append(r.Found, f.found())
	}
	return r.loaded(), rows.Err()
}

// factRow scans the columns facts.
type factRow struct {
	biz.Loaded
	maxAmount, maxDays, policy, hours, tolerance, group sql.Null[int64]
	rules                                               [5]sql.Null[string]
	policyAt                                            sql.NullTime
	action, code, text                                  sql.Null[string]
	salesperson                                         uuid.NullUUID
}

func (r *factRow) targets() []any {
	a := &r.Account
	return []any{&a.CustomerID, &a.LimitKind, &a.Standing, &a.Temporary, &a.Grade, &r.maxAmount, &r.maxDays, &a.Receivable,
		&a.Overdue, &a.OldestDueOn, &a.Reserved, &a.Frozen, &a.FrozenReason, &a.AsOf, &a.ValidThrough, &a.Version,
		&r.Name, &r.Active, &r.SettlesAdvance, &r.salesperson,
		&r.policy, &r.rules[0], &r.rules[1], &r.rules[2], &r.rules[3], &r.rules[4], &r.hours, &r.tolerance, &r.policyAt,
		&r.group, &r.action, &r.code, &r.text}
}

func (r *factRow) loaded() biz.Loaded {
	l := r.Loaded
	if r.maxAmount.Valid {
		l.Account.MaxOverdueAmount = new(money.Amount(r.maxAmount.V))
	}
	if r.maxDays.Valid {
		l.Account.MaxOverdueDays = new(int(r.maxDays.V))
	}
	l.SalespersonID = r.salesperson.UUID
	l.Policy = biz.Preset()
	if r.policy.Valid {
		l.Policy = biz.Policy{
			Version: r.policy.V, OverLimit: biz.Outcome(r.rules[0].V), OverdueAmount: biz.Outcome(r.rules[1].V), OverdueDays: biz.Outcome(r.rules[2].V),
			NoLimit: biz.Outcome(r.rules[3].V), Unrated: biz.Outcome(r.rules[4].V),
			ReservationHours: int(r.hours.V), OverdueTolerance: money.Amount(r.tolerance.V), CreatedAt: r.policyAt.Time.UTC(),
		}
	}
	l.GroupPolicy, l.NegativeAction = r.group.V, biz.Block
	if r.group.Valid {
		l.NegativeAction = biz.Outcome(r.action.V)
	}
	if r.code.Valid {
		l.Negative = &biz.Negative{ReasonCode: r.code.V, ReasonText: r.text.V}
	}
	return l
}

// foundRow scans what is known of one command.
type foundRow struct {
	mine       bool
	hash, body []byte
	at         sql.NullTime
	live       uuid.NullUUID
}

func (f *foundRow) targets() []any { return []any{&f.mine, &f.hash, &f.body, &f.at, &f.live} }

func (f *foundRow) found() biz.Found {
	out := biz.Found{InFlight: !f.mine, LiveID: f.live.UUID}
	if f.at.Valid {
		out.Remembered = &biz.Remembered{Hash: f.hash, Body: f.body, At: f.at.Time.UTC()}
	}
	return out
}

// variants makes the three statements of one text and marks them hot.
func variants(text string) variant {
	by := func(column string) string {
		return scope.Hot(strings.Replace(text, "{by}", column, 1))
	}
	return variant{id: by("c.id"), number: by("c.number"), uscc: by("c.uscc")}
}
