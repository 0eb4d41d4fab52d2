package server

import (
	"net/netip"
	"time"
)

// Config is how the server behaves; the zero value of a field takes its default.
type Config struct {
	Address           string         // listen address; empty when another server hands requests in
	PublicURL         string         // origin that browsers see, for the cross-origin check and HSTS
	RequestTimeout    time.Duration  // 30 s: for a route of the contract
	TransferTimeout   time.Duration  // 10 min: for a route that takes or gives a file
	ReadHeaderTimeout time.Duration  // 5 s (reliability 37)
	IdleTimeout       time.Duration  // 2 min
	SessionCookie     string         // zhuxin_session
	SessionCache      time.Duration  // 10 s, at most 15 s: how old an answer about a caller may be for a read (P24)
	TrustedProxies    []netip.Prefix // peers whose X-Forwarded-For is believed
}

// The preset limits of a body (F5).
const (
	maxJSONBody   = 1 << 20
	maxHeader     = 64 << 10
	maxStaleReads = 15 * time.Second
)

func (c Config) withDefaults() Config {
	preset := func(d *time.Duration, v time.Duration) {
		if *d <= 0 {
			*d = v
		}
	}
	preset(&c.RequestTimeout, 30*time.Second)
	preset(&c.TransferTimeout, 10*time.Minute)
	preset(&c.ReadHeaderTimeout, 5*time.Second)
	preset(&c.IdleTimeout, 2*time.Minute)
	preset(&c.SessionCache, 10*time.Second)
	c.SessionCache = min(c.SessionCache, maxStaleReads)
	if c.SessionCookie == "" {
		c.SessionCookie = "zhuxin_session"
	}
	return c
}
