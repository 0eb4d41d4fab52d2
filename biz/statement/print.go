package statement

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
)

// Printer puts a statement on paper (data/statementpdf).
type Printer interface {
	// Print gives a PDF with every ticket, to be signed by the customer; the same
	// statement gives the same bytes.
	Print(ctx context.Context, d Detail) ([]byte, error)
}

// Step is what was done with a statement, from the audit log.
type Step struct {
	At      time.Time
	Action  string // statement.made, .submitted, .refused, .reconciled, .hindered, .cancelled, .invoiced, .printed
	Actor   string
	Amount  int64 // fen it stood at; 0 where it does not say
	Comment string
}

// mostPrinted bounds the lines on paper: some 300 pages.
const mostPrinted = 10_000

// Print gives the statement as PDF with all its tickets, and its file's name.
// Faults: STATEMENT_NOT_FOUND, STATEMENT_TOO_LONG.
func (s *Service) Print(ctx context.Context, id uuid.UUID) (file []byte, name string, err error) {
	actor, err := access.Require(ctx, access.ReceivableRead)
	if err != nil {
		return nil, "", err
	}
	var d Detail
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if d.Statement, err = s.Repo.Get(ctx, id, customer.OnlyOf(actor)); err != nil {
			return err
		}
		if d.Tickets > mostPrinted {
			return ErrTooLong
		}
		if d.Lines, err = s.Repo.Tickets(ctx, id, mostPrinted); err != nil {
			return err
		}
		return s.record(ctx, "statement.printed", id, map[string]any{"number": d.Number, "amount": d.Amount})
	})
	if err != nil {
		return nil, "", err
	}
	file, err = s.Printer.Print(ctx, d)
	return file, d.Number + ".pdf", err
}
