package collection

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

// ChangeCause says what changed an item.
type ChangeCause string

// The causes.
const (
	ChangedBySource      ChangeCause = "source"      // a file, a feed or a push said so
	ChangedByApplication ChangeCause = "application" // money was applied here, or taken back
	ChangedByTerms       ChangeCause = "terms"       // its due date was made anew
)

// Change is what changed of an item at one time (004-26): the fields that did, before
// and after; nil is one that did not.
type Change struct {
	ID            int64
	At            time.Time
	Cause         ChangeCause
	Source        string // and who brought it, of ChangedBySource
	FileName, By  string
	Before, After ChangedFields
}

// ChangedFields are the fields of an item that may change. Amounts in fen.
type ChangedFields struct {
	Customer    *string // number and name
	InvoiceDate *calendar.Date
	DueDate     *calendar.Date
	Currency    *string
	Amount      *money.Amount
	Open        *money.Amount
	ContractNo  *string
}

// mostChanges is how many changes of an item are given, the latest.
const mostChanges = 200

// Changes gives what changed of an item since it came, the latest first.
func (s *Service) Changes(ctx context.Context, id uuid.UUID) (list []Change, err error) {
	actor, err := access.Require(ctx, access.ReceivableRead)
	if err != nil {
		return nil, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.Repo.Item(ctx, id, customer.OnlyOf(actor)); err != nil {
			return err
		}
		list, err = s.Repo.Changes(ctx, id, mostChanges)
		return err
	})
	return list, err
}
