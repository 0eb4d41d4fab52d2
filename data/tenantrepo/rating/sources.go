package rating

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	biz "zhuxin/biz/rating"
	"zhuxin/data/postgres"
	"zhuxin/shared/indicator"
	"zhuxin/shared/tenant"
	"zhuxin/tenancy/scope"
)

// Behind gives the rows behind an outside register's figure.
type Behind interface {
	Rows(ctx context.Context, uscc string, source indicator.DataSource) ([]biz.SourceRow, error)
}

// Rows implements biz.SourceRows on the tables that Measurer measures.
type Rows struct{ outside Behind }

var _ biz.SourceRows = Rows{}

// NewRows makes the reader; outside is nil while no registry is linked.
func NewRows(outside Behind) Rows { return Rows{outside} }

// The rows of each source: $1 the customer, $2 the currency, $3 the first day of the
// period, $4 the figure's day. Each has the columns kind, id, reference, date,
// due, amount, open, overdue, detail, and the order rows are shown in.
const (
	dueRows = `SELECT 'receivable' AS kind, r.id, r.document_no AS reference, r.invoice_date AS date, d.due_date AS due, r.amount, d.open_amount AS open,
		greatest(0, $4::date - d.due_date) AS overdue, '' AS detail, d.due_date AS shown
		FROM receivable_dues d JOIN receivables r ON r.id = d.receivable_id
		WHERE d.customer_id = $1 AND d.currency = $2 AND r.invoice_date <= $4`
	overdueRows = dueRows + ` AND d.due_date < $4`

	invoiceRows = `SELECT 'receivable' AS kind, r.id, r.document_no AS reference, r.invoice_date AS date, r.due_date AS due, r.amount, r.open_amount AS open,
		CASE WHEN r.open_amount <> 0 THEN greatest(0, $4::date - r.due_date) ELSE 0 END AS overdue, '' AS detail, r.invoice_date AS shown
		FROM receivables r WHERE r.customer_id = $1 AND r.currency = $2 AND r.invoice_date <= $4`
	yearRows = invoiceRows + ` AND r.invoice_date >= $3`

	receiptRows = `SELECT 'receipt' AS kind, p.id, p.document_no AS reference, p.received_on AS date, NULL::date AS due, p.amount, 0::bigint AS open, 0 AS overdue,
		'' AS detail, p.received_on AS shown
		FROM receipts p WHERE p.customer_id = $1 AND p.currency = $2 AND p.received_on BETWEEN $3 AND $4`
)

// The rows of the figures of figureSQL.
const deliveryRows = `SELECT 'delivery' AS kind, d.id, d.ticket_no AS reference, d.delivered_on AS date, NULL::date AS due, d.amount, 0::bigint AS open, 0 AS overdue,
		trim_scale(d.volume / 1000.0)::text || ' m³' AS detail, d.delivered_on AS shown
		FROM deliveries d WHERE d.customer_id = $1 AND d.delivered_on BETWEEN $3 AND $4`

var (
	settledRows = `SELECT 'receivable' AS kind, r.id, r.document_no AS reference, r.invoice_date AS date, p.due_date AS due, r.amount, r.open_amount AS open,
		greatest(0, p.settled_on - p.due_date) AS overdue, p.settled_on::text AS detail, p.settled_on AS shown
		FROM (WITH ` + pieces("$2", " AND customer_id = $1") + ` SELECT * FROM piece) p JOIN receivables r ON r.id = p.id
		WHERE p.backed AND p.open_amount = 0 AND p.settled_on BETWEEN $3 AND $4`
	projectRows = `SELECT 'project' AS kind, p.id, p.name AS reference, p.created_at::date AS date, NULL::date AS due, 0::bigint AS amount, 0::bigint AS open, 0 AS overdue,
		trim_scale(p.contracted_volume / 1000.0)::text || ' m³' AS detail, p.created_at::date AS shown
		FROM projects p WHERE p.customer_id = $1 AND p.status = 'supplying'`
)

var rowsOf = map[indicator.DataSource]string{
	indicator.SourceOverdueRatio:      dueRows,
	indicator.SourceMaxOverdueDays:    overdueRows,
	indicator.SourceCooperationMonths: invoiceRows,
	indicator.SourceCollectionRate:    yearRows + ` UNION ALL ` + receiptRows,
	indicator.SourceSales12Months:     yearRows,
	indicator.SourceVolumeDelivered:   deliveryRows,
	indicator.SourcePaidOnTime:        settledRows,
	indicator.SourceMeanDaysLate:      settledRows,
	indicator.SourceContractedVolume:  projectRows,
}

const (
	rowsHead  = `WITH args AS (SELECT $1::uuid, $2::text, $3::date, $4::date), behind AS (`
	countRows = `) SELECT count(*) FROM behind`
	pageRows  = `) SELECT kind, id, reference, date, due, amount, open, overdue, detail FROM behind ORDER BY shown, reference, id LIMIT $5 OFFSET $6`

	countEntries = `SELECT count(*) FROM hq.v_negative_listed WHERE uscc = $1`
	pageEntries  = `SELECT 'negative_entry', NULL::uuid, company_name, (listed_at AT TIME ZONE $2)::date, NULL::date, 0::bigint, 0::bigint, 0,
		reason_code FROM hq.v_negative_listed WHERE uscc = $1 ORDER BY listed_at DESC LIMIT $3 OFFSET $4`
)

// Rows implements biz.SourceRows, in two statements.
func (s Rows) Rows(ctx context.Context, q biz.SourceQuery) ([]biz.SourceRow, int64, error) {
	c, err := scope.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, 0, err
	}
	base, months := q.Source.Split()
	if query, ok := rowsOf[base]; ok {
		args := []any{q.CustomerID, t.Currency, q.On.AddMonths(-months).AddDays(1), q.On}
		return rowsPage(ctx, c, rowsHead+query+countRows, args, rowsHead+query+pageRows, append(args, q.Limit, q.Offset))
	}
	if base == indicator.SourceNegativeEntries {
		return rowsPage(ctx, c, countEntries, []any{q.USCC}, pageEntries, []any{q.USCC, t.Zone.String(), q.Limit, q.Offset})
	}
	if outsideSource(base) {
		if s.outside == nil {
			return nil, 0, nil
		}
		all, err := s.outside.Rows(ctx, q.USCC, base)
		from := min(q.Offset, len(all))
		return all[from:min(from+q.Limit, len(all))], int64(len(all)), err
	}
	return nil, 0, fmt.Errorf("rating: the data source %q has no rows", q.Source)
}

func rowsPage(ctx context.Context, c scope.Querier, count string, counted []any, page string, paged []any) ([]biz.SourceRow, int64, error) {
	var total int64
	if err := c.QueryRowContext(ctx, count, counted...).Scan(&total); err != nil {
		return nil, 0, postgres.Map(ctx, err, "count source rows")
	}
	rows, err := c.QueryContext(ctx, page, paged...)
	if err != nil {
		return nil, 0, postgres.Map(ctx, err, "list source rows")
	}
	defer func() { _ = rows.Close() }()
	var out []biz.SourceRow
	for rows.Next() {
		var (
			r  biz.SourceRow
			id uuid.NullUUID
		)
		if err := rows.Scan(&r.Kind, &id, &r.Reference, &r.Date, &r.DueDate, &r.Amount, &r.Open, &r.OverdueDays, &r.Detail); err != nil {
			return nil, 0, postgres.Map(ctx, err, "list source rows")
		}
		if id.Valid {
			r.ID = &id.UUID
		}
		out = append(out, r)
	}
	return out, total, postgres.Map(ctx, rows.Err(), "list source rows")
}
