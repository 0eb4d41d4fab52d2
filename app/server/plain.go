package server

import (
	"embed"
	"fmt"
	"net/http"
	"strings"
)

//go:embed docs
var docs embed.FS

// docsPolicy lets the documentation run its own script and nothing else.
const docsPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

type page struct {
	contentType string
	body        []byte
}

// plain answers health, readiness and the documentation of the interface before
// the routes of the contract are looked at.
func (s *core) plain() (func(http.Handler) http.Handler, error) {
	pages := map[string]page{}
	for path, name := range map[string]string{"/docs": "docs/docs.html", "/docs/docs.js": "docs/docs.js", "/docs/docs.css": "docs/docs.css"} {
		data, err := docs.ReadFile(name)
		if err != nil {
			return nil, err
		}
		kind := map[string]string{"html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8"}
		pages[path] = page{kind[name[strings.LastIndex(name, ".")+1:]], data}
	}
	if len(s.deps.OpenAPI) > 0 {
		asJSON, err := yamlToJSON(s.deps.OpenAPI)
		if err != nil {
			return nil, fmt.Errorf("server: openapi.yaml: %w", err)
		}
		pages["/openapi.yaml"] = page{"application/yaml; charset=utf-8", s.deps.OpenAPI}
		pages["/openapi.json"] = page{"application/json", asJSON}
	}
	ready := NewReadiness(s.deps.Checks, s.log, s.clock)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			p, isPage := pages[r.URL.Path]
			health := r.URL.Path == "/healthz" || r.URL.Path == "/readyz"
			if !isPage && !health {
				next.ServeHTTP(w, r)
				return
			}
			if r.Method != http.MethodGet && r.Method != http.MethodHead {
				w.Header().Set("Allow", "GET, HEAD")
				writeFault(w, r, s.log, errMethod, http.StatusMethodNotAllowed, errMethod)
				return
			}
			callFrom(r.Context()).admitted = true
			switch {
			case r.URL.Path == "/healthz":
				healthz(w, r)
			case health:
				ready.ServeHTTP(w, r)
			default:
				w.Header().Set("Content-Type", p.contentType)
				w.Header().Set("Content-Security-Policy", docsPolicy)
				w.Header().Set("Cache-Control", "no-cache")
				_, _ = w.Write(p.body) // the client has gone; nothing is left to be told
			}
		})
	}, nil
}
