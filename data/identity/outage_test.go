package identity_test

import (
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"zhuxin/data/identity"
	"zhuxin/shared/calendar"
	"zhuxin/shared/directory"
	"zhuxin/shared/fault"
)

// A Kratos that is away, slow or broken says nothing about the login: 503, never
// 401, which would log everybody out (reliability, pitfall 46).
func TestOutageIsNoRefusal(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })
	answers := map[string]http.HandlerFunc{
		"500": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) },
		"502 of a proxy": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "<html>bad gateway", http.StatusBadGateway)
		},
		"429":        func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) },
		"no JSON":    func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("hello")) },
		"a redirect": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/login", http.StatusFound) },
		"silence": func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-r.Context().Done():
			case <-stop:
			}
		},
		"a cut connection": func(w http.ResponseWriter, _ *http.Request) { panic(http.ErrAbortHandler) },
	}
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := httptest.NewServer(answer)
			t.Cleanup(srv.CloseClientConnections)
			c, err := identity.New(identity.Config{PublicURL: srv.URL, Timeout: 200 * time.Millisecond}, calendar.System{})
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.Session(t.Context(), directory.Credential{Cookie: "zhuxin_session=x"})
			f, ok := fault.As(err)
			if !ok || f.Kind != fault.KindUnavailable || f.Reason != "IDENTITY_UNAVAILABLE" {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestBreaker(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	healthy := atomic.Bool{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		calls.Add(1)
		w.Header().Set("Content-Type", "application/json")
		if healthy.Load() {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(`{"error":{"code":401,"message":"no session"}}`))
			return
		}
		w.WriteHeader(http.StatusInternalServerError)
	}))
	t.Cleanup(srv.Close)
	clock := &calendar.Frozen{At: time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)}
	c, err := identity.New(identity.Config{PublicURL: srv.URL}, clock)
	if err != nil {
		t.Fatal(err)
	}
	ask := func() string {
		_, err := c.Session(t.Context(), directory.Credential{Token: "x"})
		return reason(err)
	}
	for range 8 {
		if got := ask(); got != "IDENTITY_UNAVAILABLE" {
			t.Fatalf("got %s", got)
		}
	}
	if n := calls.Load(); n != 5 {
		t.Errorf("%d calls reached the server, want 5 and then a pause", n)
	}
	healthy.Store(true)
	clock.At = clock.At.Add(time.Second)
	if got := ask(); got != "SESSION_INVALID" {
		t.Errorf("after the pause: %s", got)
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	for _, c := range []identity.Config{{}, {PublicURL: "kratos:4433"}, {PublicURL: "http://127.0.0.1:4433", AdminURL: "/admin"}} {
		if _, err := identity.New(c, calendar.System{}); err == nil {
			t.Errorf("%+v was accepted", c)
		}
	}
}
