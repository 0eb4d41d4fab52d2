package conf

import (
	"encoding/base64"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
)

// sslMode is the mode that counts: verify-full, unless everything is on loopback.
func (c *Config) sslMode() string {
	switch {
	case c.Postgres.SSLMode != "":
		return c.Postgres.SSLMode
	case c.AllowInsecureLoopback && isLoopback(c.Postgres.Host):
		return "disable"
	}
	return "verify-full"
}

// AppDSN is the address of the database for the application's login.
func (c *Config) AppDSN() string { return c.dsn(c.Postgres.AppUser, c.Postgres.AppPassword) }

// MigratorDSN is the address of the database for the owner of the schemas.
func (c *Config) MigratorDSN() string {
	return c.dsn(c.Postgres.MigratorUser, c.Postgres.MigratorPassword)
}

func (c *Config) dsn(user, password string) string {
	p := c.Postgres
	u := url.URL{Scheme: "postgres", User: url.UserPassword(user, password), Path: "/" + p.Database}
	q := url.Values{"sslmode": {c.sslMode()}}
	if strings.HasPrefix(p.Host, "/") {
		q.Set("host", p.Host)
		q.Set("port", strconv.Itoa(p.Port))
	} else {
		u.Host = net.JoinHostPort(p.Host, strconv.Itoa(p.Port))
	}
	if p.SSLRootCert != "" {
		q.Set("sslrootcert", p.SSLRootCert)
	}
	u.RawQuery = q.Encode()
	return u.String()
}

// HasRole says whether this process does the role.
func (c *Config) HasRole(role string) bool {
	for _, r := range c.Roles {
		if r == role {
			return true
		}
	}
	return false
}

// Proxies gives the trusted proxies; Validate has looked at them.
func (c *Config) Proxies() []netip.Prefix {
	var out []netip.Prefix
	for _, s := range c.TrustedProxies {
		if p, err := parsePrefix(s); err == nil {
			out = append(out, p)
		}
	}
	return out
}

func parsePrefix(s string) (netip.Prefix, error) {
	if p, err := netip.ParsePrefix(s); err == nil {
		return p.Masked(), nil
	}
	a, err := netip.ParseAddr(s)
	if err != nil {
		return netip.Prefix{}, errors.New("neither an address nor a CIDR")
	}
	return a.Prefix(a.BitLen())
}

// MasterKeyBytes decodes the master key; Validate has looked at it.
func (c *Config) MasterKeyBytes() ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(c.MasterKey)
	if err != nil || len(b) != 32 {
		return nil, errors.New("master_key (ZHUXIN_MASTER_KEY): want 32 bytes in base64")
	}
	return b, nil
}

// isLoopback says whether host is this machine: a socket's folder, localhost or a
// loopback address. A name is never looked up: DNS can change its mind.
func isLoopback(host string) bool {
	if strings.HasPrefix(host, "/") || host == "localhost" {
		return true
	}
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && a.Unmap().IsLoopback()
}
