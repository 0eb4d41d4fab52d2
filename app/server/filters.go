package server

import (
	"net/http"
	"net/url"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/fault"
)

const headerRequestID = "X-Request-Id"

var requestID = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$`)

// TakeRequestID gives the client's request id where it is well-formed and a new
// one otherwise, and puts it on request and answer.
func TakeRequestID(w http.ResponseWriter, r *http.Request) string {
	id := r.Header.Get(headerRequestID)
	if !requestID.MatchString(id) {
		id = uuid.NewString()
	}
	r.Header.Set(headerRequestID, id)
	w.Header().Set(headerRequestID, id)
	return id
}

// begin makes the request's record and is the outermost frame: whatever panics
// inside is one 500 with a request id, and one log line with the stack.
func (s *core) begin(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &call{requestID: TakeRequestID(w, r), clientIP: ClientIP(r, s.cfg.TrustedProxies)}
		r = r.WithContext(withCall(r.Context(), c))
		rec := &recorder{ResponseWriter: w, call: c}
		rec.refuse = func(w http.ResponseWriter) {
			s.log.ErrorContext(r.Context(), "a handler answered without authorization; it is not let through", "request_id", c.requestID, "path", r.URL.Path)
			WriteError(w, r, s.log, errInternal)
		}
		started := s.clock.Now()
		defer func() {
			p := recover()
			if p == http.ErrAbortHandler { //nolint:errorlint // net/http compares the panic's value so, too
				s.finish(r, rec, started)
				panic(p) //nolint:forbidigo // net/http cuts the connection by it
			}
			if p != nil {
				s.log.ErrorContext(r.Context(), "panic", "request_id", c.requestID, "operation", c.operation, "panic", p, "stack", string(debug.Stack()))
				if rec.status == 0 {
					WriteError(rec, r, s.log, errInternal)
				}
			}
			s.finish(r, rec, started)
		}()
		next.ServeHTTP(rec, r)
	})
}

// finish measures and logs a request: never a query or a body, which hold names
// and sums (reliability 35).
func (s *core) finish(r *http.Request, rec *recorder, started time.Time) {
	c, took := rec.call, s.clock.Now().Sub(started)
	status := rec.status
	if status == 0 {
		status = http.StatusOK
	}
	s.metrics.observe(c.operation, r.Method, status, took)
	attrs := []any{
		"request_id", c.requestID, "method", r.Method, "path", r.URL.Path, "operation", c.operation,
		"status", status, "bytes", rec.bytes, "ms", took.Milliseconds(), "client", c.clientIP.String(),
	}
	if c.actor.Kind != "" {
		attrs = append(attrs, "actor", string(c.actor.Kind)+":"+c.actor.ID.String(), "tenant_id", c.actor.TenantID.String())
	}
	s.log.InfoContext(r.Context(), "request", attrs...)
}

// strip takes off what a client must not be able to say about himself: kratos
// trusts x-md-* as metadata, proxies set the others (reliability 34).
func strip(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		StripSpoofable(r.Header)
		next.ServeHTTP(w, r)
	})
}

// StripSpoofable removes headers that claim an identity.
func StripSpoofable(h http.Header) {
	for name := range h {
		switch n := strings.ToLower(name); {
		case strings.HasPrefix(n, "x-md-"), strings.HasPrefix(n, "x-user"), strings.HasPrefix(n, "x-tenant"),
			strings.HasPrefix(n, "x-forwarded-user"), strings.HasPrefix(n, "x-forwarded-email"),
			strings.HasPrefix(n, "x-remote-user"), strings.HasPrefix(n, "x-kratos-authenticated"),
			n == "x-original-url", n == "x-rewrite-url", n == "x-http-method-override":
			delete(h, name)
		}
	}
}

// secure sets the headers of an API that no page may frame or render.
func (s *core) secure(next http.Handler) http.Handler {
	hsts := strings.HasPrefix(s.cfg.PublicURL, "https://")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		h.Set("Cache-Control", "no-store")
		if hsts {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		next.ServeHTTP(w, r)
	})
}

var errCrossOrigin = fault.Forbidden("CROSS_ORIGIN_REFUSED",
	"a page of another site sent this; open the console and do it there")

// crossOrigin refuses writes that a page of another site makes a browser send.
// Clients that are no browsers send no Origin and pass.
func (s *core) crossOrigin() (func(http.Handler) http.Handler, error) {
	p := http.NewCrossOriginProtection()
	if s.cfg.PublicURL != "" {
		u, err := url.Parse(s.cfg.PublicURL)
		if err != nil {
			return nil, err
		}
		if err := p.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
			return nil, err
		}
	}
	p.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		WriteError(w, r, s.log, errCrossOrigin)
	}))
	return p.Handler, nil
}

// principal names the caller of a command key and of a limit.
func principal(a access.Actor) string { return string(a.Kind) + ":" + a.ID.String() }
