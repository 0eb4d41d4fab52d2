package conf

import (
	"net/url"
	"strings"
)

func (v *check) postgres() {
	p := v.c.Postgres
	if v.use != Migrate && !v.data() {
		return
	}
	v.require(p.Host, "postgres.host", "name the database server")
	v.require(p.Database, "postgres.database", "name the database")
	if p.Port < 1 || p.Port > 65535 {
		v.bad("postgres.port", "is no port")
	}
	if mode := v.c.sslMode(); mode != "verify-full" {
		switch {
		case mode != "disable" || !v.c.AllowInsecureLoopback:
			v.bad("postgres.sslmode", "is "+mode+", which does not prove who answers; set verify-full")
		case !isLoopback(p.Host):
			v.bad("postgres.sslmode", "is disable and the server is not on loopback; set verify-full")
		}
	}
	if v.data() {
		v.require(p.AppUser, "postgres.app_user", "name the application's login")
		v.secret("postgres.app_password", p.AppPassword)
	}
	if v.use != Serve || v.serves(RoleWorker) {
		v.require(p.MigratorUser, "postgres.migrator_user", "name the login that owns the schemas")
		v.secret("postgres.migrator_password", p.MigratorPassword)
	}
	if p.AppUser != "" && p.AppUser == p.MigratorUser {
		v.bad("postgres.migrator_user", "is the application's login; the application must not own the schemas")
	}
	for key, user := range map[string]string{"postgres.app_user": p.AppUser, "postgres.migrator_user": p.MigratorUser} {
		if user == "postgres" {
			v.bad(key, "is the superuser; use a login without rights of its own")
		}
	}
}

func (v *check) servers() {
	c := v.c
	if v.data() || v.serves(RoleGateway) {
		if v.require(c.Redis.Addr, "redis.addr", "write it like host:6379") {
			v.address("redis.addr", c.Redis.Addr)
		}
		v.secret("redis.password", c.Redis.Password)
		if !c.Redis.TLS && !c.AllowInsecureLoopback {
			v.bad("redis.tls", "is off; plain connections need allow_insecure_loopback, and everything on loopback")
		}
		if v.require(c.Kratos.PublicURL, "kratos.public_url", "name the identity server") {
			v.origin("kratos.public_url", c.Kratos.PublicURL)
		}
		v.require(c.Kratos.SessionCookie, "kratos.session_cookie", "name the cookie it sets")
	}
	if v.serves(RoleGateway) && c.APIURL != "" {
		v.origin("api_url", c.APIURL)
	}
	if !v.data() {
		return
	}
	for key, raw := range map[string]string{"registry.tianyancha_url": c.Registry.TianyanchaURL, "registry.qichacha_url": c.Registry.QichachaURL} {
		if v.require(raw, key, "name the provider's server, or leave the preset") {
			v.origin(key, raw)
		}
	}
	if v.require(c.Kratos.AdminURL, "kratos.admin_url", "name the identity server's admin side") {
		v.origin("kratos.admin_url", c.Kratos.AdminURL)
		if c.Kratos.AdminURL == c.Kratos.PublicURL {
			v.bad("kratos.admin_url", "is the same as kratos.public_url, which the gateway passes on to everybody")
		}
	}
	if v.require(c.S3.Endpoint, "s3.endpoint", "write it like https://s3.example.com") {
		v.origin("s3.endpoint", c.S3.Endpoint)
	}
	v.require(c.S3.Bucket, "s3.bucket", "name the bucket")
	if v.require(c.S3.AccessKey, "s3.access_key", "name the key of the store") && isDefaultSecret(c.S3.AccessKey) {
		v.bad("s3.access_key", "is a default that everybody knows; make a key of your own")
	}
	v.secret("s3.secret_key", c.S3.SecretKey)
	if c.SMTP.Addr != "" {
		v.address("smtp.addr", c.SMTP.Addr)
		if !strings.Contains(c.SMTP.From, "@") {
			v.bad("smtp.from", "is no mail address; notices need a sender")
		}
		if c.SMTP.From == demoSender && !c.AllowInsecureLoopback {
			v.bad("smtp.from", "is the demo's sender; name an address of your own")
		}
		if c.SMTP.Password != "" && !c.SMTP.TLS && !c.AllowInsecureLoopback {
			v.bad("smtp.tls", "is off and a password is set; it would travel in the open")
		}
	}
	if c.OTel.Endpoint != "" {
		if u, err := url.Parse(c.OTel.Endpoint); err != nil || u.Host == "" {
			v.bad("otel.endpoint", "is no URL; write it like https://collector.example.com/v1/traces")
		} else if u.Scheme != "https" && !isLoopback(u.Hostname()) {
			v.bad("otel.endpoint", "is not https; traces would cross the network in the open")
		}
	}
}
