package api

import (
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"zhuxin/app/api/route"
	"zhuxin/shared/access"
)

func TestEveryRouteIsWhole(t *testing.T) {
	if len(Routes()) == 0 {
		t.Fatal("no routes: app/api/generate.sh has not run")
	}
	var doc struct {
		Paths map[string]map[string]struct {
			Permission string `yaml:"x-permission"`
		}
	}
	if err := yaml.Unmarshal(OpenAPI, &doc); err != nil {
		t.Fatal(err)
	}
	described := 0
	for _, methods := range doc.Paths {
		described += len(methods)
	}
	if described != len(Routes()) {
		t.Errorf("openapi.yaml describes %d routes, the server has %d; run app/api/generate.sh", described, len(Routes()))
	}
	for _, r := range Routes() {
		if !access.Known(r.Permission) || r.Operation == "" || r.Side == "" {
			t.Errorf("%+v lacks a permission, a side or a name", r)
		}
		if got := doc.Paths[jsonPath(r.Path)][strings.ToLower(r.Method)].Permission; got != string(r.Permission) {
			t.Errorf("%s %s: openapi.yaml says permission %q, the server asks for %q", r.Method, r.Path, got, r.Permission)
		}
		if r.ReadOnly() && (r.Body || r.IdempotentByKey) {
			t.Errorf("%s %s reads and yet takes a body or a key", r.Method, r.Path)
		}
	}
}

var snake = regexp.MustCompile(`_[a-z]`)

// jsonPath writes the variables as OpenAPI has them: customerId for customer_id.
func jsonPath(path string) string {
	return snake.ReplaceAllStringFunc(path, func(s string) string { return strings.ToUpper(s[1:]) })
}

func TestFill(t *testing.T) {
	r := route.Info{Path: "/v1/a/{id}/b/{name}:go", Params: []string{"id", "name"}}
	if got := r.Fill("1", "x"); got != "/v1/a/1/b/x:go" {
		t.Errorf("Fill = %s", got)
	}
	if got := r.Fill("1"); got != "/v1/a/1/b/{name}:go" {
		t.Errorf("Fill = %s", got)
	}
}
