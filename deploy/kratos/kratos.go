// Package kratos owns how Zhuxin configures the Ory Kratos server: the identity
// schema (a person has an e-mail address and a name), the self-service flows
// with the console's pages, password and session rules, and the mails in
// Chinese and English. The demo, the tests and deploy/compose write their
// configuration through [Write], so that all three mean the same thing.
//
// It does not start Kratos (deploy/dev/devstack does) and does not speak to it
// (data/identity does).
package kratos

import (
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"text/template"
	"time"

	"golang.org/x/crypto/bcrypt"
)

// Version is the Kratos release that the configuration is written for and that
// third_party/servers/kratos pins.
const Version = "v1.3.1"

// MinBcryptCost is the lowest cost that Kratos honours outside its
// development mode; below it Kratos silently uses this one.
const MinBcryptCost = 12

//go:embed kratos.yml.tmpl identity.schema.json mail
var files embed.FS

// Settings is what differs between one installation of Kratos and the next.
type Settings struct {
	// PublicURL is the origin on which browsers reach the console and, through
	// the gateway, the self-service flows: "http://127.0.0.1:8080".
	PublicURL string
	// DSN names Kratos's own database.
	DSN string
	// PublicHost and PublicPort are where the flow endpoints listen, behind the
	// gateway.
	PublicHost string
	PublicPort int
	// AdminHost and AdminPort are where the admin API listens. It knows no
	// credentials: loopback or a private network only.
	AdminHost string
	AdminPort int
	// TLSCert and TLSKey are files, as Kratos sees them, with which both sides
	// speak https; both empty for plain http on loopback.
	TLSCert, TLSKey string
	// SMTPURL is where mails are handed in: "smtp://host:port/?disable_starttls=true".
	SMTPURL string
	// MailFrom is the sender's address of every mail.
	MailFrom string
	// CookieSecrets sign sessions and CSRF tokens, the newest first; each has at
	// least 32 characters.
	CookieSecrets []string
	// CipherSecrets encrypt what Kratos stores, the newest first; each has
	// exactly 32 characters.
	CipherSecrets []string
	// BcryptCost is the work factor of password hashes; 0 means MinBcryptCost.
	// A lower one needs a plain http PublicURL on loopback (tests).
	BcryptCost int
	// Files is the folder of the written files as Kratos sees it; empty means
	// the folder given to Write.
	Files string
}

// Validate returns everything that is wrong with s, each fault with the name of
// its field, or nil.
func (s Settings) Validate() error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf("kratos: "+format, args...)) }

	if u, err := url.Parse(s.PublicURL); err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || u.Path != "" {
		bad("PublicURL %q is no origin; write it like https://credit.example.com, without a path or a slash at the end", s.PublicURL)
	}
	if s.DSN == "" {
		bad("DSN is empty; name the database that Kratos owns")
	}
	if s.PublicPort <= 0 || s.AdminPort <= 0 || s.PublicPort == s.AdminPort {
		bad("PublicPort %d and AdminPort %d must be two different ports", s.PublicPort, s.AdminPort)
	}
	if s.PublicHost == "" || s.AdminHost == "" {
		bad("PublicHost and AdminHost must be set: an empty one listens on every interface")
	}
	if (s.TLSCert == "") != (s.TLSKey == "") {
		bad("TLSCert and TLSKey belong together; set both or none")
	}
	if !strings.HasPrefix(s.SMTPURL, "smtp://") && !strings.HasPrefix(s.SMTPURL, "smtps://") {
		bad("SMTPURL must start with smtp:// or smtps://")
	}
	if !strings.Contains(s.MailFrom, "@") {
		bad("MailFrom %q is no e-mail address", s.MailFrom)
	}
	if len(s.CookieSecrets) == 0 || len(s.CipherSecrets) == 0 {
		bad("CookieSecrets and CipherSecrets each need at least one secret")
	}
	for i, c := range s.CookieSecrets {
		if len(c) < 32 {
			bad("CookieSecrets[%d] has %d characters; it needs at least 32", i, len(c))
		}
	}
	for i, c := range s.CipherSecrets {
		if len(c) != 32 {
			bad("CipherSecrets[%d] has %d characters; it needs exactly 32", i, len(c))
		}
	}
	if s.BcryptCost != 0 && s.BcryptCost < MinBcryptCost && !s.insecureCookies() {
		bad("BcryptCost %d is below %d, which only a test on plain http may use", s.BcryptCost, MinBcryptCost)
	}
	return errors.Join(errs...)
}

// Scheme is how both sides are spoken to.
func (s Settings) Scheme() string {
	if s.TLSCert != "" {
		return "https"
	}
	return "http"
}

// insecureCookies says whether cookies must go without the Secure attribute:
// only on plain http on loopback. Elsewhere plain http simply does not log in,
// which is the safe way to fail.
func (s Settings) insecureCookies() bool {
	u, err := url.Parse(s.PublicURL)
	if err != nil || u.Scheme != "http" {
		return false
	}
	h := u.Hostname()
	return h == "localhost" || h == "::1" || strings.HasPrefix(h, "127.")
}

// ServeArgs returns the arguments that make the kratos program serve with the
// kratos.yml at config: with the courier that hands in mails, without telemetry,
// and, only for plain http on loopback, in Kratos's development mode. Otherwise
// its cookies are Secure and never come back over http; Kratos has no narrower
// switch for that, and heeds this one on the command line only.
func (s Settings) ServeArgs(config string) []string {
	args := []string{"serve", "--config", config, "--watch-courier", "--sqa-opt-out"}
	if s.insecureCookies() {
		args = append(args, "--dev")
	}
	return args
}

// Write puts kratos.yml, the identity schema and the mail templates into dir,
// and returns the path of kratos.yml, which only its owner may read because it
// holds secrets. It measures one password hash to fill in how long an unknown
// address must seem to take.
func Write(dir string, s Settings) (string, error) {
	if err := s.Validate(); err != nil {
		return "", err
	}
	if s.BcryptCost == 0 {
		s.BcryptCost = MinBcryptCost
	}
	if s.Files == "" {
		abs, err := filepath.Abs(dir)
		if err != nil {
			return "", fmt.Errorf("kratos: %w", err)
		}
		s.Files = abs
	}
	hashTime, err := measureHash(s.BcryptCost)
	if err != nil {
		return "", err
	}
	text, err := render(s, hashTime)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("kratos: %w", err)
	}
	for _, name := range []string{"identity.schema.json", "mail"} {
		if err := copyTree(dir, name); err != nil {
			return "", err
		}
	}
	path := filepath.Join(dir, "kratos.yml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return "", fmt.Errorf("kratos: %w", err)
	}
	return path, nil
}

func render(s Settings, hashTime time.Duration) (string, error) {
	tmpl, err := template.New("kratos.yml.tmpl").
		Option("missingkey=error").
		Funcs(template.FuncMap{"json": toJSON}).
		ParseFS(files, "kratos.yml.tmpl")
	if err != nil {
		return "", fmt.Errorf("kratos: %w", err)
	}
	var b strings.Builder
	err = tmpl.Execute(&b, struct {
		Settings
		HashTime, HashDeviation time.Duration
	}{s, hashTime, max(hashTime/10, time.Millisecond)})
	if err != nil {
		return "", fmt.Errorf("kratos: %w", err)
	}
	return b.String(), nil
}

// toJSON quotes a value for the YAML file: each JSON text is a YAML text, and a
// secret with a quote or a colon in it stays one value.
func toJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

// measureHash times one password hash of the given cost on this machine.
func measureHash(cost int) (time.Duration, error) {
	start := time.Now()
	if _, err := bcrypt.GenerateFromPassword([]byte("a password of usual length"), cost); err != nil {
		return 0, fmt.Errorf("kratos: BcryptCost %d: %w", cost, err)
	}
	return max(time.Since(start), time.Millisecond), nil
}

func copyTree(dir, name string) error {
	return fs.WalkDir(files, name, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return fmt.Errorf("kratos: %w", err)
		}
		target := filepath.Join(dir, filepath.FromSlash(path))
		if d.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		b, err := files.ReadFile(path)
		if err != nil {
			return fmt.Errorf("kratos: %w", err)
		}
		return os.WriteFile(target, b, 0o644)
	})
}
