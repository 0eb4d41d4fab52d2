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
	"zhuxin/shared/event"
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
	Events    event.Publisher
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
	events    event.Publisher
	audit     audit.Recorder
	clock     calendar.Clock
}

// New wires the service; register it with the inbox for both of its kinds.
func New(c Config) *Service {
	return &Service{tx: c.Tx, repo: c.Repo, customers: c.Customers, letters: c.Letters, stops: c.Stops, approvals: c.Approvals, events: c.Events, audit: c.Audit, clock: c.Clock}
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
