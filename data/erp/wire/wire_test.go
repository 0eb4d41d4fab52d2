package wire_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"zhuxin/biz/erp"
	"zhuxin/data/erp/wire"
	"zhuxin/data/outbound"
	"zhuxin/shared/fault"
)

func client() *wire.Client {
	return wire.New(outbound.Client(outbound.Config{Private: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Timeout: time.Second})).Paced(time.Millisecond)
}

// What passes is tried again, as often as it may be; what does not, and what changes
// something there, is asked once.
func TestTries(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status  int
		header  string
		changes bool
		want    *fault.Error
		asked   int32
	}{
		"503": {503, "", false, erp.ErrUnreachable, wire.Tries}, "502 of a change": {502, "", true, erp.ErrUnreachable, 1},
		"429": {429, "", false, erp.ErrBusy, wire.Tries}, "429 of a change": {429, "1", true, erp.ErrBusy, 1}, "wait an hour": {429, "3600", false, erp.ErrBusy, 1},
		"a date": {503, "Sun, 22 Nov 2026 12:00:00 GMT", false, erp.ErrUnreachable, 1}, "401": {401, "", false, erp.ErrLogin, 1}, "403": {403, "", false, erp.ErrLogin, 1},
		"402": {402, "", false, erp.ErrQuota, 1}, "404": {404, "", false, erp.ErrAnswer, 1}, "302": {302, "", false, erp.ErrAnswer, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				asked.Add(1)
				w.Header().Set("Date", "Sun, 22 Nov 2026 10:00:00 GMT")
				if c.header != "" {
					w.Header().Set("Retry-After", c.header)
				}
				w.WriteHeader(c.status)
			}))
			t.Cleanup(s.Close)
			_, err := client().Do(t.Context(), wire.Request{Method: http.MethodGet, URL: s.URL, Most: 100, Changes: c.changes})
			f, ok := fault.As(err)
			if !ok || f.Reason != c.want.Reason || asked.Load() != c.asked {
				t.Errorf("%v after %d requests, want %s after %d", err, asked.Load(), c.want.Reason, c.asked)
			}
			if seconds := map[string]int{"wait an hour": 3600, "a date": 7200, "429 of a change": 1}[name]; ok && f.RetryAfter != seconds {
				t.Errorf("waits %d s, want %d", f.RetryAfter, seconds)
			}
		})
	}
}

// The second try may go well; what the server says of the wait is kept to.
func TestRetryAfter(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked.Add(1) == 1 {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		_, _ = w.Write([]byte("well"))
	}))
	t.Cleanup(s.Close)
	began := time.Now()
	body, err := client().Do(t.Context(), wire.Request{Method: http.MethodGet, URL: s.URL, Most: 100})
	if err != nil || string(body) != "well" || time.Since(began) < time.Second {
		t.Errorf("%q, %v after %s", body, err, time.Since(began))
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]error{"示例": nil, "\xca\xbe\xc0\xfd": erp.ErrAnswer, "0123456789x": erp.ErrAnswer} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }))
		t.Cleanup(s.Close)
		if _, err := client().Do(t.Context(), wire.Request{Method: http.MethodGet, URL: s.URL, Most: 10}); !errors.Is(err, want) {
			t.Errorf("%q: %v", body, err)
		}
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := client().Do(ended, wire.Request{Method: http.MethodGet, URL: "http://127.0.0.1:9", Most: 10}); !errors.Is(err, context.Canceled) {
		t.Errorf("the caller gave up: %v", err)
	}
}
