package kratos_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"zhuxin/deploy/kratos"
)

func good() kratos.Settings {
	return kratos.Settings{
		PublicURL:  "https://credit.example.com",
		DSN:        `postgres://kratos:it's "quoted": #1@db/kratos`,
		PublicHost: "127.0.0.1", PublicPort: 4433,
		AdminHost: "127.0.0.1", AdminPort: 4434,
		SMTPURL: "smtp://mail:25/", MailFrom: "no-reply@example.com",
		CookieSecrets: []string{strings.Repeat("a", 32)},
		CipherSecrets: []string{strings.Repeat("b", 32)},
	}
}

func TestValidateNamesTheSetting(t *testing.T) {
	for name, spoil := range map[string]func(*kratos.Settings){
		"PublicURL":        func(s *kratos.Settings) { s.PublicURL = "https://credit.example.com/app/" },
		"DSN":              func(s *kratos.Settings) { s.DSN = "" },
		"AdminPort":        func(s *kratos.Settings) { s.AdminPort = s.PublicPort },
		"AdminHost":        func(s *kratos.Settings) { s.AdminHost = "" },
		"SMTPURL":          func(s *kratos.Settings) { s.SMTPURL = "mail:25" },
		"MailFrom":         func(s *kratos.Settings) { s.MailFrom = "nobody" },
		"CookieSecrets[0]": func(s *kratos.Settings) { s.CookieSecrets = []string{"short"} },
		"CipherSecrets[0]": func(s *kratos.Settings) { s.CipherSecrets = []string{strings.Repeat("b", 33)} },
		"BcryptCost":       func(s *kratos.Settings) { s.BcryptCost = 4 },
	} {
		s := good()
		spoil(&s)
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("with a bad %s: %v; want an error that names it", name, err)
		}
	}
	if err := good().Validate(); err != nil {
		t.Errorf("good settings: %v", err)
	}
}

// TestWrite reads the written file back as YAML: quotes and colons in values
// must not change its shape, and the secrets are for their owner only.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	s := good()
	path, err := kratos.Write(dir, s)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		DSN   string `yaml:"dsn"`
		Serve struct {
			Public struct {
				BaseURL string `yaml:"base_url"`
			} `yaml:"public"`
		} `yaml:"serve"`
		Log struct {
			Leak bool `yaml:"leak_sensitive_values"`
		} `yaml:"log"`
	}
	if err := yaml.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if got.DSN != s.DSN || got.Serve.Public.BaseURL != "https://credit.example.com/" || got.Log.Leak {
		t.Errorf("read back as %+v", got)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%s: mode %v (%v), want 0600", path, info.Mode(), err)
	}
	for _, f := range []string{"identity.schema.json", "mail/recovery_code/valid/email.subject.gotmpl"} {
		if _, err := os.Stat(filepath.Join(dir, f)); err != nil {
			t.Error(err)
		}
	}
	if args := strings.Join(s.ServeArgs(path), " "); strings.Contains(args, "--dev") {
		t.Errorf("development mode for an https origin: %s", args)
	}
	s.PublicURL = "http://127.0.0.1:8080"
	if args := strings.Join(s.ServeArgs(path), " "); !strings.Contains(args, "--dev") {
		t.Errorf("Secure cookies for plain http on loopback: %s", args)
	}
}
