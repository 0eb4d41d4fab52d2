package wiring_test

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"zhuxin/tenancy/tenancytest"
)

// layer says what the packages below a top folder may import: which of our own
// folders, and, where outside is not nil, which modules beside the standard
// library. The picture is in architecture.md; this is what holds it.
type layer struct {
	ours    []string
	outside []string
	never   []string // outside packages that stay elsewhere
}

var pure = []string{"github.com/google/uuid"}

var layers = map[string]layer{
	"shared":      {ours: []string{"shared"}, outside: pure},
	"biz":         {ours: []string{"biz", "shared"}, outside: pure},
	"ent":         {ours: []string{"ent", "biz", "shared"}},
	"tenancy":     {ours: []string{"tenancy", "ent", "shared"}},
	"data":        {ours: []string{"data", "biz", "shared", "tenancy", "ent"}},
	"app":         {ours: []string{"app", "biz", "shared", "tenancy"}, never: []string{"entgo.io/ent", "github.com/lib/pq", "database/sql"}},
	"deploy":      {ours: []string{"deploy"}},
	"third_party": {ours: []string{"third_party"}},
	"cmd":         {ours: []string{"cmd", "app", "biz", "data", "deploy", "ent", "shared", "tenancy"}},
}

type pkg struct {
	ImportPath string
	Imports    []string
	Standard   bool
}

func TestImportsFollowTheLayers(t *testing.T) {
	t.Parallel()
	packages := list(t)
	standard := map[string]bool{"C": true, "unsafe": true}
	seen := map[string]int{}
	for _, p := range packages {
		standard[p.ImportPath] = standard[p.ImportPath] || p.Standard
	}
	for _, p := range packages {
		top, ours := topFolder(p.ImportPath)
		if !ours {
			continue
		}
		rule, known := layers[top]
		if !known {
			t.Errorf("%s: no rule for the folder %s", p.ImportPath, top)
			continue
		}
		seen[top]++
		for _, imported := range p.Imports {
			if strings.HasSuffix(p.ImportPath, "test") && imported == "zhuxin/tenancy/tenancytest" {
				continue
			}
			if why := rule.refuses(imported, standard[imported]); why != "" {
				t.Errorf("%s imports %s: %s", p.ImportPath, imported, why)
			}
		}
	}
	for _, top := range []string{"shared", "biz", "ent", "tenancy"} {
		if seen[top] == 0 {
			t.Errorf("no package of %s was looked at", top)
		}
	}
}

func (l layer) refuses(imported string, standard bool) string {
	under := func(prefix string) bool { return imported == prefix || strings.HasPrefix(imported, prefix+"/") }
	if slices.ContainsFunc(l.never, under) {
		return "this layer never speaks to it"
	}
	if imported == "zhuxin/tenancy/tenancytest" {
		return "only tests use it, and packages of test helpers, whose names end with test"
	}
	if top, ours := topFolder(imported); ours {
		if !slices.Contains(l.ours, top) {
			return "it may import " + strings.Join(l.ours, ", ") + " only"
		}
		return ""
	}
	if standard || l.outside == nil || slices.ContainsFunc(l.outside, under) {
		return ""
	}
	return "it is pure: the standard library and " + strings.Join(l.outside, ", ") + " only"
}

// topFolder gives the first folder of one of our packages.
func topFolder(path string) (string, bool) {
	rest, ours := strings.CutPrefix(path, "zhuxin/")
	top, _, _ := strings.Cut(rest, "/")
	return top, ours
}

// list gives every package of the module with its dependencies, without tests.
func list(t *testing.T) (out []pkg) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "go", "list", "-e", "-deps", "-json=ImportPath,Imports,Standard", "zhuxin/...")
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(pipe)
	for {
		var p pkg
		err := dec.Decode(&p)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	return out
}

// The rules themselves must refuse what they are there for.
func TestLayersRefuse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from, imported string
		standard       bool
	}{
		{"biz", "zhuxin/data/query", false}, {"biz", "zhuxin/ent/tenantdb", false}, {"biz", "github.com/lib/pq", false}, {"biz", "zhuxin/tenancy/scope", false},
		{"shared", "zhuxin/biz/rating", false}, {"app", "zhuxin/data/query", false}, {"app", "zhuxin/ent/hqdb", false}, {"app", "database/sql", true},
		{"app", "entgo.io/ent/dialect", false}, {"data", "zhuxin/app/server", false}, {"tenancy", "zhuxin/biz/customer", false},
		{"tenancy", "zhuxin/data/query", false}, {"data", "zhuxin/cmd/zhuxin", false}, {"cmd", "zhuxin/tenancy/tenancytest", false},
	} {
		if layers[c.from].refuses(c.imported, c.standard) == "" {
			t.Errorf("%s may import %s", c.from, c.imported)
		}
	}
	for _, c := range [][2]string{{"biz", "zhuxin/shared/fault"}, {"biz", "github.com/google/uuid"}, {"tenancy", "zhuxin/ent/hqdb"}, {"data", "github.com/lib/pq"}, {"cmd", "zhuxin/app/server"}} {
		if why := layers[c[0]].refuses(c[1], false); why != "" {
			t.Errorf("%s may not import %s: %s", c[0], c[1], why)
		}
	}
}

// Every package that reads tenants' tables shows that the other tenant sees
// nothing of what one wrote.
func TestRepositoriesHaveTheSiblingCheck(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{"data/tenantrepo", "data/query"} {
		missing, err := tenancytest.WithoutSibling(filepath.Join("..", "..", "..", "..", filepath.FromSlash(dir)))
		if err != nil {
			t.Fatal(err)
		}
		for _, pkg := range missing {
			t.Errorf("%s has no test that calls tenancytest.OtherSeesNothing", pkg)
		}
	}
}
