package conf

import (
	"encoding/base64"
	"net"
	"net/netip"
	"net/url"
	"strings"
)

const minSecret = 32

// secrets looks at the master key and for one secret used twice: whoever learns
// one must not have both (P35).
func (v *check) secrets() {
	if v.use != Migrate && v.require(v.c.MasterKey, "master_key", "make one: openssl rand -base64 32") {
		key, err := base64.StdEncoding.DecodeString(v.c.MasterKey)
		switch {
		case err != nil:
			v.bad("master_key", "is not base64; make one: openssl rand -base64 32")
		case len(key) != 32:
			v.bad("master_key", "is not 32 bytes long; make one: openssl rand -base64 32")
		case distinct(string(key)) < 16:
			v.bad("master_key", "is not random; make one: openssl rand -base64 32")
		}
	}
	users := map[string]string{}
	for _, s := range v.c.settings() {
		if !s.Secret || s.Default == "" || s.Key == "postgres.admin_dsn" {
			continue
		}
		if other, taken := users[s.Default]; taken {
			v.bad(s.Key, "is the same secret as "+other+"; give each its own")
		}
		users[s.Default] = s.Key
	}
}

// secret wants a password that is there, long, and nobody's default.
func (v *check) secret(key, value string) {
	switch {
	case value == "":
		v.bad(key, "is missing; make one: openssl rand -hex 24")
	case isDefaultSecret(value):
		v.bad(key, "is a default that everybody knows; make one: openssl rand -hex 24")
	case len(value) < minSecret:
		v.bad(key, "is shorter than 32 bytes; make one: openssl rand -hex 24")
	case distinct(value) < 8:
		v.bad(key, "is not random; make one: openssl rand -hex 24")
	}
}

var defaults = []string{"minioadmin", "password", "changeme", "change-me", "change_me", "secret", "postgres", "zhuxin", "example", "admin", "test", "123456", "please-change", "your-"}

// isDefaultSecret knows words from manuals, alone or repeated to make up length.
func isDefaultSecret(s string) bool {
	rest := strings.ToLower(s)
	for _, d := range defaults {
		rest = strings.ReplaceAll(rest, d, "")
	}
	return len(rest) < len(s) && len(strings.Trim(rest, "-_. 0123456789!")) < 8
}

func distinct(s string) int {
	seen := map[byte]bool{}
	for i := range len(s) {
		seen[s[i]] = true
	}
	return len(seen)
}

// loopback holds allow_insecure_loopback to its name: one server elsewhere and
// its password would cross a network in the open.
func (v *check) loopback() {
	c := v.c
	if !c.AllowInsecureLoopback {
		return
	}
	hosts := map[string]string{
		"postgres.host": c.Postgres.Host, "redis.addr": hostOf(c.Redis.Addr), "s3.endpoint": hostOf(c.S3.Endpoint),
		"kratos.public_url": hostOf(c.Kratos.PublicURL), "kratos.admin_url": hostOf(c.Kratos.AdminURL),
		"smtp.addr": hostOf(c.SMTP.Addr), "api_url": hostOf(c.APIURL), "listen": hostOf(c.Listen),
		"admin_listen": hostOf(c.AdminListen), "public_url": hostOf(c.PublicURL),
	}
	for _, s := range c.settings() {
		if host, ok := hosts[s.Key]; ok && host != "" && !isLoopback(host) {
			v.bad(s.Key, "is not on loopback and contradicts allow_insecure_loopback; take that off and use TLS")
		}
	}
}

// hostOf gives the host of a URL or of host:port; an address without a host (:80)
// is every interface.
func hostOf(s string) string {
	if s == "" {
		return ""
	}
	if strings.Contains(s, "://") {
		u, err := url.Parse(s)
		if err != nil {
			return ""
		}
		return u.Hostname()
	}
	host, _, err := net.SplitHostPort(s)
	if err == nil && host == "" {
		return "0.0.0.0"
	}
	return host
}

func isPrivate(host string) bool {
	if isLoopback(host) {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && (a.Unmap().IsPrivate() || a.IsLinkLocalUnicast())
}
