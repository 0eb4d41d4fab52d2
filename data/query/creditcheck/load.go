package creditcheck

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	biz "zhuxin/biz/creditcheck"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/negativelist"
	"zhuxin/tenancy/scope"
)

// facts are the columns about the customer, in the order of factTargets.
const facts = `
  a.id, a.limit_kind, a.standing_amount, a.temporary_amount, a.cover_amount, a.grade, a.max_overdue_amount, a.max_overdue_days, a.receivable_amount,
  a.overdue_amount, a.oldest_due_on, a.reserved_amount, a.delivered_amount, a.reconciled_amount, a.draft_amount, a.advance_amount, a.frozen, a.frozen_reason, a.as_of, a.valid_through, a.version,
  c.name, c.status = 'active', c.settles_advance, c.salesperson_id,
  CASE WHEN a.frozen THEN (SELECT z.frozen_at FROM credit_freezes z WHERE z.customer_id = a.id AND z.lifted_at IS NULL) END,
  p.id, p.over_limit, p.overdue_amount, p.overdue_days, p.no_limit, p.unrated, p.reservation_hours, p.overdue_tolerance, p.created_at, p.rules,
  g.id, CASE n.severity WHEN 'notice' THEN g.notice_action WHEN 'serious' THEN g.serious_action ELSE g.negative_action END,
  n.reason_code, n.reason_text, n.severity, n.exempt_until, g.effects -> n.severity ->> 'limits',` + relatedFacts + poolOf

// forCommand is what is known of one command, in the order of foundRow.targets.
const forCommand = `
  i.request_hash, i.response, i.created_at, r.id, r.held_amount, r.customer_id,
  h.id, h.customer_id, h.status = 'held', e.id, e.codes, e.amount - e.used_amount, e.volume, e.volume - e.used_volume, e.ends_on, ss.reason, fed.counted,
  ss.since, CASE WHEN r.id IS NOT NULL THEN (SELECT max(t.delivered_on) FROM deliveries t
    WHERE t.order_no = {order} AND t.order_no <> '' AND t.customer_id = a.id AND (t.amount > 0 OR t.volume > 0)) END`

// counted is what of the order is in the customer's account because a source told of
// it before anybody reserved.
const counted = `
LEFT JOIN LATERAL (SELECT sum(o.counted_amount)::bigint AS counted FROM erp_orders o
  WHERE o.customer_id = a.id AND o.order_no = {order} AND o.counted_amount > 0) fed ON true`

// stopped is why nothing is delivered to the customer, or to the project that the
// command names; hardly anybody has an open stop, and its index holds those only.
const stopped = `
LEFT JOIN LATERAL (SELECT s.reason, min(s.stopped_on) OVER () AS since FROM supply_stops s
  WHERE s.customer_id = a.id AND s.state <> 'resumed' AND s.state <> 'cancelled' AND s.state IN ('stopped', 'acknowledged') AND {stopped project}
  ORDER BY s.project_id NULLS FIRST LIMIT 1) ss ON true`

// queued is the order's place in the queue, and the release that was granted for
// it; both are seldom there.
const queued = `
LEFT JOIN LATERAL (SELECT * FROM order_holds h WHERE h.order_no = {order} AND (h.status = 'held' OR h.status = 'released') OFFSET 0) h ON true
LEFT JOIN order_releases e ON e.id = h.release_id AND e.status = 'granted'`

// forProject is what is known of the project that a command names, in the order
// of foundRow.projectTargets; nulls where none does.
const (
	forProject = `, j.id, j.number, j.name, pa.checkpoints, pa.limit_kind, pa.standing_amount, pa.temporary_amount, pa.receivable_amount, pa.reserved_amount,
  (SELECT sum(o.counted_amount)::bigint FROM erp_orders o JOIN contracts k ON k.erp_contract_no = o.contract_no AND k.project_id = j.id
   WHERE fed.counted > 0 AND o.customer_id = a.id AND o.order_no = u.order_no AND o.counted_amount > 0)`
	noForProject = `, NULL::uuid, NULL::text, NULL::text, NULL::text, NULL::text, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint`
	// The project's account is locked after the customer's, which alone would do,
	// so that its figures are those that the last holder of the lock left.
	ofProject = `
LEFT JOIN LATERAL (SELECT * FROM projects j WHERE j.customer_id = a.id AND (j.id = u.project OR j.number = u.project_no) OFFSET 0) j ON true
LEFT JOIN LATERAL (SELECT * FROM project_accounts x WHERE x.id = j.id AND x.customer_id = a.id FOR NO KEY UPDATE) pa ON true`
)

// rulesOf are the policies in force and, for a listed company, why.
const rulesOf = `
LEFT JOIN (SELECT * FROM credit_policies ORDER BY id DESC LIMIT 1) p ON true
LEFT JOIN hq.v_group_policy g ON true
LEFT JOIN LATERAL (SELECT reason_code, reason_text, severity, exempt_until FROM hq.v_negative_listed l WHERE l.uscc = c.uscc
  ORDER BY CASE l.severity WHEN 'critical' THEN 0 WHEN 'serious' THEN 1 ELSE 2 END, l.listed_at LIMIT 1) n ON true` + relatedOf

// loadOne serves one command: $1 customer, $2 key, $3 the key's lock, $4 order.
const loadOne = `
SELECT 1, 1, CASE WHEN $2::text <> '' THEN pg_try_advisory_xact_lock($3::bigint) ELSE true END,` + forCommand + noForProject + `,` + facts + `
FROM customers c
JOIN credit_accounts a ON a.id = c.id` + rulesOf + `
LEFT JOIN idempotency_keys i ON i.id = $2::text
LEFT JOIN reservations r ON r.order_no = $4::text AND (r.status = 'open' OR r.status = 'committed')` + queued + stopped + counted + `
WHERE {column} = $1
FOR NO KEY UPDATE OF a {wait}`

// loadMany is the same for several commands, as arrays: $5 the group and $6 the
// place in it that a command has. With projects, $7 and $8 name them.
//
// Each table is looked into row by row (OFFSET 0 keeps the subqueries apart): the
// plan is made once, perhaps while a new tenant's tables are empty, and a hash
// over a whole table would stay in use when they have grown.
const loadMany = `
SELECT u.of_group, u.place, CASE WHEN u.key <> '' THEN pg_try_advisory_xact_lock(u.lock) ELSE true END,` + forCommand + `{project columns},` + facts + `
FROM unnest($1::{kind}[], $2::text[], $3::bigint[], $4::text[], $5::int[], $6::int[]{project parameters}) AS u (customer, key, lock, order_no, of_group, place{project names})
JOIN LATERAL (SELECT * FROM customers c WHERE {column} = u.customer OFFSET 0) c ON true
JOIN LATERAL (SELECT * FROM credit_accounts a WHERE a.id = c.id FOR NO KEY UPDATE {wait}) a ON true{project}` + rulesOf + `
LEFT JOIN LATERAL (SELECT * FROM idempotency_keys i WHERE i.id = u.key OFFSET 0) i ON true
LEFT JOIN LATERAL (SELECT r.id, r.held_amount, r.customer_id FROM reservations r WHERE r.order_no = u.order_no AND (r.status = 'open' OR r.status = 'committed') OFFSET 0) r ON true` + queued + stopped + counted

// loads are the statements, by how the customer is named, for one command or
// several, waiting or not, with projects or without.
var loads = func() map[loadShape]string {
	m := map[loadShape]string{}
	for by, column := range map[naming][2]string{byID: {"c.id", "uuid"}, byNumber: {"c.number", "text"}, byUSCC: {"c.uscc", "text"}} {
		for i := range 8 {
			s := loadShape{by: by, several: i&1 > 0, wait: i&2 > 0, project: i&4 > 0}
			text, skip, order := loadOne, "SKIP LOCKED", "$4::text"
			if s.several {
				text, order = loadMany, "u.order_no"
			}
			if s.wait {
				skip = ""
			}
			with := []string{"{project columns}", noForProject, "{project parameters}", "", "{project names}", "", "{project}", "", "{stopped project}", "s.project_id IS NULL"}
			if s.project {
				with = []string{"{project columns}", forProject, "{project parameters}", ", $7::uuid[], $8::text[]", "{project names}", ", project, project_no", "{project}", ofProject, "{stopped project}", "(s.project_id IS NULL OR s.project_id = j.id)"}
			}
			m[s] = scope.Hot(strings.NewReplacer(append(with, "{column}", column[0], "{kind}", column[1], "{wait}", skip, "{order}", order)...).Replace(text))
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
	project       bool // with several only
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
	project := slices.ContainsFunc(groups, func(g biz.Group) bool {
		return slices.ContainsFunc(g.Asks, func(a biz.Ask) bool { return a.Project.Named() })
	})
	if len(groups) == 1 && len(groups[0].Asks) == 1 && !project {
		a := groups[0].Asks[0]
		return loads[loadShape{by: by, wait: wait}], []any{first, a.Key, lockOf(ctx, a.Key), a.OrderNo}, nil
	}
	asked := rows{width: 6}
	if project {
		asked.width = 8
	}
	for g, group := range groups {
		b, name := named(group.Customer)
		if b != by {
			return "", nil, fmt.Errorf("load accounts: customers named in different ways in one call")
		}
		for place, a := range group.Asks {
			asked.add(name, a.Key, lockOf(ctx, a.Key), a.OrderNo, int64(g+1), int64(place+1))
			if project {
				asked.add(orNull(a.Project.ID), sql.NullString{String: a.Project.Number, Valid: a.Project.Number != ""})
			}
		}
	}
	args = asked.args(true)
	return loads[loadShape{by: by, several: true, wait: wait, project: project}], args, asked.err
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
		if l.Found[place-1], err = f.found(); err != nil {
			return nil, err
		}
		if !l.OK {
			found := l.Found
			if *l, err = r.loaded(); err != nil {
				return nil, err
			}
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
	policyAt, frozenAt                                  sql.NullTime
	policyRules                                         []byte
	action, code, text, severity, limits                sql.Null[string]
	exempt                                              calendar.Date
	related                                             relatedRow
	salesperson, sharedLimit, groupCap                  uuid.NullUUID
}

func (r *factRow) targets() []any {
	a := &r.Account
	return []any{&a.CustomerID, &a.LimitKind, &a.Standing, &a.Temporary, &a.Cover, &a.Grade, &r.maxAmount, &r.maxDays, &a.Receivable,
		&a.Overdue, &a.OldestDueOn, &a.Reserved, &a.Delivered, &a.Reconciled, &a.Drafts, &a.Advances, &a.Frozen, &a.FrozenReason, &a.AsOf, &a.ValidThrough, &a.Version,
		&r.Name, &r.Active, &r.SettlesAdvance, &r.salesperson, &r.frozenAt,
		&r.policy, &r.rules[0], &r.rules[1], &r.rules[2], &r.rules[3], &r.rules[4], &r.hours, &r.tolerance, &r.policyAt, &r.policyRules,
		&r.group, &r.action, &r.code, &r.text, &r.severity, &r.exempt, &r.limits,
		&r.related.uscc, &r.related.name, &r.related.path, &r.related.code, &r.related.text, &r.related.severity, &r.related.exempt, &r.related.action, &r.related.limits,
		&r.sharedLimit, &r.groupCap}
}

func (r *factRow) loaded() (biz.Loaded, error) {
	l := r.Loaded
	if r.maxAmount.Valid {
		l.Account.MaxOverdueAmount = new(money.Amount(r.maxAmount.V))
	}
	if r.maxDays.Valid {
		l.Account.MaxOverdueDays = new(int(r.maxDays.V))
	}
	l.SalespersonID, l.SharedLimit, l.GroupCap = r.salesperson.UUID, r.sharedLimit.UUID, r.groupCap.UUID
	l.FrozenAt = r.frozenAt.Time
	l.Policy = biz.Preset()
	if r.policy.Valid {
		l.Policy = biz.Policy{
			Version: r.policy.V, OverLimit: biz.Outcome(r.rules[0].V), OverdueAmount: biz.Outcome(r.rules[1].V), OverdueDays: biz.Outcome(r.rules[2].V),
			NoLimit: biz.Outcome(r.rules[3].V), Unrated: biz.Outcome(r.rules[4].V),
			ReservationHours: int(r.hours.V), OverdueTolerance: money.Amount(r.tolerance.V), CreatedAt: r.policyAt.Time.UTC(),
			Rules: biz.PresetRules(),
		}
		if err := decodeRules(r.policyRules, &l.Policy.Rules); err != nil {
			return l, err
		}
	}
	l.GroupPolicy, l.NegativeAction = r.group.V, biz.Block
	if r.group.Valid {
		l.NegativeAction = biz.Outcome(r.action.V)
	}
	if r.code.Valid {
		l.Negative = &biz.Negative{ReasonCode: r.code.V, ReasonText: r.text.V, Severity: r.severity.V, ExemptUntil: r.exempt, Limits: biz.LimitEffect(r.limits.V)}
		if !r.group.Valid {
			l.Negative.Limits = negativelist.PresetEffects().Of(negativelist.Severity(r.severity.V)).Limits
		}
	}
	var err error
	l.Related, err = r.related.facts()
	return l, err
}

// decodeRules reads the stored rules; a version from before there were any has
// none and keeps the presets.
func decodeRules(stored []byte, to *biz.Rules) error {
	if len(stored) == 0 {
		return nil
	}
	*to = biz.Rules{}
	if err := json.Unmarshal(stored, to); err != nil {
		return fmt.Errorf("decode rules of the policy: %w", err)
	}
	*to = to.Filled()
	return nil
}
