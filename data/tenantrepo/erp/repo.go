// Package erp keeps the tenant's ERP connections and their runs: the port of
// biz/erp in SQL. It owns the tables erp_connections,
// erp_runs and limit_pushes. Passwords are
// sealed under the tenant's own keys and opened only where a connection is read by
// its id.
package erp

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/erp"
	"zhuxin/biz/feed"
	"zhuxin/data/postgres"
	"zhuxin/shared/money"
	"zhuxin/shared/personal"
	"zhuxin/tenancy/scope"
)

// Repo implements biz.Repository on the transaction of the context.
type Repo struct{ cipher personal.Cipher }

var _ biz.Repository = Repo{}

// New makes the repository.
func New(c personal.Cipher) Repo { return Repo{c} }

const columns = `SELECT id, name, kind, base_url, erp_database, company, username, secret_enc, source, enabled, every_minutes,
	coalesce(feeds, '[]'), push_limits, coalesce(breaker, '{"state": "closed"}'), next_at, version FROM erp_connections`

// List implements biz.Repository; secrets stay sealed.
func (r Repo) List(ctx context.Context) (list []biz.Connection, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, columns+` ORDER BY name, id`)
	if err != nil {
		return nil, postgres.Map(ctx, err, "list ERP connections")
	}
	defer rows.Close()
	for rows.Next() {
		c, _, err := scan(rows)
		if err != nil {
			return nil, postgres.Map(ctx, err, "list ERP connections")
		}
		list = append(list, c)
	}
	return list, postgres.Map(ctx, rows.Err(), "list ERP connections")
}

// Get implements biz.Repository.
func (r Repo) Get(ctx context.Context, id uuid.UUID) (biz.Connection, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Connection{}, err
	}
	c, sealed, err := scan(q.QueryRowContext(ctx, columns+` WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return c, biz.ErrNotFound
	}
	if err != nil {
		return c, postgres.Map(ctx, err, "read ERP connection")
	}
	if !c.SecretSet {
		return c, nil // files have none
	}
	c.Secret, err = r.cipher.Open(ctx, "erp_connections", "secret_enc", c.ID, sealed)
	return c, err
}

type row interface{ Scan(...any) error }

func scan(r row) (c biz.Connection, sealed []byte, err error) {
	var feeds, breaker []byte
	err = r.Scan(&c.ID, &c.Name, &c.Kind, &c.BaseURL, &c.Database, &c.Company, &c.Username, &sealed, &c.Source, &c.Enabled, &c.EveryMinutes,
		&feeds, &c.PushLimits, &breaker, &c.NextAt, &c.Version)
	c.SecretSet = len(sealed) > 0
	if err == nil {
		err = errors.Join(json.Unmarshal(feeds, &c.Feeds), json.Unmarshal(breaker, &c.Breaker))
	}
	return c, sealed, err
}

// Insert implements biz.Repository.
func (r Repo) Insert(ctx context.Context, c biz.Connection) error {
	sealed, err := r.cipher.Seal(ctx, "erp_connections", "secret_enc", c.ID, c.Secret)
	if err != nil {
		return err
	}
	feeds, err := json.Marshal(c.Feeds)
	if err != nil {
		return err
	}
	n, err := exec(ctx, `INSERT INTO erp_connections (id, created_at, updated_at, name, kind, base_url, erp_database, company, username, secret_enc, source,
		enabled, every_minutes, next_at, feeds, push_limits, version) VALUES ($1, now(), now(), $2, $3, $4, $5, $6, $7, coalesce($8, ''::bytea), $9, $10, $11, $12, $13, $14, 1) ON CONFLICT (source) DO NOTHING`,
		c.ID, c.Name, string(c.Kind), c.BaseURL, c.Database, c.Company, c.Username, sealed, c.Source, c.Enabled, c.EveryMinutes, c.NextAt, string(feeds), c.PushLimits)
	if err == nil && n == 0 {
		return biz.ErrSource
	}
	return postgres.Map(ctx, err, "insert ERP connection")
}

// Update implements biz.Repository.
func (r Repo) Update(ctx context.Context, c biz.Connection) error {
	sealed, err := r.cipher.Seal(ctx, "erp_connections", "secret_enc", c.ID, c.Secret)
	if err != nil {
		return err
	}
	feeds, err := json.Marshal(c.Feeds)
	if err != nil {
		return err
	}
	n, err := exec(ctx, `UPDATE erp_connections SET updated_at = now(), version = version + 1, name = $3, kind = $4, base_url = $5, erp_database = $6,
		company = $7, username = $8, secret_enc = coalesce($9, secret_enc), enabled = $10, every_minutes = $11, feeds = $12, push_limits = $13
		WHERE id = $1 AND version = $2`,
		c.ID, c.Version, c.Name, string(c.Kind), c.BaseURL, c.Database, c.Company, c.Username, sealed, c.Enabled, c.EveryMinutes, string(feeds), c.PushLimits)
	if err == nil && n == 0 {
		return biz.ErrVersion
	}
	return postgres.Map(ctx, err, "update ERP connection")
}

// Due implements biz.Repository.
func (Repo) Due(ctx context.Context, now time.Time) (ids []uuid.UUID, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT id FROM erp_connections WHERE enabled AND kind <> 'files' AND next_at <= $1 AND coalesce(breaker->>'state', '') <> 'stopped' ORDER BY next_at`, now)
	if err != nil {
		return nil, postgres.Map(ctx, err, "look for due ERP connections")
	}
	defer rows.Close()
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, postgres.Map(ctx, rows.Err(), "look for due ERP connections")
}

// SetBreaker implements biz.Repository.
func (Repo) SetBreaker(ctx context.Context, id uuid.UUID, b biz.Breaker, nextAt time.Time) error {
	raw, err := json.Marshal(b)
	if err != nil {
		return err
	}
	_, err = exec(ctx, `UPDATE erp_connections SET breaker = $2, next_at = $3 WHERE id = $1`, id, string(raw), nextAt)
	return postgres.Map(ctx, err, "store whether an ERP is left alone")
}

// Begin implements biz.Repository. A run that was killed is ended as failed.
func (Repo) Begin(ctx context.Context, r biz.Run, stale time.Time) error {
	_, err := exec(ctx, `UPDATE erp_runs SET status = 'failed', finished_at = $3, failure = 'the run was killed'
		WHERE connection_id = $1 AND status = 'running' AND started_at <= $2`, r.ConnectionID, stale, r.StartedAt)
	if err != nil {
		return postgres.Map(ctx, err, "end killed ERP run")
	}
	n, err := exec(ctx, `INSERT INTO erp_runs (id, connection_id, feed, full_pull, status, started_at) VALUES ($1, $2, $3, $4, 'running', $5) ON CONFLICT DO NOTHING`,
		r.ID, r.ConnectionID, string(r.Feed), r.Full, r.StartedAt)
	if err == nil && n == 0 {
		return biz.ErrRunning
	}
	return postgres.Map(ctx, err, "begin ERP run")
}

// End implements biz.Repository.
func (Repo) End(ctx context.Context, r biz.Run, c biz.Connection) error {
	sums, err := json.Marshal(r.Open)
	if err != nil {
		return err
	}
	feeds, err := json.Marshal(c.Feeds)
	if err != nil {
		return err
	}
	_, err = exec(ctx, `UPDATE erp_runs SET status = $2, finished_at = $3, items_read = $4, items_settled = $5, rows_inserted = $6, rows_updated = $7,
		rows_unchanged = $8, rows_refused = $9, open_sums = $10, import_id = $11, failure = $12, volume_sum = $13 WHERE id = $1 AND status = 'running'`,
		r.ID, string(r.Status), r.FinishedAt, r.Read, r.Settled, r.Inserted, r.Updated, r.Unchanged, r.Refused, string(sums), r.ImportID, r.Failure, int64(r.Volume))
	if err == nil {
		_, err = exec(ctx, `UPDATE erp_connections SET feeds = $2, next_at = $3 WHERE id = $1 AND version = $4`, c.ID, string(feeds), c.NextAt, c.Version)
	}
	return postgres.Map(ctx, err, "end ERP run")
}

// Runs implements biz.Repository.
func (Repo) Runs(ctx context.Context, connectionID uuid.UUID, limit int) (runs []biz.Run, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT id, connection_id, feed, full_pull, status, started_at, finished_at, items_read, items_settled, rows_inserted,
		rows_updated, rows_unchanged, rows_refused, coalesce(open_sums, '{}'), import_id, failure, volume_sum
		FROM erp_runs WHERE connection_id = $1 ORDER BY started_at DESC, id DESC LIMIT $2`, connectionID, limit)
	if err != nil {
		return nil, postgres.Map(ctx, err, "list ERP runs")
	}
	defer rows.Close()
	for rows.Next() {
		var (
			r    biz.Run
			sums []byte
		)
		err := rows.Scan(&r.ID, &r.ConnectionID, &r.Feed, &r.Full, &r.Status, &r.StartedAt, &r.FinishedAt, &r.Read, &r.Settled, &r.Inserted,
			&r.Updated, &r.Unchanged, &r.Refused, &sums, &r.ImportID, &r.Failure, &r.Volume)
		if err == nil {
			err = json.Unmarshal(sums, &r.Open)
		}
		if err != nil {
			return nil, postgres.Map(ctx, err, "list ERP runs")
		}
		runs = append(runs, r)
	}
	return runs, postgres.Map(ctx, rows.Err(), "list ERP runs")
}

// OpenItems implements biz.Repository.
func (Repo) OpenItems(ctx context.Context, source string, yield func(feed.Receivable)) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	rows, err := q.QueryContext(ctx, `SELECT c.number, c.name, coalesce(c.uscc, ''), r.document_no, r.contract_no, r.invoice_date, r.due_date, r.currency, r.amount, r.open_amount
		FROM receivables r JOIN customers c ON c.id = r.customer_id WHERE r.source = $1 AND r.open_amount <> 0`, source)
	if err != nil {
		return postgres.Map(ctx, err, "read open items of a source")
	}
	defer rows.Close()
	for rows.Next() {
		var (
			i            feed.Receivable
			currency     string
			amount, open int64
		)
		if err := rows.Scan(&i.CustomerNumber, &i.CustomerName, &i.USCC, &i.DocumentNo, &i.ContractNo, &i.InvoiceDate, &i.DueDate, &currency, &amount, &open); err != nil {
			return err
		}
		i.Currency, i.Amount, i.Open = money.Currency(currency), money.Amount(amount), money.Amount(open)
		yield(i)
	}
	return postgres.Map(ctx, rows.Err(), "read open items of a source")
}

func exec(ctx context.Context, query string, args ...any) (int64, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return 0, err
	}
	res, err := q.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// Taken implements biz.Repository.
func (Repo) Taken(ctx context.Context, since time.Time) ([]biz.Taken, error) {
	return postgres.Query(ctx, "list sources", `SELECT source, min(finished_at), max(finished_at), count(*) FROM receivable_imports
		WHERE created_at >= $1 AND status = 'done' AND NOT dry_run AND finished_at IS NOT NULL GROUP BY source`,
		func(rows *sql.Rows) (t biz.Taken, err error) {
			return t, rows.Scan(&t.Source, &t.First, &t.Last, &t.Times)
		}, since)
}
