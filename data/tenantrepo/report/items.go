package report

import (
	"context"

	"github.com/google/uuid"

	biz "zhuxin/biz/report"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/report"
)

var _ biz.ItemReader = Repo{}

const openItems = `
SELECT c.number, c.name, r.document_no, p.invoice_date, p.due_date, p.amount, p.open_amount, greatest(0, $2::date - p.due_date), CASE WHEN p.disputed THEN p.open_amount ELSE 0 END
FROM receivable_parts p JOIN receivables r ON r.id = p.receivable_id JOIN customers c ON c.id = p.customer_id
WHERE p.open_amount <> 0 AND p.currency = $1::varchar AND ($3::uuid IS NULL OR coalesce(c.salesperson_id, '00000000-0000-0000-0000-000000000000') = $3::uuid)
  AND ($4::uuid IS NULL OR c.id = $4::uuid) AND ($5::uuid[] IS NULL OR c.id = ANY($5::uuid[]))
ORDER BY c.number, p.due_date, p.id`

// OpenItems implements biz.ItemReader.
func (Repo) OpenItems(ctx context.Context, f report.Filter, today calendar.Date, each func(row []report.Cell) error) error {
	w, err := begin(ctx)
	if err != nil {
		return err
	}
	rows, err := w.QueryContext(ctx, openItems, string(w.tenant.Currency), today, f.SalespersonID, uuid.NullUUID{UUID: f.CustomerID, Valid: f.CustomerID != uuid.Nil}, array(f.Customers))
	if err != nil {
		return postgres.Map(ctx, err, "read items to export")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var number, name, document string
		var invoiced, due calendar.Date
		var amount, open, days, disputed int64
		if err := rows.Scan(&number, &name, &document, &invoiced, &due, &amount, &open, &days, &disputed); err != nil {
			return err
		}
		err := each([]report.Cell{report.Text(number), report.Text(name), report.Text(document), report.Text(invoiced.String()), report.Text(due.String()),
			{Value: amount, Unit: report.UnitFen}, {Value: open, Unit: report.UnitFen}, {Value: days * 100, Unit: report.UnitDays}, {Value: disputed, Unit: report.UnitFen}})
		if err != nil {
			return err
		}
	}
	return postgres.Map(ctx, rows.Err(), "read items to export")
}
