package directory_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/directory"
)

// deliver runs the job of each approval that was published.
func (w *world) deliver(t *testing.T) {
	t.Helper()
	for _, d := range w.events.of(directory.TopicApplicationApproved) {
		if err := w.onboarding.Handle(access.With(t.Context(), access.System(uuid.Nil, "job")), d); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFromSignupToSubsidiary(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p, ctx := w.person(t, "wang@east.example")

	// Given an application that HQ has not seen yet
	a, err := w.applications.Submit(ctx, application(1))
	if err != nil {
		t.Fatal(err)
	}
	if a.Status != directory.StatusSubmitted || a.ContactPhoneMask != "138****1234" {
		t.Fatalf("unexpected application %+v", a)
	}
	_, err = w.applications.Submit(ctx, application(2))
	wants(t, err, "APPLICATION_OPEN")

	// When HQ approves it and the job runs twice
	hq := w.HQCtx(t)
	rows, err := w.applications.List(hq, directory.StatusSubmitted)
	if err != nil || len(rows) != 1 || rows[0].ApplicantEmail != p.Email {
		t.Fatalf("HQ sees %+v, %v", rows, err)
	}
	if a, err = w.applications.Decide(hq, directory.DecideInput{ID: a.ID, Approve: true}); err != nil || a.Status != directory.StatusApproved {
		t.Fatalf("decided: %+v, %v", a, err)
	}
	w.deliver(t)
	w.deliver(t)

	// Then the applicant administers a subsidiary with its own schema
	me, err := w.accounts.Me(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if len(w.failures) > 0 || me.Application.Status != directory.StatusActive || len(me.Places) != 1 {
		t.Fatalf("failures %v, me %+v, application %+v", w.failures, me, me.Application)
	}
	for _, s := range me.Application.Steps {
		if s.State != directory.StepDone || s.At == nil {
			t.Errorf("step %+v is not done", s)
		}
	}
	place, err := w.places.Resolve(t.Context(), p.ID, me.Application.TenantSlug)
	if err != nil || !slices.Equal(place.Roles, []access.Role{access.RoleAdministrator}) || place.Tenant.Outdated {
		t.Fatalf("place %+v, %v", place, err)
	}
	if want := "s" + strings.ToLower(uscc(1)[12:]); place.Tenant.Slug != want {
		t.Errorf("slug %q, want %q from the end of the code", place.Tenant.Slug, want)
	}
	if got := w.actions(t, a.ID); !slices.Equal(got, []string{"application.submitted", "application.approved", "application.provisioning", "application.active"}) {
		t.Errorf("audit %v", got)
	}
	wantsSealedPhone(t, w, a.ID)
}

func wantsSealedPhone(t *testing.T, w *world, id uuid.UUID) {
	t.Helper()
	w.tx(t, func(ctx context.Context) error {
		a, err := w.deps.Store.Applications.Get(ctx, id)
		if err == nil && (len(a.ContactPhoneSealed) == 0 || slices.Equal(a.ContactPhoneSealed, []byte("138 0000 1234"))) {
			t.Error("the contact's phone is not sealed")
		}
		return err
	})
}

func TestApplicationsOfOthersAreNotFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, a := w.person(t, "a@east.example")
	_, b := w.person(t, "b@west.example")
	mine, err := w.applications.Submit(a, application(1))
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.applications.Get(b, mine.ID)
	wants(t, err, "APPLICATION_NOT_FOUND")
	_, err = w.applications.Retry(b, mine.ID)
	wants(t, err, "APPLICATION_NOT_FOUND")
	_, err = w.applications.List(a, "")
	wants(t, err, "PERMISSION_DENIED")
	_, err = w.applications.Decide(w.CtxA(t), directory.DecideInput{ID: mine.ID, Approve: true})
	wants(t, err, "PERMISSION_DENIED")
}

func TestUnverifiedAddressCannotApply(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	p, ctx := w.person(t, "x@east.example")
	p.EmailVerified = false
	w.tx(t, func(ctx context.Context) error { return w.deps.Store.People.Put(ctx, p) })
	_, err := w.applications.Submit(ctx, application(1))
	wants(t, err, "EMAIL_UNVERIFIED")
}

func TestDuplicates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, first := w.person(t, "first@east.example")
	_, second := w.person(t, "second@east.example")
	hq := w.HQCtx(t)
	a, err := w.applications.Submit(first, application(7))
	if err != nil {
		t.Fatal(err)
	}
	b, err := w.applications.Submit(second, application(7))
	if err != nil || b.Status != directory.StatusSubmitted {
		t.Fatalf("the second of two open ones waits for HQ: %+v, %v", b, err)
	}
	if _, err := w.applications.Decide(hq, directory.DecideInput{ID: a.ID, Approve: true}); err != nil {
		t.Fatal(err)
	}
	w.deliver(t)

	b, err = w.applications.Decide(hq, directory.DecideInput{ID: b.ID, Approve: true})
	if err != nil || b.Status != directory.StatusDuplicate || b.StatusReason == "" {
		t.Fatalf("approved although the first one is a subsidiary: %+v, %v", b, err)
	}
	_, third := w.person(t, "third@east.example")
	c, err := w.applications.Submit(third, application(7))
	if err != nil || c.Status != directory.StatusDuplicate {
		t.Fatalf("submitted although it is a subsidiary: %+v, %v", c, err)
	}
	if check, err := w.applications.CheckUSCC(third, uscc(7)); err != nil || check.Free || !check.CheckDigitOK {
		t.Errorf("check %+v, %v", check, err)
	}
	if check, err := w.applications.CheckUSCC(third, uscc(8)); err != nil || !check.Free {
		t.Errorf("check %+v, %v", check, err)
	}
	// A duplicate is an end: the person may apply for another company.
	if _, err := w.applications.Submit(third, application(8)); err != nil {
		t.Error(err)
	}
}

func TestRejection(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, ctx := w.person(t, "wang@east.example")
	hq := w.HQCtx(t)
	a, err := w.applications.Submit(ctx, application(1))
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.applications.Decide(hq, directory.DecideInput{ID: a.ID})
	wants(t, err, "reason REQUIRED")
	a, err = w.applications.Decide(hq, directory.DecideInput{ID: a.ID, Reason: "不是本集团子企业"})
	if err != nil || a.Status != directory.StatusRejected || a.StatusReason != "不是本集团子企业" || a.DecidedBy == nil {
		t.Fatalf("%+v, %v", a, err)
	}
	_, err = w.applications.Decide(hq, directory.DecideInput{ID: a.ID, Approve: true})
	wants(t, err, "APPLICATION_STATE")
	_, err = w.applications.Retry(ctx, a.ID)
	wants(t, err, "APPLICATION_STATE")
	if _, err := w.applications.Submit(ctx, application(1)); err != nil {
		t.Errorf("a rejected person may apply again: %v", err)
	}
}

func TestInvitationCode(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	hq := w.HQCtx(t)
	code, secret, err := w.codes.Create(hq, directory.NewCodeInput{Note: "华东", MaxUses: 1, ValidDays: 30})
	if err != nil {
		t.Fatal(err)
	}
	_, ctx := w.person(t, "wang@east.example")
	in := application(1)
	in.InvitationCode = "AAAA-BBBB-CCCC"
	_, err = w.applications.Submit(ctx, in)
	wants(t, err, "invitation_code INVITATION_CODE_INVALID")

	in.InvitationCode = " " + secret[:4] + " " + secret[5:]
	a, err := w.applications.Submit(ctx, in)
	if err != nil || a.Status != directory.StatusApproved || a.InvitationCodeID == nil || *a.InvitationCodeID != code.ID {
		t.Fatalf("%+v, %v", a, err)
	}
	w.deliver(t)
	_, other := w.person(t, "li@west.example")
	in = application(2)
	in.InvitationCode = secret
	_, err = w.applications.Submit(other, in)
	wants(t, err, "invitation_code INVITATION_CODE_INVALID")
	codes, err := w.codes.List(hq)
	if err != nil || len(codes) != 1 || codes[0].State(w.clock.Now()) != "used_up" {
		t.Errorf("%+v, %v", codes, err)
	}
	if got, err := w.codes.Revoke(hq, code.ID); err != nil || got.State(w.clock.Now()) != "revoked" {
		t.Errorf("%+v, %v", got, err)
	}
}

// broken fails as often as it is told, then provisions.
type broken struct {
	directory.Provisioner
	times int
	after bool // fails after the tenant is made, as a process that dies does
}

func (b *broken) Provision(ctx context.Context, n directory.NewTenant, done func(directory.StepName)) (string, error) {
	if b.times == 0 {
		return b.Provisioner.Provision(ctx, n, done)
	}
	b.times--
	if b.after {
		if _, err := b.Provisioner.Provision(ctx, n, done); err != nil {
			return "", err
		}
	}
	return "", errors.New("the disk is full")
}

func TestFailedProvisioningIsResumed(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		w := newWorld(t)
		_, ctx := w.person(t, "wang@east.example")
		a, err := w.applications.Submit(ctx, application(1))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.applications.Decide(w.HQCtx(t), directory.DecideInput{ID: a.ID, Approve: true}); err != nil {
			t.Fatal(err)
		}
		real := w.onboarding
		w.onboarding = w.withProvisioner(t, after)
		w.deliver(t)
		failed, err := w.applications.Get(ctx, a.ID)
		if err != nil || failed.Status != directory.StatusFailed || failed.StatusReason == "" || len(w.failures) != 1 {
			t.Fatalf("%+v, %v, %v", failed, err, w.failures)
		}
		if !slices.ContainsFunc(failed.Steps, func(s directory.Step) bool { return s.State == directory.StepFailed }) {
			t.Errorf("no step is shown as failed: %+v", failed.Steps)
		}
		w.onboarding = real
		w.deliver(t) // the old event once more: nothing happens
		for range 2 {
			if _, err := w.applications.Retry(ctx, a.ID); err != nil {
				t.Fatal(err)
			}
		}
		w.deliver(t)
		active, err := w.applications.Get(ctx, a.ID)
		if err != nil || active.Status != directory.StatusActive || active.TenantSlug == "" {
			t.Fatalf("after the retry: %+v, %v, %v", active, err, w.failures)
		}
	}
}

func (w *world) withProvisioner(t *testing.T, after bool) *directory.Onboarding {
	inner := w.provisioner(t)
	return directory.NewOnboarding(w.deps, &broken{Provisioner: inner, times: 1, after: after}, func(_ context.Context, err error, _ uuid.UUID) {
		w.failures = append(w.failures, err)
	})
}

func TestAKilledRunIsTakenOver(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, ctx := w.person(t, "wang@east.example")
	a, err := w.applications.Submit(ctx, application(1))
	if err != nil {
		t.Fatal(err)
	}
	if a, err = w.applications.Decide(w.HQCtx(t), directory.DecideInput{ID: a.ID, Approve: true}); err != nil {
		t.Fatal(err)
	}
	// A worker that claims it and dies
	w.tx(t, func(ctx context.Context) error {
		a, err := w.deps.Store.Applications.Lock(ctx, a.ID)
		if err != nil {
			return err
		}
		a.Status, a.UpdatedAt = directory.StatusProvisioning, w.clock.Now()
		return w.deps.Store.Applications.Save(ctx, a)
	})
	job := access.With(t.Context(), access.System(uuid.Nil, "job"))
	wants(t, w.onboarding.Run(job, a.ID), "PROVISIONING_RUNS")
	w.clock.add(2 * time.Minute)
	if err := w.onboarding.Run(job, a.ID); err != nil {
		t.Fatal(err)
	}
	if a, err = w.applications.Get(ctx, a.ID); err != nil || a.Status != directory.StatusActive {
		t.Fatalf("%+v, %v", a, err)
	}
}
