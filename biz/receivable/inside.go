package receivable

import (
	"context"
	"strings"
	"sync/atomic"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

// Local is a stored file that lies on local disk already, so that nothing waits for
// the object store while the ledger is locked.
type Local struct {
	File
	Spool   Spool
	Mapping Mapping
	Counter *atomic.Int64 // counts the rows that were read; nil for none
}

// Inside runs a file in the transaction of the caller, with which it stands or falls,
// and gives its refused rows, which the caller closes. Unlike Run it neither tells
// how far it is nor tries again. What it fails by is an error.
func (s *Imports) Inside(ctx context.Context, f Local) (Import, ErrorFile, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return Import{}, nil, err
	}
	if err := f.Mapping.Validate(t.Currency); err != nil {
		return Import{}, nil, err
	}
	i := Import{ID: uuid.Must(uuid.NewV7()), FileID: f.ID, FileName: f.Name, FileSHA256: f.SHA256, Mapping: f.Mapping, Status: StatusQueued, CreatedAt: s.Clock.Now()}
	r := &run{Imports: s, Import: i, currency: t.Currency, spool: f.Spool, counter: f.Counter}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if err := s.Runs.Insert(ctx, i, nil); err != nil {
			return err
		}
		if err := s.Runs.Begin(ctx, i.ID, s.Clock.Now()); err != nil {
			return err
		}
		if err := r.ledger(ctx); err != nil {
			return err
		}
		return s.Runs.Finish(ctx, i.ID, "", uuid.Nil, s.Clock.Now())
	})
	if err != nil {
		if r.errors != nil {
			_ = r.errors.Close()
		}
		return Import{}, nil, err
	}
	r.Status = StatusDone
	return r.Import, r.errors, nil
}

// Cells reads single cells as the import of receivables does.
type Cells struct{ epoch calendar.Date }

// NewCells makes a reader of a table's cells.
func NewCells(t Table) Cells { return Cells{t.Epoch()} }

// Amount reads an amount, exact to the fen.
func (c Cells) Amount(s string) (money.Amount, error) {
	return amounts{spreadsheet: !c.epoch.IsZero()}.parse(s)
}

// Date reads a date in whichever of DateFormats it is written; no text is a date in
// two of them.
func (c Cells) Date(s string) (calendar.Date, error) {
	var first error
	for _, f := range DateFormats {
		d, err := f.parse(s, c.epoch)
		if err == nil {
			return d, nil
		}
		if first == nil {
			first = err
		}
	}
	return 0, first
}

// LostDigits says that a spreadsheet turned a number of a document into 1.23E+11.
func LostDigits(s string) bool { return scientific.MatchString(s) }

// Currency reads a currency as files write it; false for what is none.
func Currency(s string) (money.Currency, bool) {
	c := money.Currency(strings.ToUpper(s))
	if renminbi[string(c)] {
		c = money.CNY
	}
	return c, c.Valid()
}
