package agreement

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"zhuxin/biz/dailyrun"
	"zhuxin/biz/exposure"
	"zhuxin/biz/letter"
	"zhuxin/biz/supplystop"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/tenant"
)

// Daily moves every agreement of the tenant that the business date brings further.
func (s *Service) Daily(ctx context.Context, on calendar.Date) error {
	n, err := s.advance(ctx, on, nil)
	dailyrun.Touched(ctx, int64(n))
	return err
}

// AccountChanged reacts to exposure.TopicAccountChanged: the stages of the customers
// whose receivables have changed are looked at without waiting for the night.
func (s *Service) AccountChanged(ctx context.Context, d event.Delivered) error {
	var c exposure.Changed
	if err := json.Unmarshal(d.Payload, &c); err != nil {
		return fmt.Errorf("agreement: payload of %s: %w", d.ID, err)
	}
	if !c.All && len(c.CustomerIDs) == 0 {
		return nil
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return err
	}
	_, err = s.advance(ctx, today, c.CustomerIDs)
	return err
}

func (s *Service) advance(ctx context.Context, on calendar.Date, customers []uuid.UUID) (moved int, err error) {
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		moved = 0
		due, err := s.repo.Due(ctx, on, customers)
		if err != nil {
			return err
		}
		paused, err := s.repo.Paused(ctx, on, customers)
		if err != nil {
			return err
		}
		for _, a := range due {
			triggers := a.Triggers
			if slices.Contains(paused, a.CustomerID) {
				triggers = duringPause(triggers)
			}
			to, forward := Next(a.Stage, triggers, a.Figures)
			if !forward {
				continue
			}
			if err := s.move(ctx, a, to); err != nil {
				return err
			}
			moved++
		}
		return nil
	})
	return moved, err
}

// duringPause leaves of the stages what a pause of dunning does not hold back: letters
// that press for payment wait until it ends, a stop of supply protects and does not.
func duringPause(ts []Trigger) []Trigger {
	return slices.DeleteFunc(slices.Clone(ts), func(t Trigger) bool { return t.Stage != StageStopSupply })
}

// letterOf is the document that a stage brings.
var letterOf = map[Stage]letter.Kind{
	StageDunningLetter: letter.KindDunning, StageStopSupply: letter.KindSupplyStop, StageLawyerLetter: letter.KindLawyer, StageLawsuit: letter.KindLawsuit,
}

// move takes an agreement forward: its letter, the preparation of a stop where the
// stages reached include one, the event with the numbers, in one transaction.
func (s *Service) move(ctx context.Context, a Agreement, to Stage) error {
	now := s.clock.Now()
	e := Event{ID: uuid.Must(uuid.NewV7()), AgreementID: a.ID, CustomerID: a.CustomerID, From: a.Stage, To: to, Figures: a.Figures, Cause: CauseReached, CreatedAt: now}
	l, err := s.letters.Issue(ctx, letter.IssueInput{Kind: letterOf[to], CustomerID: a.CustomerID, ProjectID: a.ProjectID, On: a.Figures.On})
	if err != nil {
		return err
	}
	e.LetterID = &l.ID
	if a.Stage.rank() < StageStopSupply.rank() && to.rank() >= StageStopSupply.rank() && has(a.Triggers, StageStopSupply) {
		err := s.stops.Prepare(ctx, supplystop.PrepareInput{CustomerID: a.CustomerID, ProjectID: a.ProjectID, AgreementID: &a.ID,
			OverdueDays: a.Figures.Days, OverdueAmount: a.Figures.Amount})
		if err != nil {
			return err
		}
	}
	before := a
	a.Stage, a.StageSince, a.Version = to, a.Figures.On, a.Version+1
	if err := s.repo.SetStatus(ctx, a); err != nil {
		return err
	}
	if err := s.repo.InsertEvent(ctx, e); err != nil {
		return err
	}
	if err := s.told(ctx, a); err != nil {
		return err
	}
	return s.audit.Record(ctx, audit.Entry{Action: "agreement.stage_reached", ObjectType: "credit_agreement", ObjectID: a.ID.String(),
		Before: map[string]any{"stage": before.Stage},
		After:  map[string]any{"stage": to, "overdue_days": e.Figures.Days, "overdue_amount": fmt.Sprint(e.Figures.Amount), "business_date": e.Figures.On, "letter": l.Number()}})
}

// told says that a customer's stage is another one: HQ shows the furthest of a company.
func (s *Service) told(ctx context.Context, a Agreement) error {
	return s.events.Publish(ctx, event.Event{Topic: exposure.TopicAccountChanged, Payload: exposure.Changed{CustomerIDs: []uuid.UUID{a.CustomerID}}})
}

func has(ts []Trigger, s Stage) bool {
	for _, t := range ts {
		if t.Stage == s {
			return true
		}
	}
	return false
}
