package directory

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
)

// Status is where an application stands.
type Status string

// The states of an application. Rejected, duplicate and active are its ends;
// after the first two the person may apply again.
const (
	StatusSubmitted    Status = "submitted"
	StatusApproved     Status = "approved"
	StatusProvisioning Status = "provisioning"
	StatusActive       Status = "active"
	StatusRejected     Status = "rejected"
	StatusDuplicate    Status = "duplicate"
	StatusFailed       Status = "failed"
)

// Statuses lists them in the order of an application's life.
var Statuses = []Status{StatusSubmitted, StatusApproved, StatusProvisioning, StatusActive, StatusRejected, StatusDuplicate, StatusFailed}

var next = map[Status][]Status{
	StatusSubmitted:    {StatusApproved, StatusRejected, StatusDuplicate},
	StatusApproved:     {StatusProvisioning, StatusDuplicate},
	StatusProvisioning: {StatusProvisioning, StatusActive, StatusFailed, StatusDuplicate},
	StatusFailed:       {StatusApproved, StatusRejected, StatusDuplicate},
}

// Ended says that nothing follows any more.
func (s Status) Ended() bool { return len(next[s]) == 0 }

// StepName names one visible step of the provisioning.
type StepName string

// The steps, in their order.
const (
	StepSchema     StepName = "schema"
	StepRole       StepName = "role"
	StepMigrations StepName = "migrations"
	StepSeed       StepName = "seed"
	StepRegistry   StepName = "registry"
	StepMembership StepName = "membership"
)

// StepNames lists them.
var StepNames = []StepName{StepSchema, StepRole, StepMigrations, StepSeed, StepRegistry, StepMembership}

// StepState is how far a step is.
type StepState string

// The states of a step.
const (
	StepWaiting StepState = "waiting"
	StepRunning StepState = "running"
	StepDone    StepState = "done"
	StepFailed  StepState = "failed"
)

// Step is one step with the instant of its last change.
type Step struct {
	Name  StepName   `json:"name"`
	State StepState  `json:"state"`
	At    *time.Time `json:"at,omitempty"`
}

func waitingSteps() []Step {
	steps := make([]Step, len(StepNames))
	for i, n := range StepNames {
		steps[i] = Step{Name: n, State: StepWaiting}
	}
	return steps
}

// Application is one person's request for a subsidiary of his own.
type Application struct {
	ID                 uuid.UUID
	Version            int64
	PersonID           uuid.UUID
	Name               string
	ShortName          string
	USCC               party.USCC
	USCCOverrideReason string
	ContactName        string
	ContactPhoneMask   string
	ContactPhoneSealed []byte
	Currency           money.Currency
	InvitationCodeID   *uuid.UUID
	Status             Status
	StatusReason       string // the applicant reads it
	DecidedBy          *uuid.UUID
	DecidedAt          *time.Time
	TenantID           *uuid.UUID // chosen when provisioning begins, so that a second run finds the first one's work
	TenantSlug         string     // once active
	Steps              []Step
	CreatedAt          time.Time
	UpdatedAt          time.Time
}

// ApplicationRow is an application with who made it, as HQ lists it.
type ApplicationRow struct {
	Application
	ApplicantName  string
	ApplicantEmail string
}

// ApplicationStore keeps applications.
type ApplicationStore interface {
	// Create answers ErrApplicationOpen when the person has another open one.
	Create(ctx context.Context, a Application) error
	// Get answers ErrApplicationNotFound. Lock is Get that keeps others from
	// changing it until the transaction ends.
	Get(ctx context.Context, id uuid.UUID) (Application, error)
	Lock(ctx context.Context, id uuid.UUID) (Application, error)
	// Latest is the person's open application, else his last one.
	Latest(ctx context.Context, personID uuid.UUID) (Application, error)
	// List is newest first; an empty status lists all.
	List(ctx context.Context, s Status) ([]ApplicationRow, error)
	// Save writes status, decision, tenant and steps of a locked application.
	Save(ctx context.Context, a Application) error
}

// Faults of applications.
var (
	ErrApplicationNotFound = fault.NotFound("APPLICATION_NOT_FOUND", "there is no such application")
	ErrApplicationOpen     = fault.Conflict("APPLICATION_OPEN", "you have an application that is not decided yet; follow that one")
	ErrApplicationState    = fault.Conflict("APPLICATION_STATE", "the application has moved on; load it again")
)

// moveTo changes the status, or says why it cannot.
func (a *Application) moveTo(to Status, reason string, now time.Time) error {
	if !slices.Contains(next[a.Status], to) {
		return ErrApplicationState.With("status", string(a.Status))
	}
	a.Status, a.StatusReason, a.UpdatedAt = to, reason, now
	return nil
}

// setStep moves one step; steps before it count as done, because they are made
// in this order.
func (a *Application) setStep(name StepName, state StepState, now time.Time) {
	for i := range a.Steps {
		s := &a.Steps[i]
		if s.Name == name {
			s.State, s.At = state, &now
			return
		}
		if s.State != StepDone {
			s.State, s.At = StepDone, &now
		}
	}
}

// failStep marks the step that was running, or else the first that was not done.
func (a *Application) failStep(now time.Time) StepName {
	for i := range a.Steps {
		if s := &a.Steps[i]; s.State != StepDone {
			s.State, s.At = StepFailed, &now
			return s.Name
		}
	}
	return ""
}

func (a *Application) summary() map[string]any {
	return map[string]any{"status": a.Status, "name": a.Name, "uscc": a.USCC, "reason": a.StatusReason}
}
