package collection

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/limit"
	"zhuxin/shared/access"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

// WriteOffFacts is what the approver sees; amounts are fen.
type WriteOffFacts struct {
	Customer   limit.CustomerFacts `json:"customer"`
	DocumentNo string              `json:"document_no"`
	Amount     money.Amount        `json:"amount,string"`
	Open       money.Amount        `json:"open,string"`
	Whole      money.Amount        `json:"whole,string"`
	DueDate    string              `json:"due_date"`
	Reason     string              `json:"reason"`
}

// SubmitWriteOff asks for a bad debt to be given up. Nothing changes before it
// is approved. Faults: INVALID_INPUT, RECEIVABLE_NOT_FOUND, APPLIED_TOO_MUCH.
func (s *Service) SubmitWriteOff(ctx context.Context, receivableID uuid.UUID, amount money.Amount, reason string) (w WriteOff, err error) {
	if err := needReason(&reason); err != nil {
		return w, err
	}
	err = s.act(ctx, access.PaymentWrite, s.ofItem(receivableID), func(ctx context.Context, a act) error {
		i, err := s.Repo.Item(ctx, receivableID, a.onlyOf)
		if err != nil {
			return err
		}
		if amount <= 0 || amount > i.Open {
			return ErrTooMuch.With("open", i.Open.String())
		}
		w = WriteOff{ID: newID(), CustomerID: i.CustomerID, ReceivableID: i.ID, Amount: amount, Reason: reason, Status: "submitted", CreatedAt: s.Clock.Now()}
		if err := s.Repo.InsertWriteOff(ctx, w, a.by); err != nil {
			return err
		}
		b, err := s.Customers.Brief(ctx, i.CustomerID, nil)
		if err != nil {
			return err
		}
		_, err = s.Approvals.Submit(ctx, approval.Submission{Kind: approval.KindWriteOff, SubjectID: w.ID, CustomerID: &i.CustomerID, Title: b.Name + " " + i.DocumentNo, Amount: amount,
			Facts: WriteOffFacts{limit.CustomerFactsOf(b), i.DocumentNo, amount, i.Open, i.Amount, i.DueDate.String(), reason}})
		return err
	})
	return w, err
}

// Approved writes the item off, in the transaction of the decision.
func (s *Service) Approved(ctx context.Context, a approval.Approval) error {
	w, err := s.Repo.WriteOff(ctx, a.SubjectID)
	if err != nil {
		return err
	}
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return err
	}
	if err := s.Repo.LockCustomer(ctx, w.CustomerID); err != nil {
		return err
	}
	i, err := s.Repo.Item(ctx, w.ReceivableID, nil)
	if err != nil {
		return err
	}
	if w.Amount > i.Open {
		return ErrTooMuch.With("open", i.Open.String())
	}
	who := act{today: today, customer: w.CustomerID}
	if a.DecidedBy != nil {
		who.by = &a.DecidedBy.ID
	}
	if err := s.write(ctx, s.entries(who, EntryWriteOff, w.ID, ruleWriteOff, []Allocation{{i, w.Amount}}, w.Reason)); err != nil {
		return err
	}
	if err := s.Repo.SetWriteOff(ctx, w.ID, "approved", s.Clock.Now()); err != nil {
		return err
	}
	if err := s.record(ctx, "receivable.written_off", "receivable", i.ID, map[string]any{"amount": w.Amount, "write_off_id": w.ID}); err != nil {
		return err
	}
	return s.Accounts.Recompute(ctx, w.CustomerID)
}

// Rejected implements approval.Subject.
func (s *Service) Rejected(ctx context.Context, a approval.Approval) error {
	return s.Repo.SetWriteOff(ctx, a.SubjectID, "rejected", s.Clock.Now())
}

// Returned implements approval.Subject: the item is free for another one.
func (s *Service) Returned(ctx context.Context, a approval.Approval) error {
	return s.Repo.SetWriteOff(ctx, a.SubjectID, "returned", s.Clock.Now())
}

// Withdrawn implements approval.Subject.
func (s *Service) Withdrawn(ctx context.Context, a approval.Approval) error {
	return s.Repo.SetWriteOff(ctx, a.SubjectID, "withdrawn", s.Clock.Now())
}

// ReverseWriteOff brings a debt back that was given up: somebody pays after all.
func (s *Service) ReverseWriteOff(ctx context.Context, id uuid.UUID, reason string) error {
	if err := needReason(&reason); err != nil {
		return err
	}
	find := func(ctx context.Context, onlyOf *uuid.UUID) (uuid.UUID, error) {
		w, err := s.Repo.WriteOff(ctx, id)
		if err == nil {
			_, err = s.Repo.Item(ctx, w.ReceivableID, onlyOf)
		}
		return w.CustomerID, err
	}
	return s.act(ctx, access.PaymentWrite, find, func(ctx context.Context, a act) error {
		w, err := s.Repo.WriteOff(ctx, id)
		if err != nil {
			return err
		}
		if w.Status != "approved" {
			return ErrWriteOffState
		}
		entries, err := s.Repo.Entries(ctx, ByWriteOff, id)
		if err != nil {
			return err
		}
		if err := s.reverse(ctx, a, entries, reason); err != nil {
			return err
		}
		return s.Repo.SetWriteOff(ctx, id, "reversed", s.Clock.Now())
	})
}
