package historyimport

import (
	"strconv"

	biz "zhuxin/biz/historyimport"
)

// finding is a look at the imported records: from gives (label, amount) of each record
// that is to be pointed at. Its parameters are $1 the source, $2 the currency, $3 the
// cut-over date, $4 the day before which the term of limitation is over.
type finding struct {
	biz.Key
	from string
}

// sql counts and sums what from gives, with the labels of the first ones. Each
// parameter is named once, so that all of them have a type.
func (f finding) sql(samples int) string {
	return `SELECT count(*), coalesce(sum(x.amount), 0)::bigint, coalesce((array_agg(x.label ORDER BY x.label))[1:` + strconv.Itoa(samples) + `], '{}')
	FROM (` + f.from + `) x WHERE ($1::text, $2::text, $3::date, $4::date) IS NOT NULL`
}

// noContract: neither another system's contract nor one of ours has the number.
const noContract = ` AND NOT EXISTS (SELECT FROM erp_contracts k WHERE k.contract_no = r.contract_no) AND NOT EXISTS (SELECT FROM contracts k WHERE k.erp_contract_no = r.contract_no)`

var findings = []finding{
	{biz.Key{Code: biz.CodeNoUSCC, Kind: biz.Customers}, `SELECT c.number || ' ' || c.name AS label, 0 AS amount FROM customers c WHERE c.uscc IS NULL
		AND (EXISTS (SELECT FROM receivables r WHERE r.customer_id = c.id AND r.source = $1) OR EXISTS (SELECT FROM receipts p WHERE p.customer_id = c.id AND p.source = $1)
		  OR EXISTS (SELECT FROM erp_contracts k WHERE k.customer_id = c.id AND k.source = $1))`},
	{biz.Key{Code: biz.CodeContract, Kind: biz.Receivables}, `SELECT r.document_no || ' → ' || r.contract_no AS label, r.open_amount AS amount FROM receivables r
		WHERE r.source = $1 AND r.contract_no <> ''` + noContract},
	{biz.Key{Code: biz.CodeLimitation, Kind: biz.Receivables}, `SELECT r.document_no || ' ' || d.due_date AS label, d.open_amount AS amount` + dues + ` AND d.due_date < $4::date`},
	{biz.Key{Code: biz.CodeLate, Kind: biz.Receivables}, `SELECT r.document_no || ' ' || r.invoice_date AS label, r.open_amount AS amount FROM receivables r
		WHERE r.source = $1 AND r.invoice_date > $3::date`},
	{biz.Key{Code: biz.CodeElsewhere, Kind: biz.Receivables}, `SELECT r.document_no || ' (' || o.source || ')' AS label, r.open_amount AS amount
		FROM receivables r JOIN receivables o ON o.document_no = r.document_no AND o.customer_id = r.customer_id AND o.source <> r.source WHERE r.source = $1`},
	{biz.Key{Code: biz.CodeContract, Kind: biz.Receipts}, `SELECT r.document_no || ' → ' || r.contract_no AS label, r.amount AS amount FROM receipts r
		WHERE r.source = $1 AND r.contract_no <> ''` + noContract},
	{biz.Key{Code: biz.CodeExceeds, Kind: biz.Receipts}, `SELECT c.number || ' ' || c.name AS label, p.received - coalesce(i.invoiced, 0) AS amount
		FROM (SELECT customer_id, sum(amount) AS received FROM receipts WHERE source = $1 AND currency = $2 GROUP BY customer_id) p
		LEFT JOIN (SELECT customer_id, sum(amount) AS invoiced FROM receivables WHERE currency = $2 GROUP BY customer_id) i USING (customer_id)
		JOIN customers c ON c.id = p.customer_id WHERE p.received > coalesce(i.invoiced, 0)`},
	{biz.Key{Code: biz.CodeLate, Kind: biz.Receipts}, `SELECT r.document_no || ' ' || r.received_on AS label, r.amount AS amount FROM receipts r
		WHERE r.source = $1 AND r.received_on > $3::date`},
	{biz.Key{Code: biz.CodeElsewhere, Kind: biz.Receipts}, `SELECT r.document_no || ' (' || o.source || ')' AS label, r.amount AS amount
		FROM receipts r JOIN receipts o ON o.document_no = r.document_no AND o.customer_id = r.customer_id AND o.source <> r.source WHERE r.source = $1`},
	{biz.Key{Code: biz.CodeAdvance, Kind: biz.Receipts}, `SELECT r.document_no AS label, r.amount AS amount FROM receipts r WHERE r.source = $1 AND NOT r.applied_by_source`},
}
