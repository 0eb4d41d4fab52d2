// Package conf is the configuration of the program: one struct, filled from
// defaults, then a YAML file, then the environment (ZHUXIN_*), where the later
// wins. A setting VAR can also come from a file named by VAR_FILE, so that a
// secret need not stand in the environment.
//
// Validate says everything that is missing, weak or contradictory at once, each
// with the setting's name. It owns no connection and reads no clock.
package conf

import "time"

// Config is every setting. A field's tags name its key in the file (yaml), its
// variable (env), whether its value may be shown (secret) and what it is (doc).
type Config struct {
	Roles       []string `yaml:"roles" env:"ZHUXIN_ROLES" doc:"what this process does: gateway, api, worker"`
	PublicURL   string   `yaml:"public_url" env:"ZHUXIN_PUBLIC_URL" doc:"origin that browsers see, e.g. https://credit.example.com"`
	Listen      string   `yaml:"listen" env:"ZHUXIN_LISTEN" doc:"address of the gateway, or of the API where it runs alone"`
	AdminListen string   `yaml:"admin_listen" env:"ZHUXIN_ADMIN_LISTEN" doc:"address of metrics and health, on loopback or a private address"`
	APIURL      string   `yaml:"api_url" env:"ZHUXIN_API_URL" doc:"where a gateway without the api role finds the API"`
	MasterKey   string   `yaml:"master_key" env:"ZHUXIN_MASTER_KEY" secret:"true" doc:"32 random bytes in base64: openssl rand -base64 32"`

	TLSCertFile    string   `yaml:"tls_cert_file" env:"ZHUXIN_TLS_CERT_PATH" doc:"certificate chain of the listener, PEM"`
	TLSKeyFile     string   `yaml:"tls_key_file" env:"ZHUXIN_TLS_KEY_PATH" doc:"key of the listener, PEM"`
	BehindTLSProxy bool     `yaml:"behind_tls_proxy" env:"ZHUXIN_BEHIND_TLS_PROXY" doc:"a trusted proxy ends TLS in front of the listener"`
	TrustedProxies []string `yaml:"trusted_proxies" env:"ZHUXIN_TRUSTED_PROXIES" doc:"addresses or CIDRs whose X-Forwarded-For is believed"`
	// AllowInsecureLoopback is for the demo and the tests: plain connections, all on this machine.
	AllowInsecureLoopback bool `yaml:"allow_insecure_loopback" env:"ZHUXIN_ALLOW_INSECURE_LOOPBACK" doc:"take connections without TLS while every server is on loopback"`

	Postgres Postgres `yaml:"postgres"`
	Redis    Redis    `yaml:"redis"`
	S3       S3       `yaml:"s3"`
	Kratos   Kratos   `yaml:"kratos"`
	SMTP     SMTP     `yaml:"smtp"`
	HTTP     HTTP     `yaml:"http"`
	Limits   Limits   `yaml:"limits"`
	Worker   Worker   `yaml:"worker"`
	Outbound Outbound `yaml:"outbound"`
	Tenant   Tenant   `yaml:"tenant"`
	Registry Registry `yaml:"registry"`
	Log      Log      `yaml:"log"`
	OTel     OTel     `yaml:"otel"`
}

// Postgres is the database. The application logs in as a role without rights of
// its own; the migrator owns the schemas (architecture, Tenancy).
type Postgres struct {
	Host             string `yaml:"host" env:"ZHUXIN_PG_HOST" doc:"host name, as in its certificate"`
	Port             int    `yaml:"port" env:"ZHUXIN_PG_PORT" doc:"port"`
	Database         string `yaml:"database" env:"ZHUXIN_PG_DATABASE" doc:"database"`
	SSLMode          string `yaml:"sslmode" env:"ZHUXIN_PG_SSLMODE" doc:"verify-full; disable only with allow_insecure_loopback"`
	SSLRootCert      string `yaml:"sslrootcert" env:"ZHUXIN_PG_SSLROOTCERT" doc:"file with the authority that signed its certificate"`
	AppUser          string `yaml:"app_user" env:"ZHUXIN_PG_APP_USER" doc:"login of the application"`
	AppPassword      string `yaml:"app_password" env:"ZHUXIN_PG_APP_PASSWORD" secret:"true" doc:"its password"`
	MigratorUser     string `yaml:"migrator_user" env:"ZHUXIN_PG_MIGRATOR_USER" doc:"login that owns the schemas"`
	MigratorPassword string `yaml:"migrator_password" env:"ZHUXIN_PG_MIGRATOR_PASSWORD" secret:"true" doc:"its password"`
	AdminDSN         string `yaml:"admin_dsn" env:"ZHUXIN_PG_ADMIN_DSN" secret:"true" doc:"superuser's address, only to set up roles once (demo, migrate --bootstrap)"`
	MaxOpen          int    `yaml:"max_open" env:"ZHUXIN_PG_MAX_OPEN" doc:"connections of this process"`
	Groups           int    `yaml:"groups" env:"ZHUXIN_PG_GROUPS" doc:"groups of connections that share the subsidiaries by hash"`
}

// Redis carries jobs and limits; nothing that cannot be made again.
type Redis struct {
	Addr     string `yaml:"addr" env:"ZHUXIN_REDIS_ADDR" doc:"host:port"`
	Username string `yaml:"username" env:"ZHUXIN_REDIS_USERNAME" doc:"user, empty for the default one"`
	Password string `yaml:"password" env:"ZHUXIN_REDIS_PASSWORD" secret:"true" doc:"password"`
	Database int    `yaml:"database" env:"ZHUXIN_REDIS_DATABASE" doc:"number of the database"`
	TLS      bool   `yaml:"tls" env:"ZHUXIN_REDIS_TLS" doc:"connect by TLS"`
}

// S3 keeps documents and files.
type S3 struct {
	Endpoint  string `yaml:"endpoint" env:"ZHUXIN_S3_ENDPOINT" doc:"URL of the store"`
	Region    string `yaml:"region" env:"ZHUXIN_S3_REGION" doc:"region"`
	Bucket    string `yaml:"bucket" env:"ZHUXIN_S3_BUCKET" doc:"bucket"`
	AccessKey string `yaml:"access_key" env:"ZHUXIN_S3_ACCESS_KEY" doc:"access key"`
	SecretKey string `yaml:"secret_key" env:"ZHUXIN_S3_SECRET_KEY" secret:"true" doc:"secret key"`
}

// Kratos is the identity server. Its admin side takes no credential and must not
// be reachable from outside (F6).
type Kratos struct {
	PublicURL     string        `yaml:"public_url" env:"ZHUXIN_KRATOS_PUBLIC_URL" doc:"its public side, behind the gateway"`
	AdminURL      string        `yaml:"admin_url" env:"ZHUXIN_KRATOS_ADMIN_URL" doc:"its admin side, private"`
	SessionCookie string        `yaml:"session_cookie" env:"ZHUXIN_KRATOS_SESSION_COOKIE" doc:"name of the session cookie it sets"`
	Timeout       time.Duration `yaml:"timeout" env:"ZHUXIN_KRATOS_TIMEOUT" doc:"longest wait for one answer"`
}

// SMTP sends our own notices; Kratos has a courier of its own.
type SMTP struct {
	Addr     string `yaml:"addr" env:"ZHUXIN_SMTP_ADDR" doc:"host:port; empty sends nothing"`
	From     string `yaml:"from" env:"ZHUXIN_SMTP_FROM" doc:"sender"`
	Username string `yaml:"username" env:"ZHUXIN_SMTP_USERNAME" doc:"user"`
	Password string `yaml:"password" env:"ZHUXIN_SMTP_PASSWORD" secret:"true" doc:"password"`
	TLS      bool   `yaml:"tls" env:"ZHUXIN_SMTP_TLS" doc:"require STARTTLS"`
}

// HTTP is the time that requests get.
type HTTP struct {
	RequestTimeout  time.Duration `yaml:"request_timeout" env:"ZHUXIN_HTTP_REQUEST_TIMEOUT" doc:"for one request"`
	TransferTimeout time.Duration `yaml:"transfer_timeout" env:"ZHUXIN_HTTP_TRANSFER_TIMEOUT" doc:"for one upload or download"`
	ShutdownTimeout time.Duration `yaml:"shutdown_timeout" env:"ZHUXIN_HTTP_SHUTDOWN_TIMEOUT" doc:"for requests under way when the process stops"`
	SessionCache    time.Duration `yaml:"session_cache" env:"ZHUXIN_HTTP_SESSION_CACHE" doc:"how old a login may be for a read, at most 15s"`
}

// Limits are the requests taken. The login limits are promises (P23): they can be
// raised only with allow_insecure_loopback.
type Limits struct {
	IPPerSecond        int           `yaml:"ip_per_second" env:"ZHUXIN_LIMIT_IP_PER_SECOND" doc:"requests of one address"`
	IPBurst            int           `yaml:"ip_burst" env:"ZHUXIN_LIMIT_IP_BURST" doc:"at once"`
	PrincipalPerSecond int           `yaml:"principal_per_second" env:"ZHUXIN_LIMIT_PRINCIPAL_PER_SECOND" doc:"requests of one session or API key"`
	PrincipalBurst     int           `yaml:"principal_burst" env:"ZHUXIN_LIMIT_PRINCIPAL_BURST" doc:"at once"`
	TenantPerSecond    int           `yaml:"tenant_per_second" env:"ZHUXIN_LIMIT_TENANT_PER_SECOND" doc:"requests in one subsidiary"`
	TenantBurst        int           `yaml:"tenant_burst" env:"ZHUXIN_LIMIT_TENANT_BURST" doc:"at once"`
	LoginPerAccount    int           `yaml:"login_per_account" env:"ZHUXIN_LIMIT_LOGIN_PER_ACCOUNT" doc:"password and code checks of one account in a window, at most 10"`
	LoginPerIP         int           `yaml:"login_per_ip" env:"ZHUXIN_LIMIT_LOGIN_PER_IP" doc:"password and code checks of one address in a window, at most 50"`
	LoginWindow        time.Duration `yaml:"login_window" env:"ZHUXIN_LIMIT_LOGIN_WINDOW" doc:"length of the window, at least 15m"`
}

// Outbound is where addresses that subsidiaries type in may lead: their ERPs.
type Outbound struct {
	Private []string `yaml:"private" env:"ZHUXIN_OUTBOUND_PRIVATE" doc:"addresses or networks that are not public and may be reached, such as 10.20.0.0/16; the group's ERPs"`
}

// Worker is how jobs run.
type Worker struct {
	Concurrency int `yaml:"concurrency" env:"ZHUXIN_WORKER_CONCURRENCY" doc:"jobs at the same time"`
}

// Tenant is what a new subsidiary starts with.
type Tenant struct {
	TimeZone string `yaml:"time_zone" env:"ZHUXIN_TENANT_TIME_ZONE" doc:"zone of business dates"`
	Currency string `yaml:"currency" env:"ZHUXIN_TENANT_CURRENCY" doc:"ISO code"`
}

// Registry is where the providers of company data are. The addresses belong to the
// installation, never to a subsidiary: who may name an address may have us call it.
type Registry struct {
	TianyanchaURL string `yaml:"tianyancha_url" env:"ZHUXIN_REGISTRY_TIANYANCHA_URL" doc:"base URL of Tianyancha's open API, or of a relay"`
	QichachaURL   string `yaml:"qichacha_url" env:"ZHUXIN_REGISTRY_QICHACHA_URL" doc:"base URL of Qichacha's open API, or of a relay"`
}

// Log is the process's log.
type Log struct {
	Level  string `yaml:"level" env:"ZHUXIN_LOG_LEVEL" doc:"debug, info, warn, error"`
	Format string `yaml:"format" env:"ZHUXIN_LOG_FORMAT" doc:"json, text"`
}

// OTel sends traces.
type OTel struct {
	Endpoint string  `yaml:"endpoint" env:"ZHUXIN_OTEL_ENDPOINT" doc:"OTLP/HTTP URL of a collector; empty sends none"`
	Ratio    float64 `yaml:"ratio" env:"ZHUXIN_OTEL_RATIO" doc:"share of requests traced, 0 to 1"`
}

// Default gives the settings before file and environment. Addresses of servers
// and secrets have none: a forgotten one must not be guessed.
func Default() Config {
	return Config{
		Roles: []string{RoleGateway, RoleAPI, RoleWorker}, Listen: "127.0.0.1:8080", AdminListen: "127.0.0.1:8081",
		Postgres: Postgres{Port: 5432, Database: "zhuxin", SSLMode: "", AppUser: "zhuxin_app", MigratorUser: "zhuxin_migrator", MaxOpen: 16, Groups: 1},
		S3:       S3{Region: "us-east-1"},
		Registry: Registry{TianyanchaURL: "https://open.api.tianyancha.com", QichachaURL: "https://api.qichacha.com"},
		SMTP:     SMTP{From: demoSender},
		Kratos:   Kratos{SessionCookie: "zhuxin_session", Timeout: 2 * time.Second},
		HTTP:     HTTP{RequestTimeout: 30 * time.Second, TransferTimeout: 10 * time.Minute, ShutdownTimeout: 20 * time.Second, SessionCache: 10 * time.Second},
		Limits: Limits{IPPerSecond: 100, IPBurst: 300, PrincipalPerSecond: 100, PrincipalBurst: 300, TenantPerSecond: 500, TenantBurst: 1000,
			LoginPerAccount: maxLoginPerAccount, LoginPerIP: maxLoginPerIP, LoginWindow: minLoginWindow},
		Worker: Worker{Concurrency: 8},
		Tenant: Tenant{TimeZone: "Asia/Shanghai", Currency: "CNY"},
		Log:    Log{Level: "info", Format: "json"},
		OTel:   OTel{Ratio: 1},
	}
}

// The roles of a process.
const (
	RoleGateway = "gateway"
	RoleAPI     = "api"
	RoleWorker  = "worker"
)

// demoSender is good for mails that never leave the machine.
const demoSender = "zhuxin@localhost"

// The promises about logins (P23).
const (
	maxLoginPerAccount = 10
	maxLoginPerIP      = 50
	minLoginWindow     = 15 * time.Minute
)
