package statement

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/news"
	"zhuxin/shared/tenant"
)

// step changes a statement in the state that the step begins from, at the version
// that was seen, and gives it as it is then.
func (s *Service) step(ctx context.Context, p access.Permission, id uuid.UUID, version int64, from Status, action string,
	do func(ctx context.Context, x *Statement, by uuid.UUID) error) (d Detail, err error) {
	actor, err := access.Require(ctx, p)
	if err != nil {
		return d, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		x, err := s.Repo.Get(ctx, id, customer.OnlyOf(actor))
		if err != nil {
			return err
		}
		if err := s.Repo.Lock(ctx, x.CustomerID, id); err != nil {
			return err
		}
		if x, err = s.Repo.Get(ctx, id, nil); err != nil {
			return err
		}
		switch {
		case x.Version != version:
			return ErrVersion
		case x.Status != from:
			return ErrState
		}
		if err := do(ctx, &x, actor.ID); err != nil {
			return err
		}
		if err := s.record(ctx, action, id, map[string]any{"status": x.Status, "evidence": x.Evidence, "amount": x.Amount, "deadline": x.Deadline,
			"obstacle": x.Obstacle, "comment": x.ReviewComment}); err != nil {
			return err
		}
		d, err = s.detail(ctx, id, nil)
		return err
	})
	return d, err
}

// SubmitInput is what the customer signed.
type SubmitInput struct {
	ID         uuid.UUID
	DocumentID uuid.UUID // one of the customer's papers
	Evidence   Evidence
	Version    int64
}

// Submit hands the signed statement to finance. Faults: INVALID_INPUT,
// STATEMENT_NOT_FOUND, DOCUMENT_NOT_FOUND, STATEMENT_STATE, VERSION_CONFLICT.
func (s *Service) Submit(ctx context.Context, in SubmitInput) (Detail, error) {
	var c fault.Checks
	c.Require(in.Evidence == Signed || in.Evidence == Sealed, "evidence", "UNKNOWN", "say whether the customer signed or sealed it")
	if err := c.Err(); err != nil {
		return Detail{}, err
	}
	return s.step(ctx, access.StatementWrite, in.ID, in.Version, Open, "statement.submitted", func(ctx context.Context, x *Statement, by uuid.UUID) error {
		if err := s.Repo.Evidence(ctx, x.CustomerID, in.DocumentID); err != nil {
			return err
		}
		x.Status, x.Evidence, x.DocumentID = Submitted, in.Evidence, &in.DocumentID
		x.SubmitterID, x.SubmittedAt = &by, new(s.Clock.Now())
		x.ReviewerID, x.ReviewedAt, x.ReviewComment = nil, nil, ""
		if err := s.Repo.Save(ctx, *x, s.Clock.Now()); err != nil {
			return err
		}
		return news.Tell(ctx, s.Events, news.StatementSubmitted, "", x.ID)
	})
}

// Review accepts or, with a comment, refuses what another one submitted.
// Acceptance reconciles the tickets and recomputes the customer's account.
// Faults: INVALID_INPUT, STATEMENT_OWN_SUBMISSION, STATEMENT_TICKETS_CHANGED and
// those of every step.
func (s *Service) Review(ctx context.Context, id uuid.UUID, accept bool, comment string, version int64) (Detail, error) {
	var c fault.Checks
	comment = strings.TrimSpace(comment)
	c.Require(accept || comment != "", "comment", "REQUIRED", "say what is wrong with it")
	c.Require(utf8.RuneCountInString(comment) <= 500, "comment", "TOO_LONG", "at most 500 characters")
	if err := c.Err(); err != nil {
		return Detail{}, err
	}
	action := "statement.refused"
	if accept {
		action = "statement.reconciled"
	}
	return s.step(ctx, access.StatementReview, id, version, Submitted, action, func(ctx context.Context, x *Statement, by uuid.UUID) error {
		if x.SubmitterID == nil || *x.SubmitterID == by {
			return ErrOwn
		}
		x.ReviewerID, x.ReviewedAt, x.ReviewComment = &by, new(s.Clock.Now()), comment
		step, kind := s.refuse, news.StatementRefused
		if accept {
			step, kind = s.accept, news.StatementReconciled
		}
		if err := step(ctx, x); err != nil {
			return err
		}
		return news.Tell(ctx, s.Events, kind, "", x.ID)
	})
}

func (s *Service) accept(ctx context.Context, x *Statement) error {
	if x.Tickets > 0 && x.TicketsAmount != x.Amount {
		return ErrTickets.With("signed", x.Amount.String()).With("tickets", x.TicketsAmount.String())
	}
	x.Status = Reconciled
	if err := s.Repo.Save(ctx, *x, s.Clock.Now()); err != nil {
		return err
	}
	if err := s.Repo.Reconcile(ctx, x.ID, s.Clock.Now()); err != nil {
		return err
	}
	return s.moved(ctx, x.CustomerID)
}

// moved follows a change of what is delivered, reconciled and invoiced.
func (s *Service) moved(ctx context.Context, customerID uuid.UUID) error {
	if err := s.Terms.OfCustomers(ctx, customerID); err != nil {
		return err
	}
	return s.Accounts.Recompute(ctx, customerID)
}

// refuse gives it back, with the reminder's days to have it signed anew.
func (s *Service) refuse(ctx context.Context, x *Statement) error {
	settings, err := s.Settings.Settings(ctx)
	if err != nil {
		return err
	}
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return err
	}
	x.Status, x.Evidence, x.DocumentID = Open, Unsigned, nil
	if again := today.AddDays(settings.StatementReminderDays); again > x.Deadline {
		x.Deadline, x.RemindedOn, x.EscalatedOn = again, 0, 0
	}
	if err := s.Repo.Save(ctx, *x, s.Clock.Now()); err != nil {
		return err
	}
	// its sums follow its tickets again
	_, err = s.Repo.Sum(ctx, s.Clock.Now())
	return err
}

// Hinder says why a statement cannot be signed in time, and until when it will be
// (000-73). Until then nobody is reminded and nothing escalates.
func (s *Service) Hinder(ctx context.Context, id uuid.UUID, reason, until string, version int64) (Detail, error) {
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return Detail{}, err
	}
	var c fault.Checks
	reason = strings.TrimSpace(reason)
	c.Require(reason != "" && utf8.RuneCountInString(reason) <= 500, "reason", "REQUIRED", "say why it cannot be reconciled, in at most 500 characters")
	d := day(&c, "until", until, today, today.AddDays(90))
	if err := c.Err(); err != nil {
		return Detail{}, err
	}
	return s.step(ctx, access.StatementWrite, id, version, Open, "statement.hindered", func(ctx context.Context, x *Statement, _ uuid.UUID) error {
		x.Obstacle, x.ObstacleUntil, x.EscalatedOn = reason, d, 0
		return s.Repo.Save(ctx, *x, s.Clock.Now())
	})
}

// Cancel gives up a statement that is wrong and frees its tickets.
func (s *Service) Cancel(ctx context.Context, id uuid.UUID, reason string, version int64) (Detail, error) {
	var c fault.Checks
	reason = strings.TrimSpace(reason)
	c.Require(reason != "" && utf8.RuneCountInString(reason) <= 500, "reason", "REQUIRED", "say why, in at most 500 characters")
	if err := c.Err(); err != nil {
		return Detail{}, err
	}
	return s.step(ctx, access.StatementWrite, id, version, Open, "statement.cancelled", func(ctx context.Context, x *Statement, _ uuid.UUID) error {
		x.Status, x.ReviewComment = Cancelled, reason
		if err := s.Repo.Save(ctx, *x, s.Clock.Now()); err != nil {
			return err
		}
		return s.Repo.Free(ctx, id, s.Clock.Now())
	})
}

// PutInvoices says which receivables came of a reconciled statement; what they add
// up to is invoiced. Faults: RECEIVABLE_NOT_FOUND, STATEMENT_INVOICED_TOO_MUCH.
func (s *Service) PutInvoices(ctx context.Context, id uuid.UUID, receivables []uuid.UUID, version int64) (Detail, error) {
	var c fault.Checks
	c.Require(len(receivables) <= MostLines, "receivable_ids", "TOO_MANY", "at most 500 invoices")
	if err := c.Err(); err != nil {
		return Detail{}, err
	}
	return s.step(ctx, access.StatementReview, id, version, Reconciled, "statement.invoiced", func(ctx context.Context, x *Statement, _ uuid.UUID) error {
		if err := s.Repo.Link(ctx, *x, receivables, s.Clock.Now()); err != nil {
			return err
		}
		return s.moved(ctx, x.CustomerID)
	})
}
