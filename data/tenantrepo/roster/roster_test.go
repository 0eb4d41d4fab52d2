package roster_test

import (
	"context"
	"database/sql"
	"errors"
	"testing"

	"github.com/google/uuid"

	"zhuxin/data/tenantrepo/credittest"
	"zhuxin/data/tenantrepo/roster"
	"zhuxin/shared/access"
	"zhuxin/shared/party"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

func TestMembers(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	here, ctx := w.AddMember(t, w.A, "王工", access.RoleViewer)
	left, _ := w.AddMember(t, w.A, "离职者", access.RoleViewer)
	there, _ := w.AddMember(t, w.B, "别家的人", access.RoleViewer)
	if _, err := w.Admin(t).ExecContext(t.Context(), `UPDATE hq.memberships SET status = 'disabled' WHERE person_id = $1`, left.ID); err != nil {
		t.Fatal(err)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		names, err := roster.Names(ctx, []uuid.UUID{here.ID, left.ID})
		return len(names), err
	})
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		_, ok, err := roster.Active(ctx, here.ID)
		if ok {
			return 1, err
		}
		return 0, err
	})
	err := w.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		for id, want := range map[uuid.UUID]string{here.ID: "王工", left.ID: "", there.ID: "", uuid.New(): ""} {
			name, ok, err := roster.Active(ctx, id)
			if err != nil || name != want || ok != (want != "") {
				t.Errorf("active: %q %v %v, want %q", name, ok, err, want)
			}
		}
		names, err := roster.Names(ctx, []uuid.UUID{here.ID, left.ID, there.ID})
		if len(names) != 2 || names[left.ID] != "离职者" {
			t.Errorf("names: %v; a former member keeps his", names)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
	if _, _, err := roster.Active(ctx, here.ID); !errors.Is(err, scope.ErrNoScope) {
		t.Errorf("outside a unit of work: %v", err)
	}
}

func TestReferences(t *testing.T) {
	t.Parallel()
	id := uuid.New()
	if p := roster.Ref(uuid.NullUUID{}, sql.NullString{}); p != nil {
		t.Errorf("nobody: %+v", p)
	}
	if p := roster.Ref(uuid.NullUUID{UUID: id, Valid: true}, sql.NullString{}); p == nil || p.ID != id || p.Name != "" {
		t.Errorf("somebody who is gone: %+v", p)
	}
	if n := roster.ID(nil); n.Valid {
		t.Errorf("nobody: %+v", n)
	}
	if n := roster.ID(&party.Person{ID: id}); !n.Valid || n.UUID != id {
		t.Errorf("somebody: %+v", n)
	}
}
