package collection

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	biz "zhuxin/biz/collection"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

// changes: $1 the item, $2 how many. They are written by a trigger of the table.
const changes = `SELECT h.id, h.changed_at, h.cause, coalesce(i.source, ''), coalesce(i.file_name, ''), coalesce(m.name, ''), h.before, h.after,
  (SELECT c.number || ' ' || c.name FROM customers c WHERE c.id = (h.before->>'customer_id')::uuid), (SELECT c.number || ' ' || c.name FROM customers c WHERE c.id = (h.after->>'customer_id')::uuid)
FROM receivable_changes h LEFT JOIN receivable_imports i ON i.id = h.import_id LEFT JOIN hq.v_members m ON m.person_id = i.created_by
WHERE h.receivable_id = $1 ORDER BY h.id DESC LIMIT $2`

// changedFields is how the trigger writes them.
type changedFields struct {
	InvoiceDate *string       `json:"invoice_date"`
	DueDate     *string       `json:"due_date"`
	Currency    *string       `json:"currency"`
	Amount      *money.Amount `json:"amount"`
	Open        *money.Amount `json:"open_amount"`
	ContractNo  *string       `json:"contract_no"`
}

// Changes implements biz.Repository.
func (Repo) Changes(ctx context.Context, id uuid.UUID, most int) ([]biz.Change, error) {
	return postgres.Query(ctx, "list changes", changes, func(rows *sql.Rows) (c biz.Change, err error) {
		var before, after []byte
		var former, latter *string
		if err := rows.Scan(&c.ID, &c.At, &c.Cause, &c.Source, &c.FileName, &c.By, &before, &after, &former, &latter); err != nil {
			return c, err
		}
		if c.Before, err = parseChanged(before, former); err == nil {
			c.After, err = parseChanged(after, latter)
		}
		return c, err
	}, id, most)
}

func parseChanged(text []byte, customer *string) (f biz.ChangedFields, err error) {
	var in changedFields
	if err := json.Unmarshal(text, &in); err != nil {
		return f, fmt.Errorf("read a change: %w", err)
	}
	f = biz.ChangedFields{Customer: customer, Currency: in.Currency, Amount: in.Amount, Open: in.Open, ContractNo: in.ContractNo}
	if f.InvoiceDate, err = parseDay(in.InvoiceDate); err == nil {
		f.DueDate, err = parseDay(in.DueDate)
	}
	return f, err
}

func parseDay(text *string) (*calendar.Date, error) {
	if text == nil {
		return nil, nil
	}
	d, err := calendar.Parse(*text)
	return &d, err
}
