package receivable

import (
	"context"
	"fmt"
	"strings"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Receipt is money received from a customer (回款). (Source, DocumentNo) is its
// identity; it is never changed. Amount is fen of the subsidiary's currency,
// below zero for money paid back.
type Receipt struct {
	Source         string
	DocumentNo     string
	CustomerNumber string
	ReceivedOn     calendar.Date
	Amount         money.Amount
}

// Faults of receipts.
var (
	ErrReceiptDiffers  = fault.Conflict("RECEIPT_DIFFERS", "a receipt with this number is booked already with other figures")
	ErrReceiptCustomer = fault.New(fault.KindInvalid, ReasonCustomerUnknown, "no customer has this number")
)

// ReceiptLedger books receipts inside a unit of work.
type ReceiptLedger interface {
	// Add books the receipts that are not there yet, set-based. ErrReceiptDiffers and
	// ErrReceiptCustomer name the first one that cannot be.
	Add(ctx context.Context, rows []Receipt, c money.Currency) (added int64, err error)
}

// Receipts books money received.
type Receipts struct {
	tx    uow.Tenant
	book  ReceiptLedger
	audit audit.Recorder
}

// NewReceipts makes the service.
func NewReceipts(tx uow.Tenant, book ReceiptLedger, recorder audit.Recorder) *Receipts {
	return &Receipts{tx: tx, book: book, audit: recorder}
}

// Add books all of the receipts or none, and says how many were new. One that is
// booked already is left as it is.
func (r *Receipts) Add(ctx context.Context, rows []Receipt) (added int64, err error) {
	if _, err := access.Require(ctx, access.ReceivableImport); err != nil {
		return 0, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return 0, err
	}
	if err := checkReceipts(rows); err != nil {
		return 0, err
	}
	err = r.tx.InTx(ctx, func(ctx context.Context) error {
		if added, err = r.book.Add(ctx, rows, t.Currency); err != nil || added == 0 {
			return err
		}
		var sum money.Amount
		for _, row := range rows {
			sum += row.Amount
		}
		return r.audit.Record(ctx, audit.Entry{Action: "receipts.added", ObjectType: "receipts", ObjectID: rows[0].Source,
			After: map[string]any{"rows": len(rows), "added": added, "sum": sum, "currency": t.Currency}})
	})
	return added, err
}

func checkReceipts(rows []Receipt) error {
	var c fault.Checks
	first := map[[2]string]int{}
	for i, r := range rows {
		at := func(field string) string { return fmt.Sprintf("receipts[%d].%s", i, field) }
		checkSource(&c, at("source"), r.Source)
		c.Require(r.DocumentNo != "" && len(r.DocumentNo) <= maxDocumentNo && strings.TrimSpace(r.DocumentNo) == r.DocumentNo, at("document_no"), "BAD_FORM", "1 to 128 characters")
		c.Require(r.CustomerNumber != "", at("customer_number"), "REQUIRED", "name the customer")
		c.Require(!r.ReceivedOn.IsZero(), at("received_on"), "REQUIRED", "say when the money came in")
		c.Require(r.Amount != 0 && r.Amount <= maxAmount && r.Amount >= -maxAmount, at("amount"), "OUT_OF_RANGE", "must not be zero")
		k := [2]string{r.Source, r.DocumentNo}
		if j, twice := first[k]; twice {
			c.Add(at("document_no"), ReasonDuplicate, fmt.Sprintf("receipts[%d] has this number already", j))
		}
		first[k] = i
	}
	return c.Err()
}
