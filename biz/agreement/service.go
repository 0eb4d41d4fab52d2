package agreement

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/customer"
	"zhuxin/biz/letter"
	"zhuxin/biz/supplystop"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Submitter puts a submission into the approval inbox (biz/approval).
type Submitter interface {
	Submit(ctx context.Context, in approval.Submission) (approval.Approval, error)
}

// Letters issues the letter of a stage, in the transaction of ctx (biz/letter).
type Letters interface {
	Issue(ctx context.Context, in letter.IssueInput) (letter.Letter, error)
}

// Stops prepares a supply stop, in the transaction of ctx (biz/supplystop).
type Stops interface {
	Prepare(ctx context.Context, in supplystop.PrepareInput) error
}

// Config wires the service.
type Config struct {
	Tx        uow.Tenant
	Repo      Repository
	Customers customer.Finder
	Letters   Letters
	Stops     Stops
	Approvals Submitter
	Audit     audit.Recorder
	Clock     calendar.Clock
}

// Service keeps credit agreements.
type Service struct {
	tx        uow.Tenant
	repo      Repository
	customers customer.Finder
	letters   Letters
	stops     Stops
	approvals Submitter
	audit     audit.Recorder
	clock     calendar.Clock
}

// New wires the service; register it with the inbox for both of its kinds.
func New(c Config) *Service {
	return &Service{tx: c.Tx, repo: c.Repo, customers: c.Customers, letters: c.Letters, stops: c.Stops, approvals: c.Approvals, audit: c.Audit, clock: c.Clock}
}

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
// CUSTOMER_NOT_FOUND, PROJECT_NOT_FOUND, AGREEMENT_IN_APPROVAL, AGREEMENT_UNCHANGED.
func (s *Service) Submit(ctx context.Context, in SubmitInput) (Agreement, error) {
	actor, err := access.Require(ctx, access.LimitApply)
	if err != nil {
		return Agreement{}, err
	}
	in.Reason, in.Triggers = strings.TrimSpace(in.Reason), normal(in.Triggers)
	if err := in.Validate(); err != nil {
		return Agreement{}, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return Agreement{}, err
	}
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
		if old != nil && slices.Equal(old.Triggers, in.Triggers) {
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

// ListInput selects a page of agreements.
type ListInput struct {
	CustomerID *uuid.UUID
	Status     Status
	Stage      Stage
	Q          string
	Page, Size int32
}

// List gives agreements, furthest stage first.
func (s *Service) List(ctx context.Context, in ListInput) ([]Agreement, int64, error) {
	actor, err := access.Require(ctx, access.LimitRead)
	if err != nil {
		return nil, 0, err
	}
	var c fault.Checks
	w := paging.Of(&c, in.Page, in.Size)
	c.Require(in.Status == "" || slices.Contains([]Status{StatusSubmitted, StatusEffective, StatusLapsed, StatusRejected, StatusReturned, StatusWithdrawn}, in.Status), "status", "UNKNOWN", "there is no such status")
	c.Require(in.Stage == "" || in.Stage == StageNone || in.Stage.rank() >= 0, "stage", "UNKNOWN", "there is no such stage")
	if err := c.Err(); err != nil {
		return nil, 0, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return nil, 0, err
	}
	var (
		out []Agreement
		n   int64
	)
	err = s.tx.InTx(ctx, func(ctx context.Context) (err error) {
		out, n, err = s.repo.List(ctx, Query{OnlyOf: customer.OnlyOf(actor), CustomerID: in.CustomerID, Status: in.Status, Stage: in.Stage, Q: strings.TrimSpace(in.Q), Window: w}, today)
		return err
	})
	return out, n, err
}

// Course is an agreement with everything that came before it.
type Course struct {
	Agreement Agreement
	Versions  []Agreement
	Events    []Event
}

// Get gives one agreement with its course.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (c Course, err error) {
	actor, err := access.Require(ctx, access.LimitRead)
	if err != nil {
		return c, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return c, err
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		if c.Agreement, err = s.repo.Get(ctx, id, customer.OnlyOf(actor), today); err != nil {
			return err
		}
		c.Versions, c.Events, err = s.repo.Course(ctx, c.Agreement)
		return err
	})
	return c, err
}

// Handle closes the to-do of a stage: somebody has done what it asks. note says what.
func (s *Service) Handle(ctx context.Context, eventID uuid.UUID, note string) (e Event, err error) {
	actor, err := access.Require(ctx, access.LimitApply)
	if err != nil {
		return e, err
	}
	var c fault.Checks
	note = strings.TrimSpace(note)
	c.Require(note != "", "note", "REQUIRED", "say what was done: sent by whom, to whom, how")
	c.Require(len([]rune(note)) <= maxReason, "note", "TOO_LONG", "at most 500 characters")
	if err := c.Err(); err != nil {
		return e, err
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		if e, err = s.repo.SetHandled(ctx, eventID, customer.OnlyOf(actor), actor.ID, note, s.clock.Now()); err != nil {
			return err
		}
		return s.audit.Record(ctx, audit.Entry{Action: "agreement.stage_handled", ObjectType: "credit_agreement", ObjectID: e.AgreementID.String(),
			After: map[string]any{"stage": e.To, "note": note}})
	})
	e.HandledBy = customer.ByActor(actor)
	return e, err
}

// Presets gives the stages a new agreement starts with.
func (s *Service) Presets(ctx context.Context) (out Settings, err error) {
	if _, err := access.Require(ctx, access.LimitRead); err != nil {
		return out, err
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		own, ok, err := s.repo.Presets(ctx)
		if out = own; !ok || len(own.Triggers) == 0 {
			out.Triggers = Preset()
		}
		return err
	})
	return out, err
}

// SetPresets stores the tenant's own stages; VERSION_CONFLICT when somebody else has.
func (s *Service) SetPresets(ctx context.Context, in Settings) (out Settings, err error) {
	actor, err := access.Require(ctx, access.PolicyWrite)
	if err != nil {
		return out, err
	}
	in.Triggers = normal(in.Triggers)
	var c fault.Checks
	CheckTriggers(&c, "triggers", in.Triggers)
	if err := c.Err(); err != nil {
		return out, err
	}
	var by *uuid.UUID
	if p := customer.ByActor(actor); p != nil {
		by = &p.ID
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		old, _, err := s.repo.Presets(ctx)
		if err != nil {
			return err
		}
		if out, err = s.repo.SetPresets(ctx, in, by, s.clock.Now()); err != nil {
			return err
		}
		return s.audit.Record(ctx, audit.Entry{Action: "agreement.presets_changed", ObjectType: "agreement_settings", ObjectID: "1", Before: old.Triggers, After: in.Triggers})
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
