package rating

import (
	"context"
	"fmt"
	"reflect"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/shared/access"
	"zhuxin/shared/fault"
)

var _ approval.Subject = (*Templates)(nil)

// Submit sends a draft without open points to approval (000-48). Faults:
// TEMPLATE_HAS_OPEN_POINTS with all of them, TEMPLATE_NOT_DRAFT,
// VERSION_CONFLICT, TEMPLATE_IN_APPROVAL when another version waits.
func (s *Templates) Submit(ctx context.Context, id uuid.UUID, version int64) (Template, error) {
	if _, err := access.Require(ctx, access.TemplateWrite); err != nil {
		return Template{}, err
	}
	var c fault.Checks
	checkVersion(&c, version)
	if err := c.Err(); err != nil {
		return Template{}, err
	}
	var t Template
	err := s.tx.InTx(ctx, func(ctx context.Context) error {
		before, err := s.draft(ctx, id, version)
		if err != nil {
			return err
		}
		if err := before.Definition.Validate(); err != nil {
			return err
		}
		waiting, err := s.repo.InStatus(ctx, TemplateSubmitted)
		if err != nil {
			return err
		}
		if waiting != nil {
			return ErrTemplateInApproval.With("number", fmt.Sprint(waiting.Number)).With("name", waiting.Name)
		}
		effective, err := s.repo.InStatus(ctx, TemplateEffective)
		if err != nil {
			return err
		}
		tried, err := s.tried.Latest(ctx, id)
		if err != nil {
			return err
		}
		t = before
		t.Status, t.Version = TemplateSubmitted, before.Version+1
		if err := s.repo.SetStatus(ctx, t); err != nil {
			return err
		}
		if _, err := s.approvals.Submit(ctx, approval.Submission{
			Kind: approval.KindRatingTemplate, SubjectID: t.ID, Title: fmt.Sprintf("%s v%d", t.Name, t.Number), Facts: templateFacts(t, effective, tried),
		}); err != nil {
			return err
		}
		return s.record(ctx, "template.submitted", &before, &t)
	})
	return t, err
}

// Approved puts the template into force and retires the old one in the same
// transaction (000-49).
func (s *Templates) Approved(ctx context.Context, a approval.Approval) error {
	t, err := s.submitted(ctx, a)
	if err != nil {
		return err
	}
	now := s.clock.Now()
	old, err := s.repo.LockEffective(ctx)
	if err != nil {
		return err
	}
	if old != nil {
		before := *old
		old.Status, old.RetiredAt, old.Version = TemplateRetired, &now, old.Version+1
		if err := s.repo.SetStatus(ctx, *old); err != nil {
			return err
		}
		if err := s.record(ctx, "template.retired", &before, old); err != nil {
			return err
		}
	}
	before := t
	t.Status, t.EffectiveAt, t.Version = TemplateEffective, &now, t.Version+1
	if err := s.repo.SetStatus(ctx, t); err != nil {
		return err
	}
	return s.record(ctx, "template.effective", &before, &t)
}

// Rejected, Returned and Withdrawn close the submission. What was seen stays as it was;
// its author goes on with a copy.
func (s *Templates) Rejected(ctx context.Context, a approval.Approval) error {
	return s.close(ctx, a, TemplateRejected)
}

// Returned gives the submission back to its author.
func (s *Templates) Returned(ctx context.Context, a approval.Approval) error {
	return s.close(ctx, a, TemplateReturned)
}

// Withdrawn closes the submission as its author wished.
func (s *Templates) Withdrawn(ctx context.Context, a approval.Approval) error {
	return s.close(ctx, a, TemplateWithdrawn)
}

func (s *Templates) close(ctx context.Context, a approval.Approval, to TemplateStatus) error {
	t, err := s.submitted(ctx, a)
	if err != nil {
		return err
	}
	before := t
	t.Status, t.Version = to, t.Version+1
	if err := s.repo.SetStatus(ctx, t); err != nil {
		return err
	}
	return s.record(ctx, "template."+string(to), &before, &t)
}

func (s *Templates) submitted(ctx context.Context, a approval.Approval) (Template, error) {
	t, err := s.repo.Lock(ctx, a.SubjectID)
	if err != nil {
		return Template{}, err
	}
	if t.Status != TemplateSubmitted {
		return Template{}, ErrTemplateState.With("status", string(t.Status))
	}
	return t, nil
}

// sameScoring says whether two items weigh and score alike.
func sameScoring(a, b Item) bool {
	return a.Weight == b.Weight && reflect.DeepEqual(a.Scoring, b.Scoring)
}
