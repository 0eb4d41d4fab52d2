package rating

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/indicator"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
	"zhuxin/shared/tenant"
)

// RowKind says what a source row is.
type RowKind string

// The kinds of source row.
const (
	RowReceivable    RowKind = "receivable"
	RowReceipt       RowKind = "receipt"
	RowNegativeEntry RowKind = "negative_entry"
	RowFinding       RowKind = "finding"
	RowDelivery      RowKind = "delivery"
	RowProject       RowKind = "project"
	RowCompany       RowKind = "company"
)

// SourceRow is one row that a figure is measured from.
type SourceRow struct {
	Kind         RowKind
	ID           *uuid.UUID // of a receivable or a receipt
	Reference    string     // number of the document, company of a listing, title of a finding, name of a project
	Date         calendar.Date
	DueDate      calendar.Date // zero where there is none
	Amount, Open money.Amount  // fen
	OverdueDays  int           // on the figure's day
	Detail       string        // reason of a listing, kind of a finding, volume in m³, day of settlement, capital as registered
}

// SourceQuery asks for a page of the rows of one source.
type SourceQuery struct {
	Subject
	Source indicator.DataSource
	On     calendar.Date // of the figure
	paging.Window
}

// SourceRows reads what data sources measure by, inside a unit of work. The rows are
// those of the books as they stand now: what was settled since, or mended by the ERP,
// shows as it is.
type SourceRows interface {
	Rows(ctx context.Context, q SourceQuery) ([]SourceRow, int64, error)
}

// SourceRowsInput asks for a page of the rows behind a figure; a zero On is today.
type SourceRowsInput struct {
	CustomerID     uuid.UUID
	Source         indicator.DataSource
	On             calendar.Date
	Page, PageSize int32
}

// SourceRows gives the rows that a data source measures a customer by, how many there
// are, and the day they are taken for (000-51, 000-52). Faults: CUSTOMER_NOT_FOUND,
// INVALID_INPUT for an unknown source or a day to come.
func (s *Ratings) SourceRows(ctx context.Context, in SourceRowsInput) (rows []SourceRow, total int64, on calendar.Date, err error) {
	actor, err := access.Require(ctx, access.RatingRead)
	if err != nil {
		return nil, 0, 0, err
	}
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return nil, 0, 0, err
	}
	if on = in.On; on.IsZero() {
		on = today
	}
	var c fault.Checks
	c.Require(in.Source.Known(), "source", "UNKNOWN", "none of the data sources")
	c.Require(on <= today, "on", "OUT_OF_RANGE", "today or a day before")
	q := SourceQuery{Source: in.Source, On: on, Window: paging.Of(&c, in.Page, in.PageSize)}
	if err := c.Err(); err != nil {
		return nil, 0, 0, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		who, _, err := customer.ForProject(ctx, s.Customers, actor, in.CustomerID, nil)
		if err != nil {
			return err
		}
		q.Subject = Subject{CustomerID: who.ID, USCC: who.USCC}
		rows, total, err = s.Rows.Rows(ctx, q)
		return err
	})
	return rows, total, on, err
}
