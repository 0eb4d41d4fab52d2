package devstack

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

const debianPGBin = "/usr/lib/postgresql/15/bin"

// findPGBin returns the folder with PostgreSQL's programs, and refuses one
// without them or of an older release than 15.
func findPGBin(wanted string) (string, error) {
	dir := firstOf(wanted, os.Getenv("ZHUXIN_PG_BIN"), debianPGBin)
	out, err := exec.Command(filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return "", fmt.Errorf("devstack: PostgreSQL 15 is not in %s (%w); install it with make install-run, or set ZHUXIN_PG_BIN to the folder with initdb and postgres", dir, err)
	}
	// "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"
	fields := strings.Fields(string(out))
	if len(fields) >= 3 {
		major, _, _ := strings.Cut(fields[2], ".")
		if n, err := strconv.Atoi(major); err == nil && n >= 15 {
			return dir, nil
		}
	}
	return "", fmt.Errorf("devstack: %s holds %q; PostgreSQL 15 or newer is needed: install it with make install-run, or set ZHUXIN_PG_BIN", dir, strings.TrimSpace(string(out)))
}

// pgCredential returns the user that runs PostgreSQL: nil for the caller, unless
// the caller is root, which PostgreSQL refuses.
func pgCredential(name string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup(name)
	if err != nil {
		return nil, fmt.Errorf("devstack: PostgreSQL does not run as root, and there is no user %q to run it as (%w); set ZHUXIN_DEMO_PG_OSUSER to an unprivileged user", name, err)
	}
	uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
	gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
	if err := errors.Join(err1, err2); err != nil {
		return nil, fmt.Errorf("devstack: user %q: %w", name, err)
	}
	if uid == 0 {
		return nil, fmt.Errorf("devstack: ZHUXIN_DEMO_PG_OSUSER=%q is root; PostgreSQL needs an unprivileged user", name)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// prepareCluster returns the folder of the cluster, made when there is none.
func (pg *postgres) prepareCluster(ctx context.Context) (string, error) {
	link := filepath.Join(pg.Dir, clusterName)
	if data, err := filepath.EvalSymlinks(link); err == nil {
		if !exists(filepath.Join(data, "PG_VERSION")) {
			return "", fmt.Errorf("devstack: %s exists and is no PostgreSQL cluster; move it away, or use another folder", data)
		}
		if err := pg.canEnter(data); err != nil {
			return "", err
		}
		return data, nil
	}
	home, err := pg.clusterHome()
	if err != nil {
		return "", err
	}
	data := filepath.Join(home, clusterName)
	pg.Progress(PostgreSQL, "making a database cluster in "+data)
	if err := pg.initdb(ctx, data); err != nil {
		return "", err
	}
	if data != link {
		os.Remove(link) // a dangling one: EvalSymlinks found nothing behind it
		if err := os.Symlink(data, link); err != nil {
			return "", fmt.Errorf("devstack: %w", err)
		}
	}
	return filepath.EvalSymlinks(link)
}

// clusterHome returns the folder that the cluster goes into: Dir itself, or,
// when the user that runs PostgreSQL cannot reach Dir (a checkout under /root),
// a folder of its own under /var/lib, to which Dir/pg is then a symbolic link.
func (pg *postgres) clusterHome() (string, error) {
	if pg.canEnter(pg.Dir) == nil {
		return pg.Dir, nil
	}
	home := outsideHome(pg.Dir)
	if err := os.MkdirAll(home, 0o755); err != nil {
		return "", fmt.Errorf("devstack: %w", err)
	}
	if err := pg.canEnter(home); err != nil {
		return "", err
	}
	pg.Progress(PostgreSQL, fmt.Sprintf("user %s cannot reach %s, so its data goes to %s", pg.OSUser, pg.Dir, home))
	return home, nil
}

func outsideHome(dir string) string {
	return fmt.Sprintf("/var/lib/zhuxin-dev/%x", sha256.Sum256([]byte(dir)))[:len("/var/lib/zhuxin-dev/")+12]
}

// canEnter asks the system itself whether the user that runs PostgreSQL may
// enter a folder: modes, groups and access lists are the kernel's business.
func (pg *postgres) canEnter(dir string) error {
	cmd := exec.Command("/bin/true")
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: pg.osUser}
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("devstack: user %s, which runs PostgreSQL, cannot enter %s (%w); give it the right to pass through the folders above, or set ZHUXIN_DEMO_PG_OSUSER", pg.OSUser, dir, err)
	}
	return nil
}

// initdb makes the cluster beside its place and moves it there when it is whole,
// so that a start that was cut short leaves nothing half made.
func (pg *postgres) initdb(ctx context.Context, data string) error {
	fresh := data + ".new"
	for _, old := range []string{fresh, data} {
		if err := os.RemoveAll(old); err != nil {
			return fmt.Errorf("devstack: %w", err)
		}
	}
	if err := os.Mkdir(fresh, 0o700); err != nil {
		return fmt.Errorf("devstack: %w", err)
	}
	pwfile := data + ".pw"
	if err := os.WriteFile(pwfile, []byte(pg.secrets.PGPassword+"\n"), 0o600); err != nil {
		return fmt.Errorf("devstack: %w", err)
	}
	defer os.Remove(pwfile)
	if pg.osUser != nil {
		for _, p := range []string{fresh, pwfile} {
			if err := os.Chown(p, int(pg.osUser.Uid), int(pg.osUser.Gid)); err != nil {
				return fmt.Errorf("devstack: %w", err)
			}
		}
	}
	args := []string{"-D", fresh, "--username", superuser, "--pwfile", pwfile,
		"--auth-host=scram-sha-256", "--auth-local=scram-sha-256",
		"--encoding=UTF8", "--locale=C.UTF-8"}
	if pg.Fast {
		args = append(args, "--no-sync")
	}
	if err := runToEnd(ctx, pg.Config, PostgreSQL, pg.program(ctx, "initdb", args...)); err != nil {
		return err
	}
	if err := os.Rename(fresh, data); err != nil {
		return fmt.Errorf("devstack: %w", err)
	}
	return nil
}
