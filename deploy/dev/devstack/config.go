package devstack

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// Server names one of the servers of the stack.
type Server string

// The servers of the stack.
const (
	PostgreSQL Server = "PostgreSQL"
	Redis      Server = "Redis"
	S3         Server = "S3"
	Kratos     Server = "Kratos"
	Mail       Server = "Mail"
)

// All is every server of the stack.
var All = []Server{PostgreSQL, Redis, S3, Kratos, Mail}

// Config says what to start and where. The zero value of every field but Dir
// has a default that runs the demo.
type Config struct {
	// Dir holds everything the servers keep: data, logs, secrets. It is made
	// when missing; the same Dir finds its state again at the next start.
	Dir string
	// Servers to start; empty means All. Kratos brings PostgreSQL and Mail along.
	Servers []Server
	// Ports to listen on, on 127.0.0.1; a zero port means its default.
	Ports Ports
	// PublicURL is the origin of the console, which Kratos builds its links and
	// cookies from. Default http://127.0.0.1:8080.
	PublicURL string
	// Bin is the folder with the built servers kratos and versitygw. Default:
	// the environment's ZHUXIN_SERVERS_BIN, else the folder of the running
	// program, else .local/bin of the checkout around the working directory.
	Bin string
	// PGBin is the folder with initdb, postgres, psql, pgbench. Default: the
	// environment's ZHUXIN_PG_BIN, else Debian's folder of PostgreSQL 15.
	PGBin string
	// OSUser runs PostgreSQL when the caller is root, which PostgreSQL refuses.
	// Default: the environment's ZHUXIN_DEMO_PG_OSUSER, else postgres.
	OSUser string
	// PGSettings are added to PostgreSQL's own (max_connections, …).
	PGSettings map[string]string
	// Fast gives up safety against power cuts and strong password hashes for
	// speed. For tests only.
	Fast bool
	// StartTimeout bounds how long each server may take to answer. Default 60 s.
	StartTimeout time.Duration
	// Progress is told each step, from several goroutines. Default: nobody.
	Progress func(server Server, message string)
}

// Ports are the ports of the stack on 127.0.0.1.
type Ports struct {
	PostgreSQL  int
	Redis       int
	S3          int
	Kratos      int // the flows, reached through the gateway
	KratosAdmin int
	SMTP        int
	Mail        int // the page that shows the mails
}

// DefaultPorts lie below the range Linux takes ports of outgoing connections
// from, so that no connection can sit on one by chance.
var DefaultPorts = Ports{
	PostgreSQL: 15432, Redis: 16379, S3: 17070,
	Kratos: 14433, KratosAdmin: 14434, SMTP: 11025, Mail: 11080,
}

// portUse ties a port to its server and to the setting that changes it.
type portUse struct {
	server  Server
	what    string
	setting string
	port    *int
}

func (p *Ports) uses() []portUse {
	return []portUse{
		{PostgreSQL, "PostgreSQL", "ZHUXIN_DEMO_PG_PORT", &p.PostgreSQL},
		{Redis, "Redis", "ZHUXIN_DEMO_REDIS_PORT", &p.Redis},
		{S3, "the S3 server", "ZHUXIN_DEMO_S3_PORT", &p.S3},
		{Kratos, "Ory Kratos", "ZHUXIN_DEMO_KRATOS_PORT", &p.Kratos},
		{Kratos, "the admin side of Ory Kratos", "ZHUXIN_DEMO_KRATOS_ADMIN_PORT", &p.KratosAdmin},
		{Mail, "the mail server", "ZHUXIN_DEMO_SMTP_PORT", &p.SMTP},
		{Mail, "the mail page", "ZHUXIN_DEMO_MAIL_PORT", &p.Mail},
	}
}

// PortsFromEnv returns DefaultPorts with what the ZHUXIN_DEMO_*_PORT variables
// change; getenv is os.Getenv outside tests.
func PortsFromEnv(getenv func(string) string) (Ports, error) {
	p := DefaultPorts
	for _, u := range p.uses() {
		text := getenv(u.setting)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > 65535 {
			return Ports{}, fmt.Errorf("devstack: %s=%q is no port; give a number from 1 to 65535", u.setting, text)
		}
		*u.port = n
	}
	return p, nil
}

// PortsFrom returns consecutive ports beginning with base, which test runs use
// to stay apart from each other.
func PortsFrom(base int) Ports {
	var p Ports
	for i, u := range p.uses() {
		*u.port = base + i
	}
	return p
}

// withDefaults fills in the defaults and validates.
func (c Config) withDefaults() (Config, error) {
	if c.Dir == "" {
		return c, errors.New("devstack: Dir is empty; name the folder that holds the servers' data")
	}
	abs, err := filepath.Abs(c.Dir)
	if err != nil {
		return c, fmt.Errorf("devstack: %w", err)
	}
	c.Dir = abs
	if c.Servers, err = closure(c.Servers); err != nil {
		return c, err
	}
	defaults := DefaultPorts
	given := c.Ports.uses()
	for i, u := range defaults.uses() {
		if *given[i].port == 0 {
			*given[i].port = *u.port
		}
	}
	if c.PublicURL == "" {
		c.PublicURL = "http://127.0.0.1:8080"
	}
	if u, err := url.Parse(c.PublicURL); err != nil || u.Host == "" || u.Path != "" {
		return c, fmt.Errorf("devstack: PublicURL %q is no origin; write it like http://127.0.0.1:8080", c.PublicURL)
	}
	if c.OSUser == "" {
		c.OSUser = firstOf(os.Getenv("ZHUXIN_DEMO_PG_OSUSER"), "postgres")
	}
	if c.StartTimeout <= 0 {
		c.StartTimeout = 60 * time.Second
	}
	if c.Progress == nil {
		c.Progress = func(Server, string) {}
	}
	return c, nil
}

// closure adds what the wanted servers need and puts them in the order of All.
func closure(wanted []Server) ([]Server, error) {
	if len(wanted) == 0 {
		return All, nil
	}
	for _, s := range wanted {
		if !slices.Contains(All, s) {
			return nil, fmt.Errorf("devstack: unknown server %q; known are %v", s, All)
		}
	}
	if slices.Contains(wanted, Kratos) {
		wanted = append(slices.Clone(wanted), PostgreSQL, Mail)
	}
	var out []Server
	for _, s := range All {
		if slices.Contains(wanted, s) {
			out = append(out, s)
		}
	}
	return out, nil
}

func (c Config) wants(s Server) bool { return slices.Contains(c.Servers, s) }

func firstOf(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}
