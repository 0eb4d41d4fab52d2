package receivable

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/receivable"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
)

// Receipts implements biz.ReceiptLedger.
type Receipts struct{ clock calendar.Clock }

// NewReceipts makes it.
func NewReceipts(clock calendar.Clock) Receipts { return Receipts{clock} }

// receiptRows are the receipts of one call as a table. $1 to $5.
const receiptRows = ` unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::bigint[]) AS n(source, document_no, number, received_on, amount) `

const (
	unknownNumber = `SELECT n.number FROM` + receiptRows + `LEFT JOIN customers c ON c.number = n.number WHERE c.id IS NULL LIMIT 1`

	differing = `SELECT n.document_no FROM` + receiptRows + `JOIN customers c ON c.number = n.number
		JOIN receipts r ON r.source = n.source AND r.document_no = n.document_no
		WHERE (r.customer_id, r.received_on, r.currency, r.amount) IS DISTINCT FROM (c.id, n.received_on, $6::varchar, n.amount) LIMIT 1`

	// $7 the ids in the order of the rows, $8 now.
	addReceipts = `INSERT INTO receipts (id, source, document_no, customer_id, received_on, currency, amount, created_at)
		SELECT n.id, n.source, n.document_no, c.id, n.received_on, $6::varchar, n.amount, $8::timestamptz
		FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::bigint[], $7::uuid[]) AS n(source, document_no, number, received_on, amount, id)
		JOIN customers c ON c.number = n.number
		ON CONFLICT (source, document_no) DO NOTHING`

	// receiptsAtOnce keeps a statement's arrays small.
	receiptsAtOnce = 5000
)

// Add implements biz.ReceiptLedger.
func (r Receipts) Add(ctx context.Context, rows []biz.Receipt, c money.Currency) (added int64, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return 0, err
	}
	now := r.clock.Now()
	for len(rows) > 0 {
		some := rows[:min(len(rows), receiptsAtOnce)]
		rows = rows[len(some):]
		n, err := add(ctx, q, some, c, now)
		if err != nil {
			return 0, err
		}
		added += n
	}
	return added, nil
}

func add(ctx context.Context, q scope.Querier, rows []biz.Receipt, c money.Currency, now time.Time) (int64, error) {
	var sources, documents, numbers, dates pq.StringArray
	var amounts pq.Int64Array
	ids := make([]uuid.UUID, len(rows))
	for i, r := range rows {
		sources, documents, numbers = append(sources, r.Source), append(documents, r.DocumentNo), append(numbers, r.CustomerNumber)
		dates, amounts = append(dates, r.ReceivedOn.String()), append(amounts, int64(r.Amount))
		ids[i] = uuid.Must(uuid.NewV7())
	}
	args := []any{sources, documents, numbers, dates, amounts}
	var found string
	switch err := q.QueryRowContext(ctx, unknownNumber, args...).Scan(&found); {
	case err == nil:
		return 0, biz.ErrReceiptCustomer.With("customer_number", found)
	case !errors.Is(err, sql.ErrNoRows):
		return 0, postgres.Map(ctx, err, "find customers of receipts")
	}
	switch err := q.QueryRowContext(ctx, differing, append(args, string(c))...).Scan(&found); {
	case err == nil:
		return 0, biz.ErrReceiptDiffers.With("document_no", found)
	case !errors.Is(err, sql.ErrNoRows):
		return 0, postgres.Map(ctx, err, "compare receipts")
	}
	res, err := q.ExecContext(ctx, addReceipts, append(args, string(c), uuidArray(ids), now)...)
	if err != nil {
		return 0, postgres.Map(ctx, err, "add receipts")
	}
	return res.RowsAffected()
}
