package directory

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
)

// NewTenant is what a subsidiary is made of. ID is chosen beforehand, so that a
// repeated run finds what the first one made.
type NewTenant struct {
	ID        uuid.UUID
	Slug      string
	Name      string
	ShortName string
	USCC      party.USCC
	Currency  money.Currency
	CreatedBy uuid.UUID // who approved; uuid.Nil for an invitation code or the system
}

// Provisioner makes the subsidiary's schema, role, tables and registry row in
// one transaction, and gives the slug it has. A repeated call with the same id
// finds the first one's tenant. done is told the steps that are done, before the
// commit.
type Provisioner interface {
	Provision(ctx context.Context, n NewTenant, done func(StepName)) (slug string, err error)
}

// What Provision answers for a code or a slug that is another tenant's.
var (
	ErrUSCCTaken = fault.Conflict("TENANT_USCC_TAKEN", "a subsidiary with this unified social credit code is registered already")
	ErrSlugTaken = fault.Conflict("TENANT_SLUG_TAKEN", "another subsidiary has this address name")
)

// ErrProvisioningRuns means that another worker is at it; the job comes back later.
var ErrProvisioningRuns = fault.Unavailable("PROVISIONING_RUNS", "the subsidiary is being set up by another process at this moment")

const (
	// runLease is how long a run may stay silent before another one takes over: a
	// step takes seconds, a killed worker stays silent for ever.
	runLease = time.Minute

	slugAttempts = 5
)

// Onboarding turns approved applications into subsidiaries; a job calls it.
type Onboarding struct {
	Deps
	provisioner Provisioner
	report      func(ctx context.Context, err error, applicationID uuid.UUID)
}

// NewOnboarding makes Onboarding. report gets the cause of a failed run for the
// log; the applicant reads only where it stopped.
func NewOnboarding(d Deps, p Provisioner, report func(ctx context.Context, err error, applicationID uuid.UUID)) *Onboarding {
	return &Onboarding{d, p, report}
}

// Run provisions an approved application, shows each step, and makes the
// applicant the subsidiary's administrator. A failed run is stored as failed and
// is no error: the person runs it again. An error means that the job itself shall
// come back. Running twice has the effect of running once.
func (o *Onboarding) Run(ctx context.Context, id uuid.UUID) error {
	a, err := o.begin(ctx, id)
	if err != nil || a == nil {
		return err
	}
	slug, err := o.provision(ctx, a)
	switch {
	case errors.Is(err, ErrUSCCTaken):
		return o.end(ctx, a, StatusDuplicate, duplicateReason)
	case err != nil:
		return o.fail(ctx, a, err)
	}
	a.TenantSlug = slug
	if err := o.finish(ctx, a); err != nil {
		return o.fail(ctx, a, err)
	}
	return nil
}

// begin claims the application; nil means that there is nothing to do.
func (o *Onboarding) begin(ctx context.Context, id uuid.UUID) (*Application, error) {
	var claimed *Application
	err := o.HQ.InTx(ctx, func(ctx context.Context) error {
		claimed = nil
		a, err := o.Store.Applications.Lock(ctx, id)
		if err != nil {
			return err
		}
		now := o.Clock.Now()
		switch a.Status {
		case StatusApproved:
		case StatusProvisioning:
			if now.Sub(a.UpdatedAt) < runLease {
				return ErrProvisioningRuns
			}
		default:
			return nil
		}
		before := a.summary()
		taken, err := markDuplicate(ctx, o.Deps, &a)
		if err != nil {
			return err
		}
		if !taken {
			if err := a.moveTo(StatusProvisioning, "", now); err != nil {
				return err
			}
			if a.TenantID == nil {
				tenantID := newID()
				a.TenantID = &tenantID
			}
			a.Steps = waitingSteps()
			a.setStep(StepSchema, StepRunning, now)
			claimed = &a
		}
		if err := o.Store.Applications.Save(ctx, a); err != nil {
			return err
		}
		a.Version++
		if err := o.tell(ctx, a); err != nil {
			return err
		}
		return o.record(ctx, change{action: "application." + string(a.Status), objectType: "application", objectID: a.ID, before: before, after: a.summary()})
	})
	return claimed, err
}

func (o *Onboarding) provision(ctx context.Context, a *Application) (string, error) {
	base := slugBase(a.ShortName, a.USCC)
	for attempt := 1; ; attempt++ {
		var taken []string
		err := o.HQ.InTx(ctx, func(ctx context.Context) (err error) {
			taken, err = o.Store.Tenants.SlugsLike(ctx, base)
			return err
		})
		if err != nil {
			return "", err
		}
		slug, err := o.provisioner.Provision(ctx, NewTenant{
			ID: *a.TenantID, Slug: freeSlug(base, taken), Name: a.Name, ShortName: a.ShortName, USCC: a.USCC,
			Currency: a.Currency, CreatedBy: orNil(a.DecidedBy),
		}, func(s StepName) { o.show(ctx, a, s) })
		if errors.Is(err, ErrSlugTaken) && attempt < slugAttempts {
			continue // somebody took it since we looked
		}
		return slug, err
	}
}

// show stores a step as done and the next as running. It is for the page that
// the applicant looks at: what fails here is reported and stops nothing.
func (o *Onboarding) show(ctx context.Context, a *Application, done StepName) {
	now := o.Clock.Now()
	a.setStep(done, StepDone, now)
	for i := range a.Steps {
		if a.Steps[i].State == StepWaiting {
			a.setStep(a.Steps[i].Name, StepRunning, now)
			break
		}
	}
	err := o.HQ.InTx(ctx, func(ctx context.Context) error { return o.save(ctx, a) })
	if err != nil {
		o.report(ctx, fmt.Errorf("show step %s: %w", done, err), a.ID)
		return
	}
	a.Version++
}

// save writes the application of our run, unless another run has taken over.
func (o *Onboarding) save(ctx context.Context, a *Application) error {
	now, err := o.Store.Applications.Lock(ctx, a.ID)
	if err != nil {
		return err
	}
	if now.Version != a.Version {
		return ErrApplicationState.With("status", string(now.Status))
	}
	a.UpdatedAt = o.Clock.Now()
	return o.Store.Applications.Save(ctx, *a)
}

// finish makes the applicant administrator and the application active.
func (o *Onboarding) finish(ctx context.Context, a *Application) error {
	return o.HQ.InTx(ctx, func(ctx context.Context) error {
		a := *a // fn may run twice
		a.Steps = slices.Clone(a.Steps)
		now := o.Clock.Now()
		before := a.summary()
		if err := o.admit(ctx, a.PersonID, *a.TenantID, now); err != nil {
			return err
		}
		if err := a.moveTo(StatusActive, "", now); err != nil {
			return err
		}
		a.setStep(StepMembership, StepDone, now)
		if err := o.save(ctx, &a); err != nil {
			return err
		}
		if err := o.tell(ctx, a); err != nil {
			return err
		}
		return o.record(ctx, change{action: "application.active", objectType: "application", objectID: a.ID,
			tenantID: *a.TenantID, before: before, after: a.summary()})
	})
}

// admit gives the person the administrator's membership, once.
func (o *Onboarding) admit(ctx context.Context, personID, tenantID uuid.UUID, now time.Time) error {
	_, err := o.Store.Memberships.Find(ctx, &tenantID, personID)
	if !errors.Is(err, ErrMemberNotFound) {
		return err
	}
	m := Member{ID: newID(), Version: 1, PersonID: personID, TenantID: &tenantID,
		Roles: []access.Role{access.RoleAdministrator}, Status: MemberActive, CreatedAt: now}
	if err := o.Store.Memberships.Create(ctx, m, nil); err != nil {
		return err
	}
	return o.record(ctx, change{action: "member.joined", objectType: "membership", objectID: m.ID, tenantID: tenantID, after: m.summary()})
}

// fail stores the run as failed. When even that does not work, the job comes back.
func (o *Onboarding) fail(ctx context.Context, a *Application, cause error) error {
	if errors.Is(cause, ErrApplicationState) {
		return nil // another run has taken over; its outcome counts
	}
	if ctx.Err() != nil {
		return cause // the worker stops: not the subsidiary's fault, the job comes back
	}
	o.report(ctx, cause, a.ID)
	step := a.failStep(o.Clock.Now())
	return o.end(ctx, a, StatusFailed,
		fmt.Sprintf("setting up the subsidiary stopped at step %q; run it again, and tell HQ when it stops again", step))
}

func (o *Onboarding) end(ctx context.Context, a *Application, s Status, reason string) error {
	return o.HQ.InTx(ctx, func(ctx context.Context) error {
		a := *a
		before := a.summary()
		if err := a.moveTo(s, reason, o.Clock.Now()); err != nil {
			return err
		}
		if err := o.save(ctx, &a); err != nil {
			return err
		}
		if err := o.tell(ctx, a); err != nil {
			return err
		}
		return o.record(ctx, change{action: "application." + string(s), objectType: "application", objectID: a.ID, before: before, after: a.summary()})
	})
}

// OnboardingHandler is the name under which Handle is registered for
// TopicApplicationApproved.
const OnboardingHandler = "directory.onboarding"

// Handle runs the application of an event. It needs no record of handled events:
// the application's own state says what is done.
func (o *Onboarding) Handle(ctx context.Context, d event.Delivered) error {
	var p ApplicationPayload
	if err := json.Unmarshal(d.Payload, &p); err != nil {
		return fmt.Errorf("payload of %s: %w", d.Topic, err)
	}
	return o.Run(ctx, p.ApplicationID)
}
