package company_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/data/query/company"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/tenancy/tenancytest"
)

var clock = &calendar.Frozen{At: time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)}

func TestCompanies(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	f := creditchecktest.New(env.Pool, clock)
	ctx := env.CtxA(t)
	seller := env.Actor(env.A, access.RoleSalesperson)
	mine := f.Add(t, ctx, creditchecktest.Customer{USCC: "CODE1", Salesperson: seller.ID})
	theirs := f.Add(t, ctx, creditchecktest.Customer{USCC: "CODE2"})
	uncoded := f.Add(t, ctx, creditchecktest.Customer{})
	document := uuid.New()
	f.Exec(t, ctx, `INSERT INTO documents (id, kind, file_name, content_type, size_bytes, sha256, object_key, created_at)
		VALUES ($1, 'negative_evidence', 'evidence.pdf', 'application/pdf', 1, '', $2, now())`, document, document.String())
	licence := uuid.New()
	f.Exec(t, ctx, `INSERT INTO documents (id, kind, file_name, content_type, size_bytes, sha256, object_key, created_at)
		VALUES ($1, 'business_licence', 'licence.pdf', 'application/pdf', 1, '', $2, now())`, licence, licence.String())
	listed := []string{"CODE1", "CODE2", "CODE3"}
	for _, code := range listed {
		_, err := env.Admin(t).ExecContext(t.Context(), `INSERT INTO hq.negative_entries (id, uscc, company_name, reason_code, reason_text, tenant_id, listed_by, listed_at, removal_reason)
			VALUES (gen_random_uuid(), $1, 'x', 'fraud', 'x', $2, $2, now(), ''), (gen_random_uuid(), $1, 'x', 'other', 'x', $2, $2, now(), '')`, code, env.B.ID)
		if err != nil {
			t.Fatal(err)
		}
	}

	of := func(ctx context.Context) (int, error) {
		m, err := company.Query{}.Of(ctx, listed)
		return len(m), err
	}
	hit := func(ctx context.Context) (int, error) {
		codes, err := company.Query{}.Hit(ctx)
		return len(codes), err
	}
	name := func(ctx context.Context) (int, error) {
		_, err := company.Query{}.Name(ctx, document)
		return found(err)
	}
	code := func(ctx context.Context) (int, error) {
		_, err := company.Query{}.USCC(ctx, mine.ID)
		return found(err)
	}
	see := func(ctx context.Context) (int, error) { return found(company.Query{}.CanSee(ctx, mine.ID)) }
	for _, count := range []func(context.Context) (int, error){of, hit, name, code, see} {
		tenancytest.OtherSeesNothing(t, env, count)
	}

	in := func(ctx context.Context, fn func(ctx context.Context) error) {
		t.Helper()
		if err := env.Pool.Tenant().InTx(ctx, fn); err != nil {
			t.Error(err)
		}
	}
	in(ctx, func(ctx context.Context) error {
		m, err := company.Query{}.Of(ctx, listed)
		if !maps.Equal(m, map[string]uuid.UUID{"CODE1": mine.ID, "CODE2": theirs.ID}) {
			t.Errorf("of: %v", m)
		}
		if code, err := (company.Query{}).USCC(ctx, uncoded.ID); err != nil || code != "" {
			t.Errorf("a customer without a code: %q, %v", code, err)
		}
		if n, err := (company.Query{}).Name(ctx, document); err != nil || n != "evidence.pdf" {
			t.Errorf("evidence: %q, %v", n, err)
		}
		if n, err := found(second(company.Query{}.Name(ctx, licence))); n != 0 || err != nil {
			t.Errorf("a licence is taken as evidence: %v", err)
		}
		return err
	})
	// A salesperson: his own customers only.
	in(access.With(ctx, seller), func(ctx context.Context) error {
		m, err := company.Query{}.Of(ctx, listed)
		if !maps.Equal(m, map[string]uuid.UUID{"CODE1": mine.ID}) {
			t.Errorf("of, for a salesperson: %v", m)
		}
		if err != nil {
			return err
		}
		codes, err := company.Query{}.Hit(ctx)
		if !slices.Equal(codes, []string{"CODE1"}) {
			t.Errorf("hit, for a salesperson: %v", codes)
		}
		if n, err := found(company.Query{}.CanSee(ctx, theirs.ID)); n != 0 || err != nil {
			t.Errorf("a salesperson sees another's customer: %v", err)
		}
		return err
	})
}

func second[T any](_ T, err error) error { return err }

// found counts one for no error, none for a fault that says not found.
func found(err error) (int, error) {
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind == fault.KindNotFound {
		return 0, nil
	}
	return 1, err
}
