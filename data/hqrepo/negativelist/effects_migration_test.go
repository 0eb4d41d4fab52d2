package negativelist_test

import (
	"encoding/json"
	"strings"
	"testing"

	"zhuxin/ent/migrations"
	"zhuxin/shared/negativelist"
	"zhuxin/tenancy/tenancytest"
)

// What critical listings do to limits came with a bound of zero. Where they did not block
// orders until then, the migration leaves that so; where they did, it changes nothing.
func TestEffectsOfAPolicyThatDoesNotBlock(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	b, err := migrations.HQ.ReadFile("hq/20261122172616_negative_effects_views.sql")
	if err != nil {
		t.Fatal(err)
	}
	_, up, _ := strings.Cut(string(b), "-- +goose Up\n")
	keep, _, found := strings.Cut(up, ";\n")
	if !found || !strings.Contains(keep, "INSERT INTO group_policies") {
		t.Fatalf("the migration begins otherwise: %.200s", up)
	}
	for action, want := range map[string]negativelist.LimitEffect{"warn": negativelist.RefuseIncrease, "hold": negativelist.RefuseIncrease, "block": negativelist.CapZero} {
		tx, err := env.Admin(t).BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, statement := range []string{`SET LOCAL search_path = hq`, `INSERT INTO group_policies (id, negative_action, serious_action, notice_action, step_up, created_at)
			SELECT coalesce(max(id), 0) + 1, '` + action + `', 'warn', 'warn', true, now() FROM group_policies`, keep} {
			if _, err := tx.ExecContext(t.Context(), statement); err != nil {
				t.Fatalf("%s: %v", action, err)
			}
		}
		var text []byte
		var now string
		if err := tx.QueryRowContext(t.Context(), `SELECT negative_action, effects FROM group_policies ORDER BY id DESC LIMIT 1`).Scan(&now, &text); err != nil {
			t.Fatal(err)
		}
		var got negativelist.Effects
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatal(err)
		}
		preset := negativelist.PresetEffects()
		preset.Critical.Limits = want
		if now != action || got != preset {
			t.Errorf("%s: %s with %+v, want %+v", action, now, got, preset)
		}
		if err := tx.Rollback(); err != nil {
			t.Fatal(err)
		}
	}
}
