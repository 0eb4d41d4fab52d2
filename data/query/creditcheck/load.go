package creditcheck

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/google/uuid"

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

// forCommand is what is known of one command, in the order of foundRow.targets.
const forCommand = `
  i.request_hash, i.response, i.created_at, r.id`

// rulesOf are the policies in force and, for a listed company, why.
const rulesOf = `
LEFT JOIN (SELECT * FROM credit_policies ORDER BY id DESC LIMIT 1) p ON true
LEFT JOIN hq.v_group_policy g ON true
LEFT JOIN LATERAL (SELECT reason_code, reason_text FROM hq.v_negative_listed l WHERE l.uscc = c.uscc ORDER BY l.listed_at LIMIT 1) n ON true`

// loadOne serves one command: $1 customer, $2 key, $3 the key's lock, $4 order.
const loadOne = `
SELECT 1, 1, CASE WHEN $2::text <> '' THEN pg_try_advisory_xact_lock($3::bigint) ELSE true END,` + forCommand + `,` + facts + `
FROM customers c
JOIN credit_accounts a ON a.id = c.id` + rulesOf + `
LEFT JOIN idempotency_keys i ON i.id = $2::text
LEFT JOIN reservations r ON r.order_no = $4::text AND (r.status = 'open' OR r.status = 'committed')
WHERE {column} = $1
FOR NO KEY UPDATE OF a {wait}`

// loadMany is the same for several commands, as arrays: $5 the group and $6 the
// place in it that a command has.
//
// Each table is looked into row by row (OFFSET 0 keeps the subqueries apart): the
// plan is made once, perhaps while a new tenant's tables are empty, and a hash
// over a whole table would stay in use when they have grown.
const loadMany = `
SELECT u.of_group, u.place, CASE WHEN u.key <> '' THEN pg_try_advisory_xact_lock(u.lock) ELSE true END,` + forCommand + `,` + facts + `
FROM unnest($1::{kind}[], $2::text[], $3::bigint[], $4::text[], $5::int[], $6::int[]) AS u (customer, key, lock, order_no, of_group, place)
JOIN LATERAL (SELECT * FROM customers c WHERE {column} = u.customer OFFSET 0) c ON true
JOIN LATERAL (SELECT * FROM credit_accounts a WHERE a.id = c.id FOR NO KEY UPDATE {wait}) a ON true` + rulesOf + `
LEFT JOIN LATERAL (SELECT * FROM idempotency_keys i WHERE i.id = u.key OFFSET 0) i ON true
LEFT JOIN LATERAL (SELECT r.id FROM reservations r WHERE r.order_no = u.order_no AND (r.status = 'open' OR r.status = 'committed') OFFSET 0) r ON true`

// loads are the statements, by how the customer is named, for one command or
// several, waiting or not.
var loads = func() map[loadShape]string {
	m := map[loadShape]string{}
	for by, column := range map[naming][2]string{byID: {"c.id", "uuid"}, byNumber: {"c.number", "text"}, byUSCC: {"c.uscc", "text"}} {
		for _, several := range []bool{false, true} {
			for _, wait := range []bool{false, true} {
				text, skip := loadOne, "SKIP LOCKED"
				if several {
					text = loadMany
				}
				if wait {
					skip = ""
				}
				m[loadShape{by, several, wait}] = scope.Hot(strings.NewReplacer("{column}", column[0], "{kind}", column[1], "{wait}", skip).Replace(text))
			}
		}
	}
	return m
}()

type naming int

const (
	byID naming = iota
	byNumber
	byUSCC
)

type loadShape struct {
	by            naming
	several, wait bool
}

// named gives how a selector names its customer, and the name.
func named(s biz.Selector) (naming, any) {
	switch {
	case s.ID != uuid.Nil:
		return byID, s.ID
	case s.Number != "":
		return byNumber, s.Number
	}
	return byUSCC, s.USCC
}

// Load implements biz/creditcheck.Store. The groups of one call name their
// customers in the same way.
func (s *Store) Load(ctx context.Context, groups []biz.Group, wait bool) ([]biz.Loaded, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	statement, args, err := s.loadStatement(ctx, groups, wait)
	if err != nil {
		return nil, err
	}
	loaded, err := load(ctx, q, statement, args, groups)
	return loaded, postgres.Map(ctx, err, "lock and load accounts")
}

func (s *Store) loadStatement(ctx context.Context, groups []biz.Group, wait bool) (statement string, args []any, err error) {
	by, first := named(groups[0].Customer)
	if len(groups) == 1 && len(groups[0].Asks) == 1 {
		a := groups[0].Asks[0]
		return loads[loadShape{by, false, wait}], []any{first, a.Key, lockOf(ctx, a.Key), a.OrderNo}, nil
	}
	asked := rows{width: 6}
	for g, group := range groups {
		b, name := named(group.Customer)
		if b != by {
			return "", nil, fmt.Errorf("load accounts: customers named in different ways in one call")
		}
		for place, a := range group.Asks {
			asked.add(name, a.Key, lockOf(ctx, a.Key), a.OrderNo, int64(g+1), int64(place+1))
		}
	}
	args = asked.args(true)
	return loads[loadShape{by, true, wait}], args, asked.err
}

func load(ctx context.Context, q scope.Querier, statement string, args []any, groups []biz.Group) ([]biz.Loaded, error) {
	out := make([]biz.Loaded, len(groups))
	for i, g := range groups {
		out[i].Found = make([]biz.Found, len(g.Asks))
	}
	rs, err := q.QueryContext(ctx, statement, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	for rs.Next() {
		var (
			group, place int
			f            foundRow
			r            factRow
		)
		if err := rs.Scan(append(append([]any{&group, &place}, f.targets()...), r.targets()...)...); err != nil {
			return nil, err
		}
		l := &out[group-1]
		l.Found[place-1] = f.found()
		if !l.OK {
			found := l.Found
			*l = r.loaded()
			l.OK, l.Found = true, found
		}
	}
	return out, rs.Err()
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
