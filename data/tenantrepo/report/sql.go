package report

// columns are the figures in the order in which everything reads and writes them.
const columns = `sales, collections, fallen_due, collected_due, receivable, not_due,
  months_0_6, months_6_12, months_12_24, months_24, days_1_30, days_31_60, days_61_90, days_91, disputed, disputed_overdue, first_sale_on, oldest_due_on`

// settlements are what has settled items, by the day from which it did: receipts that
// their source has applied, and what was applied or written off here (lost). Set-offs
// are not among them: a credit note pays by itself.
const settlements = `
  SELECT g.customer_id, g.currency, g.received_on AS since, g.amount, false AS lost FROM receipts g WHERE g.applied_by_source
  UNION ALL
  SELECT a.customer_id, r.currency, a.applied_on, a.amount, a.kind = 'write_off' FROM payment_applications a JOIN receivables r ON r.id = a.receivable_id WHERE a.kind <> 'credit'`

// opened are the items of customers as they were open on dates (o), with what of them
// was given up by then (lost) and the days and calendar months they were past due.
// An item's amount less o and lost was collected. $1 dates, $2 today, $3 currency, $4
// customers or NULL for all.
//
// Today's open amounts are the books'. On an earlier date an item of which
// nothing is settled was open with its amount. What is settled is dated by what
// settled the customer's items (settlements), oldest due first and never more than the
// books say is collected of the item; settled credit notes pay from their own date on.
// A write-off is the item's own, from its day on, and the last of what settled it.
// An item in dispute is contested, on an earlier date by its disputes of that day in the
// zone of the tenant (zoned).
// That holds when it explains what is settled to the fen; otherwise the state is
// unknown, and zero. Cash that nobody has applied yet explains nothing and disturbs
// nothing.
const opened = `
WITH d AS (SELECT on_date, date_trunc('month', on_date)::date AS first FROM unnest($1::date[]) AS on_date),
c AS (SELECT id FROM customers WHERE $4::uuid[] IS NULL OR id = ANY($4::uuid[])),
item AS MATERIALIZED (
  SELECT r.id, r.receivable_id, r.customer_id, r.invoice_date, r.due_date, r.amount, r.open_amount, r.disputed, r.amount - r.open_amount AS settled,
    (r.due_date + interval '6 months')::date AS due6, (r.due_date + interval '12 months')::date AS due12, (r.due_date + interval '24 months')::date AS due24
  FROM receivable_parts r WHERE r.currency = $3::varchar AND ($4::uuid[] IS NULL OR r.customer_id = ANY($4::uuid[]))
), given_up AS MATERIALIZED (
  SELECT receivable_id, applied_on AS since, amount, sum(amount) OVER (PARTITION BY receivable_id) AS whole
  FROM payment_applications WHERE kind = 'write_off' AND ($4::uuid[] IS NULL OR customer_id = ANY($4::uuid[]))
), loss AS MATERIALIZED (
  SELECT id, receivable_id, amount, sum(amount) OVER (PARTITION BY receivable_id ORDER BY due_date, id) - amount AS before
  FROM (SELECT i.id, i.receivable_id, i.due_date, least(i.settled, greatest(0, g.whole -
      (sum(i.settled) OVER (PARTITION BY i.receivable_id ORDER BY i.due_date DESC, i.id DESC) - i.settled))) AS amount
    FROM item i JOIN (SELECT DISTINCT receivable_id, whole FROM given_up WHERE whole > 0) g ON g.receivable_id = i.receivable_id WHERE i.settled > 0) x
), gone AS MATERIALIZED (
  SELECT d.on_date, l.id, least(l.amount, greatest(0, sum(g.amount) - l.before)) AS lost
  FROM loss l JOIN given_up g ON g.receivable_id = l.receivable_id JOIN d ON g.since <= d.on_date GROUP BY d.on_date, l.id, l.amount, l.before
), contested AS MATERIALIZED (
  SELECT DISTINCT d.on_date, p.receivable_id FROM d JOIN disputes p ON (p.created_at AT TIME ZONE {zone})::date <= d.on_date
    AND (p.resolved_at IS NULL OR (p.resolved_at AT TIME ZONE {zone})::date > d.on_date)
  WHERE d.on_date <> $2::date AND ($4::uuid[] IS NULL OR p.customer_id = ANY($4::uuid[]))
), cash AS MATERIALIZED (
  SELECT customer_id, received_on, sum(amount) AS amount
  FROM receipts WHERE currency = $3::varchar AND ($4::uuid[] IS NULL OR customer_id = ANY($4::uuid[])) GROUP BY 1, 2
), settling AS MATERIALIZED (
  SELECT s.customer_id, s.since, s.lost, sum(s.amount) AS amount FROM (` + settlements + `) s
  WHERE s.currency = $3::varchar AND ($4::uuid[] IS NULL OR s.customer_id = ANY($4::uuid[])) GROUP BY 1, 2, 3
), tie AS (
  SELECT c.id AS customer_id, coalesce(i.settled, 0) = coalesce(k.paid, 0) AS ties, coalesce(i.anything, false) AS anything
  FROM c LEFT JOIN (SELECT customer_id, sum(settled) AS settled, bool_or(settled <> 0) AS anything FROM item GROUP BY 1) i ON i.customer_id = c.id
  LEFT JOIN (SELECT customer_id, sum(amount) AS paid FROM settling GROUP BY 1) k ON k.customer_id = c.id
), paid AS (
  SELECT d.on_date, s.customer_id, sum(s.amount) AS paid
  FROM d JOIN (SELECT customer_id, since, amount FROM settling WHERE NOT lost
    UNION ALL SELECT customer_id, invoice_date, -settled FROM item WHERE settled < 0) s ON s.since <= d.on_date
  GROUP BY 1, 2
), state AS (
  SELECT d.on_date, d.first, i.id, i.receivable_id, i.disputed, i.customer_id, i.invoice_date, i.due_date, i.amount, i.open_amount, i.settled, i.due6, i.due12, i.due24, i.settled - coalesce(l.amount, 0) AS collected,
    sum(i.settled - coalesce(l.amount, 0)) OVER (PARTITION BY d.on_date, i.customer_id ORDER BY i.due_date, i.invoice_date, i.id) - (i.settled - coalesce(l.amount, 0)) AS before
  FROM d JOIN item i ON i.invoice_date <= d.on_date OR d.on_date = $2::date LEFT JOIN loss l ON l.id = i.id
  WHERE i.settled > 0
  UNION ALL
  SELECT d.on_date, d.first, i.id, i.receivable_id, i.disputed, i.customer_id, i.invoice_date, i.due_date, i.amount, i.open_amount, i.settled, i.due6, i.due12, i.due24, i.settled, 0
  FROM d JOIN item i ON i.invoice_date <= d.on_date OR d.on_date = $2::date
  WHERE i.settled <= 0
), opened AS (
  SELECT s.on_date, s.first, s.id, s.customer_id, s.invoice_date, s.due_date, s.amount, s.on_date - s.due_date AS days,
    CASE WHEN s.on_date = $2::date OR s.settled <= 0 THEN s.open_amount
         ELSE s.amount - least(s.collected, greatest(0, coalesce(p.paid, 0) - s.before)) - coalesce(g.lost, 0) END AS o, coalesce(g.lost, 0) AS lost,
    CASE WHEN s.on_date = $2::date THEN s.disputed ELSE x.receivable_id IS NOT NULL END AS contested,
    CASE WHEN s.due_date >= s.on_date THEN -1
         WHEN s.due24 <= s.on_date THEN 24 WHEN s.due12 <= s.on_date THEN 12 WHEN s.due6 <= s.on_date THEN 6 ELSE 0 END AS months
  FROM state s LEFT JOIN paid p ON p.on_date = s.on_date AND p.customer_id = s.customer_id LEFT JOIN gone g ON g.on_date = s.on_date AND g.id = s.id
    LEFT JOIN contested x ON x.on_date = s.on_date AND x.receivable_id = s.receivable_id
)`

// computed are the figures of customers on dates, in one statement over opened.
const computed = opened + `, owed AS (
  SELECT on_date, customer_id,
    sum(amount) FILTER (WHERE invoice_date BETWEEN first AND on_date) AS sales,
    sum(amount) FILTER (WHERE due_date BETWEEN first AND on_date) AS fallen_due,
    sum(amount - o - lost) FILTER (WHERE due_date BETWEEN first AND on_date) AS collected_due,
    sum(o) AS receivable, sum(o) FILTER (WHERE months < 0) AS not_due,
    sum(o) FILTER (WHERE months = 0) AS m0, sum(o) FILTER (WHERE months = 6) AS m6,
    sum(o) FILTER (WHERE months = 12) AS m12, sum(o) FILTER (WHERE months = 24) AS m24,
    sum(o) FILTER (WHERE days BETWEEN 1 AND 30) AS d1, sum(o) FILTER (WHERE days BETWEEN 31 AND 60) AS d31,
    sum(o) FILTER (WHERE days BETWEEN 61 AND 90) AS d61, sum(o) FILTER (WHERE days > 90) AS d91,
    sum(o) FILTER (WHERE contested) AS dc, sum(o) FILTER (WHERE contested AND days > 0) AS dl,
    min(invoice_date) AS first_sale, min(due_date) FILTER (WHERE o > 0 AND days > 0) AS oldest_due
  FROM opened GROUP BY 1, 2
), received AS (
  SELECT d.on_date, k.customer_id, sum(k.amount) AS collections
  FROM d JOIN cash k ON k.received_on BETWEEN d.first AND d.on_date GROUP BY 1, 2
), based AS (
  SELECT d.on_date, t.customer_id, CASE WHEN d.on_date = $2::date THEN 'books' WHEN NOT t.anything THEN 'items' WHEN t.ties THEN 'receipts' ELSE 'unknown' END AS basis
  FROM d CROSS JOIN tie t
), figures AS (
SELECT b.customer_id, b.on_date, b.basis, coalesce(o.sales, 0)::bigint AS sales, coalesce(k.collections, 0)::bigint AS collections,
  coalesce(o.fallen_due, 0)::bigint AS fallen_due, coalesce(known * o.collected_due, 0)::bigint AS collected_due,
  coalesce(known * o.receivable, 0)::bigint AS receivable, coalesce(known * o.not_due, 0)::bigint AS not_due,
  coalesce(known * o.m0, 0)::bigint AS months_0_6, coalesce(known * o.m6, 0)::bigint AS months_6_12,
  coalesce(known * o.m12, 0)::bigint AS months_12_24, coalesce(known * o.m24, 0)::bigint AS months_24,
  coalesce(known * o.d1, 0)::bigint AS days_1_30, coalesce(known * o.d31, 0)::bigint AS days_31_60,
  coalesce(known * o.d61, 0)::bigint AS days_61_90, coalesce(known * o.d91, 0)::bigint AS days_91,
  coalesce(known * o.dc, 0)::bigint AS disputed, coalesce(known * o.dl, 0)::bigint AS disputed_overdue, o.first_sale AS first_sale_on,
  CASE WHEN known = 1 THEN o.oldest_due END AS oldest_due_on
FROM based b CROSS JOIN LATERAL (SELECT CASE WHEN b.basis = 'unknown' THEN 0 ELSE 1 END AS known) kn
LEFT JOIN owed o ON o.on_date = b.on_date AND o.customer_id = b.customer_id
LEFT JOIN received k ON k.on_date = b.on_date AND k.customer_id = b.customer_id
WHERE o.customer_id IS NOT NULL OR k.customer_id IS NOT NULL)`

// drop removes rows of dates that are not kept ($2) or are made anew ($3), but for
// snapshots of customers whose past cannot be recomputed. $4 today, $5 currency.
const drop = `DELETE FROM customer_figures f WHERE customer_id = ANY($1::uuid[]) AND (on_date <> ALL($2::date[])
  OR on_date = ANY($3::date[]) AND NOT (basis = 'books' AND on_date < $4::date AND (
    SELECT bool_or(r.amount <> r.open_amount) AND sum(r.amount - r.open_amount) <> coalesce((
      SELECT sum(k.amount) FROM (` + settlements + `) k WHERE k.customer_id = f.customer_id AND k.currency = $5::varchar), 0)
    FROM receivables r WHERE r.customer_id = f.customer_id AND r.currency = $5::varchar)))`

// store writes what computed says. A state that is not known any more keeps what
// a snapshot of that very day knew.
const store = computed + `
INSERT INTO customer_figures AS t (customer_id, on_date, basis, version, ` + columns + `)
SELECT f.customer_id, f.on_date, f.basis, coalesce(m.version, 0) + 1, ` + columns + `
FROM figures f LEFT JOIN customer_figure_marks m ON m.customer_id = f.customer_id
ON CONFLICT (customer_id, on_date) DO UPDATE SET
  version = excluded.version, sales = excluded.sales, collections = excluded.collections, fallen_due = excluded.fallen_due, first_sale_on = excluded.first_sale_on,
  (basis, collected_due, receivable, not_due, months_0_6, months_6_12, months_12_24, months_24, days_1_30, days_31_60, days_61_90, days_91, disputed, disputed_overdue, oldest_due_on) = (
    SELECT v.basis, v.collected_due, v.receivable, v.not_due, v.m0, v.m6, v.m12, v.m24, v.d1, v.d31, v.d61, v.d91, v.dc, v.dl, v.oldest FROM (VALUES
      (t.basis, t.collected_due, t.receivable, t.not_due, t.months_0_6, t.months_6_12, t.months_12_24, t.months_24, t.days_1_30, t.days_31_60, t.days_61_90, t.days_91, t.disputed, t.disputed_overdue, t.oldest_due_on, true),
      (excluded.basis, excluded.collected_due, excluded.receivable, excluded.not_due, excluded.months_0_6, excluded.months_6_12, excluded.months_12_24,
       excluded.months_24, excluded.days_1_30, excluded.days_31_60, excluded.days_61_90, excluded.days_91, excluded.disputed, excluded.disputed_overdue, excluded.oldest_due_on, false)) AS v
    (basis, collected_due, receivable, not_due, m0, m6, m12, m24, d1, d31, d61, d91, dc, dl, oldest, kept)
    WHERE v.kept = (t.basis = 'books' AND excluded.basis = 'unknown'))`

// signature is what the figures of each customer are made of, in one text.
// Its first part names the rule they are made by: another one makes them anew.
// $1 currency, $2 customers or NULL for all.
const signature = `
SELECT c.id, concat_ws('/', '2', $1::varchar, c.salesperson_id, i.n, i.a, i.o, i.d, i.v, i.u, i.c, k.n, k.a, k.d) AS signature
FROM customers c
LEFT JOIN (SELECT customer_id, count(*) AS n, sum(amount) AS a, sum(open_amount) AS o, sum(due_date - date '2000-01-01') AS d,
    sum(invoice_date - date '2000-01-01') AS v, max(updated_at) AS u, sum(open_amount) FILTER (WHERE disputed) AS c
  FROM receivable_parts WHERE currency = $1::varchar AND ($2::uuid[] IS NULL OR customer_id = ANY($2::uuid[])) GROUP BY 1) i ON i.customer_id = c.id
LEFT JOIN (SELECT customer_id, count(*) AS n, sum(amount) AS a, sum(received_on - date '2000-01-01') AS d
  FROM receipts WHERE currency = $1::varchar AND ($2::uuid[] IS NULL OR customer_id = ANY($2::uuid[])) GROUP BY 1) k ON k.customer_id = c.id
WHERE $2::uuid[] IS NULL OR c.id = ANY($2::uuid[])`
