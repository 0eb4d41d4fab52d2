package tenancytest_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"zhuxin/tenancy/tenancytest"
)

func TestWithoutSibling(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"good/repo.go": "package good", "good/repo_test.go": "tenancytest.OtherSeesNothing(t, env, f)",
		"bare/repo.go": "package bare", "untested/sub/repo.go": "package sub", "untested/sub/repo_test.go": "func TestX()",
		"goodtest/fixture.go": "package goodtest", "only/doc.go": "package only",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := tenancytest.WithoutSibling(dir)
	want := []string{filepath.ToSlash(filepath.Join(dir, "bare")), filepath.ToSlash(filepath.Join(dir, "untested/sub"))}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
	if _, err := tenancytest.WithoutSibling(filepath.Join(dir, "absent")); err == nil {
		t.Error("an absent folder has nothing missing")
	}
}
