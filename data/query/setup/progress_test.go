package setup_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/rating"
	biz "zhuxin/biz/setup"
	"zhuxin/data/query/setup"
	"zhuxin/shared/access"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

func TestFacts(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	facts := func(ctx context.Context) (f biz.Facts) {
		t.Helper()
		err := env.Pool.Tenant().InTx(ctx, func(ctx context.Context) (err error) {
			f, err = setup.Progress{}.Facts(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	exec := func(query string, args ...any) {
		t.Helper()
		err := env.Pool.Tenant().InTx(env.CtxA(t), func(ctx context.Context) error {
			c, err := scope.Conn(ctx)
			if err == nil {
				_, err = c.ExecContext(ctx, query, args...)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := facts(env.CtxA(t)); got != (biz.Facts{}) {
		t.Errorf("an empty subsidiary has %+v", got)
	}

	definition, err := json.Marshal(rating.Definition{Items: []rating.Item{{IndicatorCode: "x"}}})
	if err != nil {
		t.Fatal(err)
	}
	template := uuid.New()
	exec(`INSERT INTO rating_templates (id, number, name, status, definition, created_at, updated_at) VALUES ($1, 1, 'a', 'draft', $2, now(), now())`, template, string(definition))
	if got := facts(env.CtxA(t)); got != (biz.Facts{TemplateWithItems: true}) {
		t.Errorf("with an incomplete draft: %+v", got)
	}
	exec(`UPDATE rating_templates SET status = 'effective', effective_at = now() WHERE id = $1`, template)
	exec(`INSERT INTO receivable_imports (id, file_name, source, file_sha256, mapping, dry_run, status, created_at, updated_at)
		VALUES ($1, 'f', 's', '\x00', '{}', true, 'done', now(), now())`, uuid.New())
	if got := facts(env.CtxA(t)); got != (biz.Facts{TemplateWithItems: true, TemplateSubmitted: true, TemplateEffective: true}) {
		t.Errorf("with an effective template and a dry run: %+v", got)
	}
	exec(`INSERT INTO receivable_imports (id, file_name, source, file_sha256, mapping, dry_run, status, created_at, updated_at)
		VALUES ($1, 'f', 's', '\x00', '{}', false, 'done', now(), now())`, uuid.New())
	addMembers(t, env, 2)
	if got := facts(env.CtxA(t)); !got.ImportFinished || got.Members != 2 {
		t.Errorf("with an import and two members: %+v", got)
	}

	tenancytest.OtherSeesNothing(t, env, func(ctx context.Context) (int, error) {
		f, err := setup.Progress{}.Facts(ctx)
		if f == (biz.Facts{}) {
			return 0, err
		}
		return 1, err
	})
	list, err := biz.New(env.Pool.Tenant(), setup.Progress{}).Checklist(env.CtxA(t, access.RoleViewer))
	if err != nil || list.Complete || len(list.Steps) != 7 {
		t.Errorf("%+v, %v", list, err)
	}
}

func addMembers(t *testing.T, env *tenancytest.Env, n int) {
	t.Helper()
	err := env.Pool.HQ().InTx(env.HQCtx(t), func(ctx context.Context) error {
		c, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		for range n {
			id := uuid.New()
			_, err = c.ExecContext(ctx, `INSERT INTO persons (id, email, name, created_at, updated_at) VALUES ($1, $2, 'n', now(), now())`, id, id.String()+"@a.example")
			if err != nil {
				return err
			}
			_, err = c.ExecContext(ctx, `INSERT INTO memberships (id, created_at, updated_at, person_id, tenant_id, roles) VALUES ($1, now(), now(), $2, $3, '["viewer"]')`,
				uuid.New(), id, env.A.ID)
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
