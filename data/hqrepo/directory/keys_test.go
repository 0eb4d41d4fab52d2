package directory_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"zhuxin/shared/access"
	"zhuxin/shared/directory"
)

func (w *world) key(t *testing.T) (directory.APIKey, string) {
	t.Helper()
	k, secret, err := w.keys.Create(w.CtxA(t), directory.NewKeyInput{
		Name: "ERP", Scopes: []access.Permission{access.CreditCheck, access.CreditReserve}, ValidDays: 90,
	})
	if err != nil {
		t.Fatal(err)
	}
	return k, secret
}

func TestAPIKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k, secret := w.key(t)
	if !strings.HasPrefix(secret, k.Hint) || len(secret) != 46 {
		t.Fatalf("secret of %d characters, hint %q", len(secret), k.Hint)
	}
	w.otherSeesNothing(t, func(ctx context.Context) (int, error) {
		all, err := w.keys.List(ctx)
		return len(all), err
	})
	a, err := w.keys.Authenticate(t.Context(), secret)
	if err != nil || a.TenantID != w.A.ID || !a.Can(access.CreditReserve) || a.Can(access.MemberManage) {
		t.Fatalf("%+v, %v", a, err)
	}
	for _, bad := range []string{"", "zx_", secret[:45], secret + "x", "zx_" + strings.Repeat("A", 43)} {
		_, err := w.keys.Authenticate(t.Context(), bad)
		wants(t, err, "API_KEY_INVALID")
	}
	_, err = w.keys.Revoke(w.CtxB(t), k.ID)
	wants(t, err, "API_KEY_NOT_FOUND")

	w.clock.add(90 * 24 * time.Hour)
	_, err = w.keys.Authenticate(t.Context(), secret)
	wants(t, err, "API_KEY_EXPIRED")
}

func TestRevokedKey(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	k, secret := w.key(t)
	elsewhere := directory.NewKeys(w.deps) // another process
	for _, keys := range []*directory.Keys{w.keys, elsewhere} {
		if _, err := keys.Authenticate(t.Context(), secret); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		if _, err := w.keys.Revoke(w.CtxA(t), k.ID); err != nil {
			t.Fatal(err)
		}
	}
	_, err := w.keys.Authenticate(t.Context(), secret)
	wants(t, err, "API_KEY_REVOKED")
	w.clock.add(5 * time.Second)
	_, err = elsewhere.Authenticate(t.Context(), secret)
	wants(t, err, "API_KEY_REVOKED")
	if got := w.actions(t, k.ID); !slices.Equal(got, []string{"api_key.created", "api_key.revoked"}) {
		t.Errorf("audit %v", got)
	}
}

func TestLastUse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, secret := w.key(t)
	used := func() *time.Time {
		all, err := w.keys.List(w.CtxA(t))
		if err != nil || len(all) != 1 {
			t.Fatalf("%+v, %v", all, err)
		}
		return all[0].LastUsedAt
	}
	w.clock.add(30 * time.Second)
	if _, err := w.keys.Authenticate(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	if used() != nil {
		t.Error("the use was written within the call")
	}
	if err := w.keys.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	first := used()
	if first == nil || !first.Equal(w.clock.Now().Truncate(time.Minute)) {
		t.Fatalf("last use %v at %v", first, w.clock.Now())
	}
	w.clock.add(time.Minute)
	if _, err := w.keys.Authenticate(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	if err := w.keys.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if next := used(); !next.Equal(first.Add(time.Minute)) {
		t.Errorf("last use %v, want a minute after %v", next, first)
	}
}

func TestKeyInput(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ok := directory.NewKeyInput{Name: "ERP", Scopes: []access.Permission{access.CreditCheck}, ValidDays: 30}
	for name, c := range map[string]struct {
		change func(*directory.NewKeyInput)
		want   string
	}{
		"a scope that no key can have": {func(in *directory.NewKeyInput) { in.Scopes = []access.Permission{access.MemberManage} }, "scopes[0] UNKNOWN_SCOPE"},
		"no scope":                     {func(in *directory.NewKeyInput) { in.Scopes = nil }, "scopes REQUIRED"},
		"a scope twice":                {func(in *directory.NewKeyInput) { in.Scopes = append(in.Scopes, access.CreditCheck) }, "scopes[1] DUPLICATE"},
		"no name":                      {func(in *directory.NewKeyInput) { in.Name = " " }, "name REQUIRED"},
		"for ever":                     {func(in *directory.NewKeyInput) { in.ValidDays = 731 }, "valid_days OUT_OF_RANGE"},
		"for no day":                   {func(in *directory.NewKeyInput) { in.ValidDays = 0 }, "valid_days OUT_OF_RANGE"},
	} {
		in := ok
		in.Scopes = slices.Clone(ok.Scopes)
		c.change(&in)
		_, _, err := w.keys.Create(w.CtxA(t), in)
		if reason(err) != c.want {
			t.Errorf("%s: want %s, got %v", name, c.want, err)
		}
	}
	_, _, err := w.keys.Create(w.CtxA(t, access.RoleSalesperson), ok)
	wants(t, err, "PERMISSION_DENIED")
}
