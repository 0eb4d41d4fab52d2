package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	khttp "github.com/go-kratos/kratos/v2/transport/http"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"

	"zhuxin/app/api/route"
	"zhuxin/app/server/internal/echo"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/idempotency"
)

var (
	alice    = uuid.MustParse("0190a000-0000-7000-8000-000000000001") // administrator of "north"
	bob      = uuid.MustParse("0190a000-0000-7000-8000-000000000002") // HQ administrator, no subsidiary
	north    = uuid.MustParse("0190a000-0000-7000-8000-00000000000a")
	erpKeyID = uuid.MustParse("0190a000-0000-7000-8000-00000000000b")
)

// identities answers by token; it counts, so that a test sees what was cached.
type identities struct {
	sessions int
	second   time.Time // when alice showed her second factor
	err      error
}

func (i *identities) Session(_ context.Context, c Credential) (Person, error) {
	i.sessions++
	if i.err != nil {
		return Person{}, i.err
	}
	switch c.Token + strings.TrimPrefix(c.Cookie, "zhuxin_session=") {
	case "alice":
		return Person{ID: alice, Name: "Alice", Email: "alice@example.com", AAL: "aal1", SecondFactorAt: i.second}, nil
	case "bob":
		return Person{ID: bob, Name: "Bob"}, nil
	}
	return Person{}, fault.New(fault.KindUnauthorized, "NO_SESSION", "no such session")
}

func (i *identities) APIKey(_ context.Context, key string) (access.Actor, error) {
	if i.err != nil {
		return access.Actor{}, i.err
	}
	if key == "zx_erp" {
		return access.Actor{Kind: access.KindAPIKey, ID: erpKeyID, Name: "ERP", TenantID: north, Scopes: []access.Permission{access.CreditReserve}}, nil
	}
	return access.Actor{}, fault.New(fault.KindUnauthorized, "NO_KEY", "no such key")
}

type memberships struct {
	state TenantState
	err   error
}

func (m *memberships) Resolve(_ context.Context, person uuid.UUID, slug string) (Membership, error) {
	if m.err != nil {
		return Membership{}, m.err
	}
	if person == alice && slug == "north" {
		return Membership{TenantID: north, Slug: slug, State: m.state, Roles: []access.Role{access.RoleAdministrator}}, nil
	}
	return Membership{}, fault.NotFound("MEMBERSHIP_NOT_FOUND", "secret detail: "+slug)
}

func (m *memberships) Tenant(context.Context, uuid.UUID) (Membership, error) {
	return Membership{TenantID: north, Slug: "north", State: m.state}, m.err
}

func (m *memberships) HQ(_ context.Context, person uuid.UUID) ([]access.Role, error) {
	if person == bob {
		return []access.Role{access.RoleHQAdministrator}, nil
	}
	return nil, nil
}

// things is the service under the server: it answers what it was given.
type things struct {
	fail    error
	panics  any
	seen    access.Actor
	bound   uuid.UUID
	command idempotency.Command
	upload  string
	header  http.Header
	wait    bool
}

type boundKey struct{}

func (s *things) do(ctx context.Context, id, name string, fen int64) (*echo.Thing, error) {
	s.seen, _ = access.From(ctx)
	s.bound, _ = ctx.Value(boundKey{}).(uuid.UUID)
	s.command, _ = idempotency.From(ctx)
	if r, ok := khttp.RequestFromServerContext(ctx); ok {
		s.header = r.Header
	}
	if s.wait {
		<-ctx.Done()
		return nil, errors.New("pq: canceling statement due to user request (57014)")
	}
	if s.panics != nil {
		panic(s.panics)
	}
	return &echo.Thing{Id: id, DisplayName: name, AmountFen: fen, Colour: echo.Colour_COLOUR_RED}, s.fail
}

func (s *things) Get(ctx context.Context, r *echo.GetRequest) (*echo.Thing, error) {
	t, err := s.do(ctx, r.GetId(), "", 0)
	t.Tags, t.PageSize, t.Colour = r.GetTags(), r.GetPageSize(), r.GetColour()
	return t, err
}
func (s *things) Summary(ctx context.Context, _ *echo.SummaryRequest) (*echo.Thing, error) {
	return s.do(ctx, "summary", "", 0)
}
func (s *things) Update(ctx context.Context, r *echo.UpdateRequest) (*echo.Thing, error) {
	return s.do(ctx, r.GetId(), r.GetDisplayName(), r.GetAmountFen())
}
func (s *things) Retire(ctx context.Context, r *echo.RetireRequest) (*echo.Thing, error) {
	return s.do(ctx, r.GetId(), r.GetReason().GetText(), 0)
}
func (s *things) Reserve(ctx context.Context, r *echo.UpdateRequest) (*echo.Thing, error) {
	return s.do(ctx, r.GetId(), r.GetDisplayName(), r.GetAmountFen())
}
func (s *things) Overview(ctx context.Context, _ *echo.SummaryRequest) (*echo.Thing, error) {
	return s.do(ctx, "overview", "", 0)
}
func (s *things) Me(ctx context.Context, _ *echo.SummaryRequest) (*echo.Thing, error) {
	p, _ := PersonFrom(ctx)
	return s.do(ctx, p.ID.String(), p.Name, 0)
}
func (s *things) Hello(ctx context.Context, _ *echo.SummaryRequest) (*echo.Thing, error) {
	return s.do(ctx, "hello", "", 0)
}
func (s *things) Upload(ctx context.Context, r *echo.UploadRequest) (*echo.Thing, error) {
	u, _ := route.UploadFrom(ctx)
	data, err := io.ReadAll(u.Body)
	if err != nil {
		return nil, err
	}
	s.upload = u.ContentType + ":" + string(data)
	return s.do(ctx, r.GetId(), r.GetFileName(), int64(len(data)))
}
func (s *things) Download(ctx context.Context, r *echo.GetRequest) (*route.File, error) {
	if _, err := s.do(ctx, r.GetId(), "", 0); err != nil {
		return nil, err
	}
	return &route.File{Name: "营业执照 \"1\".pdf", ContentType: "application/pdf", Body: io.NopCloser(&alive{ctx, strings.NewReader(strings.Repeat("x", 100_000))})}, nil
}

// alive fails when its context has ended: a download must outlive the service call.
type alive struct {
	ctx context.Context
	io.Reader
}

func (a *alive) Read(p []byte) (int, error) {
	if err := a.ctx.Err(); err != nil {
		return 0, err
	}
	return a.Reader.Read(p)
}

// bench is one server with everything behind it in the test's hand.
type bench struct {
	*khttp.Server
	ids     *identities
	members *memberships
	things  *things
	clock   *calendar.Frozen
	log     *bytes.Buffer
	deps    Deps
}

func setup(t *testing.T, change func(*Config, *Deps)) *bench {
	t.Helper()
	b := &bench{ids: &identities{}, members: &memberships{state: TenantReady}, things: &things{}, log: &bytes.Buffer{},
		clock: &calendar.Frozen{At: time.Date(2026, 11, 21, 9, 0, 0, 0, time.UTC)}}
	b.deps = Deps{
		Logger: slog.New(slog.NewJSONHandler(b.log, nil)), Clock: b.clock, Routes: echo.EchoServiceRoutes,
		Authenticator: b.ids, Memberships: b.members, Registry: prometheus.NewRegistry(), StepUp: &asker{},
		BindTenant: func(ctx context.Context, id uuid.UUID) (context.Context, error) {
			return context.WithValue(ctx, boundKey{}, id), nil
		},
		Checks:  map[string]func(context.Context) error{},
		OpenAPI: []byte("openapi: 3.0.3\ninfo: {title: T}\n"),
	}
	cfg := Config{PublicURL: "https://credit.example.com"}
	if change != nil {
		change(&cfg, &b.deps)
	}
	srv, err := New(cfg, b.deps)
	if err != nil {
		t.Fatal(err)
	}
	echo.RegisterEchoServiceHTTPServer(srv, b.things)
	b.Server = srv
	return b
}

type answer struct {
	*httptest.ResponseRecorder
	failure body
	thing   map[string]any
}

func (b *bench) do(t *testing.T, method, target, payload string, headers ...string) answer {
	t.Helper()
	r := httptest.NewRequest(method, target, strings.NewReader(payload))
	if payload != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
		if headers[i] == "Content-Type" {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	a := answer{ResponseRecorder: httptest.NewRecorder()}
	b.ServeHTTP(a, r)
	if a.Code >= 400 {
		if err := json.Unmarshal(a.Body.Bytes(), &a.failure); err != nil || a.failure.Code != a.Code {
			t.Fatalf("%s %s: failure is not in our shape (status %d): %s", method, target, a.Code, a.Body)
		}
		if a.failure.RequestID == "" || a.failure.RequestID != a.Header().Get(headerRequestID) {
			t.Errorf("%s %s: failure without its request id: %s", method, target, a.Body)
		}
	} else if strings.HasPrefix(a.Header().Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(a.Body.Bytes(), &a.thing); err != nil {
			t.Fatalf("%s %s: %v: %s", method, target, err, a.Body)
		}
	}
	return a
}

var asAlice = []string{"X-Session-Token", "alice", HeaderTenant, "north"}

func with(base []string, more ...string) []string { return append(slices.Clone(base), more...) }

func TestNewNeedsItsDeps(t *testing.T) {
	if _, err := New(Config{}, Deps{}); err == nil || !strings.Contains(err.Error(), "Deps.Authenticator is missing") {
		t.Errorf("err = %v, want every missing dependency named", err)
	}
}

func TestCheckRoutes(t *testing.T) {
	b := setup(t, nil)
	if err := CheckRoutes(b.Server, echo.EchoServiceRoutes); err != nil {
		t.Error(err)
	}
	b.Route("/").GET("/v1/stray", func(khttp.Context) error { return nil })
	missing := append(slices.Clone(echo.EchoServiceRoutes), route.Info{Method: "GET", Path: "/v1/forgotten"})
	err := CheckRoutes(b.Server, missing)
	for _, want := range []string{"/v1/stray is served and in no contract", "/v1/forgotten () is in the contract and nobody serves it"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("err = %v, want %q", err, want)
		}
	}
}

func TestRouting(t *testing.T) {
	tests := []struct {
		name, method, target, payload string
		status                        int
		reason, field                 string
		want                          map[string]any
	}{
		{name: "path and query", method: "GET", target: "/v1/things/7?pageSize=3&tags=a&tags=b&colour=COLOUR_RED", status: 200,
			want: map[string]any{"id": "7", "pageSize": 3.0, "colour": "COLOUR_RED", "amountFen": "0", "seenAt": nil, "reason": nil}},
		{name: "proto name in the query", method: "GET", target: "/v1/things/7?page_size=3", status: 200, want: map[string]any{"pageSize": 3.0}},
		{name: "literal before variable", method: "GET", target: "/v1/things/summary", status: 200, want: map[string]any{"id": "summary"}},
		{name: "the path wins over the body", method: "PUT", target: "/v1/things/7", payload: `{"id":"8","displayName":"n","amountFen":"12345678901234567"}`, status: 200,
			want: map[string]any{"id": "7", "displayName": "n", "amountFen": "12345678901234567"}},
		{name: "custom verb and body field", method: "POST", target: "/v1/things/7:retire", payload: `{"text":"old"}`, status: 200, want: map[string]any{"id": "7", "displayName": "old"}},
		{name: "no body", method: "PUT", target: "/v1/things/7", status: 200, want: map[string]any{"id": "7"}},
		{name: "query beside a body", method: "PUT", target: "/v1/things/7?displayName=x", payload: `{}`, status: 400, reason: "QUERY_NOT_ALLOWED"},
		{name: "unknown body field", method: "PUT", target: "/v1/things/7", payload: `{"displayNam":"x"}`, status: 400, reason: "INVALID_INPUT", field: "displayNam"},
		{name: "wrong type", method: "PUT", target: "/v1/things/7", payload: `{"amountFen":"1.5"}`, status: 400, reason: "INVALID_INPUT", field: "amountFen"},
		{name: "field twice", method: "PUT", target: "/v1/things/7", payload: `{"displayName":"a","displayName":"b"}`, status: 400, reason: "INVALID_INPUT", field: "displayName"},
		{name: "no JSON", method: "PUT", target: "/v1/things/7", payload: `{"a`, status: 400, reason: "BODY_NOT_JSON"},
		{name: "too large", method: "PUT", target: "/v1/things/7", payload: `{"displayName":"` + strings.Repeat("x", maxJSONBody) + `"}`, status: 413, reason: "BODY_TOO_LARGE"},
		{name: "unknown query", method: "GET", target: "/v1/things/7?nix=1", status: 400, reason: "INVALID_INPUT", field: "nix"},
		{name: "path variable in the query", method: "GET", target: "/v1/things/7?id=8", status: 400, reason: "INVALID_INPUT", field: "id"},
		{name: "query twice", method: "GET", target: "/v1/things/7?pageSize=1&pageSize=2", status: 400, reason: "INVALID_INPUT", field: "pageSize"},
		{name: "query of the wrong type", method: "GET", target: "/v1/things/7?pageSize=x", status: 400, reason: "INVALID_INPUT", field: "pageSize"},
		{name: "broken query", method: "GET", target: "/v1/things/7?a=%zz", status: 400, reason: "QUERY_INVALID"},
		{name: "no such route", method: "GET", target: "/v1/nix", status: 404, reason: "ROUTE_NOT_FOUND"},
		{name: "no such method", method: "DELETE", target: "/v1/things/7", status: 405, reason: "METHOD_NOT_ALLOWED"},
		{name: "pprof", method: "GET", target: "/debug/pprof/", status: 404, reason: "ROUTE_NOT_FOUND"},
		{name: "expvar", method: "GET", target: "/debug/vars", status: 404, reason: "ROUTE_NOT_FOUND"},
		{name: "metrics are not public", method: "GET", target: "/metrics", status: 404, reason: "ROUTE_NOT_FOUND"},
	}
	b := setup(t, nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := b.do(t, tt.method, tt.target, tt.payload, asAlice...)
			if a.Code != tt.status || a.failure.Reason != tt.reason {
				t.Fatalf("%d %s, want %d %s: %s", a.Code, a.failure.Reason, tt.status, tt.reason, a.Body)
			}
			if tt.field != "" && (len(a.failure.Fields) != 1 || a.failure.Fields[0].Name != tt.field) {
				t.Errorf("fields = %v, want %s", a.failure.Fields, tt.field)
			}
			for k, v := range tt.want {
				if got, ok := a.thing[k]; !ok || got != v {
					t.Errorf("%s = %v (present %v), want %v", k, got, ok, v)
				}
			}
			if tt.status == 405 && a.Header().Get("Allow") != "GET, PUT" {
				t.Errorf("Allow = %q", a.Header().Get("Allow"))
			}
		})
	}
}

func TestOnlyJSONIsTaken(t *testing.T) {
	b := setup(t, nil)
	for _, contentType := range []string{"application/x-www-form-urlencoded", "application/xml", "text/plain", "multipart/form-data; boundary=x", "application/json, text/plain"} {
		a := b.do(t, "PUT", "/v1/things/7", `{"displayName":"x"}`, with(asAlice, "Content-Type", contentType)...)
		if a.Code != 400 || a.failure.Reason != "CONTENT_TYPE_NOT_JSON" {
			t.Errorf("%s: %d %s, want it refused", contentType, a.Code, a.failure.Reason)
		}
	}
	if a := b.do(t, "PUT", "/v1/things/7", `{"displayName":"x"}`, with(asAlice, "Content-Type", "application/json; charset=utf-8")...); a.Code != 200 {
		t.Errorf("JSON with a charset: %d", a.Code)
	}
}

func TestSameReplySameBytes(t *testing.T) {
	b := setup(t, nil)
	first := b.do(t, "GET", "/v1/things/7", "", asAlice...).Body.String()
	for range 20 {
		if got := b.do(t, "GET", "/v1/things/7", "", asAlice...).Body.String(); got != first {
			t.Fatalf("%q differs from %q", got, first)
		}
	}
}
