package limit

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

// StandingInput is the next version of a standing limit.
type StandingInput struct {
	CustomerID uuid.UUID
	Kind       exposure.LimitKind
	Amount     money.Amount
	RatingID   *uuid.UUID
	Reason     string
}

// SetStanding makes a new version of the standing limit and lets the previous
// one lapse (ruling 2), in the caller's transaction. The caller recomputes the
// account, after all it changes. Where the negative list keeps the customer from more,
// the new version comes to no more than the one in force.
func (s *Service) SetStanding(ctx context.Context, in StandingInput) (Limit, error) {
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return Limit{}, err
	}
	actor, _ := access.From(ctx)
	now := s.clock.Now()
	if in, err = s.kept(ctx, in); err != nil {
		return Limit{}, err
	}
	if err := s.supersede(ctx, in.CustomerID, nil, today, today); err != nil {
		return Limit{}, err
	}
	l := Limit{ID: uuid.Must(uuid.NewV7()), CustomerID: in.CustomerID, Class: ClassStanding, Kind: in.Kind, Mode: ModeAdd,
		Amount: in.Amount, StartsOn: today, Reason: in.Reason, RatingID: in.RatingID, Status: StatusEffective,
		CreatedAt: now, CreatedBy: customer.ByActor(actor), EffectiveAt: &now, Version: 1}
	if err := s.repo.Insert(ctx, l); err != nil {
		return Limit{}, err
	}
	return l, s.audit.Record(ctx, audit.Entry{Action: "limit.effective", ObjectType: "credit_limit", ObjectID: l.ID.String(), After: trace(l)})
}

// supersede makes room for a version that is the only one from its first day on:
// versions from that day or later lapse now, the one before ends the day before.
func (s *Service) supersede(ctx context.Context, customerID uuid.UUID, projectID *uuid.UUID, from, today calendar.Date) error {
	from = max(from, today)
	old, err := s.repo.LockStanding(ctx, customerID, projectID)
	if err != nil {
		return err
	}
	now := s.clock.Now()
	for _, l := range old {
		if !l.SupersededOn.IsZero() && l.SupersededOn <= from && from > today {
			continue // ended by another version before
		}
		before, action := l, "limit.superseded"
		l.Version++
		if l.SupersededOn.IsZero() || from < l.SupersededOn {
			l.SupersededOn = from
		}
		if l.StartsOn >= from || from == today || l.LastDay() < today {
			l.Status, l.LapsedAt, action = StatusLapsed, &now, "limit.lapsed"
		}
		if err := s.repo.SetStatus(ctx, l); err != nil {
			return err
		}
		if err := s.record(ctx, action, before, l); err != nil {
			return err
		}
	}
	return nil
}

// InForce gives the standing version of a customer that is in force today, and holds his
// versions in the caller's transaction; nil for none.
func (s *Service) InForce(ctx context.Context, customerID uuid.UUID) (*Limit, error) {
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return nil, err
	}
	ls, err := s.repo.LockStanding(ctx, customerID, nil)
	for _, l := range ls {
		if now := l.On(today); now.Status == StatusEffective && !now.Upcoming {
			return &now, nil
		}
	}
	return nil, err
}
