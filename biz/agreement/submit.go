package agreement

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/tenant"
)

// SubmitInput asks for an agreement, or for a new version of the one in force.
type SubmitInput struct {
	CustomerID uuid.UUID
	ProjectID  *uuid.UUID
	Triggers   []Trigger
	Reason     string
}

// Validate gives all faults of the input.
func (in SubmitInput) Validate() error {
	var c fault.Checks
	CheckTriggers(&c, "triggers", in.Triggers)
	checkReason(&c, in.Reason)
	return c.Err()
}

// Submit puts a version of an agreement into approval (000-60, 62). Faults:
// CUSTOMER_NOT_FOUND, PROJECT_NOT_FOUND, AGREEMENT_IN_APPROVAL, AGREEMENT_UNCHANGED:
// one that is to be reviewed may be confirmed as it is.
func (s *Service) Submit(ctx context.Context, in SubmitInput) (Agreement, error) {
	actor, err := access.Require(ctx, access.LimitApply)
	if err != nil {
		return Agreement{}, err
	}
	in.Reason, in.Triggers = strings.TrimSpace(in.Reason), normal(in.Triggers)
	if err := in.Validate(); err != nil {
		return Agreement{}, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return Agreement{}, err
	}
	today := calendar.Of(s.clock.Now(), t.Zone)
	a := Agreement{ID: uuid.Must(uuid.NewV7()), CustomerID: in.CustomerID, ProjectID: in.ProjectID, Triggers: in.Triggers, Reason: in.Reason,
		Status: StatusSubmitted, Stage: StageNone, CreatedAt: s.clock.Now(), CreatedBy: customer.ByActor(actor), Version: 1}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		who, err := s.customers.Brief(ctx, in.CustomerID, customer.OnlyOf(actor))
		if err != nil {
			return err
		}
		a.CustomerNumber, a.CustomerName = who.Number, who.Name
		if in.ProjectID != nil {
			if a.ProjectName, err = s.repo.Project(ctx, in.CustomerID, *in.ProjectID); err != nil {
				return err
			}
		}
		old, err := s.repo.LockEffective(ctx, in.CustomerID, in.ProjectID)
		if err != nil {
			return err
		}
		if old != nil && slices.Equal(old.Triggers, in.Triggers) && !old.toReview(today, t.Zone) {
			return ErrSame
		}
		if a.Figures, err = s.repo.Figures(ctx, in.CustomerID, in.ProjectID, today); err != nil {
			return err
		}
		if err := s.repo.Insert(ctx, &a); err != nil {
			return err
		}
		title := who.Name
		if a.ProjectName != "" {
			title += " · " + a.ProjectName
		}
		_, err = s.approvals.Submit(ctx, approval.Submission{Kind: approval.KindCreditAgreement, SubjectID: a.ID, CustomerID: &a.CustomerID, Title: title,
			Facts: factsOf(a, old)})
		if err != nil {
			return err
		}
		return s.audit.Record(ctx, audit.Entry{Action: "agreement.submitted", ObjectType: "credit_agreement", ObjectID: a.ID.String(), After: trace(a)})
	})
	return a, err
}

// Simulation is what a set of stages would do today.
type Simulation struct {
	Figures Figures
	Reached Stage
	Current *Agreement // in force
}

// Simulate says which stage today's figures reach; nothing is changed.
func (s *Service) Simulate(ctx context.Context, in SubmitInput) (out Simulation, err error) {
	actor, err := access.Require(ctx, access.LimitRead)
	if err != nil {
		return out, err
	}
	in.Triggers = normal(in.Triggers)
	var c fault.Checks
	CheckTriggers(&c, "triggers", in.Triggers)
	if err := c.Err(); err != nil {
		return out, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return out, err
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.customers.Brief(ctx, in.CustomerID, customer.OnlyOf(actor)); err != nil {
			return err
		}
		if in.ProjectID != nil {
			if _, err := s.repo.Project(ctx, in.CustomerID, *in.ProjectID); err != nil {
				return err
			}
		}
		if out.Current, err = s.repo.LockEffective(ctx, in.CustomerID, in.ProjectID); err != nil {
			return err
		}
		out.Figures, err = s.repo.Figures(ctx, in.CustomerID, in.ProjectID, today)
		out.Reached = Reached(in.Triggers, out.Figures)
		return err
	})
	return out, err
}

func trace(a Agreement) map[string]any {
	t := map[string]any{"customer_id": a.CustomerID, "number": a.Number, "triggers": a.Triggers, "status": a.Status, "stage": a.Stage}
	if a.ProjectID != nil {
		t["project_id"] = *a.ProjectID
	}
	return t
}
