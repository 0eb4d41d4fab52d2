package jobs_test

import (
	"context"
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/google/uuid"

	"zhuxin/data/jobs"
	"zhuxin/shared/access"
	"zhuxin/shared/event"
	"zhuxin/shared/tenant"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

// Each subsidiary hears of it once: one that fails keeps no other waiting, and what is
// delivered again reaches only whom it did not reach.
func TestEachSubsidiaryOnce(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	at := map[uuid.UUID]scope.Tenant{env.A.ID: env.A, env.B.ID: env.B}
	gone := uuid.New()
	bind := func(ctx context.Context, id uuid.UUID) (context.Context, error) {
		of, ok := at[id]
		if !ok {
			return nil, errors.New("there is no such subsidiary")
		}
		return access.With(scope.WithTenant(ctx, of), access.System(id, "test")), nil
	}
	told, broken := map[string]int{}, env.A.Slug
	d := event.Delivered{ID: uuid.New(), Topic: "news.group"}
	all := []uuid.UUID{env.A.ID, gone, env.B.ID, env.B.ID}
	deliver := func(d event.Delivered) error {
		return jobs.Deliver(t.Context(), d, func(ctx context.Context, d event.Delivered) error {
			return jobs.Each(ctx, env.Pool.Tenant(), bind, d, "notify.group", all, func(ctx context.Context) error {
				of, err := tenant.From(ctx)
				if err != nil {
					return err
				}
				if of.Slug == broken {
					return errors.New("the inbox is full")
				}
				told[of.Slug]++
				return nil
			})
		})
	}
	for _, step := range []struct {
		name  string
		wants map[string]int
		fails []string
	}{
		{"one fails and one is gone", map[string]int{env.B.Slug: 1}, []string{env.A.ID.String(), "the inbox is full", gone.String()}},
		{"mended", map[string]int{env.A.Slug: 1, env.B.Slug: 1}, []string{gone.String()}},
		{"once more", map[string]int{env.A.Slug: 1, env.B.Slug: 1}, []string{gone.String()}},
	} {
		err := deliver(d)
		for _, part := range step.fails {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %v does not say %s", step.name, err, part)
			}
		}
		if !maps.Equal(told, step.wants) {
			t.Errorf("%s: told %v, want %v", step.name, told, step.wants)
		}
		broken = ""
	}
	all = all[:1]
	if err := deliver(event.Delivered{ID: uuid.New(), Topic: "news.group"}); err != nil || told[env.A.Slug] != 2 {
		t.Errorf("another event: %v, %v", told, err)
	}
}
