// Command kratos-run configures Ory Kratos from its environment and becomes it:
//
//	kratos-run migrate   brings Kratos's database up to date and ends
//	kratos-run serve     serves
//
// It is the entry point of Kratos's container. Settings:
//
//	ZHUXIN_PUBLIC_URL              origin of the console, as browsers see it
//	ZHUXIN_KRATOS_DSN              Kratos's own database
//	ZHUXIN_KRATOS_COOKIE_SECRETS   32 characters or more each, newest first, comma separated
//	ZHUXIN_KRATOS_CIPHER_SECRETS   32 characters each, newest first, comma separated
//	ZHUXIN_SMTP_ADDR               host:port that takes its mails
//	ZHUXIN_SMTP_FROM               sender of its mails
//	ZHUXIN_SMTP_USERNAME, ZHUXIN_SMTP_PASSWORD   when that server wants a login
//	ZHUXIN_SMTP_TLS                true: require STARTTLS
//	ZHUXIN_KRATOS_TLS_CERT, ZHUXIN_KRATOS_TLS_KEY   files to speak https with
//	ZHUXIN_KRATOS_CONFIG_DIR       where the configuration is written (default /tmp/kratos)
package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"

	"zhuxin/deploy/kratos"
)

// The ports inside the container; only the private network reaches them.
const (
	publicPort = 4433
	adminPort  = 4434
)

func main() {
	if err := run(os.Args[1:], os.Getenv); err != nil {
		fmt.Fprintln(os.Stderr, "kratos-run:", err)
		os.Exit(1)
	}
}

func run(args []string, getenv func(string) string) error {
	if len(args) != 1 || (args[0] != "migrate" && args[0] != "serve") {
		return errors.New("usage: kratos-run migrate|serve")
	}
	s, err := settings(getenv)
	if err != nil {
		return err
	}
	dir := getenv("ZHUXIN_KRATOS_CONFIG_DIR")
	if dir == "" {
		dir = "/tmp/kratos"
	}
	config, err := kratos.Write(dir, s)
	if err != nil {
		return err
	}
	program, err := exec.LookPath("kratos")
	if err != nil {
		return err
	}
	argv := append([]string{"kratos"}, s.ServeArgs(config)...)
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir}
	if args[0] == "migrate" {
		argv = []string{"kratos", "migrate", "sql", "--read-from-env", "--yes", "--config", config}
		env = append(env, "DSN="+s.DSN)
	}
	return syscall.Exec(program, argv, env)
}

// settings reads the environment and names every setting that is missing.
func settings(getenv func(string) string) (kratos.Settings, error) {
	var missing []string
	need := func(name string) string {
		v := getenv(name)
		if v == "" {
			missing = append(missing, name)
		}
		return v
	}
	s := kratos.Settings{
		PublicURL:     need("ZHUXIN_PUBLIC_URL"),
		DSN:           need("ZHUXIN_KRATOS_DSN"),
		PublicHost:    "0.0.0.0",
		PublicPort:    publicPort,
		AdminHost:     "0.0.0.0",
		AdminPort:     adminPort,
		TLSCert:       getenv("ZHUXIN_KRATOS_TLS_CERT"),
		TLSKey:        getenv("ZHUXIN_KRATOS_TLS_KEY"),
		SMTPURL:       smtpURL(need("ZHUXIN_SMTP_ADDR"), getenv),
		MailFrom:      need("ZHUXIN_SMTP_FROM"),
		CookieSecrets: split(need("ZHUXIN_KRATOS_COOKIE_SECRETS")),
		CipherSecrets: split(need("ZHUXIN_KRATOS_CIPHER_SECRETS")),
	}
	if len(missing) > 0 {
		return s, fmt.Errorf("not set: %s", strings.Join(missing, ", "))
	}
	return s, nil
}

// smtpURL writes the SMTP settings, which are those of zhuxin itself, the way
// Kratos wants them. Kratos requires STARTTLS unless told not to use it.
func smtpURL(addr string, getenv func(string) string) string {
	u := url.URL{Scheme: "smtp", Host: addr, Path: "/"}
	if user := getenv("ZHUXIN_SMTP_USERNAME"); user != "" {
		u.User = url.UserPassword(user, getenv("ZHUXIN_SMTP_PASSWORD"))
	}
	if getenv("ZHUXIN_SMTP_TLS") != "true" {
		u.RawQuery = "disable_starttls=true"
	}
	return u.String()
}

func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' })
}
