// Package outbound makes the HTTP clients for addresses that a subsidiary types in:
// its ERP, the robots of its chats. Such an address must never lead into our own
// network (reliability P31, T31).
//
// It owns where a connection may go: the address is looked at when the socket is
// opened, after DNS, so that no name, redirect or second answer of a resolver gets
// around it. What is said over the connection is its callers'.
package outbound

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// Config of the clients.
type Config struct {
	// Private lists networks that may be reached although they are not public: where
	// the group's own ERPs are. Empty lets only public addresses through.
	Private []netip.Prefix
	// Timeout bounds a request with its answer. Preset 30 s.
	Timeout time.Duration
}

// ErrForbidden means that the address leads where subsidiaries' addresses may not.
var ErrForbidden = errors.New("outbound: this address is not public, and not among the networks that the operator allows (ZHUXIN_OUTBOUND_PRIVATE)")

// Client makes a client. It follows no redirect, takes no proxy from the
// environment, and keeps few connections.
func Client(c Config) *http.Client {
	if c.Timeout <= 0 {
		c.Timeout = 30 * time.Second
	}
	d := &net.Dialer{Timeout: 10 * time.Second, Control: c.control}
	return &http.Client{
		Timeout: c.Timeout,
		Transport: &http.Transport{
			DialContext: d.DialContext, ForceAttemptHTTP2: true, MaxIdleConnsPerHost: 2, IdleConnTimeout: 30 * time.Second,
			TLSHandshakeTimeout: 10 * time.Second, ResponseHeaderTimeout: c.Timeout, MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// control is asked before each connect, with the address that DNS gave.
func (c Config) control(network, address string, _ syscall.RawConn) error {
	if network != "tcp4" && network != "tcp6" {
		return fmt.Errorf("%w: network %s", ErrForbidden, network)
	}
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("%w: %s", ErrForbidden, address)
	}
	if !c.allowed(at.Addr()) {
		return fmt.Errorf("%w: %s", ErrForbidden, at.Addr())
	}
	return nil
}

func (c Config) allowed(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, p := range c.Private {
		if p.Contains(a) {
			return true
		}
	}
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// special are the ranges of IANA's registries that are no public hosts, or carry an
// IPv4 address inside, which would have to be judged by itself.
var special = prefixes("0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10")

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

// Networks reads the operator's list, such as "10.20.0.0/16, 192.168.7.9".
func Networks(list []string) ([]netip.Prefix, error) {
	var out []netip.Prefix
	for _, s := range list {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			a, addrErr := netip.ParseAddr(s)
			if addrErr != nil {
				return nil, fmt.Errorf("%q is neither an address nor a network such as 10.20.0.0/16", s)
			}
			p = netip.PrefixFrom(a, a.BitLen())
		}
		out = append(out, p.Masked())
	}
	return out, nil
}
