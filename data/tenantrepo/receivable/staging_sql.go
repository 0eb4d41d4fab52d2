package receivable

// The statements of an import, in their order. A staged row is good when it is
// clean (no faults, no good row further up with its document number) and its
// customer has an id. Why it is said by NOT NULL stands in the migration.

// $1 a name: one import of a tenant at a time.
const lockImports = `SELECT pg_advisory_xact_lock(hashtextextended($1::text || current_schema(), 0))`

// An import that was cut off leaves dead rows behind, which each scan would read.
const stagingUsed = `SELECT pg_relation_size('receivable_staging') + pg_relation_size('receivable_staging_customers') > 0`

const clearStaging = `TRUNCATE receivable_staging, receivable_staging_customers`

const ledgerTotals = `SELECT currency, count(*), coalesce(sum(open_amount), 0)::bigint FROM receivables GROUP BY currency`

var stagingColumns = []string{"row_no", "customer", "customer_name", "document_no", "invoice_date", "due_date", "amount", "open_amount",
	"clean", "twice", "faults", "contract_no"}

// between stands between number and code in a staged customer; cells hold no
// control characters.
const between = "\x1f"

// findCustomers lists the customers of the file and finds them by number, else by
// code. Where a number is there, the code only confirms it.
const findCustomers = `
INSERT INTO receivable_staging_customers (customer, number, uscc, name, row_no, customer_id, known_uscc, credit_term_days, problem)
SELECT s.customer, s.number, s.uscc, s.name, s.row_no, CASE WHEN n.uscc <> s.uscc AND s.uscc <> '' THEN NULL ELSE coalesce(n.id, u.id) END,
  coalesce(n.uscc, u.uscc, ''), coalesce(n.credit_term_days, u.credit_term_days, 0),
  CASE WHEN n.id IS NULL AND u.id IS NULL THEN '` + unknown + `'
       WHEN n.uscc <> s.uscc AND s.uscc <> '' THEN '` + mismatch + `' ELSE '' END
FROM (
  SELECT DISTINCT ON (customer) customer, split_part(customer, E'\x1f', 1) AS number, split_part(customer, E'\x1f', 2) AS uscc, customer_name AS name, row_no
  FROM receivable_staging WHERE customer_name IS NOT NULL
  ORDER BY customer, customer_name = '', row_no
) AS s
LEFT JOIN customers n ON n.number = s.number AND s.number <> ''
LEFT JOIN customers u ON n.id IS NULL AND u.uscc = s.uscc AND s.uscc <> ''`

const (
	unknown  = "CUSTOMER_UNKNOWN"
	mismatch = "CUSTOMER_MISMATCH"
	required = "REQUIRED"
)

// wanted are the numbers to make customers of: unknown ones with a row that has
// no fault of its own, under the name of the first row that gives one.
const wanted = `
SELECT DISTINCT ON (c.number) c.number, c.name, c.row_no
FROM receivable_staging_customers c
WHERE c.problem = '` + unknown + `' AND c.number <> ''
  AND c.customer IN (SELECT s.customer FROM receivable_staging s WHERE s.clean IS NOT NULL)
ORDER BY c.number, c.name = '', c.row_no`

const countWanted = `SELECT count(*) FROM (` + wanted + `) AS w WHERE w.name <> ''`

// $1 the first 24 characters of a UUID v7, which the row's number completes; $2
// now; $3 who asked for it.
const createCustomers = `
INSERT INTO customers (id, created_at, created_by, updated_at, version, number, name)
SELECT ($1::text || lpad(to_hex(w.row_no), 12, '0'))::uuid, $2::timestamptz, $3::uuid, $2::timestamptz, 1, w.number, w.name
FROM (` + wanted + `) AS w WHERE w.name <> '' ORDER BY w.row_no
RETURNING id, number, name`

// adoptCustomers takes the new ones over; a number without a name stays unknown.
const adoptCustomers = `
UPDATE receivable_staging_customers c
SET customer_id = n.id, problem = CASE WHEN n.id IS NULL THEN '` + required + `' ELSE '' END
FROM receivable_staging_customers o LEFT JOIN customers n ON n.number = o.number
WHERE c.customer = o.customer AND c.problem = '` + unknown + `' AND c.number <> ''`

const markDuplicates = `
WITH suspects AS (
  SELECT DISTINCT document_no FROM receivable_staging WHERE twice IS NOT NULL AND document_no <> ''
), firsts AS (
  SELECT s.document_no, min(s.row_no) AS row_no
  FROM suspects d JOIN receivable_staging s USING (document_no) JOIN receivable_staging_customers c ON c.customer = s.customer
  WHERE` + good + `
  GROUP BY s.document_no
)
UPDATE receivable_staging s SET duplicate_of = f.row_no, clean = NULL
FROM firsts f WHERE f.document_no = s.document_no AND s.row_no > f.row_no`

// staged joins a row with its customer, who is always there.
const staged = ` receivable_staging s JOIN receivable_staging_customers c ON c.customer = s.customer `

const good = ` s.clean IS NOT NULL AND c.customer_id IS NOT NULL `

// A row without any customer has that among its faults already.
const refusedRows = `
SELECT s.row_no, coalesce(s.faults, ''), c.number, c.uscc, s.document_no, CASE WHEN c.customer = '' THEN '' ELSE c.problem END, c.known_uscc,
  coalesce(s.duplicate_of, 0)
FROM` + staged + `WHERE s.clean IS NULL OR c.customer_id IS NULL
ORDER BY s.row_no`

const accepted = `SELECT count(*), coalesce(sum(s.open_amount), 0)::bigint FROM` + staged + `WHERE` + good

// A void row is staged with an amount of nothing: known, it empties its item; not
// known, it is as good as not there.
const hasSource = `SELECT EXISTS (SELECT FROM receivables WHERE source = $1) OR EXISTS (SELECT FROM receivable_staging WHERE amount = 0)`

// refuseApplied refuses void rows of items that money was applied to here. $1 source,
// $2 the fault.
const refuseApplied = `
UPDATE receivable_staging s SET clean = NULL, faults = jsonb_build_array($2::jsonb || jsonb_build_object('value', s.document_no))::text
FROM receivables r WHERE s.amount = 0 AND s.clean IS NOT NULL AND r.source = $1::varchar AND r.document_no = s.document_no AND r.applied_amount <> 0`

// dueDate is the file's, or the invoice date plus the customer's term (ruling 5).
const dueDate = `coalesce(s.due_date, s.invoice_date + c.credit_term_days::int)`

// openNow is the file's open amount of an item that is known; $5 AppliedHere.
const openNow = `CASE WHEN $5::boolean AND r.applied_amount <> 0
  THEN CASE WHEN s.amount > 0 THEN greatest(0, s.amount - r.applied_amount) ELSE least(0, s.amount - r.applied_amount) END ELSE s.open_amount END`

// dueNow leaves an item's due date alone where its contract's terms made it.
const dueNow = `CASE WHEN r.instalments THEN r.due_date ELSE ` + dueDate + ` END`

const changed = ` (r.customer_id, r.invoice_date, r.due_date, r.currency, r.amount, r.open_amount, r.contract_no)
  IS DISTINCT FROM (c.customer_id, s.invoice_date, ` + dueNow + `, $2::varchar, s.amount, ` + openNow + `, coalesce(s.contract_no, r.contract_no)) `

// $1 source, $2 currency, $3 and $4 as in update, $5 AppliedHere
const compare = `
SELECT count(*) FILTER (WHERE r.id IS NULL AND s.amount <> 0), count(*) FILTER (WHERE r.id IS NOT NULL AND` + changed + `),
  coalesce(sum(s.open_amount) FILTER (WHERE r.id IS NULL), 0)::bigint,
  coalesce(sum(` + openNow + ` - r.open_amount) FILTER (WHERE r.id IS NOT NULL AND` + changed + `), 0)::bigint,
  count(*)
FROM` + staged + `LEFT JOIN receivables r ON r.source = $1::varchar AND r.document_no = s.document_no
WHERE` + good + `AND ($3::uuid, $4::timestamptz) IS NOT NULL`

// $1 source, $2 currency, $3 import, $4 now, $5 AppliedHere. It gives the customers that lost an
// item to another one, once each, and the number of rows.
const update = `
WITH old AS (
  SELECT r.id, r.customer_id AS former, c.customer_id, s.invoice_date, ` + dueNow + ` AS due_date, s.amount, ` + openNow + ` AS open_amount,
    coalesce(s.contract_no, r.contract_no) AS contract_no
  FROM` + staged + `JOIN receivables r ON r.source = $1::varchar AND r.document_no = s.document_no
  WHERE` + good + `AND` + changed + `
), put AS (
  UPDATE receivables r SET customer_id = o.customer_id, invoice_date = o.invoice_date, due_date = o.due_date, currency = $2::varchar,
    amount = o.amount, open_amount = o.open_amount, contract_no = o.contract_no, import_id = $3::uuid, updated_at = $4::timestamptz
  FROM old o WHERE r.id = o.id
  RETURNING CASE WHEN o.former <> o.customer_id THEN o.former END AS former
)
SELECT count(*), array_remove(array_agg(DISTINCT former), NULL)::text[] FROM put`

// $5 the first 24 characters of a UUID v7. Ids that grow with the file keep the
// primary key's index dense.
const insert = `
INSERT INTO receivables (id, source, document_no, customer_id, invoice_date, due_date, currency, amount, open_amount, import_id, updated_at, contract_no)
SELECT ($5::text || lpad(to_hex(s.row_no), 12, '0'))::uuid, $1::varchar, s.document_no, c.customer_id, s.invoice_date, ` + dueDate + `,
  $2::varchar, s.amount, s.open_amount, $3::uuid, $4::timestamptz, coalesce(s.contract_no, '')
FROM` + staged + `WHERE` + good + `AND s.amount <> 0 `

const butNew = `AND NOT EXISTS (SELECT FROM receivables r WHERE r.source = $1::varchar AND r.document_no = s.document_no)`

// What stood for a ticket, or for what a statement has to invoice, does so no longer
// once it is void. A ticket finds the receivable that billed it as it did then (see
// exposure.billDeliveries): by the number that its source gave, or by the order that
// the receivable took over from. $1 import, $2 now.
const (
	unbill = `
UPDATE deliveries d SET billed = false, updated_at = $2::timestamptz
FROM receivables x WHERE x.import_id = $1 AND x.amount = 0 AND d.billed AND d.customer_id = x.customer_id AND (
  d.source = x.source AND d.invoice_no <> '' AND x.document_no IN (d.invoice_no, d.invoice_no || '/1')
  OR d.invoice_no = '' AND d.order_no <> '' AND EXISTS (SELECT FROM reservations r WHERE r.source = x.source AND r.document_no = x.document_no
    AND r.order_no = d.order_no AND r.customer_id = d.customer_id AND r.status = 'billed'))`
	uninvoice = `
UPDATE statements s SET invoiced_amount = (SELECT coalesce(sum(y.amount), 0)::bigint FROM receivables y WHERE y.statement_id = s.id), updated_at = $2::timestamptz, version = s.version + 1
WHERE s.id IN (SELECT x.statement_id FROM receivables x WHERE x.import_id = $1 AND x.amount = 0)`
)

const touched = `SELECT DISTINCT customer_id FROM receivables WHERE import_id = $1`

// stagedCustomers is the same where everything that is staged was inserted.
const stagedCustomers = `SELECT DISTINCT customer_id FROM receivable_staging_customers WHERE customer_id IS NOT NULL`

const unresolved = `SELECT count(*) FROM receivable_staging_customers WHERE customer_id IS NULL`
