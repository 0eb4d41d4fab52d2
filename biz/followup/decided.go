package followup

import (
	"context"

	"zhuxin/biz/approval"
	"zhuxin/shared/calendar"
	"zhuxin/shared/tenant"
)

// decided locks the follow-up of a submission that was decided on, and stores it
// as change leaves it.
func (s *Service) decided(ctx context.Context, a approval.Approval, action string, change func(f *FollowUp, today calendar.Date) error) error {
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return err
	}
	if err := s.Repo.Lock(ctx, a.SubjectID); err != nil {
		return err
	}
	f, err := s.Repo.Get(ctx, a.SubjectID, nil, today)
	if err != nil {
		return err
	}
	if f.Status != Submitted {
		return ErrNotOpen
	}
	if err := change(&f, today); err != nil {
		return err
	}
	if err := s.Repo.Save(ctx, f, s.Clock.Now()); err != nil {
		return err
	}
	return s.record(ctx, action, f.ID, map[string]any{"status": f.Status, "comment": f.Comment, "deadline": f.Deadline})
}

// Approved implements approval.Subject: the answer holds, a promise begins to count.
func (s *Service) Approved(ctx context.Context, a approval.Approval) error {
	return s.decided(ctx, a, "follow_up.agreed", func(f *FollowUp, _ calendar.Date) error {
		f.Status = Agreed
		if f.Action == Collection {
			f.Promise = Waiting
		}
		return nil
	})
}

// back gives the follow-up to the salesperson again, with the subsidiary's days.
func (s *Service) back(ctx context.Context, a approval.Approval, action string) error {
	settings, err := s.Settings.Settings(ctx)
	if err != nil {
		return err
	}
	return s.decided(ctx, a, action, func(f *FollowUp, today calendar.Date) error {
		f.Status, f.Comment = Open, a.Comment
		f.Deadline = max(f.Deadline, today.AddDays(settings.FollowUpDays))
		return nil
	})
}

// Rejected implements approval.Subject.
func (s *Service) Rejected(ctx context.Context, a approval.Approval) error {
	return s.back(ctx, a, "follow_up.rejected")
}

// Returned implements approval.Subject.
func (s *Service) Returned(ctx context.Context, a approval.Approval) error {
	return s.back(ctx, a, "follow_up.returned")
}

// Withdrawn implements approval.Subject. He who withdrew it keeps his deadline.
func (s *Service) Withdrawn(ctx context.Context, a approval.Approval) error {
	return s.decided(ctx, a, "follow_up.withdrawn", func(f *FollowUp, _ calendar.Date) error {
		f.Status = Open
		return nil
	})
}
