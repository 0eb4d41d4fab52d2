package devstack

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/lib/pq"
)

// Names inside the cluster.
const (
	clusterName = "pg"     // folder of the cluster under Dir
	appDatabase = "zhuxin" // made here, filled by tenancy
	kratosName  = "kratos" // Kratos's database and the role that owns it
	superuser   = "postgres"
)

// postgres is the PostgreSQL cluster of a stack.
type postgres struct {
	Config
	secrets secrets
	bin     string
	osUser  *syscall.Credential // nil: run as the caller
	data    string              // the cluster's folder, symbolic link resolved
}

// startPostgres makes the cluster when there is none, starts it and makes the
// databases.
func startPostgres(ctx context.Context, c Config, s secrets) (*child, error) {
	pg := &postgres{Config: c, secrets: s}
	var err error
	if pg.bin, err = findPGBin(c.PGBin); err != nil {
		return nil, err
	}
	if pg.osUser, err = pgCredential(c.OSUser); err != nil {
		return nil, err
	}
	if pg.data, err = pg.prepareCluster(ctx); err != nil {
		return nil, err
	}
	if err := pg.clearStaleLock(); err != nil {
		return nil, err
	}
	ch := &child{
		name: PostgreSQL, dir: c.Dir,
		notify:  func(m string) { c.Progress(PostgreSQL, m) },
		command: pg.command,
		ready:   func(ctx context.Context) error { return pg.exec(ctx, "postgres", "SELECT 1") },
		// SIGINT is PostgreSQL's fast shutdown: roll back, checkpoint, end.
		stopSignal: syscall.SIGINT, deathSignal: syscall.SIGINT,
	}
	if err := ch.start(ctx); err != nil {
		return ch, err
	}
	return ch, pg.createDatabases(ctx)
}

func (pg *postgres) command() *exec.Cmd {
	settings := []string{
		"listen_addresses=127.0.0.1",
		fmt.Sprintf("port=%d", pg.Ports.PostgreSQL),
		"unix_socket_directories=",
		"max_connections=200",
		"max_locks_per_transaction=1024", // one transaction makes a whole tenant's schema
		"shared_buffers=256MB",
		"max_wal_size=2GB",
		"jit=off", // short statements: compiling costs more than it saves
		"timezone=UTC", "log_timezone=UTC",
		"log_line_prefix=%m [%p] %q%u@%d ",
	}
	if pg.Fast {
		settings = append(settings, "fsync=off", "synchronous_commit=off", "full_page_writes=off")
	}
	for k, v := range pg.PGSettings {
		settings = append(settings, k+"="+v)
	}
	args := []string{"-D", pg.data}
	for _, s := range settings {
		args = append(args, "-c", s)
	}
	return pg.program(context.Background(), "postgres", args...)
}

// program prepares one of PostgreSQL's programs to run as the right user, with
// nothing of our environment: PGOPTIONS and the like would change the cluster.
func (pg *postgres) program(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(pg.bin, name), args...)
	cmd.Env = childEnv(pg.Config)
	cmd.Dir = "/"
	if pg.data != "" {
		cmd.Dir = pg.data
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: pg.osUser}
	return cmd
}

// clearStaleLock ends a postmaster that a killed run left without a pid file of
// ours, and removes a postmaster.pid that no postmaster of this cluster holds.
// PostgreSQL alone would refuse to start when its number was given to another
// process of the same user meanwhile, as after a reboot.
func (pg *postgres) clearStaleLock() error {
	path := filepath.Join(pg.data, "postmaster.pid")
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("devstack: %w", err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, _ := strconv.Atoi(first) // a damaged file names nobody: 0
	alive := func() bool {
		cwd, err := os.Readlink(fmt.Sprintf("/proc/%d/cwd", pid))
		return err == nil && cwd == pg.data
	}
	if pid > 1 && alive() {
		if err := endProcess(pid, alive); err != nil {
			return err
		}
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("devstack: %w", err)
	}
	return nil
}

// pgDSN returns the address of a database for one user.
func pgDSN(c Config, user, password, database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(user, password),
		Host: loopback(c.Ports.PostgreSQL), Path: "/" + database,
		RawQuery: "sslmode=disable",
	}
	return u.String()
}

// open returns a pool of one connection for the superuser.
func (pg *postgres) open(database string) (*sql.DB, error) {
	db, err := sql.Open("postgres", pgDSN(pg.Config, superuser, pg.secrets.PGPassword, database)+"&connect_timeout=2")
	if err != nil {
		return nil, fmt.Errorf("devstack: %w", err)
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

func (pg *postgres) exec(ctx context.Context, database string, statements ...string) error {
	db, err := pg.open(database)
	if err != nil {
		return err
	}
	defer db.Close()
	for _, s := range statements {
		if _, err := db.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// createDatabases makes the two databases when they are not there. Kratos gets
// a role of its own, and nobody else may connect to its password hashes.
func (pg *postgres) createDatabases(ctx context.Context) error {
	db, err := pg.open("postgres")
	if err != nil {
		return err
	}
	defer db.Close()
	have, err := names(ctx, db, `SELECT datname FROM pg_database UNION ALL SELECT 'role ' || rolname FROM pg_roles`)
	if err != nil {
		return fmt.Errorf("devstack: listing databases: %w", err)
	}
	var todo []string
	if !slices.Contains(have, appDatabase) {
		todo = append(todo, "CREATE DATABASE "+appDatabase+" TEMPLATE template0")
	}
	if pg.wants(Kratos) {
		verb := "CREATE"
		if slices.Contains(have, "role "+kratosName) {
			verb = "ALTER" // the secrets file is the truth about the password
		}
		todo = append(todo, fmt.Sprintf("%s ROLE %s LOGIN PASSWORD %s", verb, kratosName, pq.QuoteLiteral(pg.secrets.KratosDBPassword)))
		if !slices.Contains(have, kratosName) {
			todo = append(todo, "CREATE DATABASE "+kratosName+" OWNER "+kratosName+" TEMPLATE template0")
		}
		todo = append(todo, "REVOKE ALL ON DATABASE "+kratosName+" FROM PUBLIC")
	}
	for _, s := range todo {
		if _, err := db.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("devstack: preparing the databases: %w", err)
		}
	}
	return nil
}

func names(ctx context.Context, db *sql.DB, query string) ([]string, error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []string
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		out = append(out, n)
	}
	return out, rows.Err()
}
