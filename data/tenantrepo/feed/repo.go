// Package feed keeps what other systems send: the port of biz/feed in SQL. It owns
// the contents of deliveries, the tables erp_contracts, feed_rejects and
// credit_states; customers and receipts it writes by the rules of their domains.
// A batch is read with one statement and written with one.
package feed

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"zhuxin/biz/customer"
	biz "zhuxin/biz/feed"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/scope"
)

// Repo implements biz.Repository on the transaction of the context.
type Repo struct{}

var _ biz.Repository = Repo{}

// lock: $1 a name.
const lock = `SELECT pg_advisory_xact_lock(hashtextextended($1::text || current_schema(), 0))`

// Lock implements biz.Repository.
func (Repo) Lock(ctx context.Context) error {
	return exec(ctx, "wait for other batches", lock, "feeds ")
}

// Customers implements biz.Repository.
func (Repo) Customers(ctx context.Context, numbers, codes, names []string) ([]biz.KnownCustomer, error) {
	return postgres.Query(ctx, "find customers of a batch", `SELECT id, number, name, coalesce(uscc, ''), address, credit_term_days FROM customers
		WHERE number = ANY($1::text[]) OR uscc = ANY($2::text[]) OR uscc IS NOT NULL AND name = ANY($3::text[])`, func(rows *sql.Rows) (c biz.KnownCustomer, err error) {
		return c, rows.Scan(&c.ID, &c.Number, &c.Name, &c.USCC, &c.Address, &c.CreditTermDays)
	}, pq.StringArray(numbers), pq.StringArray(filled(codes)), pq.StringArray(filled(names)))
}

// filled leaves the empty ones out.
func filled(list []string) []string {
	out := make([]string, 0, len(list))
	for _, s := range list {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

type customerJSON struct {
	ID             uuid.UUID `json:"id"`
	Number         string    `json:"number"`
	Name           string    `json:"name"`
	USCC           string    `json:"uscc"`
	Address        string    `json:"address"`
	CreditTermDays int       `json:"credit_term_days"`
}

// PutCustomers implements biz.Repository.
func (Repo) PutCustomers(ctx context.Context, rows []biz.CustomerRow, at time.Time) error {
	list := make([]customerJSON, len(rows))
	for i, r := range rows {
		list[i] = customerJSON{r.ID, r.Number, r.Name, r.USCC, r.Address, r.CreditTermDays}
	}
	err := put(ctx, "", `INSERT INTO customers AS c (id, created_at, updated_at, version, number, name, uscc, address, credit_term_days)
		SELECT n.id, $2, $2, 1, n.number, n.name, nullif(n.uscc, ''), n.address, n.credit_term_days
		FROM jsonb_to_recordset($1::jsonb) AS n(id uuid, number text, name text, uscc text, address text, credit_term_days int)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, uscc = excluded.uscc, address = excluded.address, credit_term_days = excluded.credit_term_days,
		  updated_at = excluded.updated_at, version = c.version + 1`, list, at)
	return postgres.Map(ctx, err, "put customers", postgres.OnState("23505", customer.ErrExists))
}

// Contracts implements biz.Repository.
func (Repo) Contracts(ctx context.Context, source string, numbers []string) ([]biz.ContractRow, error) {
	return postgres.Query(ctx, "read contracts of a batch", `SELECT id, contract_no, customer_id, customer_number, uscc, project_name, signed_on, volume, amount, credit_term_days
		FROM erp_contracts WHERE source = $1 AND contract_no = ANY($2::text[])`, func(rows *sql.Rows) (c biz.ContractRow, err error) {
		var signed sql.Null[calendar.Date]
		err = rows.Scan(&c.ID, &c.Number, &c.CustomerID, &c.CustomerNumber, &c.USCC, &c.ProjectName, &signed, &c.Volume, &c.Amount, &c.CreditTermDays)
		c.SignedOn = signed.V
		return c, err
	}, source, pq.StringArray(numbers))
}

// PutContracts implements biz.Repository.
func (Repo) PutContracts(ctx context.Context, source string, list []biz.ContractRow, at time.Time) error {
	err := put(ctx, "put contracts", `INSERT INTO erp_contracts (id, source, contract_no, customer_id, customer_number, uscc, project_name, signed_on, volume, amount, credit_term_days, created_at, updated_at)
		SELECT n.id, $3::varchar, n.number, n.customer_id, n.customer_number, n.uscc, n.project_name, n.signed_on, n.volume, n.amount, n.credit_term_days, $2, $2
		FROM jsonb_to_recordset($1::jsonb) AS n(id uuid, number text, customer_id uuid, customer_number text, uscc text, project_name text, signed_on date, volume bigint, amount bigint, credit_term_days bigint)
		ON CONFLICT (source, contract_no) DO UPDATE SET customer_id = excluded.customer_id, customer_number = excluded.customer_number, uscc = excluded.uscc,
		  project_name = excluded.project_name, signed_on = excluded.signed_on,
		  volume = excluded.volume, amount = excluded.amount, credit_term_days = excluded.credit_term_days, updated_at = excluded.updated_at`, list, at, source)
	return postgres.Map(ctx, err, "put contracts")
}

// Receivables implements biz.Repository.
func (Repo) Receivables(ctx context.Context, source string, documents []string) (map[string]uuid.UUID, error) {
	type one struct {
		no string
		by uuid.UUID
	}
	list, err := postgres.Query(ctx, "read receivables of a batch", `SELECT document_no, import_id FROM receivables WHERE source = $1 AND document_no = ANY($2::text[])`,
		func(rows *sql.Rows) (o one, err error) { return o, rows.Scan(&o.no, &o.by) }, source, pq.StringArray(documents))
	out := make(map[string]uuid.UUID, len(list))
	for _, o := range list {
		out[o.no] = o.by
	}
	return out, err
}

// put runs a statement whose $1 is the list and whose $2 is now.
func put(ctx context.Context, doing, statement string, list any, at time.Time, more ...any) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	b, err := json.Marshal(list)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, statement, append([]any{string(b), at}, more...)...)
	if doing == "" {
		return err
	}
	return postgres.Map(ctx, err, doing)
}

func totals(ctx context.Context, doing, statement string, args ...any) (t biz.Totals, err error) {
	list, err := postgres.Query(ctx, doing, statement, func(rows *sql.Rows) (t biz.Totals, err error) {
		return t, rows.Scan(&t.Rows, &t.Amount, &t.Volume)
	}, args...)
	if len(list) > 0 {
		t = list[0]
	}
	return t, err
}

func exec(ctx context.Context, doing, statement string, args ...any) error {
	_, err := postgres.Exec(ctx, doing, statement, args...)
	return err
}
