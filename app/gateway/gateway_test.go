package gateway

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"zhuxin/app/gateway/limit"
	"zhuxin/shared/calendar"
)

// upstream is a server behind the gateway; it remembers what reached it.
type upstream struct {
	*httptest.Server
	requests []*http.Request
	bodies   []string
	answer   func(w http.ResponseWriter, r *http.Request)
}

func newUpstream(t *testing.T) *upstream {
	u := &upstream{}
	u.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, _ := io.ReadAll(r.Body)
		u.requests, u.bodies = append(u.requests, r), append(u.bodies, string(data))
		if u.answer != nil {
			u.answer(w, r)
			return
		}
		fmt.Fprint(w, "from behind")
	}))
	t.Cleanup(u.Close)
	return u
}

type bench struct {
	*Gateway
	kratos *upstream
	api    *upstream
	clock  *calendar.Frozen
	log    *bytes.Buffer
}

func setup(t *testing.T, change func(*Config, *Deps)) *bench {
	t.Helper()
	b := &bench{kratos: newUpstream(t), api: newUpstream(t), log: &bytes.Buffer{}, clock: &calendar.Frozen{At: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)}}
	log := slog.New(slog.NewTextHandler(b.log, nil))
	cfg := Config{
		PublicURL: "https://credit.example.com", KratosURL: b.kratos.URL, Secret: bytes.Repeat([]byte("k3y!"), 8),
		Limits: Limits{IP: limit.Rule{PerSecond: 1000, Burst: 1000}, Principal: limit.Rule{PerSecond: 1000, Burst: 1000},
			LoginPerAccount: 10, LoginPerIP: 50, LoginWindow: 15 * time.Minute},
	}
	deps := Deps{
		Logger: log, Clock: b.clock, Limiter: limit.New(nil, b.clock, log, prometheus.NewRegistry()),
		API:     b.api.Config.Handler,
		Console: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<!doctype html>") }),
	}
	if change != nil {
		change(&cfg, &deps)
	}
	g, err := New(cfg, deps)
	if err != nil {
		t.Fatal(err)
	}
	b.Gateway = g
	return b
}

type failure struct {
	Code      int    `json:"code"`
	Reason    string `json:"reason"`
	RequestID string `json:"request_id"`
}

func (b *bench) do(t *testing.T, method, target, body string, headers ...string) (*httptest.ResponseRecorder, failure) {
	t.Helper()
	r := httptest.NewRequest(method, "http://credit.example.com/", strings.NewReader(body))
	u, err := url.ParseRequestURI(target)
	if strings.HasPrefix(target, "//") { // net/http reads it as a path
		u, err = &url.URL{Path: target}, nil
	}
	if err != nil {
		t.Fatal(err)
	}
	r.URL.Path, r.URL.RawPath, r.URL.RawQuery = u.Path, u.RawPath, u.RawQuery
	r.RequestURI = target
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		switch headers[i] {
		case "peer":
			r.RemoteAddr = headers[i+1]
		case "Content-Type":
			r.Header.Set(headers[i], headers[i+1])
		default:
			r.Header.Add(headers[i], headers[i+1])
		}
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	var f failure
	if w.Code >= 400 && strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(w.Body.Bytes(), &f); err != nil || f.RequestID == "" || f.Code != w.Code {
			t.Errorf("%s %s: not in our shape: %s", method, target, w.Body)
		}
	}
	return w, f
}

func TestWhatIsReachable(t *testing.T) {
	tests := []struct {
		method, target string
		status         int
		by             string // console, api, kratos; empty: nobody
	}{
		{"GET", "/", 200, "console"},
		{"GET", "/t/north/customers", 200, "console"},
		{"GET", "/t/north/admin/members", 200, "console"},
		{"GET", "/hq", 200, "console"},
		{"GET", "/assets/index-1.js", 200, "console"},
		{"HEAD", "/", 200, "console"},
		{"POST", "/t/north", 404, ""},
		{"GET", "/v1/me", 200, "api"},
		{"DELETE", "/v1/rating-templates/1", 200, "api"},
		{"GET", "/v1/audit:verify", 200, "api"},
		{"GET", "/openapi.yaml", 200, "api"},
		{"GET", "/docs", 200, "api"},
		{"GET", "/docs/docs.js", 200, "api"},
		{"GET", "/healthz", 200, "api"},
		{"GET", "/readyz", 200, "api"},
		{"GET", "/v10", 200, "console"},
		{"GET", "/self-service/login/browser?return_to=/", 200, "kratos"},
		{"GET", "/self-service/login/api", 200, "kratos"},
		{"GET", "/self-service/registration/flows?id=1", 200, "kratos"},
		{"GET", "/self-service/recovery?token=1", 200, "kratos"},
		{"GET", "/self-service/logout?token=1", 200, "kratos"},
		{"GET", "/self-service/logout/browser", 200, "kratos"},
		{"DELETE", "/self-service/logout/api", 200, "kratos"},
		{"GET", "/self-service/errors?id=1", 200, "kratos"},
		{"GET", "/sessions/whoami", 200, "kratos"},
		{"GET", "/.well-known/ory/webauthn.js", 200, "kratos"},
		{"DELETE", "/self-service/login", 404, ""},
		{"POST", "/self-service/login/browser", 404, ""},
		{"PUT", "/self-service/settings", 404, ""},
		{"GET", "/self-service/methods/oidc/callback/x", 404, ""},
		{"GET", "/self-service", 404, ""},
		{"GET", "/self-service/", 404, ""},
		{"GET", "/self-service/login/", 404, ""},
		{"GET", "/sessions", 200, "kratos"},
		{"DELETE", "/sessions/1", 404, ""},
		{"GET", "/.well-known/ory/", 404, ""},
		{"GET", "/.well-known/jwks.json", 404, ""},
		{"GET", "/debug/pprof/", 404, ""},
		{"GET", "/debug/pprof/cmdline", 404, ""},
		{"GET", "/debug/vars", 404, ""},
		{"GET", "/metrics", 404, ""},
		{"GET", "/admin/identities", 404, ""},
		{"POST", "/admin/identities", 404, ""},
		{"GET", "/admin/courier/messages", 404, ""},
		{"GET", "/identities", 404, ""},
		{"GET", "/health/alive", 404, ""},
		{"GET", "/schemas/person", 404, ""},
		{"GET", "//admin/identities", 400, ""},
		{"GET", "/self-service/../admin/identities", 400, ""},
		{"GET", "/self-service/login/%2e%2e/%2e%2e/admin/identities", 400, ""},
		{"GET", "/self-service%2f..%2fadmin/identities", 400, ""},
		{"GET", "/self-service/..%5cadmin", 400, ""},
		{"GET", `/v1\me`, 400, ""},
		{"GET", "/v1/./me", 400, ""},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.target, func(t *testing.T) {
			b := setup(t, nil)
			w, _ := b.do(t, tt.method, tt.target, "")
			by := ""
			switch {
			case len(b.kratos.requests) > 0:
				by = "kratos"
			case len(b.api.requests) > 0:
				by = "api"
			case strings.HasPrefix(w.Body.String(), "<!doctype"):
				by = "console"
			}
			if w.Code != tt.status || by != tt.by {
				t.Errorf("%d by %q, want %d by %q", w.Code, by, tt.status, tt.by)
			}
			if h := w.Header(); h.Get("X-Frame-Options") != "DENY" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Strict-Transport-Security") == "" || h.Get("X-Request-Id") == "" {
				t.Errorf("headers are missing: %v", h)
			}
		})
	}
}

func TestKratosSeesTheTrueClient(t *testing.T) {
	b := setup(t, func(c *Config, _ *Deps) { c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")} })
	b.kratos.answer = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Server", "kratos")
		w.Header().Set("Location", b.kratos.URL+"/self-service/login?flow=1")
		w.WriteHeader(http.StatusSeeOther)
	}
	w, _ := b.do(t, "GET", "/self-service/login/browser?return_to=%2Ft%2Fnorth", "", "peer", "10.0.0.1:9",
		"X-Forwarded-For", "1.2.3.4, 203.0.113.9", "X-Forwarded-Host", "evil.example", "X-Forwarded-Proto", "gopher", "Forwarded", "for=1.2.3.4",
		"X-Kratos-Authenticated-Identity-Id", "x", "X-User-Id", "x", "Authorization", "Bearer zx_1", "Cookie", "csrf_token=abc", "X-Real-Ip", "1.2.3.4")
	got := b.kratos.requests[0]
	for name, want := range map[string]string{
		"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Host": "credit.example.com", "X-Forwarded-Proto": "https", "Forwarded": "",
		"X-User-Id": "", "X-Kratos-Authenticated-Identity-Id": "", "Authorization": "", "Cookie": "csrf_token=abc", "X-Real-Ip": "",
	} {
		if got.Header.Get(name) != want {
			t.Errorf("Kratos got %s = %q, want %q", name, got.Header.Get(name), want)
		}
	}
	if got.URL.RawQuery != "return_to=%2Ft%2Fnorth" || got.Host != "credit.example.com" {
		t.Errorf("Kratos got %s with query %s", got.Host, got.URL.RawQuery)
	}
	if at := w.Header().Get("Location"); w.Code != 303 || at != "https://credit.example.com/self-service/login?flow=1" {
		t.Errorf("redirected to %s: the origin is not kept", at)
	}
	if w.Header().Get("Server") != "" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("headers: %v", w.Header())
	}
}

func TestRedirectsElsewhereAreLeft(t *testing.T) {
	b := setup(t, nil)
	for _, to := range []string{"https://credit.example.com/auth/login?flow=1", "/auth/error?id=1"} {
		b.kratos.answer = func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Location", to); w.WriteHeader(303) }
		if w, _ := b.do(t, "GET", "/self-service/login/browser", ""); w.Header().Get("Location") != to {
			t.Errorf("%s became %s", to, w.Header().Get("Location"))
		}
	}
}

func TestServersAway(t *testing.T) {
	b := setup(t, func(c *Config, d *Deps) { d.API, c.APIURL = nil, "http://127.0.0.1:1" })
	b.kratos.Close()
	for target, reason := range map[string]string{"/sessions/whoami": "IDENTITY_UNAVAILABLE", "/v1/me": "API_UNAVAILABLE"} {
		w, f := b.do(t, "GET", target, "")
		if w.Code != 503 || f.Reason != reason || w.Header().Get("Retry-After") == "" || strings.Contains(w.Body.String(), "127.0.0.1") {
			t.Errorf("%s: %d %s", target, w.Code, w.Body)
		}
	}
}

func TestAPIInAnotherProcess(t *testing.T) {
	var b *bench
	other := newUpstream(t)
	b = setup(t, func(c *Config, d *Deps) { d.API, c.APIURL = nil, other.URL })
	other.answer = func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", r.Header.Get("X-Request-Id"))
		w.Header().Set("Retry-After", "3")
		w.WriteHeader(429)
	}
	w, _ := b.do(t, "POST", "/v1/credit-checks?x=1", `{"a":1}`, "Authorization", "Bearer zx_1", "Idempotency-Key", "k", "X-Zhuxin-Tenant", "north", "X-Request-Id", "req-12345678", "peer", "203.0.113.9:1")
	got := other.requests[0]
	if w.Code != 429 || w.Header().Get("Retry-After") != "3" || len(w.Header().Values("X-Request-Id")) != 1 {
		t.Errorf("answer: %d %v", w.Code, w.Header())
	}
	for name, want := range map[string]string{"Authorization": "Bearer zx_1", "Idempotency-Key": "k", "X-Zhuxin-Tenant": "north", "X-Request-Id": "req-12345678", "X-Forwarded-For": "203.0.113.9"} {
		if got.Header.Get(name) != want {
			t.Errorf("the API got %s = %q, want %q", name, got.Header.Get(name), want)
		}
	}
	if other.bodies[0] != `{"a":1}` || got.URL.RawQuery != "x=1" {
		t.Errorf("the API got %q and query %q", other.bodies[0], got.URL.RawQuery)
	}
}

func TestPanicBehind(t *testing.T) {
	b := setup(t, func(_ *Config, d *Deps) {
		d.API = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("secret at x.go:1") })
	})
	if w, f := b.do(t, "GET", "/v1/me", ""); w.Code != 500 || f.Reason != "INTERNAL" || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestNewRefuses(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Config, *Deps)
	}{
		{"no console", func(_ *Config, d *Deps) { d.Console = nil }},
		{"no API", func(_ *Config, d *Deps) { d.API = nil }},
		{"two APIs", func(c *Config, _ *Deps) { c.APIURL = "http://127.0.0.1:1" }},
		{"short secret", func(c *Config, _ *Deps) { c.Secret = c.Secret[:31] }},
		{"no login limit", func(c *Config, _ *Deps) { c.Limits.LoginPerAccount = 0 }},
		{"no traffic limit", func(c *Config, _ *Deps) { c.Limits.IP = limit.Rule{} }},
		{"no public URL", func(c *Config, _ *Deps) { c.PublicURL = "" }},
		{"no Kratos", func(c *Config, _ *Deps) { c.KratosURL = "kratos:4433" }},
		{"API that is no URL", func(c *Config, d *Deps) { d.API, c.APIURL = nil, "api" }},
	}
	for _, tt := range tests {
		b := &bench{log: &bytes.Buffer{}, clock: &calendar.Frozen{}}
		log := slog.New(slog.NewTextHandler(b.log, nil))
		rule := limit.Rule{PerSecond: 1, Burst: 1}
		cfg := Config{PublicURL: "https://a.example", KratosURL: "http://127.0.0.1:1", Secret: make([]byte, 32), Limits: Limits{rule, rule, 1, 1, time.Minute}}
		deps := Deps{log, b.clock, limit.New(nil, b.clock, log, prometheus.NewRegistry()), http.NotFoundHandler(), http.NotFoundHandler()}
		if _, err := New(cfg, deps); err != nil {
			t.Fatal(err)
		}
		tt.change(&cfg, &deps)
		if _, err := New(cfg, deps); err == nil {
			t.Errorf("%s: accepted", tt.name)
		}
	}
}
