package conf

import (
	"net"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Use is what a command is going to do with the configuration.
type Use int

// The uses. Each looks only at the settings that it needs.
const (
	Serve   Use = iota // zhuxin serve: by roles
	Migrate            // zhuxin migrate: the database alone
	Operate            // zhuxin tenant, hq, import, rollup, bench: all servers, no listener
)

// check collects the faults of one configuration.
type check struct {
	c        *Config
	use      Use
	names    map[string]Setting // by key
	order    map[string]int     // of the keys in the file
	problems Problems
}

// Validate gives every fault at once, as Problems, and nil when there is none.
func (c *Config) Validate(use Use) error {
	v := &check{c: c, use: use, names: map[string]Setting{}, order: map[string]int{}}
	for i, s := range c.settings() {
		v.names[s.Key], v.order[s.Key] = s, i
	}
	v.roles()
	v.listeners()
	v.postgres()
	v.servers()
	v.secrets()
	v.numbers()
	v.loopback()
	if v.problems != nil {
		slices.SortStableFunc(v.problems, func(a, b Problem) int { return v.order[a.Key] - v.order[b.Key] })
		return v.problems
	}
	return nil
}

func (v *check) bad(key, why string) {
	v.problems = append(v.problems, Problem{Key: key, Env: v.names[key].Env, Why: why})
}

func (v *check) require(value, key, why string) bool {
	if value == "" {
		v.bad(key, "is missing; "+why)
	}
	return value != ""
}

// serves says whether the process does one of the roles.
func (v *check) serves(roles ...string) bool {
	return v.use == Serve && slices.ContainsFunc(roles, v.c.HasRole)
}

// data says whether the process works on data.
func (v *check) data() bool { return v.use == Operate || v.serves(RoleAPI, RoleWorker) }

func (v *check) roles() {
	if v.use != Serve {
		return
	}
	known := []string{RoleGateway, RoleAPI, RoleWorker}
	if len(v.c.Roles) == 0 {
		v.bad("roles", "is empty; name at least one of "+strings.Join(known, ", "))
	}
	for i, r := range v.c.Roles {
		if !slices.Contains(known, r) {
			v.bad("roles", "knows no "+strconv.Quote(r)+"; there are "+strings.Join(known, ", "))
		} else if slices.Contains(v.c.Roles[:i], r) {
			v.bad("roles", "names "+r+" twice")
		}
	}
	gateway, api := v.c.HasRole(RoleGateway), v.c.HasRole(RoleAPI)
	switch {
	case gateway && !api && v.c.APIURL == "":
		v.bad("api_url", "is missing; a gateway without the api role must know where the API is")
	case api && v.c.APIURL != "":
		v.bad("api_url", "contradicts roles: this process is the API itself; leave one of them out")
	}
}

func (v *check) listeners() {
	c := v.c
	if v.use == Serve {
		v.address("admin_listen", c.AdminListen)
		host, _, _ := net.SplitHostPort(c.AdminListen)
		if c.AdminListen != "" && !isPrivate(host) {
			v.bad("admin_listen", "is reachable from outside; metrics belong on a loopback or private address")
		}
		if c.AdminListen != "" && c.AdminListen == c.Listen {
			v.bad("admin_listen", "is the same as listen; metrics must not be public")
		}
	}
	if v.serves(RoleGateway, RoleAPI) {
		v.address("listen", c.Listen)
		host, _, _ := net.SplitHostPort(c.Listen)
		if c.Listen != "" && !isLoopback(host) && c.TLSCertFile == "" && !c.BehindTLSProxy {
			v.bad("listen", "is reachable from outside without TLS; set tls_cert_file and tls_key_file, or behind_tls_proxy")
		}
		if v.require(c.PublicURL, "public_url", "name the origin that browsers see") {
			v.origin("public_url", c.PublicURL)
		}
	}
	if (c.TLSCertFile == "") != (c.TLSKeyFile == "") {
		v.bad("tls_key_file", "and tls_cert_file belong together; set both or none")
	}
	for key, file := range map[string]string{"tls_cert_file": c.TLSCertFile, "tls_key_file": c.TLSKeyFile, "postgres.sslrootcert": c.Postgres.SSLRootCert} {
		if file != "" {
			if _, err := os.Stat(file); err != nil {
				v.bad(key, "names a file that cannot be read")
			}
		}
	}
	for _, p := range c.TrustedProxies {
		if prefix, err := parsePrefix(p); err != nil {
			v.bad("trusted_proxies", strconv.Quote(p)+" is neither an address nor a CIDR")
		} else if prefix.Bits() == 0 {
			v.bad("trusted_proxies", strconv.Quote(p)+" trusts everybody; name the proxies")
		}
	}
	if c.BehindTLSProxy && len(c.TrustedProxies) == 0 {
		v.bad("trusted_proxies", "is empty although behind_tls_proxy is set; all clients would share the proxy's limit")
	}
}

func (v *check) address(key, addr string) {
	if !v.require(addr, key, "write it like 127.0.0.1:8080") {
		return
	}
	_, port, err := net.SplitHostPort(addr)
	if n, err2 := strconv.Atoi(port); err != nil || err2 != nil || n < 0 || n > 65535 {
		v.bad(key, "is no address; write it like 127.0.0.1:8080")
	}
}

// origin wants scheme and host alone: paths and queries would end up in redirects.
func (v *check) origin(key, raw string) *url.URL {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		v.bad(key, "is no URL; write it like https://name.example.com")
		return nil
	}
	if u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		v.bad(key, "must be scheme and host alone, without login, path or query")
	}
	if u.Scheme == "http" && !v.c.AllowInsecureLoopback {
		v.bad(key, "is not https; plain http needs allow_insecure_loopback, and everything on loopback")
	}
	return u
}

func (v *check) numbers() {
	c := v.c
	if v.use != Serve {
		return
	}
	for key, n := range map[string]int{
		"postgres.max_open": c.Postgres.MaxOpen, "postgres.groups": c.Postgres.Groups, "worker.concurrency": c.Worker.Concurrency,
		"limits.ip_per_second": c.Limits.IPPerSecond, "limits.ip_burst": c.Limits.IPBurst,
		"limits.principal_per_second": c.Limits.PrincipalPerSecond, "limits.principal_burst": c.Limits.PrincipalBurst,
		"limits.tenant_per_second": c.Limits.TenantPerSecond, "limits.tenant_burst": c.Limits.TenantBurst,
		"limits.login_per_account": c.Limits.LoginPerAccount, "limits.login_per_ip": c.Limits.LoginPerIP,
	} {
		if n < 1 {
			v.bad(key, "must be at least 1")
		}
	}
	if c.Postgres.Groups > c.Postgres.MaxOpen {
		v.bad("postgres.groups", "is greater than postgres.max_open; each group needs a connection")
	}
	for key, d := range map[string]time.Duration{
		"http.request_timeout": c.HTTP.RequestTimeout, "http.transfer_timeout": c.HTTP.TransferTimeout,
		"http.shutdown_timeout": c.HTTP.ShutdownTimeout, "kratos.timeout": c.Kratos.Timeout, "http.session_cache": c.HTTP.SessionCache,
	} {
		if d <= 0 {
			v.bad(key, "must be longer than 0s")
		}
	}
	if c.HTTP.SessionCache > 15*time.Second {
		v.bad("http.session_cache", "is longer than 15s; a logout must take effect by then")
	}
	if l := c.Limits; !c.AllowInsecureLoopback {
		if l.LoginPerAccount > maxLoginPerAccount {
			v.bad("limits.login_per_account", "is more than 10; passwords could be guessed")
		}
		if l.LoginPerIP > maxLoginPerIP {
			v.bad("limits.login_per_ip", "is more than 50; passwords could be guessed")
		}
		if l.LoginWindow < minLoginWindow {
			v.bad("limits.login_window", "is shorter than 15m; passwords could be guessed")
		}
	}
	if _, err := time.LoadLocation(c.Tenant.TimeZone); err != nil || c.Tenant.TimeZone == "" {
		v.bad("tenant.time_zone", "is no time zone; write it like Asia/Shanghai")
	}
	if len(c.Tenant.Currency) != 3 || strings.ToUpper(c.Tenant.Currency) != c.Tenant.Currency {
		v.bad("tenant.currency", "is no ISO code; write it like CNY")
	}
	if !slices.Contains([]string{"debug", "info", "warn", "error"}, c.Log.Level) {
		v.bad("log.level", "must be debug, info, warn or error")
	}
	if !slices.Contains([]string{"json", "text"}, c.Log.Format) {
		v.bad("log.format", "must be json or text")
	}
	if c.OTel.Ratio < 0 || c.OTel.Ratio > 1 {
		v.bad("otel.ratio", "must be between 0 and 1")
	}
}
