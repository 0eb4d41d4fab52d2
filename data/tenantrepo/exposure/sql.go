package exposure

import (
	"strconv"
	"strings"
)

// statements is the set for some customers ($1 their ids) or for all; the other
// parameters follow.
type statements struct {
	open, lock, bill, deliver, billTickets, count, compute, openProjects, computeProjects string
}

var some, all = build(true), build(false)

// build puts the filter by ids in, and numbers the other parameters behind it:
// {of COLUMN} becomes a condition on the column, {1} the first parameter after ids.
func build(some bool) statements {
	fill := func(s string) string {
		shift := 0
		if some {
			shift = 1
		}
		for n := 9; n >= 1; n-- {
			s = strings.ReplaceAll(s, "{"+strconv.Itoa(n)+"}", "$"+strconv.Itoa(n+shift))
		}
		for _, column := range []string{"c.id", "a.id", "a.customer_id", "o.customer_id", "r.customer_id", "l.customer_id", "t.customer_id", "d.customer_id", "s.customer_id", "p.customer_id", "x.customer_id", "g.customer_id"} {
			condition := "true"
			if some {
				condition = column + " = ANY($1::uuid[])"
			}
			s = strings.ReplaceAll(s, "{of "+column+"}", condition)
		}
		return s
	}
	return statements{open: fill(openMissing), lock: fill(lockAccounts), bill: fill(billCommitted), deliver: fill(deliverOrders), billTickets: fill(billDeliveries), count: fill(countOrders), compute: fill(computeAccounts),
		openProjects: fill(openProjects), computeProjects: fill(computeProjects)}
}

// lockTenant is taken before several accounts are locked, here and in
// data/query/creditcheck. $1 lockTenantName.
const (
	lockTenant     = `SELECT pg_advisory_xact_lock(hashtextextended($1::text || current_schema(), 0))`
	lockTenantName = "credit_accounts "
)

// {1} today
const openMissing = `
INSERT INTO credit_accounts (id, as_of, valid_through)
SELECT c.id, {1}::date, {1}::date FROM customers c
WHERE {of c.id} AND NOT EXISTS (SELECT FROM credit_accounts a WHERE a.id = c.id)
ORDER BY c.id
ON CONFLICT (id) DO NOTHING`

const lockAccounts = `SELECT count(*) FROM (SELECT FROM credit_accounts a WHERE {of a.id} ORDER BY a.id FOR NO KEY UPDATE) AS locked`

// {1} now. The old held amount comes by the second mention of the table.
const billCommitted = `
UPDATE reservations t SET status = 'billed', held_amount = 0, updated_at = {1}::timestamptz
FROM reservations r JOIN LATERAL (` + tookOver + `) v ON true
WHERE t.id = r.id AND {of r.customer_id} AND r.status = 'committed' AND r.document_no <> '' AND t.status = 'committed'
RETURNING t.id, r.held_amount, v.id`

// deliverOrders lets the tickets of an order count instead of what is held for it,
// as far as they go; a ticket that is void again gives it back. {1} now, {2} currency.
const deliverOrders = `
UPDATE reservations r SET held_amount = r.held_amount + r.delivered_amount - n.taken, delivered_amount = n.taken, updated_at = {1}::timestamptz
FROM (
  SELECT x.id, least(greatest(coalesce(t.amount, 0), 0), x.held_amount + x.delivered_amount) AS taken FROM reservations x
  LEFT JOIN LATERAL (SELECT sum(d.amount)::bigint AS amount FROM deliveries d
    WHERE d.order_no = x.order_no AND d.order_no <> '' AND d.customer_id = x.customer_id AND d.currency = {2}::text) t ON true
  WHERE {of x.customer_id} AND x.status IN ('open', 'committed')
) n WHERE r.id = n.id AND n.taken <> r.delivered_amount`

// billDeliveries lets the receivable that a ticket's source names stand for it once it
// is there and not void; one with several due dates comes as number/1 and so on. The one that took
// over from their order stands for those that were delivered until then. {1} now.
const billDeliveries = `
UPDATE deliveries d SET billed = true, updated_at = {1}::timestamptz
WHERE {of d.customer_id} AND NOT d.billed AND (
  d.invoice_no <> '' AND EXISTS (SELECT FROM receivables x WHERE x.source = d.source AND x.document_no IN (d.invoice_no, d.invoice_no || '/1') AND x.customer_id = d.customer_id AND x.amount <> 0)
  OR d.invoice_no = '' AND d.order_no <> '' AND EXISTS (SELECT FROM reservations r JOIN receivables x ON x.source = r.source AND x.document_no = r.document_no
    WHERE r.order_no = d.order_no AND r.customer_id = d.customer_id AND r.status = 'billed' AND x.amount <> 0 AND d.delivered_on <= x.invoice_date))`

// tookOver finds what stands for a committed reservation r now.
const tookOver = `
  SELECT x.id FROM receivables x WHERE x.source = r.source AND x.document_no = r.document_no AND x.customer_id = r.customer_id AND x.amount <> 0
  UNION ALL
  SELECT y.id FROM deliveries y WHERE y.source = r.source AND y.ticket_no = r.document_no AND y.customer_id = r.customer_id
  LIMIT 1`

// countOrders counts the orders that a source told of and nobody reserved here, with
// what is not delivered of each: a reservation stands for its order, before, after and
// once it is billed, so that an order reserved by a check and then fed counts once; and
// so do the tickets of an order, as far as they go. What is counted stands with the
// order, because a check of it must not count it again. {1} currency.
const countOrders = `
UPDATE erp_orders e SET counted_amount = n.amount
FROM (
  SELECT o.id, CASE WHEN o.currency <> {1}::text OR EXISTS (SELECT FROM reservations r
      WHERE r.customer_id = o.customer_id AND r.order_no = o.order_no AND r.status IN ('open', 'committed', 'billed')) THEN 0
    ELSE least(o.open_amount, greatest(o.amount - greatest(coalesce(t.amount, 0), 0), 0)) END AS amount
  FROM erp_orders o
  LEFT JOIN LATERAL (SELECT sum(d.amount)::bigint AS amount FROM deliveries d
    WHERE d.order_no = o.order_no AND d.customer_id = o.customer_id AND d.currency = {1}::text) t ON true
  WHERE {of o.customer_id} AND (o.open_amount > 0 OR o.counted_amount > 0)
) n WHERE e.id = n.id AND e.counted_amount <> n.amount`

// computeAccounts makes every figure anew. {1} today, {2} currency.
//
// What a statement still has to invoice is without those of its tickets that are
// billed already, whether finance linked the invoice to it (invoiced_amount) or not. One
// that came to nothing, because a credit evens a ticket out, has parts all the same: when
// the ticket is billed alone, the credit is left.
//
// A temporary limit replaces the standing one or adds to it (ruling 3); of two
// that replace, the later one counts. One that adds to nothing is a limit of its
// own: it was approved, so the customer is not without one.
//
// Collateral adds to a limit of kind amount, from its first day through its last; the
// days on which it begins or ends count for every customer, whatever his limit.
var computeAccounts = `
WITH due AS (
  SELECT r.customer_id, r.due_date, sum(r.open_amount)::bigint AS net, coalesce(sum(r.open_amount) FILTER (WHERE r.disputed), 0)::bigint AS disputed
  FROM receivable_dues r
  WHERE {of r.customer_id} AND r.currency = {2}::text
  GROUP BY r.customer_id, r.due_date
), owed AS (
  SELECT customer_id,
    sum(net)::bigint AS receivable, sum(disputed)::bigint AS disputed,
    greatest(0, coalesce(sum(net) FILTER (WHERE due_date < {1}::date), 0))::bigint AS overdue,
    min(due_date) FILTER (WHERE due_date < {1}::date AND net > 0) AS oldest,
    min(due_date) FILTER (WHERE due_date >= {1}::date) AS until
  FROM due GROUP BY customer_id
), held AS (
  SELECT n.customer_id, sum(n.amount)::bigint AS amount FROM (
    SELECT r.customer_id, r.held_amount AS amount FROM reservations r WHERE {of r.customer_id} AND r.status IN ('open', 'committed')
    UNION ALL
    SELECT o.customer_id, o.counted_amount FROM erp_orders o WHERE {of o.customer_id} AND o.counted_amount > 0
  ) n GROUP BY n.customer_id
), delivered AS (
  SELECT d.customer_id, sum(d.amount)::bigint AS amount
  FROM deliveries d WHERE {of d.customer_id} AND NOT d.reconciled AND NOT d.billed AND d.currency = {2}::text
  GROUP BY d.customer_id
), reconciled AS (
  SELECT s.customer_id, sum(s.amount - CASE WHEN s.amount < 0 THEN least(s.invoiced_amount, b.amount) ELSE greatest(s.invoiced_amount, b.amount) END)::bigint AS amount
  FROM statements s
  CROSS JOIN LATERAL (SELECT coalesce(sum(d.amount), 0)::bigint AS amount FROM deliveries d WHERE d.statement_id = s.id AND d.billed) b
  WHERE {of s.customer_id} AND s.status = 'reconciled' AND (s.amount <> s.invoiced_amount OR s.amount = 0) AND s.currency = {2}::text
  GROUP BY s.customer_id
), drafts AS (
  SELECT d.customer_id, sum(d.amount)::bigint AS amount
  FROM acceptance_drafts d WHERE {of d.customer_id} AND d.status = 'held'
  GROUP BY d.customer_id
), advances AS (
  SELECT p.customer_id, (sum(p.amount) - sum(coalesce(u.used, 0)))::bigint AS amount
  FROM receipts p LEFT JOIN LATERAL (SELECT sum(b.amount) AS used FROM payment_applications b WHERE b.receipt_id = p.id) u ON true
  WHERE {of p.customer_id} AND NOT p.applied_by_source AND p.currency = {2}::text
  GROUP BY p.customer_id
), covered AS (
  SELECT g.customer_id,
    coalesce(sum(g.cover_amount) FILTER (WHERE g.starts_on <= {1}::date), 0)::bigint AS amount,
    min(CASE WHEN g.starts_on > {1}::date THEN g.starts_on - 1 ELSE g.ends_on END) AS until
  FROM collateral g WHERE {of g.customer_id} AND g.status = 'active' AND (g.ends_on IS NULL OR g.ends_on >= {1}::date)
  GROUP BY g.customer_id
), ` + ruled("customer_id", "l.project_id IS NULL") + `
UPDATE credit_accounts a SET
  limit_kind = coalesce(x.kind, 'none'),
  standing_amount = coalesce(x.standing, 0),
  temporary_amount = CASE WHEN x.kind = 'amount' THEN CASE WHEN x.replacing_kind IS NULL THEN 0 ELSE x.replacing - x.standing END + x.adding ELSE 0 END,
  cover_amount = CASE WHEN x.kind = 'amount' THEN coalesce(v.amount, 0) ELSE 0 END,
  grade = coalesce(t.grade, ''),
  max_overdue_amount = t.max_overdue_amount,
  max_overdue_days = t.max_overdue_days,
  receivable_amount = coalesce(o.receivable, 0),
  overdue_amount = coalesce(o.overdue, 0),
  oldest_due_on = CASE WHEN o.overdue > 0 THEN o.oldest END,
  reserved_amount = coalesce(h.amount, 0),
  delivered_amount = coalesce(dv.amount, 0),
  reconciled_amount = coalesce(rc.amount, 0),
  draft_amount = coalesce(dr.amount, 0),
  advance_amount = coalesce(ad.amount, 0),
  disputed_amount = coalesce(o.disputed, 0),
  as_of = {1}::date,
  valid_through = least(o.until, x.until, v.until, date '9999-12-31'),
  version = a.version + 1
FROM customers c
LEFT JOIN owed o ON o.customer_id = c.id
LEFT JOIN held h ON h.customer_id = c.id
LEFT JOIN delivered dv ON dv.customer_id = c.id
LEFT JOIN reconciled rc ON rc.customer_id = c.id
LEFT JOIN drafts dr ON dr.customer_id = c.id
LEFT JOIN advances ad ON ad.customer_id = c.id
LEFT JOIN ruled x ON x.customer_id = c.id
LEFT JOIN covered v ON v.customer_id = c.id
LEFT JOIN credit_ratings t ON t.customer_id = c.id AND t.status = 'effective'
WHERE a.id = c.id AND {of a.id} AND {of c.id}`

// ruled gives the limit in force by customer or by project. The limits that rule
// are those that mine picks; the days on which anything changes, until, are of all
// limits of the customer, for his projects are recomputed with him.
func ruled(key, mine string) string {
	return `limits AS (
  SELECT l.*, l.last_on AS ends, l.mine AND l.starts_on <= {1}::date AND (l.last_on IS NULL OR l.last_on >= {1}::date) AS in_force
  FROM (SELECT l.*, ` + mine + ` AS mine, least(l.ends_on, l.superseded_on - 1) AS last_on
    FROM credit_limits l WHERE {of l.customer_id} AND l.status = 'effective') AS l
), summed AS (
  SELECT ` + key + `,
    max(kind) FILTER (WHERE in_force AND class = 'standing') AS standing_kind,
    coalesce(max(amount) FILTER (WHERE in_force AND class = 'standing' AND kind = 'amount'), 0) AS standing,
    (array_agg(kind ORDER BY starts_on DESC, created_at DESC, id DESC) FILTER (WHERE in_force AND class = 'temporary' AND mode = 'replace'))[1] AS replacing_kind,
    (array_agg(CASE kind WHEN 'amount' THEN amount ELSE 0 END ORDER BY starts_on DESC, created_at DESC, id DESC)
       FILTER (WHERE in_force AND class = 'temporary' AND mode = 'replace'))[1] AS replacing,
    coalesce(sum(amount) FILTER (WHERE in_force AND class = 'temporary' AND mode = 'add' AND kind = 'amount'), 0)::bigint AS adding,
    coalesce(bool_or(kind = 'amount') FILTER (WHERE in_force AND class = 'temporary' AND mode = 'add'), false) AS adds,
    coalesce(bool_or(kind = 'unlimited') FILTER (WHERE in_force AND class = 'temporary' AND mode = 'add'), false) AS frees,
    min(CASE WHEN starts_on > {1}::date THEN starts_on - 1 ELSE ends END)
      FILTER (WHERE starts_on > {1}::date OR ends >= {1}::date) AS until
  FROM limits GROUP BY ` + key + `
), ruled AS (
  SELECT ` + key + `, standing, replacing_kind, replacing, adding, until,
    CASE WHEN frees OR coalesce(replacing_kind, standing_kind, 'none') = 'unlimited' THEN 'unlimited'
         WHEN adds THEN 'amount'
         ELSE coalesce(replacing_kind, standing_kind, 'none') END AS kind
  FROM summed
)`
}

// openProjects makes the accounts of projects that have a limit of their own.
const openProjects = `
INSERT INTO project_accounts (id, customer_id)
SELECT l.project_id, l.customer_id FROM credit_limits l
WHERE {of l.customer_id} AND l.status = 'effective' AND l.class = 'standing' AND l.superseded_on IS NULL AND l.project_id IS NOT NULL
  AND NOT EXISTS (SELECT FROM project_accounts a WHERE a.id = l.project_id)
ORDER BY l.project_id
ON CONFLICT (id) DO NOTHING`

// computeProjects makes the figures of projects anew. {1} today, {2} currency. A
// project that never had a limit of its own keeps the empty kind.
//
// Reserved is what is held for its orders or ordered in a source, and what was
// delivered and not invoiced: a ticket belongs to the project of its contract, else to that of its order.
var computeProjects = `
WITH owed AS (
  SELECT r.project_id, sum(r.open_amount)::bigint AS receivable
  FROM receivables r JOIN project_accounts a ON a.id = r.project_id
  WHERE {of r.customer_id} AND r.open_amount <> 0 AND r.currency = {2}::text
  GROUP BY r.project_id
), held AS (
  SELECT n.project_id, greatest(sum(n.amount), 0)::bigint AS amount FROM (
    SELECT r.project_id, r.held_amount AS amount
    FROM reservations r WHERE {of r.customer_id} AND r.status IN ('open', 'committed') AND r.project_id IS NOT NULL
    UNION ALL
    SELECT coalesce(k.project_id, v.project_id), d.amount FROM deliveries d
    LEFT JOIN contracts k ON k.erp_contract_no = d.contract_no
    LEFT JOIN LATERAL (SELECT r.project_id FROM reservations r WHERE r.order_no = d.order_no AND d.order_no <> '' AND r.customer_id = d.customer_id
      ORDER BY r.created_at DESC LIMIT 1) v ON true
    WHERE {of d.customer_id} AND NOT d.billed AND d.currency = {2}::text
      AND NOT EXISTS (SELECT FROM statements s WHERE s.id = d.statement_id AND s.status = 'reconciled' AND s.amount = s.invoiced_amount)
    UNION ALL
    SELECT k.project_id, o.counted_amount FROM erp_orders o JOIN contracts k ON k.erp_contract_no = o.contract_no WHERE {of o.customer_id} AND o.counted_amount > 0
  ) n WHERE n.project_id IS NOT NULL GROUP BY n.project_id
), ` + ruled("project_id", "l.project_id IS NOT NULL") + `
UPDATE project_accounts a SET
  limit_kind = coalesce(x.kind, ''),
  standing_amount = coalesce(x.standing, 0),
  temporary_amount = CASE WHEN x.kind = 'amount' THEN CASE WHEN x.replacing_kind IS NULL THEN 0 ELSE x.replacing - x.standing END + x.adding ELSE 0 END,
  receivable_amount = coalesce(o.receivable, 0),
  reserved_amount = coalesce(h.amount, 0),
  version = a.version + 1
FROM project_accounts b
LEFT JOIN owed o ON o.project_id = b.id
LEFT JOIN held h ON h.project_id = b.id
LEFT JOIN ruled x ON x.project_id = b.id
WHERE a.id = b.id AND {of a.customer_id}`

const readAccount = `
SELECT limit_kind, standing_amount, temporary_amount, cover_amount, grade, max_overdue_amount, max_overdue_days, receivable_amount, overdue_amount,
  oldest_due_on, reserved_amount, delivered_amount, reconciled_amount, draft_amount, advance_amount, disputed_amount, frozen, frozen_reason, as_of, valid_through, version
FROM credit_accounts WHERE id = $1`

// $1 today, $2 currency: the SQL form of biz/exposure Aging.Add.
const aging = `
SELECT coalesce(sum(o), 0)::bigint,
  coalesce(sum(o) FILTER (WHERE d >= $1::date), 0)::bigint,
  coalesce(sum(o) FILTER (WHERE d < $1::date AND (d + interval '6 months') > $1::date), 0)::bigint,
  coalesce(sum(o) FILTER (WHERE (d + interval '6 months') <= $1::date AND (d + interval '12 months') > $1::date), 0)::bigint,
  coalesce(sum(o) FILTER (WHERE (d + interval '12 months') <= $1::date AND (d + interval '24 months') > $1::date), 0)::bigint,
  coalesce(sum(o) FILTER (WHERE (d + interval '24 months') <= $1::date), 0)::bigint,
  coalesce(sum(o) FILTER (WHERE $1::date - d BETWEEN 1 AND 30), 0)::bigint,
  coalesce(sum(o) FILTER (WHERE $1::date - d BETWEEN 31 AND 60), 0)::bigint,
  coalesce(sum(o) FILTER (WHERE $1::date - d BETWEEN 61 AND 90), 0)::bigint,
  coalesce(sum(o) FILTER (WHERE $1::date - d >= 91), 0)::bigint
FROM (SELECT due_date AS d, sum(open_amount) AS o FROM receivable_dues WHERE currency = $2::text{and} GROUP BY due_date) AS by_day`

var (
	agingAll = strings.ReplaceAll(aging, "{and}", "")
	agingOne = strings.ReplaceAll(aging, "{and}", " AND customer_id = $3")
)

// $1 the import, or the nil UUID for all
const billable = `
SELECT DISTINCT r.customer_id
FROM reservations r JOIN LATERAL (
  SELECT x.import_id FROM receivables x WHERE x.source = r.source AND x.document_no = r.document_no AND x.customer_id = r.customer_id
  UNION ALL
  SELECT '00000000-0000-0000-0000-000000000000'::uuid FROM deliveries y WHERE y.source = r.source AND y.ticket_no = r.document_no AND y.customer_id = r.customer_id
) v ON true
WHERE r.status = 'committed' AND r.document_no <> ''
  AND ($1::uuid = '00000000-0000-0000-0000-000000000000' OR v.import_id = $1::uuid)
ORDER BY r.customer_id`

const stale = `SELECT id FROM credit_accounts WHERE NOT ($1::date BETWEEN as_of AND valid_through) ORDER BY id`
