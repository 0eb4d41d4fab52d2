package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-kratos/kratos/v2/log"
	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
)

func TestRequestID(t *testing.T) {
	b := setup(t, nil)
	tests := []struct {
		given string
		kept  bool
	}{
		{"req-12345678", true},
		{"0190a000-0000-7000-8000-000000000001", true},
		{"short", false},
		{"has space in it", false},
		{"line\nbreak-in-it", false},
		{strings.Repeat("x", 65), false},
		{`"><script>alert(1)`, false},
	}
	for _, tt := range tests {
		got := b.do(t, "GET", "/v1/hello", "", "X-Request-Id", tt.given).Header().Get("X-Request-Id")
		if (got == tt.given) != tt.kept || got == "" {
			t.Errorf("given %q, answered %q", tt.given, got)
		}
	}
}

func TestSpoofableHeadersAreTakenOff(t *testing.T) {
	h := http.Header{}
	bad := []string{"X-Md-Global-User", "x-md-local-tenant", "X-User", "X-User-Id", "X-Tenant", "X-Tenant-Id", "X-Forwarded-User", "X-Original-Url", "X-Http-Method-Override"}
	for _, n := range bad {
		h.Set(n, "x")
	}
	h[strings.ToLower("X-MD-raw")] = []string{"x"}
	h.Set(HeaderTenant, "north")
	StripSpoofable(h)
	if len(h) != 1 || h.Get(HeaderTenant) != "north" {
		t.Errorf("left: %v", h)
	}
	b := setup(t, nil)
	b.do(t, "GET", "/v1/hello", "", "X-Md-Global-User", "x", "Accept-Language", "zh")
	if got := b.things.header; got.Get("X-Md-Global-User") != "" || got.Get("Accept-Language") != "zh" {
		t.Errorf("the service sees %v", got)
	}
}

func TestCrossOrigin(t *testing.T) {
	tests := []struct {
		name, method string
		headers      []string
		ok           bool
	}{
		{"our own page", "PUT", []string{"Sec-Fetch-Site", "same-origin", "Origin", "https://credit.example.com"}, true},
		{"our own page behind a proxy", "PUT", []string{"Origin", "https://credit.example.com"}, true},
		{"no browser", "PUT", nil, true},
		{"another site", "PUT", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, false},
		{"another site, old browser", "PUT", []string{"Origin", "https://evil.example"}, false},
		{"sibling site", "PUT", []string{"Sec-Fetch-Site", "same-site", "Origin", "https://www.example.com"}, false},
		{"reading from a link", "GET", []string{"Sec-Fetch-Site", "cross-site"}, true},
	}
	b := setup(t, nil)
	for _, tt := range tests {
		a := b.do(t, tt.method, "/v1/things/7", "", with(asAlice, tt.headers...)...)
		if (a.Code == 200) != tt.ok || !tt.ok && a.failure.Reason != "CROSS_ORIGIN_REFUSED" {
			t.Errorf("%s: %d %s", tt.name, a.Code, a.failure.Reason)
		}
	}
}

func TestSecurityHeaders(t *testing.T) {
	b := setup(t, nil)
	for _, target := range []string{"/v1/hello", "/v1/nix", "/docs"} {
		h := b.do(t, "GET", target, "").Header()
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
			"Strict-Transport-Security": "max-age=31536000; includeSubDomains",
		} {
			if h.Get(name) != want {
				t.Errorf("%s: %s = %q", target, name, h.Get(name))
			}
		}
		if !strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
			t.Errorf("%s: no policy", target)
		}
	}
	if h := b.do(t, "GET", "/v1/hello", "").Header(); h.Get("Cache-Control") != "no-store" {
		t.Error("an answer of the API could be cached")
	}
}

func TestLogHasNoBodyAndNoQuery(t *testing.T) {
	b := setup(t, nil)
	b.do(t, "PUT", "/v1/things/7", `{"displayName":"canary-body"}`, asAlice...)
	b.do(t, "GET", "/v1/things/7?tags=canary-query", "", asAlice...)
	if s := b.log.String(); strings.Contains(s, "canary") || strings.Contains(s, `"alice"`) {
		t.Errorf("the log holds what it must not: %s", s)
	}
	for _, want := range []string{`"operation":"/zhuxin.echo.v1.EchoService/Update"`, `"actor":"person:` + alice.String(), `"tenant_id":"` + north.String(), `"status":200`} {
		if !strings.Contains(b.log.String(), want) {
			t.Errorf("the log lacks %s: %s", want, b.log)
		}
	}
}

func TestMetrics(t *testing.T) {
	b := setup(t, nil)
	b.do(t, "GET", "/v1/things/7", "", asAlice...)
	b.do(t, "GET", "/v1/things/8", "", asAlice...)
	b.do(t, "GET", "/v1/nix/"+uuid.NewString(), "")
	b.do(t, "BREW", "/v1/hello", "")
	admin := NewAdmin("127.0.0.1:0", b.deps.Registry, NewReadiness(nil, b.deps.Logger, b.clock))
	w := httptest.NewRecorder()
	admin.Handler.ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, want := range []string{
		`zhuxin_http_requests_total{method="GET",operation="/zhuxin.echo.v1.EchoService/Get",status="200"} 2`,
		`zhuxin_http_requests_total{method="GET",operation="none",status="404"} 1`,
		`zhuxin_http_requests_total{method="other",operation="none",status="405"} 1`,
		`zhuxin_http_request_seconds_count{operation="/zhuxin.echo.v1.EchoService/Get"} 2`,
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("metrics lack %s", want)
		}
	}
	for _, target := range []string{"/debug/pprof/", "/debug/vars"} {
		w := httptest.NewRecorder()
		admin.Handler.ServeHTTP(w, httptest.NewRequest("GET", target, nil))
		if w.Code != 404 {
			t.Errorf("admin %s: %d", target, w.Code)
		}
	}
}

func TestReadiness(t *testing.T) {
	asked := 0
	pg := errors.New("dial tcp 10.1.2.3:5432: refused")
	b := setup(t, func(_ *Config, d *Deps) {
		d.Checks["postgres"] = func(context.Context) error { asked++; return pg }
		d.Checks["redis"] = func(context.Context) error { return nil }
	})
	get := func() (int, string) {
		r := httptest.NewRecorder()
		b.ServeHTTP(r, httptest.NewRequest("GET", "/readyz", nil))
		return r.Code, strings.TrimSpace(r.Body.String())
	}
	if code, body := get(); code != 503 || body != `{"checks":{"postgres":"down","redis":"ok"},"status":"unavailable"}` {
		t.Errorf("%d %s", code, body)
	}
	pg = nil
	if code, _ := get(); code != 503 || asked != 1 {
		t.Errorf("%d after %d questions; within a second nobody is asked again", code, asked)
	}
	b.clock.At = b.clock.At.Add(time.Second)
	if code, body := get(); code != 200 || body != `{"checks":{"postgres":"ok","redis":"ok"},"status":"ok"}` {
		t.Errorf("%d %s", code, body)
	}
	if a := b.do(t, "GET", "/healthz", ""); a.Code != 200 {
		t.Errorf("healthz %d", a.Code)
	}
	if a := b.do(t, "POST", "/readyz", ""); a.Code != 405 {
		t.Errorf("POST /readyz %d", a.Code)
	}
}

func TestReadinessOfAHungServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setup(t, nil)
		hang := make(chan struct{})
		r := NewReadiness(map[string]func(context.Context) error{
			"kratos": func(context.Context) error { <-hang; return nil },
			"redis":  func(context.Context) error { return nil },
		}, b.deps.Logger, calendar.System{})
		started := time.Now()
		states := r.States(t.Context())
		close(hang)
		if states["kratos"] != "down" || states["redis"] != "ok" || time.Since(started) != checkTimeout {
			t.Errorf("%v after %v", states, time.Since(started))
		}
	})
}

func TestDocs(t *testing.T) {
	b := setup(t, nil)
	for target, kind := range map[string]string{
		"/docs": "text/html", "/docs/docs.js": "text/javascript", "/docs/docs.css": "text/css", "/openapi.yaml": "application/yaml", "/openapi.json": "application/json",
	} {
		a := b.do(t, "GET", target, "")
		if a.Code != 200 || !strings.HasPrefix(a.Header().Get("Content-Type"), kind) || a.Body.Len() == 0 {
			t.Errorf("%s: %d %s, %d bytes", target, a.Code, a.Header().Get("Content-Type"), a.Body.Len())
		}
	}
	page := b.do(t, "GET", "/docs", "").Body.String()
	for _, bad := range []string{"http://", "https://", "<style", "onclick", "<script>"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %q, which its policy or a closed network forbids", bad)
		}
	}
	var doc map[string]any
	if err := json.Unmarshal(b.do(t, "GET", "/openapi.json", "").Body.Bytes(), &doc); err != nil || doc["openapi"] != "3.0.3" {
		t.Errorf("openapi.json: %v %v", doc, err)
	}
}

func TestClientIP(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.1/32")}
	tests := []struct {
		name, peer string
		forwarded  []string
		want       string
	}{
		{"direct", "203.0.113.9:1", nil, "203.0.113.9"},
		{"a client's own claim", "203.0.113.9:1", []string{"1.2.3.4"}, "203.0.113.9"},
		{"one proxy", "10.0.0.1:1", []string{"203.0.113.9"}, "203.0.113.9"},
		{"claim in front of a proxy", "10.0.0.1:1", []string{"1.2.3.4, 203.0.113.9"}, "203.0.113.9"},
		{"claim in a header of its own", "10.0.0.1:1", []string{"1.2.3.4", "203.0.113.9"}, "203.0.113.9"},
		{"two proxies", "10.0.0.1:1", []string{"1.2.3.4, 203.0.113.9, 10.0.0.2"}, "203.0.113.9"},
		{"only proxies", "10.0.0.1:1", []string{"10.0.0.2"}, "10.0.0.2"},
		{"nonsense", "10.0.0.1:1", []string{"203.0.113.9, nonsense"}, "10.0.0.1"},
		{"no header", "10.0.0.1:1", nil, "10.0.0.1"},
		{"mapped", "[::ffff:127.0.0.1]:1", []string{"2001:db8::1"}, "2001:db8::1"},
	}
	for _, tt := range tests {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = tt.peer
		r.Header["X-Forwarded-For"] = tt.forwarded
		if got := ClientIP(r, proxies); got.String() != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	r := httptest.NewRequest("GET", "/", nil)
	r = r.WithContext(WithClientIP(r.Context(), netip.MustParseAddr("198.51.100.7")))
	if got := ClientIP(r, nil); got.String() != "198.51.100.7" {
		t.Errorf("the gateway's finding is not taken: %s", got)
	}
}

func TestHarden(t *testing.T) {
	b := setup(t, nil)
	if b.ReadHeaderTimeout != 5*time.Second || b.IdleTimeout == 0 || b.ReadTimeout == 0 || b.WriteTimeout == 0 || b.MaxHeaderBytes != maxHeader {
		t.Errorf("limits of net/http are open: %+v", b.Server.Server)
	}
}

func TestTenantLimit(t *testing.T) {
	var limited uuid.UUID
	b := setup(t, func(_ *Config, d *Deps) {
		d.TenantLimit = func(_ context.Context, id uuid.UUID) error {
			limited = id
			return &fault.Error{Kind: fault.KindLimited, Reason: "TENANT_LIMITED", Message: "m", RetryAfter: 1}
		}
	})
	if a := b.do(t, "GET", "/v1/things/7", "", asAlice...); a.Code != 429 || limited != north || a.Header().Get("Retry-After") != "1" {
		t.Errorf("%d for %v", a.Code, limited)
	}
	limited = uuid.Nil
	b.do(t, "GET", "/v1/things/7", "", "X-Session-Token", "bob", HeaderTenant, "north")
	if limited != uuid.Nil {
		t.Error("a stranger uses up the subsidiary's limit")
	}
}

func TestKratosLog(t *testing.T) {
	b := setup(t, nil)
	if err := KratosLog(b.deps.Logger).Log(log.LevelWarn, "msg", "listening", "port", 1); err != nil {
		t.Fatal(err)
	}
	if s := b.log.String(); !strings.Contains(s, `"level":"WARN","msg":"listening","port":1`) {
		t.Errorf("log = %s", s)
	}
}

func TestTracing(t *testing.T) {
	b := setup(t, nil)
	stop, err := Tracing(t.Context(), "", 1, b.deps.Logger)
	if err != nil || stop(t.Context()) != nil {
		t.Errorf("without an endpoint: %v", err)
	}
	got := make(chan string, 1)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { got <- r.URL.Path }))
	defer collector.Close()
	stop, err = Tracing(t.Context(), collector.URL+"/v1/traces", 1, b.deps.Logger)
	if err != nil {
		t.Fatal(err)
	}
	setup(t, nil).do(t, "GET", "/v1/hello", "")
	if err := stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if path := <-got; path != "/v1/traces" {
		t.Errorf("the collector got %s", path)
	}
}

func TestYAMLToJSONKeepsTheOrder(t *testing.T) {
	got, err := yamlToJSON([]byte("z: {b: 1, a: [x, true, null, '1']}\n\"200\": \"1.0\"\ne: {}\n"))
	if want := `{"z":{"b":1,"a":["x",true,null,"1"]},"200":"1.0","e":{}}`; err != nil || string(got) != want {
		t.Errorf("%s, %v; want %s", got, err, want)
	}
	for _, bad := range []string{"", "a: [", "a: &x 1\nb: *x"} {
		if _, err := yamlToJSON([]byte(bad)); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
