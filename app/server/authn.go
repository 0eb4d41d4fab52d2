package server

import (
	"context"
	"crypto/sha256"
	"net/http"
	"strings"
	"time"

	"zhuxin/shared/access"
	"zhuxin/shared/fault"
)

type callerKind int

const (
	callerNobody callerKind = iota
	callerPerson
	callerKey
)

// caller is who sent the request. A credential that could not be checked is kept
// as its error: a public route does not need it, every other one answers it.
type caller struct {
	kind   callerKind
	person Person
	key    access.Actor
	err    error
	stale  bool // answers of a few seconds ago will do: the request only reads
}

// How long an identity server may take before the request is a 503.
const identityTimeout = 3 * time.Second

var (
	errSession = fault.New(fault.KindUnauthorized, "SESSION_INVALID", "your login has ended; log in again")
	errKey     = fault.New(fault.KindUnauthorized, "API_KEY_INVALID", "this API key is unknown, expired or revoked; ask the subsidiary's administrator for a new one")
	errBearer  = fault.New(fault.KindUnauthorized, "AUTHORIZATION_UNSUPPORTED", "send an API key as: Authorization: Bearer zx_...")
	errAway    = &fault.Error{Kind: fault.KindUnavailable, Reason: "IDENTITY_UNAVAILABLE",
		Message: "logins cannot be checked at the moment; try again in a few seconds", RetryAfter: 5}
)

// authenticate finds out who calls, for every request, whether kratos knows its
// route or not. It refuses nobody; authorization does, by the route's rule.
func (s *core) authenticate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := callFrom(r.Context())
		c.caller = s.identify(r)
		next.ServeHTTP(w, r)
	})
}

func (s *core) identify(r *http.Request) caller {
	ctx, cancel := context.WithTimeout(r.Context(), identityTimeout)
	defer cancel()
	stale := r.Method == http.MethodGet || r.Method == http.MethodHead
	if header := r.Header.Get("Authorization"); header != "" {
		scheme, key, _ := strings.Cut(header, " ")
		if key = strings.TrimSpace(key); !strings.EqualFold(scheme, "Bearer") || !strings.HasPrefix(key, "zx_") || len(key) > 256 {
			return caller{kind: callerKey, err: errBearer}
		}
		a, err := s.keys.get(sha256.Sum256([]byte(key)), stale, func() (access.Actor, error) {
			return s.deps.Authenticator.APIKey(ctx, key)
		})
		return caller{kind: callerKey, key: a, err: identityError(err, errKey), stale: stale}
	}
	cred := Credential{Token: r.Header.Get("X-Session-Token")}
	if cred.Token == "" {
		cookie, err := r.Cookie(s.cfg.SessionCookie)
		if err != nil || cookie.Value == "" {
			return caller{kind: callerNobody}
		}
		cred.Cookie = cookie.Name + "=" + cookie.Value
	}
	p, err := s.sessions.get(sha256.Sum256([]byte(cred.Cookie+"\x00"+cred.Token)), stale, func() (Person, error) {
		return s.deps.Authenticator.Session(ctx, cred)
	})
	return caller{kind: callerPerson, person: p, err: identityError(err, errSession), stale: stale}
}

// identityError keeps apart "no" and "could not ask": a Kratos that is away must
// not log everybody out.
func identityError(err error, refused *fault.Error) error {
	if err == nil {
		return nil
	}
	if f, ok := fault.As(err); ok {
		switch f.Kind {
		case fault.KindUnauthorized:
			return refused.Wrap(err)
		case fault.KindForbidden, fault.KindLimited:
			return err
		}
	}
	return errAway.Wrap(err)
}
