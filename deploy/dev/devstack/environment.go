package devstack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// childEnv is the whole environment of a child. Ours stays out: a DSN or
// LOG_LEVEL meant for somebody else would change what the servers do.
func childEnv(c Config) []string {
	return []string{
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"HOME=" + c.Dir, "LANG=C.UTF-8", "TZ=UTC",
	}
}

// builtServer returns the path of a server that make servers builds.
func builtServer(c Config, name string) (string, error) {
	folders := []string{}
	switch chosen := firstOf(c.Bin, os.Getenv("ZHUXIN_SERVERS_BIN")); {
	case chosen != "":
		folders = append(folders, chosen)
	default:
		if self, err := os.Executable(); err == nil {
			folders = append(folders, filepath.Dir(self))
		}
		if root, err := checkout(); err == nil {
			folders = append(folders, filepath.Join(root, ".local", "bin"))
		}
	}
	for _, f := range folders {
		path, err := filepath.Abs(filepath.Join(f, name))
		if err != nil {
			return "", fmt.Errorf("devstack: %w", err)
		}
		if exists(path) {
			return path, nil
		}
	}
	return "", fmt.Errorf("devstack: the server %s is not built (looked in %s); build it with make servers, or set ZHUXIN_SERVERS_BIN to its folder",
		name, strings.Join(folders, ", "))
}

// checkout returns the root of the checkout around the working directory.
func checkout() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if exists(filepath.Join(dir, "third_party", "servers", "kratos", "go.mod")) {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("devstack: not inside a checkout")
		}
		dir = parent
	}
}

// getOK fails unless url answers 200.
func getOK(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req) // ctx bounds it
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers %s", url, resp.Status)
	}
	return nil
}

// Reset removes everything under dir, the cluster outside of it included. It
// refuses while a stack runs there. A dir that does not exist is fine.
func Reset(dir string) error {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("devstack: %w", err)
	}
	if !exists(abs) {
		return nil
	}
	if !exists(filepath.Join(abs, secretsFile)) && !exists(filepath.Join(abs, "lock")) {
		return fmt.Errorf("devstack: %s was not made by this program, so it is not cleared; remove it by hand", abs)
	}
	lock, err := lockDir(abs)
	if err != nil {
		return err
	}
	defer lock.release()
	if err := endLeftovers(Config{Dir: abs, Progress: func(Server, string) {}}); err != nil {
		return err
	}
	if err := errors.Join(os.RemoveAll(outsideHome(abs)), os.RemoveAll(abs)); err != nil {
		return fmt.Errorf("devstack: %w", err)
	}
	os.Remove(filepath.Dir(outsideHome(abs))) // goes when no other folder has its cluster there
	return nil
}

// Env returns how to reach the servers, as NAME=value pairs to add to a
// program's environment, in the names of app/conf. Only servers that were
// started are in it. ZHUXIN_PG_APP_PASSWORD and ZHUXIN_PG_MIGRATOR_PASSWORD are
// the passwords to give the roles when tenancy makes them.
func (s *Stack) Env() []string {
	c, sec := s.config, s.secrets
	env := []string{
		"ZHUXIN_STACK_DIR=" + c.Dir,
		"ZHUXIN_PUBLIC_URL=" + c.PublicURL,
		"ZHUXIN_MASTER_KEY=" + sec.MasterKey,
		"ZHUXIN_ALLOW_INSECURE_LOOPBACK=true", // all of it is on loopback, without TLS
	}
	if c.wants(PostgreSQL) {
		env = append(env,
			"ZHUXIN_PG_ADMIN_DSN="+pgDSN(c, superuser, sec.PGPassword, appDatabase),
			"ZHUXIN_PG_HOST=127.0.0.1",
			"ZHUXIN_PG_PORT="+strconv.Itoa(c.Ports.PostgreSQL),
			"ZHUXIN_PG_APP_PASSWORD="+sec.PGAppPassword,
			"ZHUXIN_PG_MIGRATOR_PASSWORD="+sec.PGMigratorPass,
			"ZHUXIN_PG_BIN="+s.pgBin)
	}
	if c.wants(Redis) {
		env = append(env,
			"ZHUXIN_REDIS_ADDR="+loopback(c.Ports.Redis),
			"ZHUXIN_REDIS_PASSWORD="+sec.RedisPassword)
	}
	if c.wants(S3) {
		env = append(env,
			"ZHUXIN_S3_ENDPOINT=http://"+loopback(c.Ports.S3),
			"ZHUXIN_S3_REGION="+s3Region,
			"ZHUXIN_S3_BUCKET="+bucket,
			"ZHUXIN_S3_ACCESS_KEY="+sec.S3AccessKey,
			"ZHUXIN_S3_SECRET_KEY="+sec.S3SecretKey)
	}
	if c.wants(Kratos) {
		env = append(env,
			"ZHUXIN_KRATOS_PUBLIC_URL=http://"+loopback(c.Ports.Kratos),
			"ZHUXIN_KRATOS_ADMIN_URL=http://"+loopback(c.Ports.KratosAdmin))
	}
	if c.wants(Mail) {
		env = append(env,
			"ZHUXIN_SMTP_ADDR="+loopback(c.Ports.SMTP),
			"ZHUXIN_SMTP_FROM="+mailFrom,
			"ZHUXIN_MAIL_DIR="+s.mailDir(),
			"ZHUXIN_MAIL_URL=http://"+loopback(c.Ports.Mail))
	}
	return env
}
