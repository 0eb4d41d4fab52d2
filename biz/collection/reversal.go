package collection

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/shared/access"
)

// ReverseEntry undoes an entry of a receipt or a credit note by a counter-entry.
// Faults: APPLICATION_NOT_FOUND, APPLICATION_REVERSED. A write-off is reversed by
// its own act.
func (s *Service) ReverseEntry(ctx context.Context, id uuid.UUID, reason string) error {
	if err := needReason(&reason); err != nil {
		return err
	}
	var entries []Entry
	find := func(ctx context.Context, onlyOf *uuid.UUID) (uuid.UUID, error) {
		found, err := s.Repo.Entries(ctx, ByID, id)
		if err != nil || len(found) == 0 {
			return uuid.Nil, orElse(err, ErrApplicationMissing)
		}
		_, err = s.Repo.Item(ctx, found[0].ReceivableID, onlyOf)
		return found[0].CustomerID, err
	}
	return s.act(ctx, access.PaymentWrite, find, func(ctx context.Context, a act) (err error) {
		if entries, err = s.Repo.Entries(ctx, ByID, id); err != nil {
			return err
		}
		e := entries[0]
		if e.Reversed || e.Reverses != uuid.Nil || e.Kind == EntryWriteOff {
			return ErrReversedAlready
		}
		return s.reverse(ctx, a, entries, reason)
	})
}

// reverse writes the counter-entries of those entries that stand.
func (s *Service) reverse(ctx context.Context, a act, entries []Entry, reason string) error {
	batch := newID()
	var counter []Entry
	for _, e := range entries {
		if e.Reversed || e.Reverses != uuid.Nil {
			continue
		}
		c := e
		c.ID, c.BatchID, c.Amount, c.Reverses, c.Rule = newID(), batch, -e.Amount, e.ID, ruleReversal
		c.AppliedOn, c.Reason, c.CreatedAt, c.CreatedBy = a.today, reason, s.Clock.Now(), a.by
		counter = append(counter, c)
	}
	if len(counter) == 0 {
		return nil
	}
	if err := s.write(ctx, counter); err != nil {
		return err
	}
	return s.record(ctx, "payment.reversed", "payment_application", batch, map[string]any{"entries": len(counter), "sum": sum(counter), "reason": reason})
}

// ReverseReceipt undoes a receipt: everything it paid is open again, and a
// counter-entry takes it off the books. Faults: RECEIPT_REVERSED.
func (s *Service) ReverseReceipt(ctx context.Context, id uuid.UUID, reason string) error {
	if err := needReason(&reason); err != nil {
		return err
	}
	return s.act(ctx, access.PaymentWrite, s.ofReceipt(id), func(ctx context.Context, a act) error {
		r, err := s.Repo.Receipt(ctx, id, a.onlyOf)
		if err != nil {
			return err
		}
		// The receipt was a mistake, and its draft with it. That a draft was not honoured
		// is said of the draft itself, by SettleDraft.
		if r.Draft != nil && r.Draft.Status == "held" {
			if err := s.Repo.SettleDraft(ctx, r.Draft.ID, "void", a.today, s.Clock.Now()); err != nil {
				return err
			}
		}
		return s.undo(ctx, a, r, reason)
	})
}

func (s *Service) undo(ctx context.Context, a act, r Receipt, reason string) error {
	switch {
	case r.AppliedBySource:
		return ErrReceiptElsewhere
	case r.Reversed || r.Reverses != uuid.Nil:
		return ErrReceiptReversed
	}
	entries, err := s.Repo.Entries(ctx, ByReceipt, r.ID)
	if err != nil {
		return err
	}
	if err := s.reverse(ctx, a, entries, reason); err != nil {
		return err
	}
	counter := r
	counter.ID, counter.Number, counter.Amount, counter.Reverses, counter.Remark, counter.ReceivedOn = newID(), r.Number+"-R", -r.Amount, r.ID, reason, a.today
	if err := s.Repo.InsertReceipt(ctx, counter, s.Clock.Now(), a.by); err != nil {
		return err
	}
	return s.record(ctx, "receipt.reversed", "receipt", r.ID, map[string]any{"counter_id": counter.ID, "reason": reason})
}

// SettleDraft says what became of a draft. A dishonoured one undoes its receipt.
func (s *Service) SettleDraft(ctx context.Context, id uuid.UUID, honoured bool, reason string) error {
	var draft Draft
	find := func(ctx context.Context, onlyOf *uuid.UUID) (of uuid.UUID, err error) {
		if draft, of, err = s.Repo.Draft(ctx, id); err == nil {
			_, err = s.Repo.Receipt(ctx, draft.ReceiptID, onlyOf)
		}
		return of, err
	}
	return s.act(ctx, access.PaymentWrite, find, func(ctx context.Context, a act) (err error) {
		status := "honoured"
		if !honoured {
			status = "dishonoured"
			if err := needReason(&reason); err != nil {
				return err
			}
		}
		if err := s.Repo.SettleDraft(ctx, id, status, a.today, s.Clock.Now()); err != nil {
			return err
		}
		if err := s.record(ctx, "draft."+status, "acceptance_draft", id, map[string]any{"number": draft.Number, "amount": draft.Amount}); err != nil || honoured {
			return err
		}
		r, err := s.Repo.Receipt(ctx, draft.ReceiptID, nil)
		if err != nil {
			return err
		}
		return s.undo(ctx, a, r, reason)
	})
}
