package registry_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/tenancy/registry"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

func setup(t *testing.T) (*tenancytest.Env, *registry.Registry, *calendar.Frozen) {
	t.Helper()
	env := tenancytest.New(t)
	clock := &calendar.Frozen{At: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)}
	return env, registry.New(env.Pool, clock), clock
}

func TestBind(t *testing.T) {
	t.Parallel()
	env, reg, clock := setup(t)
	ctx, err := reg.Bind(t.Context(), env.A.ID)
	if err != nil {
		t.Fatal(err)
	}
	bound, _ := scope.TenantFrom(ctx)
	if bound.ID != env.A.ID || bound.Schema != env.A.Schema || bound.Currency != "CNY" || bound.Zone.String() != "Asia/Shanghai" {
		t.Errorf("bound to %+v", bound)
	}
	if _, err := reg.Bind(t.Context(), uuid.New()); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("unknown tenant: %v", err)
	}

	// Suspending works at once here, and after the keeping time in a process that
	// had looked before.
	elsewhere := registry.New(env.Pool, clock)
	if _, err := elsewhere.Bind(t.Context(), env.A.ID); err != nil {
		t.Fatal(err)
	}
	if err := reg.Suspend(t.Context(), env.A.ID, "unpaid"); err != nil {
		t.Fatal(err)
	}
	if _, err := reg.Bind(t.Context(), env.A.ID); !errors.Is(err, registry.ErrSuspended) {
		t.Errorf("suspended here: %v", err)
	}
	clock.At = clock.At.Add(5 * time.Second)
	if _, err := elsewhere.Bind(t.Context(), env.A.ID); !errors.Is(err, registry.ErrSuspended) {
		t.Errorf("suspended elsewhere, after 5 s: %v", err)
	}
	if _, err := reg.Bind(t.Context(), env.B.ID); err != nil {
		t.Errorf("the other tenant is stopped too: %v", err)
	}
	if err := reg.Resume(t.Context(), env.A.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := reg.Bind(t.Context(), env.A.ID); err != nil {
		t.Errorf("resumed: %v", err)
	}
}

func TestSuspendNeedsAReasonAndATenant(t *testing.T) {
	t.Parallel()
	env, reg, _ := setup(t)
	if err := reg.Suspend(t.Context(), env.A.ID, ""); err == nil {
		t.Error("suspended without a reason")
	}
	if err := reg.Suspend(t.Context(), uuid.New(), "x"); !errors.Is(err, registry.ErrNotFound) {
		t.Errorf("unknown tenant: %v", err)
	}
	if err := errors.Join(reg.Suspend(t.Context(), env.A.ID, "first"), reg.Suspend(t.Context(), env.A.ID, "second")); err != nil {
		t.Fatal(err)
	}
	if got, err := reg.GetBySlug(t.Context(), env.A.Slug); err != nil || got.SuspendedReason != "first" || got.Status != registry.StatusSuspended {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestSuspendJoinsTheCallersTransaction(t *testing.T) {
	t.Parallel()
	env, reg, _ := setup(t)
	refused := errors.New("the audit row was refused")
	err := env.Pool.HQ().InTx(env.HQCtx(t), func(ctx context.Context) error {
		if err := reg.Suspend(ctx, env.A.ID, "unpaid"); err != nil {
			return err
		}
		return refused
	})
	if !errors.Is(err, refused) {
		t.Fatal(err)
	}
	if got, err := reg.Get(t.Context(), env.A.ID); err != nil || got.Status != registry.StatusActive {
		t.Errorf("suspended although the transaction was rolled back: %+v, %v", got, err)
	}
}

func TestSchemaBehindIsRefused(t *testing.T) {
	t.Parallel()
	env, reg, _ := setup(t)
	if _, err := env.Admin(t).Exec(`UPDATE hq.schema_states SET version = '20200101000000' WHERE id = $1`, env.A.Schema); err != nil {
		t.Fatal(err)
	}
	if _, err := reg.Bind(t.Context(), env.A.ID); !errors.Is(err, registry.ErrOutdated) {
		t.Errorf("got %v", err)
	}
	if _, err := reg.Bind(t.Context(), env.B.ID); err != nil {
		t.Errorf("the other tenant is refused too: %v", err)
	}
	all, err := reg.List(t.Context())
	if err != nil || len(all) != 2 || all[0].ID != env.A.ID || all[0].SchemaVersion != "20200101000000" {
		t.Errorf("list: %+v, %v", all, err)
	}
}
