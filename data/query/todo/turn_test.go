package todo_test

import (
	"context"
	"slices"
	"testing"

	"github.com/google/uuid"

	biz "zhuxin/biz/todo"
	"zhuxin/data/query/todo"
	"zhuxin/data/tenantrepo/credittest"
	"zhuxin/shared/access"
)

// Whose turn it is: by name, by role, by escalation, and for somebody absent as far as
// he said and only while he said; never for a place that is closed, never again for
// somebody who, or whose absent colleague, had a hand in it.
func TestWhoseTurnItIs(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	s := biz.New(w.Pool.Tenant(), w.Clock, todo.Approvals()...)
	admin := w.CtxA(t)
	boss, bossCtx := w.AddMember(t, w.A, "审批人", access.RoleApprover)
	deputy, deputyCtx := w.AddMember(t, w.A, "代理人", access.RoleFinance)
	stranger, _ := w.AddMember(t, w.A, "旁人", access.RoleSalesperson)
	place := func(kind, title, columns string, values ...any) uuid.UUID {
		id := uuid.New()
		w.Exec(t, admin, `INSERT INTO approvals (id, kind, subject_id, title, facts, submitted_by, submitted_at, status, updated_at, version)
			VALUES ($1, $2, gen_random_uuid(), $3, '{}', gen_random_uuid(), now(), 'pending', now(), 1)`, id, kind, title)
		w.Exec(t, admin, `INSERT INTO approval_steps (id, approval_id, position, kind, mode, status) VALUES ($1, $1, 1000, 'approve', 'any', 'active')`, id)
		marks := map[int]string{2: "$2, $3", 3: "$2, $3, $4", 4: "$2, $3, $4, $5"}[len(values)]
		w.Exec(t, admin, `INSERT INTO approval_slots (id, approval_id, step_id, status, `+columns+`) VALUES (gen_random_uuid(), $1, $1, `+marks+`)`, append([]any{id}, values...)...)
		return id
	}
	place("rating", "boss by name", "person_id", "open", boss.ID)
	place("rating", "boss by role", "role", "open", string(access.RoleApprover))
	place("temporary_limit", "boss, another kind", "person_id", "open", boss.ID)
	place("rating", "closed", "person_id", "done", boss.ID)
	place("rating", "escalated to the deputy", "role, escalated_to", "open", string(access.RoleAdministrator), deputy.ID)
	place("temporary_limit", "escalated to finance", "person_id, escalated_role", "open", stranger.ID, string(access.RoleFinance))
	place("rating", "a stranger's", "person_id", "open", stranger.ID)
	acted := place("rating", "boss had a hand in it", "role", "open", string(access.RoleApprover))
	w.Exec(t, admin, `INSERT INTO approval_hands (id, approval_id, person_id) VALUES (gen_random_uuid(), $1, $2)`, acted, boss.ID)
	own := place("rating", "deputy had a hand in it", "person_id", "open", boss.ID)
	w.Exec(t, admin, `INSERT INTO approval_hands (id, approval_id, person_id) VALUES (gen_random_uuid(), $1, $2)`, own, deputy.ID)

	look := func(what string, ctx context.Context, want ...string) {
		t.Helper()
		l, err := s.List(ctx, biz.ListInput{})
		ok(t, err)
		var got []string
		for _, i := range l.Items {
			got = append(got, i.Parts["title"])
		}
		slices.Sort(got)
		slices.Sort(want)
		if n := count(l, todo.KindDecide); !slices.Equal(got, want) || n != int64(len(want)) {
			t.Errorf("%s: %q (%d counted), want %q", what, got, n, want)
		}
	}
	look("the boss", bossCtx, "boss by name", "boss by role", "boss, another kind", "deputy had a hand in it")
	mine := []string{"escalated to the deputy", "escalated to finance"}
	look("the deputy, before", deputyCtx, mine...)
	delegate := func(kinds, from, to string) uuid.UUID {
		id := uuid.New()
		w.Exec(t, admin, `INSERT INTO approval_delegations (id, created_at, person_id, delegate_id, starts_on, ends_on, kinds) VALUES ($1, now(), $2, $3, $4, $5, $6)`,
			id, boss.ID, deputy.ID, from, to, kinds)
		return id
	}
	delegate(`[]`, "2026-11-01", "2026-11-19") // today is the 20th
	delegate(`[]`, "2026-11-21", "2026-11-30")
	look("absent at other times", deputyCtx, mine...)
	some := delegate(`["rating"]`, "2026-11-20", "2026-11-20")
	look("for ratings", deputyCtx, append([]string{"boss by name", "boss by role"}, mine...)...)
	w.Exec(t, admin, `UPDATE approval_delegations SET revoked_at = now() WHERE id = $1`, some)
	look("revoked", deputyCtx, mine...)
	delegate(`[]`, "2026-11-20", "2026-11-20")
	look("for all", deputyCtx, append([]string{"boss by name", "boss by role", "boss, another kind"}, mine...)...)
}
