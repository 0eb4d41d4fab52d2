package indicator_test

import (
	"context"
	"slices"
	"testing"

	"zhuxin/data/auditlog"
	repo "zhuxin/data/hqrepo/indicator"
	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/indicator"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

func reason(err error) string {
	if f, ok := fault.As(err); ok {
		return f.Reason
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

func TestLibrary(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	s := indicator.New(env.Pool.HQ(), repo.New(), auditlog.HQ(env.Pool))
	hq := env.HQCtx(t)

	added, err := s.SeedDefaults(hq)
	if err != nil || added != len(indicator.Defaults()) {
		t.Fatalf("seeded %d of %d: %v", added, len(indicator.Defaults()), err)
	}
	library, err := s.List(hq)
	if err != nil || len(library) != added {
		t.Fatalf("%d entries, %v", len(library), err)
	}

	// an entry changes with its version, and never its kind
	entry := library[slices.IndexFunc(library, func(i indicator.Indicator) bool { return i.Code == "settlement_method" })]
	entry.NameZH, entry.Active = "结算方式(修订)", false
	saved, err := s.Save(hq, indicator.SaveInput{Indicator: entry, Version: entry.Version})
	if err != nil || saved.Version != 2 {
		t.Fatalf("%+v, %v", saved, err)
	}
	if _, err := s.Save(hq, indicator.SaveInput{Indicator: entry, Version: entry.Version}); reason(err) != "VERSION_CONFLICT" {
		t.Errorf("stale: %v", err)
	}
	other := entry
	other.Kind, other.Scoring = indicator.KindNumber, indicator.Scoring{Ranges: []indicator.Range{{Score: 1}}}
	if _, err := s.Save(hq, indicator.SaveInput{Indicator: other, Version: 2}); reason(err) != "INDICATOR_KIND_FIXED" {
		t.Errorf("kind: %v", err)
	}
	if _, err := s.Save(hq, indicator.SaveInput{Indicator: entry}); reason(err) != "INDICATOR_EXISTS" {
		t.Errorf("created twice: %v", err)
	}
	other.Code = "water_cement_ratio"
	if _, err := s.Save(hq, indicator.SaveInput{Indicator: other, Version: 3}); reason(err) != "INDICATOR_NOT_FOUND" {
		t.Errorf("changed what is not there: %v", err)
	}
	if _, err := s.Save(hq, indicator.SaveInput{Indicator: other}); err != nil {
		t.Errorf("create: %v", err)
	}
	if _, err := s.Save(hq, indicator.SaveInput{Indicator: indicator.Indicator{}}); reason(err) != "INVALID_INPUT" {
		t.Errorf("empty: %v", err)
	}
	if _, err := s.Save(env.HQCtx(t, access.RoleHQViewer), indicator.SaveInput{Indicator: other, Version: 1}); reason(err) != "PERMISSION_DENIED" {
		t.Errorf("a viewer saves: %v", err)
	}

	// seeding again adds nothing and undoes nothing
	if added, err := s.SeedDefaults(hq); err != nil || added != 0 {
		t.Errorf("seeded %d again, %v", added, err)
	}

	// every subsidiary reads the same library, with HQ's changes
	for _, tenant := range []scope.Tenant{env.A, env.B} {
		err := env.Pool.Tenant().InTx(env.Ctx(t, tenant), func(ctx context.Context) error {
			seen, err := repo.View{}.All(ctx)
			if len(seen) != len(library)+1 || seen[0].Code == "" {
				t.Errorf("%s reads %d entries", tenant.Slug, len(seen))
			}
			for _, i := range seen {
				if i.Code == entry.Code && (i.Active || i.NameZH != entry.NameZH || i.Version != 2) {
					t.Errorf("%s reads %+v", tenant.Slug, i)
				}
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	// and cannot write it
	err = env.Pool.Tenant().InTx(env.CtxA(t), func(ctx context.Context) error {
		_, err := repo.New().Insert(ctx, entry)
		return err
	})
	if err == nil {
		t.Error("a subsidiary wrote the group's library")
	}
}
