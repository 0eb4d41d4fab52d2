package agreement

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

var (
	_ approval.Subject = (*Service)(nil)
	_ approval.Subject = Cures{}
)

// Facts are what the approver of an agreement or of a cure sees.
type Facts struct {
	Customer struct {
		Number string `json:"number"`
		Name   string `json:"name"`
	} `json:"customer"`
	Project       string        `json:"project,omitempty"`
	Reason        string        `json:"reason"`
	New           []Trigger     `json:"new,omitempty"` // an agreement's stages
	Old           []Trigger     `json:"old,omitempty"`
	Stage         Stage         `json:"stage"`              // now
	ToStage       Stage         `json:"to_stage,omitempty"` // of a cure
	WouldReach    Stage         `json:"would_reach"`        // by the figures of that day
	OverdueDays   int           `json:"overdue_days"`
	OverdueAmount money.Amount  `json:"overdue_amount,string"`
	AsOf          calendar.Date `json:"as_of"`
}

func factsOf(a Agreement, old *Agreement) Facts {
	f := Facts{Project: a.ProjectName, Reason: a.Reason, New: a.Triggers, Stage: a.Stage, WouldReach: Reached(a.Triggers, a.Figures),
		OverdueDays: a.Figures.Days, OverdueAmount: a.Figures.Amount, AsOf: a.Figures.On}
	f.Customer.Number, f.Customer.Name = a.CustomerNumber, a.CustomerName
	if old != nil {
		f.Old, f.Stage = old.Triggers, old.Stage
	}
	return f
}

// Approved puts the version into force. The one before lapses in the same
// transaction, and the stage it had reached goes on (ruling 1).
func (s *Service) Approved(ctx context.Context, ap approval.Approval) error {
	a, err := s.pending(ctx, ap)
	if err != nil {
		return err
	}
	now := s.clock.Now()
	old, err := s.repo.LockEffective(ctx, a.CustomerID, a.ProjectID)
	if err != nil {
		return err
	}
	if old != nil {
		lapsed := *old
		lapsed.Status, lapsed.LapsedAt, lapsed.Version = StatusLapsed, &now, old.Version+1
		if err := s.repo.SetStatus(ctx, lapsed); err != nil {
			return err
		}
		a.Stage, a.StageSince = old.Stage, old.StageSince
		if err := s.record(ctx, "agreement.lapsed", *old, lapsed); err != nil {
			return err
		}
	}
	before := a
	a.Status, a.EffectiveAt, a.Version = StatusEffective, &now, a.Version+1
	if err := s.repo.SetStatus(ctx, a); err != nil {
		return err
	}
	if a.Stage != StageNone {
		today, err := tenant.Today(ctx, s.clock)
		if err != nil {
			return err
		}
		figures, err := s.repo.Figures(ctx, a.CustomerID, a.ProjectID, today)
		if err != nil {
			return err
		}
		e := Event{ID: uuid.Must(uuid.NewV7()), AgreementID: a.ID, CustomerID: a.CustomerID, From: StageNone, To: a.Stage, Figures: figures, Cause: CauseCarried, CreatedAt: now, HandledAt: &now}
		if err := s.repo.InsertEvent(ctx, e); err != nil {
			return err
		}
	}
	if err := s.told(ctx, a); err != nil {
		return err
	}
	return s.record(ctx, "agreement.effective", before, a)
}

// Rejected ends the version.
func (s *Service) Rejected(ctx context.Context, a approval.Approval) error {
	return s.close(ctx, a, StatusRejected)
}

// Returned gives the version back; its submitter changes it and submits anew.
func (s *Service) Returned(ctx context.Context, a approval.Approval) error {
	return s.close(ctx, a, StatusReturned)
}

// Withdrawn ends the version as its submitter wished.
func (s *Service) Withdrawn(ctx context.Context, a approval.Approval) error {
	return s.close(ctx, a, StatusWithdrawn)
}

func (s *Service) close(ctx context.Context, ap approval.Approval, to Status) error {
	a, err := s.pending(ctx, ap)
	if err != nil {
		return err
	}
	before := a
	a.Status, a.Version = to, a.Version+1
	if err := s.repo.SetStatus(ctx, a); err != nil {
		return err
	}
	return s.record(ctx, "agreement."+string(to), before, a)
}

func (s *Service) pending(ctx context.Context, ap approval.Approval) (Agreement, error) {
	a, err := s.repo.Lock(ctx, ap.SubjectID)
	if err == nil && a.Status != StatusSubmitted {
		err = ErrState.With("status", string(a.Status))
	}
	return a, err
}

func (s *Service) record(ctx context.Context, action string, before, after Agreement) error {
	return s.audit.Record(ctx, audit.Entry{Action: action, ObjectType: "credit_agreement", ObjectID: after.ID.String(), Before: trace(before), After: trace(after)})
}

// CureInput asks to take an agreement back to an earlier stage.
type CureInput struct {
	AgreementID uuid.UUID
	To          Stage
	Reason      string
	Version     int64
}

// Cure puts a step back into approval (ruling 1). Faults: AGREEMENT_NOT_FOUND,
// AGREEMENT_CURE_FORWARD, AGREEMENT_STILL_MET, VERSION_CONFLICT.
func (s *Service) Cure(ctx context.Context, in CureInput) error {
	actor, err := access.Require(ctx, access.LimitApply)
	if err != nil {
		return err
	}
	var c fault.Checks
	in.Reason = strings.TrimSpace(in.Reason)
	checkReason(&c, in.Reason)
	c.Require(in.To == StageNone || in.To.rank() >= 0, "to_stage", "UNKNOWN", "there is no such stage")
	if err := c.Err(); err != nil {
		return err
	}
	return s.tx.InTx(ctx, func(ctx context.Context) error {
		a, err := s.repo.Lock(ctx, in.AgreementID)
		if err != nil {
			return err
		}
		who, err := s.customers.Brief(ctx, a.CustomerID, customer.OnlyOf(actor))
		if err != nil {
			return ErrNotFound
		}
		if a.Version != in.Version {
			return ErrVersion.With("current_version", fmt.Sprint(a.Version))
		}
		if err := s.curable(ctx, &a, in.To); err != nil {
			return err
		}
		a.CustomerNumber, a.CustomerName, a.Reason = who.Number, who.Name, in.Reason
		f := factsOf(a, nil)
		f.New, f.ToStage = nil, in.To
		_, err = s.approvals.Submit(ctx, approval.Submission{Kind: approval.KindAgreementCure, SubjectID: a.ID, CustomerID: &a.CustomerID, Title: who.Name, Facts: f})
		return err
	})
}

// curable refuses a cure that the figures would undo at once.
func (s *Service) curable(ctx context.Context, a *Agreement, to Stage) error {
	if a.Status != StatusEffective {
		return ErrState.With("status", string(a.Status))
	}
	if to.rank() >= a.Stage.rank() {
		return ErrForward
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return err
	}
	if a.Figures, err = s.repo.Figures(ctx, a.CustomerID, a.ProjectID, today); err != nil {
		return err
	}
	if met := Reached(a.Triggers, a.Figures); met.rank() > to.rank() {
		return ErrStillMet.With("stage", string(met))
	}
	return nil
}

// Cures acts on decisions about cures.
type Cures struct{ *Service }

// Approved takes the agreement back, when the figures still allow it.
func (c Cures) Approved(ctx context.Context, ap approval.Approval) error {
	var f Facts
	if err := json.Unmarshal(ap.Facts, &f); err != nil {
		return fmt.Errorf("agreement: facts of %s: %w", ap.ID, err)
	}
	a, err := c.repo.Lock(ctx, ap.SubjectID)
	if err != nil {
		return err
	}
	if err := c.curable(ctx, &a, f.ToStage); err != nil {
		return err
	}
	now, before := c.clock.Now(), a
	e := Event{ID: uuid.Must(uuid.NewV7()), AgreementID: a.ID, CustomerID: a.CustomerID, From: a.Stage, To: f.ToStage, Figures: a.Figures, Cause: CauseCured, Note: f.Reason, CreatedAt: now, HandledAt: &now}
	a.Stage, a.StageSince, a.Version = f.ToStage, a.Figures.On, a.Version+1
	if err := c.repo.SetStatus(ctx, a); err != nil {
		return err
	}
	if err := c.repo.InsertEvent(ctx, e); err != nil {
		return err
	}
	if err := c.told(ctx, a); err != nil {
		return err
	}
	return c.record(ctx, "agreement.cured", before, a)
}

// Rejected leaves the agreement as it is.
func (c Cures) Rejected(context.Context, approval.Approval) error { return nil }

// Returned leaves the agreement as it is; who asked can ask anew.
func (c Cures) Returned(context.Context, approval.Approval) error { return nil }

// Withdrawn leaves the agreement as it is.
func (c Cures) Withdrawn(context.Context, approval.Approval) error { return nil }
