package gateway

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"math"
	"net/http"
	"net/netip"
	"time"

	"github.com/google/uuid"

	"zhuxin/app/gateway/limit"
	"zhuxin/shared/fault"
)

// clientKey groups an IPv6 customer's whole /64: he can change the rest at will.
func clientKey(ip netip.Addr) string {
	if ip.Is6() && !ip.Is4In6() {
		if p, err := ip.Prefix(64); err == nil {
			return p.String()
		}
	}
	return ip.String()
}

// limitTraffic counts the address and the credential. What a credential is worth
// is not known here: a made-up one has a count of its own and its address' too.
func (g *Gateway) limitTraffic(r *http.Request, ip netip.Addr) error {
	if wait, ok := g.limiter.Rate(r.Context(), "ip:"+clientKey(ip), g.cfg.Limits.IP); !ok {
		return limited("RATE_LIMITED", "your address sends too many requests", wait)
	}
	credential := r.Header.Get("Authorization")
	if credential == "" {
		credential = r.Header.Get("X-Session-Token")
	}
	if credential == "" {
		if c, err := r.Cookie(g.cfg.SessionCookie); err == nil {
			credential = c.Value
		}
	}
	if credential == "" {
		return nil
	}
	if wait, ok := g.limiter.Rate(r.Context(), "principal:"+g.tag("credential", credential), g.cfg.Limits.Principal); !ok {
		return limited("RATE_LIMITED", "this login or key sends too many requests", wait)
	}
	return nil
}

// TenantLimit counts the requests in one subsidiary, for server.Deps: only behind
// the authentication is it known whose they are, so that nobody can use up the
// limit of a subsidiary he does not belong to (P6).
func TenantLimit(l *limit.Limiter, rule limit.Rule) func(ctx context.Context, tenantID uuid.UUID) error {
	return func(ctx context.Context, tenantID uuid.UUID) error {
		if wait, ok := l.Rate(ctx, "tenant:"+tenantID.String(), rule); !ok {
			return limited("TENANT_RATE_LIMITED", "this subsidiary sends too many requests", wait)
		}
		return nil
	}
}

// limitLogin counts a check of a password or code: by address, and by account. A
// device that has logged in to the account before counts by itself, so that
// strangers cannot use up its owner's tries. What names no account (a code, a
// second factor, new settings) counts by its flow and by the session it is in.
func (g *Gateway) limitLogin(r *http.Request, ip netip.Addr, a attempt) error {
	l := g.cfg.Limits
	if wait, ok := g.limiter.Window(r.Context(), "login:ip:"+g.tag("ip", clientKey(ip)), l.LoginPerIP, l.LoginWindow); !ok {
		return limited("LOGIN_LIMITED", "too many attempts from your address", wait)
	}
	var keys []string
	for _, account := range a.accounts {
		if device, known := g.deviceOf(r, account); known {
			keys = append(keys, "login:device:"+device)
		} else {
			keys = append(keys, "login:account:"+g.tag("account", account))
		}
	}
	if len(a.accounts) == 0 {
		keys = append(keys, "login:flow:"+g.tag("flow", r.URL.Path+"?"+a.flow))
		if c, err := r.Cookie(g.cfg.SessionCookie); err == nil && c.Value != "" {
			keys = append(keys, "login:session:"+g.tag("session", c.Value))
		} else if t := r.Header.Get("X-Session-Token"); t != "" {
			keys = append(keys, "login:session:"+g.tag("session", t))
		}
	}
	for _, k := range keys {
		if wait, ok := g.limiter.Window(r.Context(), k, l.LoginPerAccount, l.LoginWindow); !ok {
			return limited("LOGIN_LIMITED", "too many attempts for this account", wait)
		}
	}
	return nil
}

func limited(reason, what string, wait time.Duration) error {
	seconds := int(math.Ceil(wait.Seconds()))
	return &fault.Error{Kind: fault.KindLimited, Reason: reason, RetryAfter: seconds,
		Message: what + "; try again in " + (time.Duration(seconds) * time.Second).String()}
}

// tag names a value without showing it: neither Redis nor a log learns who tried.
func (g *Gateway) tag(kind, value string) string {
	return base64.RawURLEncoding.EncodeToString(g.mac(kind, value)[:16])
}

func (g *Gateway) mac(kind, value string) []byte {
	h := hmac.New(sha256.New, g.secret)
	h.Write([]byte(kind))
	h.Write([]byte{0})
	h.Write([]byte(value))
	return h.Sum(nil)
}
