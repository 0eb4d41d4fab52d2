package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"

	"zhuxin/app/server/internal/echo"
	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/idempotency"
)

func TestWhoMayCall(t *testing.T) {
	bobHQ, erp := []string{"X-Session-Token", "bob"}, []string{"Authorization", "Bearer zx_erp"}
	cookie := []string{"Cookie", "csrf=1; zhuxin_session=alice", HeaderTenant, "north"}
	tests := []struct {
		name, method, target string
		headers              []string
		state                TenantState
		away                 error
		status               int
		reason               string
	}{
		{name: "public without a login", target: "/v1/hello", status: 200},
		{name: "public with a wrong session", target: "/v1/hello", headers: []string{"X-Session-Token", "nix"}, status: 200},
		{name: "public while logins cannot be checked", target: "/v1/hello", headers: asAlice, away: errors.New("dial tcp 10.0.0.7: refused"), status: 200},
		{name: "self without a login", target: "/v1/me/thing", status: 401, reason: "UNAUTHENTICATED"},
		{name: "self", target: "/v1/me/thing", headers: []string{"X-Session-Token", "alice"}, status: 200},
		{name: "self by key", target: "/v1/me/thing", headers: erp, status: 403, reason: "PERSON_REQUIRED"},
		{name: "wrong session", target: "/v1/me/thing", headers: []string{"X-Session-Token", "nix"}, status: 401, reason: "SESSION_INVALID"},
		{name: "identity server away", target: "/v1/me/thing", headers: asAlice, away: errors.New("dial tcp 10.0.0.7: refused"), status: 503, reason: "IDENTITY_UNAVAILABLE"},
		{name: "identity server slow", target: "/v1/me/thing", headers: asAlice, away: context.DeadlineExceeded, status: 503, reason: "IDENTITY_UNAVAILABLE"},
		{name: "identity server says unavailable", target: "/v1/me/thing", headers: asAlice, away: fault.Unavailable("KRATOS", "x"), status: 503, reason: "IDENTITY_UNAVAILABLE"},
		{name: "tenant by token", target: "/v1/things/7", headers: asAlice, status: 200},
		{name: "tenant by cookie", target: "/v1/things/7", headers: cookie, status: 200},
		{name: "tenant without a login", target: "/v1/things/7", headers: []string{HeaderTenant, "north"}, status: 401, reason: "UNAUTHENTICATED"},
		{name: "tenant not named", target: "/v1/things/7", headers: []string{"X-Session-Token", "alice"}, status: 404, reason: "TENANT_NOT_FOUND"},
		{name: "tenant unknown", target: "/v1/things/7", headers: []string{"X-Session-Token", "alice", HeaderTenant, "nix"}, status: 404, reason: "TENANT_NOT_FOUND"},
		{name: "tenant of others", target: "/v1/things/7", headers: []string{"X-Session-Token", "bob", HeaderTenant, "north"}, status: 404, reason: "TENANT_NOT_FOUND"},
		{name: "tenant named twice", target: "/v1/things/7", headers: with(asAlice, HeaderTenant, "south"), status: 404, reason: "TENANT_NOT_FOUND"},
		{name: "tenant suspended", target: "/v1/things/7", headers: asAlice, state: TenantSuspended, status: 403, reason: "TENANT_SUSPENDED"},
		{name: "tenant outdated", target: "/v1/things/7", headers: asAlice, state: TenantOutdated, status: 503, reason: "TENANT_SCHEMA_OUTDATED"},
		{name: "tenant being set up", target: "/v1/things/7", headers: asAlice, state: TenantPreparing, status: 503, reason: "TENANT_NOT_READY"},
		{name: "tenant in no known state", target: "/v1/things/7", headers: asAlice, state: "nix", status: 503, reason: "TENANT_NOT_READY"},
		{name: "permission missing", method: "POST", target: "/v1/things/7/reservations", headers: with(asAlice, "Idempotency-Key", "k"), status: 403, reason: "PERMISSION_DENIED"},
		{name: "key with the scope", method: "POST", target: "/v1/things/7/reservations", headers: with(erp, "Idempotency-Key", "k"), status: 200},
		{name: "key names its own subsidiary", method: "POST", target: "/v1/things/7/reservations", headers: with(erp, "Idempotency-Key", "k", HeaderTenant, "north"), status: 200},
		{name: "key names another subsidiary", method: "POST", target: "/v1/things/7/reservations", headers: with(erp, "Idempotency-Key", "k", HeaderTenant, "south"), status: 404, reason: "TENANT_NOT_FOUND"},
		{name: "key without the scope", target: "/v1/things/7", headers: erp, status: 403, reason: "PERMISSION_DENIED"},
		{name: "key of a suspended subsidiary", method: "POST", target: "/v1/things/7/reservations", headers: erp, state: TenantSuspended, status: 403, reason: "TENANT_SUSPENDED"},
		{name: "unknown key", target: "/v1/things/7", headers: []string{"Authorization", "Bearer zx_nix"}, status: 401, reason: "API_KEY_INVALID"},
		{name: "keys cannot be checked", target: "/v1/things/7", headers: erp, away: errors.New("pq: refused"), status: 503, reason: "IDENTITY_UNAVAILABLE"},
		{name: "another scheme", target: "/v1/things/7", headers: with(asAlice, "Authorization", "Basic YTpi"), status: 401, reason: "AUTHORIZATION_UNSUPPORTED"},
		{name: "another token", target: "/v1/things/7", headers: []string{"Authorization", "Bearer eyJ"}, status: 401, reason: "AUTHORIZATION_UNSUPPORTED"},
		{name: "HQ", target: "/v1/hq/things", headers: bobHQ, status: 200},
		{name: "HQ without membership", target: "/v1/hq/things", headers: asAlice, status: 403, reason: "PERMISSION_DENIED"},
		{name: "HQ by key", target: "/v1/hq/things", headers: erp, status: 403, reason: "PERSON_REQUIRED"},
		{name: "HQ without a login", target: "/v1/hq/things", status: 401, reason: "UNAUTHENTICATED"},
		{name: "identity by header is not believed", target: "/v1/me/thing", headers: []string{"X-User-Id", alice.String(), "X-Md-Global-User", alice.String()}, status: 401, reason: "UNAUTHENTICATED"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := setup(t, nil)
			if tt.state != "" {
				b.members.state = tt.state
			}
			b.ids.err = tt.away
			if tt.method == "" {
				tt.method = "GET"
			}
			a := b.do(t, tt.method, tt.target, "", tt.headers...)
			if a.Code != tt.status || a.failure.Reason != tt.reason {
				t.Fatalf("%d %s, want %d %s: %s", a.Code, a.failure.Reason, tt.status, tt.reason, a.Body)
			}
			for _, secret := range []string{"10.0.0.7", "pq:", "secret detail"} {
				if strings.Contains(a.Body.String(), secret) {
					t.Errorf("the answer shows %q: %s", secret, a.Body)
				}
			}
		})
	}
}

// One answer for the absent and for the forbidden: P1.
func TestForeignTenantIsTheSameAsNone(t *testing.T) {
	b := setup(t, nil)
	strip := func(a answer) string { return strings.ReplaceAll(a.Body.String(), a.failure.RequestID, "") }
	none := strip(b.do(t, "GET", "/v1/things/7", "", "X-Session-Token", "bob", HeaderTenant, "no-such"))
	foreign := strip(b.do(t, "GET", "/v1/things/7", "", "X-Session-Token", "bob", HeaderTenant, "north"))
	if none != foreign {
		t.Errorf("%s differs from %s", foreign, none)
	}
}

func TestServiceSeesActorAndTenant(t *testing.T) {
	b := setup(t, nil)
	b.do(t, "GET", "/v1/things/7", "", with(asAlice, "X-Request-Id", "req-12345678")...)
	want := access.Actor{Kind: access.KindPerson, ID: alice, Name: "Alice", Email: "alice@example.com", TenantID: north, RequestID: "req-12345678"}
	got := b.things.seen
	if got.Roles = nil; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("actor = %+v, want %+v", got, want)
	}
	if b.things.bound != north {
		t.Errorf("bound to %v, want the subsidiary", b.things.bound)
	}
	b.do(t, "GET", "/v1/hq/things", "", "X-Session-Token", "bob", HeaderTenant, "north")
	if b.things.bound != uuid.Nil || b.things.seen.TenantID != uuid.Nil {
		t.Error("an HQ route is bound to a subsidiary")
	}
}

func TestUnboundContextNeverReachesTheService(t *testing.T) {
	b := setup(t, func(_ *Config, d *Deps) {
		d.BindTenant = func(context.Context, uuid.UUID) (context.Context, error) {
			return nil, errors.New("scope: pool is closed")
		}
	})
	if a := b.do(t, "GET", "/v1/things/7", "", asAlice...); a.Code != 500 || b.things.seen.ID != uuid.Nil || strings.Contains(b.log.String(), "panic") {
		t.Errorf("%d, service saw %v; want 500 and nothing", a.Code, b.things.seen)
	}
}

func TestSessionsAreCachedForReadsOnly(t *testing.T) {
	b := setup(t, nil)
	read := func() int { return b.do(t, "GET", "/v1/things/7", "", asAlice...).Code }
	write := func() int { return b.do(t, "PUT", "/v1/things/7", `{}`, asAlice...).Code }
	steps := []struct {
		name  string
		do    func() int
		wait  time.Duration
		err   error
		asked int
		code  int
	}{
		{name: "first read asks", do: read, asked: 1, code: 200},
		{name: "second read does not", do: read, asked: 1, code: 200},
		{name: "a write asks", do: write, asked: 2, code: 200},
		{name: "logged out: a read may still pass", do: read, err: fault.New(fault.KindUnauthorized, "X", "x"), asked: 2, code: 200},
		{name: "logged out: a write may not", do: write, err: fault.New(fault.KindUnauthorized, "X", "x"), asked: 3, code: 401},
		{name: "and from then on no read", do: read, asked: 3, code: 401},
		{name: "after 15 s a read asks again", do: read, wait: 15 * time.Second, asked: 4, code: 200},
		{name: "away: a write is 503", do: write, err: errors.New("refused"), asked: 5, code: 503},
		{name: "away is not remembered", do: read, asked: 6, code: 200},
	}
	for _, s := range steps {
		b.ids.err = s.err
		b.clock.At = b.clock.At.Add(s.wait)
		if got := s.do(); got != s.code || b.ids.sessions != s.asked {
			t.Errorf("%s: status %d, asked %d times; want %d and %d", s.name, got, b.ids.sessions, s.code, s.asked)
		}
	}
}

func TestCacheLifeIsAtMost15Seconds(t *testing.T) {
	if got := (Config{SessionCache: time.Hour}).withDefaults().SessionCache; got != 15*time.Second {
		t.Errorf("SessionCache = %v", got)
	}
}

func TestCacheStaysSmall(t *testing.T) {
	b := setup(t, nil)
	c := newCache[int, int](b.clock, time.Second)
	for i := range maxCached + 10 {
		_, _ = c.get(i, true, func() (int, error) { return i, nil })
	}
	if len(c.m) > maxCached {
		t.Errorf("%d entries, want at most %d", len(c.m), maxCached)
	}
}

func TestIdempotencyKey(t *testing.T) {
	erp := []string{"Authorization", "Bearer zx_erp"}
	tests := []struct {
		name   string
		keys   []string
		reason string
	}{
		{"missing", nil, "IDEMPOTENCY_KEY_REQUIRED"},
		{"empty", []string{""}, "IDEMPOTENCY_KEY_INVALID"},
		{"too long", []string{strings.Repeat("k", 201)}, "IDEMPOTENCY_KEY_INVALID"},
		{"space", []string{"a b"}, "IDEMPOTENCY_KEY_INVALID"},
		{"not ASCII", []string{"钥匙"}, "IDEMPOTENCY_KEY_INVALID"},
		{"two", []string{"a", "b"}, "IDEMPOTENCY_KEY_INVALID"},
		{"longest", []string{strings.Repeat("k", 200)}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := setup(t, nil)
			headers := with(erp)
			for _, k := range tt.keys {
				headers = append(headers, "Idempotency-Key", k)
			}
			if a := b.do(t, "POST", "/v1/things/7/reservations", `{"amountFen":"5"}`, headers...); a.failure.Reason != tt.reason {
				t.Fatalf("%d %s, want %q", a.Code, a.failure.Reason, tt.reason)
			}
		})
	}
	b := setup(t, nil)
	send := func(target, payload string) idempotency.Command {
		b.do(t, "POST", target, payload, with(erp, "Idempotency-Key", "k1")...)
		return b.things.command
	}
	first := send("/v1/things/7/reservations", `{"amountFen":"5"}`)
	if first.Key != "k1" || first.Principal != "api_key:"+erpKeyID.String() {
		t.Errorf("command = %+v", first)
	}
	if send("/v1/things/7/reservations", `{ "amountFen" : "5" }`) != first {
		t.Error("spaces make another payload")
	}
	if send("/v1/things/7/reservations", `{"amountFen":"6"}`).Hash == first.Hash {
		t.Error("another amount is the same payload")
	}
	if send("/v1/things/8/reservations", `{"amountFen":"5"}`).Hash == first.Hash {
		t.Error("another path is the same payload")
	}
}

func TestErrorsShowNothing(t *testing.T) {
	secret := errors.New(`pq: relation "t_9.customers" does not exist at /srv/zhuxin/data/x.go:12 host=10.1.2.3 password=hunter2`)
	tests := []struct {
		name   string
		err    error
		status int
		reason string
	}{
		{"any error", secret, 500, "INTERNAL"},
		{"wrapped", fmt.Errorf("store: %w", secret), 500, "INTERNAL"},
		{"internal fault", fault.New(fault.KindInternal, "SECRET_hunter2", secret.Error()), 500, "INTERNAL"},
		{"unavailable with cause", fault.Unavailable("STORE_AWAY", "the store is away").Wrap(secret), 503, "STORE_AWAY"},
		{"deadline", fmt.Errorf("x: %w", context.DeadlineExceeded), 503, "TIMEOUT"},
		{"cancelled", context.Canceled, 503, "CANCELLED"},
		{"invalid", &fault.Error{Kind: fault.KindInvalid, Reason: "INVALID_INPUT", Message: "m", Fields: []fault.Field{{Name: "weight", Reason: "OUT_OF_RANGE", Message: "x"}}}, 400, "INVALID_INPUT"},
		{"conflict", fmt.Errorf("x: %w", fault.Conflict("STATE_MOVED_ON", "m")), 409, "STATE_MOVED_ON"},
		{"mismatch", idempotency.ErrKeyReused, 422, "IDEMPOTENCY_KEY_REUSED"},
		{"limited", &fault.Error{Kind: fault.KindLimited, Reason: "SLOW_DOWN", Message: "m", RetryAfter: 7}, 429, "SLOW_DOWN"},
		{"body too large in the service", fmt.Errorf("read: %w", &http.MaxBytesError{Limit: 9}), 413, "BODY_TOO_LARGE"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := setup(t, nil)
			b.things.fail = tt.err
			a := b.do(t, "GET", "/v1/hello", "")
			if a.Code != tt.status || a.failure.Reason != tt.reason {
				t.Fatalf("%d %s, want %d %s", a.Code, a.failure.Reason, tt.status, tt.reason)
			}
			for _, s := range []string{"pq", "hunter2", "/srv", "10.1.2.3", "customers"} {
				if strings.Contains(a.Body.String(), s) {
					t.Errorf("the answer shows %q: %s", s, a.Body)
				}
			}
			if tt.status == 500 && strings.Count(b.log.String(), "request failed") != 1 {
				t.Errorf("the cause is logged %d times, want once", strings.Count(b.log.String(), "request failed"))
			}
			if tt.status == 429 && a.Header().Get("Retry-After") != "7" {
				t.Error("no Retry-After")
			}
		})
	}
}

func TestPanicIsOneError(t *testing.T) {
	b := setup(t, nil)
	b.things.panics = "nil map at /srv/x.go"
	a := b.do(t, "GET", "/v1/hello", "")
	if a.Code != 500 || a.failure.Reason != "INTERNAL" || strings.Contains(a.Body.String(), "/srv") {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	if !strings.Contains(b.log.String(), `"stack":`) || !strings.Contains(b.log.String(), a.failure.RequestID) {
		t.Error("the panic is not in the log with its stack and request id")
	}
}

func TestTimeLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setup(t, func(c *Config, _ *Deps) { c.RequestTimeout = 30 * time.Second })
		b.things.wait = true
		started := time.Now()
		a := b.do(t, "GET", "/v1/hello", "")
		if a.Code != 503 || a.failure.Reason != "TIMEOUT" || time.Since(started) != 30*time.Second {
			t.Errorf("%d %s after %v, want a TIMEOUT after 30 s although the driver says something else", a.Code, a.failure.Reason, time.Since(started))
		}
	})
}

func TestHandlersOutsideTheContractAnswerNothing(t *testing.T) {
	b := setup(t, nil)
	b.HandleFunc("/v1/backdoor", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Set-Cookie", "a=b")
		_, _ = w.Write([]byte("all customers"))
		_, _ = w.Write([]byte("and more"))
	})
	a := b.do(t, "GET", "/v1/backdoor", "", asAlice...)
	if a.Code != 500 || strings.Contains(a.Body.String(), "customers") {
		t.Errorf("%d %s", a.Code, a.Body)
	}
	// A service on the server whose routes were not given to it is refused too.
	c := setup(t, func(_ *Config, d *Deps) { d.Routes = echo.EchoServiceRoutes[:1] })
	if a := c.do(t, "GET", "/v1/things/7", "", asAlice...); a.Code != 403 || a.failure.Reason != "OPERATION_DENIED" {
		t.Errorf("operation without a rule: %d %s", a.Code, a.failure.Reason)
	}
}

func TestFilesStream(t *testing.T) {
	b := setup(t, nil)
	a := b.do(t, "POST", "/v1/things/7/file?fileName=a.csv", "a;b", with(asAlice, "Content-Type", "text/csv")...)
	if a.Code != 200 || a.thing["displayName"] != "a.csv" || b.things.upload != "text/csv:a;b" {
		t.Errorf("upload: %d %v %q", a.Code, a.thing, b.things.upload)
	}
	if a := b.do(t, "POST", "/v1/things/7/file", strings.Repeat("x", 2001), asAlice...); a.Code != 413 || a.failure.Metadata["max_bytes"] != "2000" {
		t.Errorf("too large an upload: %d %s", a.Code, a.Body)
	}
	d := b.do(t, "GET", "/v1/things/7/file", "", asAlice...)
	if d.Code != 200 || d.Body.Len() != 100_000 || d.Header().Get("Content-Type") != "application/pdf" {
		t.Errorf("download: %d, %d bytes, %s", d.Code, d.Body.Len(), d.Header().Get("Content-Type"))
	}
	if got := d.Header().Get("Content-Disposition"); !strings.HasPrefix(got, "attachment; filename*=utf-8''%E8%90%A5") {
		t.Errorf("Content-Disposition = %q", got)
	}
	if !strings.Contains(d.Header().Get("Content-Security-Policy"), "sandbox") {
		t.Error("an uploaded file could run in our origin")
	}
}

// conn is a writer with the deadlines of a connection.
type conn struct {
	*httptest.ResponseRecorder
	read, write time.Time
}

func (c *conn) SetReadDeadline(t time.Time) error  { c.read = t; return nil }
func (c *conn) SetWriteDeadline(t time.Time) error { c.write = t; return nil }

// An upload of minutes must not die on the connection's short deadlines, which
// all the writers in between have to pass on.
func TestFilesGetMoreTimeOnTheConnection(t *testing.T) {
	b := setup(t, func(c *Config, _ *Deps) { c.TransferTimeout = time.Hour })
	for target, want := range map[string]time.Duration{"/v1/things/7/file": time.Hour, "/v1/things/7": 30 * time.Second} {
		r := httptest.NewRequest("GET", target, nil)
		r.Header.Set("X-Session-Token", "alice")
		r.Header.Set(HeaderTenant, "north")
		w := &conn{ResponseRecorder: httptest.NewRecorder()}
		b.ServeHTTP(w, r)
		for _, got := range []time.Time{w.read, w.write} {
			if left := got.Sub(b.clock.At); left < want-time.Minute || left > want+time.Minute {
				t.Errorf("%s: %v left on the connection, want about %v", target, left, want)
			}
		}
	}
}
