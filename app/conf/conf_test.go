package conf

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// A configuration of a real installation: TLS everywhere, secrets of their own.
const good = `
roles: [gateway, api, worker]
public_url: https://credit.example.com
listen: 0.0.0.0:8080
behind_tls_proxy: true
trusted_proxies: [10.1.0.0/16]
postgres: {host: db.example.com}
redis: {addr: "redis.example.com:6379", tls: true}
s3: {endpoint: "https://s3.example.com", bucket: zhuxin, access_key: 8f2a6c1e9b7d}
kratos: {public_url: "https://kratos.example.com", admin_url: "https://kratos-admin.example.com"}
`

var masterKey = base64.StdEncoding.EncodeToString([]byte("\x01\x92\x33\x44\x85\x06\xf7\x08\x09\x1a\x2b\x3c\x4d\x5e\x6f\x70\x71\x82\x93\xa4\xb5\xc6\xd7\xe8\xf9\x0a\x1b\x2c\x3d\x4e\x5f\x60"))

var goodEnv = []string{
	"ZHUXIN_MASTER_KEY=" + masterKey,
	"ZHUXIN_PG_APP_PASSWORD=4c1f0a9e7b3d58216fd0c2e4a6b8917503fe",
	"ZHUXIN_PG_MIGRATOR_PASSWORD=d91b35c7e06f42a8b4f1093e5c7d6a2810be",
	"ZHUXIN_REDIS_PASSWORD=0b7e2d4f6a8c1935e7f9b1d3a5c70862e4f6",
	"ZHUXIN_S3_SECRET_KEY=6e8f0a2c4d5b7193f5a7c9e1b3d40628ca4e",
}

func load(t *testing.T, file string, environ ...string) Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "zhuxin.yaml")
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := Load(path, append(slices.Clone(goodEnv), environ...))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestGood(t *testing.T) {
	c := load(t, good)
	for _, use := range []Use{Serve, Migrate, Operate} {
		if err := c.Validate(use); err != nil {
			t.Errorf("use %d: %v", use, err)
		}
	}
	if got, want := c.AppDSN(), "postgres://zhuxin_app:4c1f0a9e7b3d58216fd0c2e4a6b8917503fe@db.example.com:5432/zhuxin?sslmode=verify-full"; got != want {
		t.Errorf("AppDSN = %s", got)
	}
	if got := c.Proxies(); fmt.Sprint(got) != "[10.1.0.0/16]" {
		t.Errorf("proxies = %v", got)
	}
	if key, err := c.MasterKeyBytes(); err != nil || len(key) != 32 {
		t.Errorf("master key: %d bytes, %v", len(key), err)
	}
}

// The dev stack gives addresses and secrets by environment, all on loopback.
var demoEnv = []string{
	"ZHUXIN_ALLOW_INSECURE_LOOPBACK=true", "ZHUXIN_PUBLIC_URL=http://127.0.0.1:8080",
	"ZHUXIN_PG_HOST=127.0.0.1", "ZHUXIN_PG_PORT=15432", "ZHUXIN_REDIS_ADDR=127.0.0.1:16379",
	"ZHUXIN_PG_ADMIN_DSN=postgres://postgres:x@127.0.0.1:15432/zhuxin?sslmode=disable",
	"ZHUXIN_SMTP_ADDR=127.0.0.1:1025", "ZHUXIN_S3_ENDPOINT=http://127.0.0.1:19000", "ZHUXIN_S3_ACCESS_KEY=8f2a6c1e9b7d", "ZHUXIN_S3_BUCKET=zhuxin",
	"ZHUXIN_KRATOS_PUBLIC_URL=http://127.0.0.1:14433", "ZHUXIN_KRATOS_ADMIN_URL=http://127.0.0.1:14434",
}

func TestDemo(t *testing.T) {
	c := load(t, "", demoEnv...)
	if err := c.Validate(Serve); err != nil {
		t.Error(err)
	}
	if !strings.HasSuffix(c.MigratorDSN(), "@127.0.0.1:15432/zhuxin?sslmode=disable") {
		t.Errorf("MigratorDSN = %s", c.MigratorDSN())
	}
	c = load(t, "postgres: {host: /run/postgresql}", slices.Concat(demoEnv, []string{"ZHUXIN_PG_HOST=/run/postgresql"})...)
	if got := c.AppDSN(); !strings.HasSuffix(got, "@/zhuxin?host=%2Frun%2Fpostgresql&port=15432&sslmode=disable") {
		t.Errorf("by socket: %s", got)
	}
}

func TestRefused(t *testing.T) {
	tests := []struct {
		name string
		env  []string
		demo bool // on top of the demo's settings, else of the installation's
		use  Use
		key  string
		why  string
	}{
		{name: "no roles", env: []string{"ZHUXIN_ROLES="}, key: "roles", why: "is empty"},
		{name: "unknown role", env: []string{"ZHUXIN_ROLES=api,wroker"}, key: "roles", why: `"wroker"`},
		{name: "role twice", env: []string{"ZHUXIN_ROLES=api,api"}, key: "roles", why: "twice"},
		{name: "gateway that knows no API", env: []string{"ZHUXIN_ROLES=gateway"}, key: "api_url", why: "is missing"},
		{name: "API that points to another", env: []string{"ZHUXIN_API_URL=https://api.example.com"}, key: "api_url", why: "contradicts roles"},
		{name: "no public URL", env: []string{"ZHUXIN_PUBLIC_URL="}, key: "public_url", why: "is missing"},
		{name: "public URL without TLS", env: []string{"ZHUXIN_PUBLIC_URL=http://credit.example.com"}, key: "public_url", why: "is not https"},
		{name: "public URL with a path", env: []string{"ZHUXIN_PUBLIC_URL=https://credit.example.com/app"}, key: "public_url", why: "scheme and host alone"},
		{name: "public URL that is none", env: []string{"ZHUXIN_PUBLIC_URL=credit"}, key: "public_url", why: "is no URL"},
		{name: "listener in the open", env: []string{"ZHUXIN_BEHIND_TLS_PROXY=false"}, key: "listen", why: "without TLS"},
		{name: "no listener", env: []string{"ZHUXIN_LISTEN="}, key: "listen", why: "is missing"},
		{name: "listener without port", env: []string{"ZHUXIN_LISTEN=0.0.0.0"}, key: "listen", why: "is no address"},
		{name: "metrics in the open", env: []string{"ZHUXIN_ADMIN_LISTEN=0.0.0.0:8081"}, key: "admin_listen", why: "reachable from outside"},
		{name: "metrics on every interface", env: []string{"ZHUXIN_ADMIN_LISTEN=:8081"}, key: "admin_listen", why: "reachable from outside"},
		{name: "metrics on the public listener", env: []string{"ZHUXIN_LISTEN=127.0.0.1:8081"}, key: "admin_listen", why: "same as listen"},
		{name: "certificate without key", env: []string{"ZHUXIN_TLS_CERT_PATH=conf.go"}, key: "tls_key_file", why: "belong together"},
		{name: "certificate that is not there", env: []string{"ZHUXIN_TLS_CERT_PATH=/nix", "ZHUXIN_TLS_KEY_PATH=conf.go"}, key: "tls_cert_file", why: "cannot be read"},
		{name: "proxy that is none", env: []string{"ZHUXIN_TRUSTED_PROXIES=proxy"}, key: "trusted_proxies", why: "neither an address"},
		{name: "everybody a proxy", env: []string{"ZHUXIN_TRUSTED_PROXIES=0.0.0.0/0"}, key: "trusted_proxies", why: "trusts everybody"},
		{name: "TLS proxy unknown", env: []string{"ZHUXIN_TRUSTED_PROXIES="}, key: "trusted_proxies", why: "is empty although"},
		{name: "no database", env: []string{"ZHUXIN_PG_HOST="}, key: "postgres.host", why: "is missing"},
		{name: "port of the database", env: []string{"ZHUXIN_PG_PORT=0"}, key: "postgres.port", why: "is no port"},
		{name: "sslmode require", env: []string{"ZHUXIN_PG_SSLMODE=require"}, key: "postgres.sslmode", why: "set verify-full"},
		{name: "sslmode disable", env: []string{"ZHUXIN_PG_SSLMODE=disable"}, key: "postgres.sslmode", why: "set verify-full"},
		{name: "sslmode for migrate too", env: []string{"ZHUXIN_PG_SSLMODE=prefer"}, use: Migrate, key: "postgres.sslmode", why: "set verify-full"},
		{name: "no application password", env: []string{"ZHUXIN_PG_APP_PASSWORD="}, key: "postgres.app_password", why: "is missing"},
		{name: "short password", env: []string{"ZHUXIN_PG_APP_PASSWORD=9f8e7d6c5b4a39281706f5e4d3c2b1a"}, key: "postgres.app_password", why: "shorter than 32"},
		{name: "default password", env: []string{"ZHUXIN_PG_APP_PASSWORD=changeme-changeme-changeme-changeme"}, key: "postgres.app_password", why: "everybody knows"},
		{name: "password of one letter", env: []string{"ZHUXIN_PG_APP_PASSWORD=" + strings.Repeat("x", 40)}, key: "postgres.app_password", why: "not random"},
		{name: "one password for both logins", env: []string{"ZHUXIN_PG_MIGRATOR_PASSWORD=4c1f0a9e7b3d58216fd0c2e4a6b8917503fe"}, key: "postgres.migrator_password", why: "same secret as postgres.app_password"},
		{name: "one login for both", env: []string{"ZHUXIN_PG_APP_USER=zhuxin_migrator"}, key: "postgres.migrator_user", why: "must not own"},
		{name: "superuser", env: []string{"ZHUXIN_PG_APP_USER=postgres"}, key: "postgres.app_user", why: "superuser"},
		{name: "migrate without password", env: []string{"ZHUXIN_PG_MIGRATOR_PASSWORD="}, use: Migrate, key: "postgres.migrator_password", why: "is missing"},
		{name: "no Redis", env: []string{"ZHUXIN_REDIS_ADDR="}, key: "redis.addr", why: "is missing"},
		{name: "Redis without password", env: []string{"ZHUXIN_REDIS_PASSWORD="}, key: "redis.password", why: "is missing"},
		{name: "Redis without TLS", env: []string{"ZHUXIN_REDIS_TLS=false"}, key: "redis.tls", why: "is off"},
		{name: "no object store", env: []string{"ZHUXIN_S3_ENDPOINT="}, key: "s3.endpoint", why: "is missing"},
		{name: "object store without TLS", env: []string{"ZHUXIN_S3_ENDPOINT=http://s3.example.com"}, key: "s3.endpoint", why: "is not https"},
		{name: "login in the URL", env: []string{"ZHUXIN_S3_ENDPOINT=https://a:b@s3.example.com"}, key: "s3.endpoint", why: "without login"},
		{name: "default key", env: []string{"ZHUXIN_S3_ACCESS_KEY=minioadmin"}, key: "s3.access_key", why: "everybody knows"},
		{name: "default secret key", env: []string{"ZHUXIN_S3_SECRET_KEY=minioadmin"}, key: "s3.secret_key", why: "everybody knows"},
		{name: "no bucket", env: []string{"ZHUXIN_S3_BUCKET="}, key: "s3.bucket", why: "is missing"},
		{name: "no identity server", env: []string{"ZHUXIN_KRATOS_PUBLIC_URL="}, key: "kratos.public_url", why: "is missing"},
		{name: "identity server without TLS", env: []string{"ZHUXIN_KRATOS_ADMIN_URL=http://kratos:4434"}, key: "kratos.admin_url", why: "is not https"},
		{name: "admin side behind the gateway", env: []string{"ZHUXIN_KRATOS_ADMIN_URL=https://kratos.example.com"}, key: "kratos.admin_url", why: "passes on to everybody"},
		{name: "no master key", env: []string{"ZHUXIN_MASTER_KEY="}, key: "master_key", why: "is missing"},
		{name: "master key not base64", env: []string{"ZHUXIN_MASTER_KEY=%%%"}, key: "master_key", why: "not base64"},
		{name: "short master key", env: []string{"ZHUXIN_MASTER_KEY=c2hvcnQ="}, key: "master_key", why: "not 32 bytes"},
		{name: "master key of zeros", env: []string{"ZHUXIN_MASTER_KEY=" + base64.StdEncoding.EncodeToString(make([]byte, 32))}, key: "master_key", why: "not random"},
		{name: "guessing passwords", env: []string{"ZHUXIN_LIMIT_LOGIN_PER_ACCOUNT=11"}, key: "limits.login_per_account", why: "more than 10"},
		{name: "guessing from one address", env: []string{"ZHUXIN_LIMIT_LOGIN_PER_IP=51"}, key: "limits.login_per_ip", why: "more than 50"},
		{name: "guessing by the minute", env: []string{"ZHUXIN_LIMIT_LOGIN_WINDOW=1m"}, key: "limits.login_window", why: "shorter than 15m"},
		{name: "no limit", env: []string{"ZHUXIN_LIMIT_IP_PER_SECOND=0"}, key: "limits.ip_per_second", why: "at least 1"},
		{name: "logged out for an hour", env: []string{"ZHUXIN_HTTP_SESSION_CACHE=1h"}, key: "http.session_cache", why: "longer than 15s"},
		{name: "no time", env: []string{"ZHUXIN_HTTP_REQUEST_TIMEOUT=0s"}, key: "http.request_timeout", why: "longer than 0s"},
		{name: "more groups than connections", env: []string{"ZHUXIN_PG_GROUPS=17"}, key: "postgres.groups", why: "greater than"},
		{name: "log level", env: []string{"ZHUXIN_LOG_LEVEL=loud"}, key: "log.level", why: "must be"},
		{name: "log format", env: []string{"ZHUXIN_LOG_FORMAT=xml"}, key: "log.format", why: "must be"},
		{name: "time zone", env: []string{"ZHUXIN_TENANT_TIME_ZONE=Asia/Shanghigh"}, key: "tenant.time_zone", why: "is no time zone"},
		{name: "currency", env: []string{"ZHUXIN_TENANT_CURRENCY=yuan"}, key: "tenant.currency", why: "is no ISO code"},
		{name: "traces", env: []string{"ZHUXIN_OTEL_RATIO=2"}, key: "otel.ratio", why: "between 0 and 1"},
		{name: "collector", env: []string{"ZHUXIN_OTEL_ENDPOINT=collector"}, key: "otel.endpoint", why: "is no URL"},
		{name: "notices without sender", env: []string{"ZHUXIN_SMTP_ADDR=mail.example.com:587", "ZHUXIN_SMTP_FROM="}, key: "smtp.from", why: "no mail address"},
		{name: "notices from the demo", env: []string{"ZHUXIN_SMTP_ADDR=mail.example.com:587"}, key: "smtp.from", why: "demo's sender"},
		{name: "traces in the open", env: []string{"ZHUXIN_OTEL_ENDPOINT=http://collector.example.com/v1/traces"}, key: "otel.endpoint", why: "not https"},
		{name: "mail password in the open", env: []string{"ZHUXIN_SMTP_ADDR=mail.example.com:587", "ZHUXIN_SMTP_FROM=a@example.com", "ZHUXIN_SMTP_PASSWORD=b"}, key: "smtp.tls", why: "in the open"},
		{name: "demo with a database elsewhere", demo: true, env: []string{"ZHUXIN_PG_HOST=db.example.com", "ZHUXIN_PG_SSLMODE=disable"}, key: "postgres.sslmode", why: "not on loopback"},
		{name: "demo with Redis elsewhere", demo: true, env: []string{"ZHUXIN_REDIS_ADDR=redis.example.com:6379"}, key: "redis.addr", why: "contradicts allow_insecure_loopback"},
		{name: "demo with a store elsewhere", demo: true, env: []string{"ZHUXIN_S3_ENDPOINT=http://10.0.0.9:9000"}, key: "s3.endpoint", why: "contradicts allow_insecure_loopback"},
		{name: "demo on every interface", demo: true, env: []string{"ZHUXIN_LISTEN=:8080"}, key: "listen", why: "contradicts allow_insecure_loopback"},
		{name: "demo by a name that looks local", demo: true, env: []string{"ZHUXIN_KRATOS_PUBLIC_URL=http://localhost.example.com"}, key: "kratos.public_url", why: "contradicts allow_insecure_loopback"},
		{name: "demo with a weak password is refused too", demo: true, env: []string{"ZHUXIN_PG_APP_PASSWORD=zhuxin"}, key: "postgres.app_password", why: "everybody knows"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			file, base := good, []string(nil)
			if tt.demo {
				file, base = "", demoEnv
			}
			c := load(t, file, slices.Concat(base, tt.env)...)
			var problems Problems
			if err := c.Validate(tt.use); !errors.As(err, &problems) {
				t.Fatalf("accepted (err %v)", err)
			}
			i := slices.IndexFunc(problems, func(p Problem) bool { return p.Key == tt.key && strings.Contains(p.Why, tt.why) })
			if i < 0 {
				t.Fatalf("no problem of %s that says %q in:\n%v", tt.key, tt.why, problems)
			}
			if env := problems[i].Env; !strings.HasPrefix(env, "ZHUXIN_") {
				t.Errorf("the variable is not named: %v", problems[i])
			}
			for _, kv := range goodEnv {
				if _, secret, _ := strings.Cut(kv, "="); strings.Contains(problems.Error(), secret) {
					t.Errorf("a message shows a secret:\n%v", problems)
				}
			}
		})
	}
}

func TestEverythingAtOnceAndInOrder(t *testing.T) {
	var problems Problems
	c := Default()
	if err := c.Validate(Serve); !errors.As(err, &problems) {
		t.Fatal("an empty configuration is accepted")
	}
	var keys []string
	for _, p := range problems {
		keys = append(keys, p.Key)
	}
	for _, want := range []string{"public_url", "master_key", "postgres.host", "postgres.app_password", "postgres.migrator_password", "redis.addr", "s3.endpoint", "s3.bucket", "kratos.public_url", "kratos.admin_url"} {
		if !slices.Contains(keys, want) {
			t.Errorf("%s is not named in %v", want, keys)
		}
	}
	for range 20 {
		if again := c.Validate(Serve); again.Error() != problems.Error() {
			t.Fatal("the order changes from run to run")
		}
	}
}

func TestPrecedence(t *testing.T) {
	c := load(t, "listen: 127.0.0.1:1\nlog: {level: warn}\n", "ZHUXIN_LISTEN=127.0.0.1:2", "ZHUXIN_TRUSTED_PROXIES= 10.0.0.1 , ::1 ,", "ZHUXIN_LIMIT_LOGIN_WINDOW=20m", "ZHUXIN_OTEL_RATIO=0.25", "ZHUXIN_REDIS_TLS=1")
	if c.Listen != "127.0.0.1:2" || c.Log.Level != "warn" || c.Log.Format != "json" {
		t.Errorf("listen %s (environment), level %s (file), format %s (default)", c.Listen, c.Log.Level, c.Log.Format)
	}
	if fmt.Sprint(c.TrustedProxies) != "[10.0.0.1 ::1]" || c.Limits.LoginWindow != 20*time.Minute || c.OTel.Ratio != 0.25 || !c.Redis.TLS {
		t.Errorf("values are read wrongly: %+v", c)
	}
}

func TestUnreadable(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	tests := []struct {
		name, path string
		env        []string
		want       []string
	}{
		{"no file", filepath.Join(dir, "nix.yaml"), nil, []string{"nix.yaml"}},
		{"unknown key", file("a.yaml", "postgres: {hots: x}"), nil, []string{"a.yaml", "hots"}},
		{"no YAML", file("b.yaml", "a: ["), nil, []string{"b.yaml"}},
		{"wrong type", file("c.yaml", "postgres: {port: many}"), nil, []string{"c.yaml", "many"}},
		{"variables", "", []string{"ZHUXIN_PG_PORT=geheim1", "ZHUXIN_HTTP_REQUEST_TIMEOUT=geheim2", "ZHUXIN_REDIS_TLS=geheim3", "ZHUXIN_OTEL_RATIO=geheim4"},
			[]string{"postgres.port (ZHUXIN_PG_PORT)", "http.request_timeout", "redis.tls", "otel.ratio"}},
		{"secret file", "", []string{"ZHUXIN_MASTER_KEY_FILE=" + filepath.Join(dir, "nix")}, []string{"ZHUXIN_MASTER_KEY_FILE", "cannot be read"}},
		{"variable and file", "", []string{"ZHUXIN_MASTER_KEY=a", "ZHUXIN_MASTER_KEY_FILE=b"}, []string{"set one of them"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Load(tt.path, tt.env)
			for _, want := range tt.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("err = %v, want %q in it", err, want)
				}
			}
			if err != nil && strings.Contains(err.Error(), "geheim") {
				t.Errorf("the message repeats a value: %v", err)
			}
		})
	}
	c, err := Load("", []string{"ZHUXIN_MASTER_KEY_FILE=" + file("key", "abc\n")})
	if err != nil || c.MasterKey != "abc" {
		t.Errorf("secret from a file: %q, %v", c.MasterKey, err)
	}
}

func TestSettingsAreDescribed(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range Settings() {
		if s.Key == "" || strings.HasSuffix(s.Key, ".") || !strings.HasPrefix(s.Env, "ZHUXIN_") || s.Doc == "" {
			t.Errorf("%+v lacks a key, a variable or a description", s)
		}
		if seen[s.Env] {
			t.Errorf("%s names two settings", s.Env)
		}
		seen[s.Env] = true
		if name := strings.ToLower(s.Key); !s.Secret && (strings.Contains(name, "password") || strings.Contains(name, "secret")) {
			t.Errorf("%s is not marked as a secret", s.Key)
		}
	}
}

func TestSecretsAreNotShown(t *testing.T) {
	c := load(t, good)
	for _, text := range []string{c.String(), fmt.Sprint(c), fmt.Sprintf("%v", c)} {
		for _, kv := range goodEnv {
			if _, secret, _ := strings.Cut(kv, "="); strings.Contains(text, secret) {
				t.Fatalf("a printed configuration shows %s", kv)
			}
		}
	}
	if !strings.Contains(c.String(), "db.example.com") {
		t.Error("a printed configuration shows nothing at all")
	}
}

func TestUnknownVariables(t *testing.T) {
	got := Unknown([]string{"PATH=/bin", "ZHUXIN_PG_HOTS=x", "ZHUXIN_PG_HOST=x", "ZHUXIN_DEMO_PG_PORT=1", "ZHUXIN_MASTER_KEY_FILE=x"})
	if fmt.Sprint(got) != "[ZHUXIN_PG_HOTS]" {
		t.Errorf("unknown = %v", got)
	}
}
