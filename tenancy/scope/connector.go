package scope

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strconv"
	"time"

	"github.com/lib/pq"
)

// Config says how to reach the database. The zero value of each number means its
// preset.
type Config struct {
	DSN              string        // of the role zhuxin_app
	MaxOpen          int           // connections in all groups together; preset 16
	Groups           int           // groups of connections that share the tenants by hash; preset 1
	MaxLifetime      time.Duration // of a connection, whose caches grow with the tenants it met; preset 15 min
	StatementTimeout time.Duration // preset 30 s; a unit of work can ask for more by WithTxOptions
	LockTimeout      time.Duration // preset 5 s
	HotStatements    int           // prepared statements kept per connection; preset 256
}

func (c Config) withPresets() Config {
	preset(&c.MaxOpen, 16)
	preset(&c.Groups, 1)
	preset(&c.HotStatements, 256)
	preset(&c.MaxLifetime, 15*time.Minute)
	preset(&c.StatementTimeout, 30*time.Second)
	preset(&c.LockTimeout, 5*time.Second)
	return c
}

func preset[T int | time.Duration](v *T, to T) {
	if *v == 0 {
		*v = to
	}
}

// OpenDB opens one group of connections that refuse statements outside a scope.
func OpenDB(c Config) (*sql.DB, error) {
	c = c.withPresets()
	cfg, err := pq.NewConfig(c.DSN)
	if err != nil {
		return nil, fmt.Errorf("scope: database address: %w", err)
	}
	// One round trip less per statement; CheckNamedValue keeps jsonb right with it.
	cfg.BinaryParameters = true
	if cfg.ApplicationName == "" {
		cfg.ApplicationName = "zhuxin"
	}
	// As start-up parameters these are what RESET ALL goes back to.
	runtime := map[string]string{
		"search_path":                         "",
		"statement_timeout":                   millis(c.StatementTimeout),
		"lock_timeout":                        millis(c.LockTimeout),
		"idle_in_transaction_session_timeout": "60000",
		"timezone":                            "UTC",
	}
	for k, v := range cfg.Runtime {
		if _, ours := runtime[k]; !ours {
			runtime[k] = v
		}
	}
	cfg.Runtime = runtime
	inner, err := pq.NewConnectorConfig(cfg)
	if err != nil {
		return nil, fmt.Errorf("scope: database address: %w", err)
	}
	db := sql.OpenDB(&connector{inner: inner, hot: c.HotStatements})
	perGroup := max(1, c.MaxOpen/c.Groups)
	db.SetMaxOpenConns(perGroup)
	db.SetMaxIdleConns(perGroup)
	db.SetConnMaxLifetime(c.MaxLifetime)
	db.SetConnMaxIdleTime(5 * time.Minute)
	return db, nil
}

func millis(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// connector hands out guarded connections.
type connector struct {
	inner driver.Connector
	hot   int
}

func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	inner, err := c.inner.Connect(ctx)
	if err != nil {
		return nil, err
	}
	raw, ok := inner.(rawConn)
	if !ok {
		_ = inner.Close()
		return nil, fmt.Errorf("scope: the driver's connection %T lacks a method that the scope needs", inner)
	}
	return &conn{raw: raw, hot: newStatements(c.hot)}, nil
}

func (c *connector) Driver() driver.Driver { return guarded{} }

// guarded marks the *sql.DB values that came from OpenDB.
type guarded struct{}

func (guarded) Open(string) (driver.Conn, error) {
	return nil, fmt.Errorf("%w: open the pool by scope.Open", ErrNoScope)
}
