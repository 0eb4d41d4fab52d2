package devstack

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"syscall"

	"github.com/lib/pq"

	"zhuxin/deploy/kratos"
)

// fastBcryptCost hashes passwords of tests in a millisecond.
const fastBcryptCost = 4

// mailFrom is the sender of every mail of the stack.
const mailFrom = "no-reply@zhuxin.example"

// startKratos writes Kratos's configuration, brings its database up to date and
// starts it. PostgreSQL and the mail sink run by then.
func startKratos(ctx context.Context, c Config, s secrets) (*child, error) {
	program, err := builtServer(c, "kratos")
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(c.Dir, "kratos")
	settings := kratos.Settings{
		PublicURL:     c.PublicURL,
		DSN:           pgDSN(c, kratosName, s.KratosDBPassword, kratosName) + "&max_conns=10&max_idle_conns=2",
		PublicHost:    "127.0.0.1",
		PublicPort:    c.Ports.Kratos,
		AdminHost:     "127.0.0.1",
		AdminPort:     c.Ports.KratosAdmin,
		SMTPURL:       "smtp://" + loopback(c.Ports.SMTP) + "/?disable_starttls=true",
		MailFrom:      mailFrom,
		CookieSecrets: []string{s.KratosCookie},
		CipherSecrets: []string{s.KratosCipher},
	}
	if c.Fast {
		settings.BcryptCost = fastBcryptCost
	}
	config, err := kratos.Write(dir, settings)
	if err != nil {
		return nil, err
	}
	if err := migrateKratos(ctx, c, s, program, config); err != nil {
		return nil, err
	}
	ch := &child{
		name: Kratos, dir: c.Dir,
		notify: func(m string) { c.Progress(Kratos, m) },
		command: func() *exec.Cmd {
			cmd := exec.Command(program, settings.ServeArgs(config)...)
			cmd.Dir, cmd.Env = dir, childEnv(c)
			return cmd
		},
		ready: func(ctx context.Context) error {
			if err := getOK(ctx, "http://"+loopback(c.Ports.KratosAdmin)+"/admin/health/ready"); err != nil {
				return err
			}
			return getOK(ctx, "http://"+loopback(c.Ports.Kratos)+"/health/ready")
		},
		stopSignal:  syscall.SIGTERM,
		deathSignal: syscall.SIGKILL, // all its state is in PostgreSQL
	}
	return ch, ch.start(ctx)
}

// migrateKratos brings Kratos's schema up to date. It takes two seconds even
// with nothing to do, so the version it reached is noted in the database itself,
// as the database's comment.
func migrateKratos(ctx context.Context, c Config, s secrets, program, config string) error {
	db, err := (&postgres{Config: c, secrets: s}).open(kratosName)
	if err != nil {
		return err
	}
	defer db.Close()
	var reached string
	err = db.QueryRowContext(ctx,
		`SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = $1`, kratosName).Scan(&reached)
	if err != nil {
		return fmt.Errorf("devstack: %w", err)
	}
	want := "migrated by Ory Kratos " + kratos.Version
	if reached == want {
		return nil
	}
	c.Progress(Kratos, "migrating its database")
	cmd := exec.CommandContext(ctx, program, "migrate", "sql", "--read-from-env", "--yes", "--config", config)
	cmd.Dir, cmd.Env = filepath.Dir(config), append(childEnv(c), "DSN="+pgDSN(c, kratosName, s.KratosDBPassword, kratosName))
	if err := runToEnd(ctx, c, Kratos, cmd); err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "COMMENT ON DATABASE "+kratosName+" IS "+pq.QuoteLiteral(want)); err != nil {
		return fmt.Errorf("devstack: %w", err)
	}
	return nil
}
