package related

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/personal"
	"zhuxin/shared/reach"
	"zhuxin/tenancy/scope"
)

// Books implements reach.Books on the transaction of the context. It owns the table
// related_reach, and reads the relations, the customers and the view of what other
// subsidiaries know.
type Books struct{}

var _ reach.Books = Books{}

// lockSpace keeps this lock apart from others that are taken by a tenant's id.
const lockSpace = 0x72656163

// counts leaves out who holds too little of a company to be behind it.
var counts = `(r.kind <> 'shareholder' OR r.share = 0 OR r.share >= ` + strconv.Itoa(reach.ControllingShare) + `)`

var (
	bothEnds = `f.id, f.name, coalesce(f.uscc, ''), f.group_print, t.id, t.name, coalesce(t.uscc, ''), t.group_print, r.kind
		FROM party_relations r JOIN parties f ON f.id = r.from_id JOIN parties t ON t.id = r.to_id`
	inForce = ` AND ` + counts + ` AND (r.valid_from IS NULL OR r.valid_from <= $4::date) AND (r.valid_through IS NULL OR r.valid_through >= $4::date)`
	// Each end is looked up by its own index.
	ownSQL = `WITH here AS MATERIALIZED (SELECT id FROM parties WHERE uscc = ANY($1::text[]) UNION SELECT id FROM parties WHERE group_print = ANY($2::bytea[])
		UNION SELECT id FROM parties WHERE id = ANY($3::uuid[]))
		SELECT r.id, ` + bothEnds + ` WHERE r.from_id IN (SELECT id FROM here)` + inForce + `
		UNION SELECT r.id, ` + bothEnds + ` WHERE r.to_id IN (SELECT id FROM here)` + inForce

	theirEnds = `SELECT from_key, from_name, to_key, to_name, kind FROM hq.v_party_edges
		WHERE (valid_from IS NULL OR valid_from <= $2::date) AND (valid_through IS NULL OR valid_through >= $2::date) AND `
	theirsSQL = theirEnds + `from_key = ANY($1::text[]) UNION ` + theirEnds + `to_key = ANY($1::text[])`

	knownSQL = `SELECT r.id, ` + strings.Replace(bothEnds, "r.kind\n", "r.kind, r.valid_from, r.valid_through, r.version\n", 1) + `
		WHERE (r.from_id = ANY($1::uuid[]) OR r.to_id = ANY($1::uuid[])) AND ` + counts
	keysSQL = `SELECT id, coalesce(uscc, ''), group_print FROM parties WHERE id = ANY($1::uuid[]) ORDER BY id`
)

const (
	customersSQL = `SELECT id, coalesce(uscc, ''), name FROM customers WHERE $1::uuid[] IS NULL OR id = ANY($1::uuid[]) ORDER BY id`
	withSQL      = `SELECT id, uscc, name FROM customers WHERE uscc = ANY($1::text[]) ORDER BY id`

	putReachSQL = `WITH fresh AS (SELECT * FROM jsonb_to_recordset($2::jsonb) AS x(customer_id uuid, uscc text, company_name text, depth int, path jsonb)),
		gone AS (DELETE FROM related_reach r WHERE r.customer_id = ANY($1::uuid[])
		  AND NOT EXISTS (SELECT FROM fresh f WHERE f.customer_id = r.customer_id AND f.uscc = r.uscc) RETURNING 1),
		put AS (INSERT INTO related_reach AS r (id, customer_id, uscc, company_name, depth, path)
		  SELECT gen_random_uuid(), customer_id, uscc, company_name, depth, path FROM fresh
		  ON CONFLICT (customer_id, uscc) DO UPDATE SET (company_name, depth, path) = (excluded.company_name, excluded.depth, excluded.path)
		  WHERE (r.company_name, r.depth, r.path) IS DISTINCT FROM (excluded.company_name, excluded.depth, excluded.path) RETURNING 1)
		SELECT (SELECT count(*) FROM gone) + (SELECT count(*) FROM put)`
)

// Lock implements reach.Books.
func (Books) Lock(ctx context.Context) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, `SELECT pg_advisory_xact_lock($1, hashtext(current_schema()))`, lockSpace)
	return postgres.Map(ctx, err, "lock the reach of customers")
}

// keyOf names a party for the group.
func keyOf(id uuid.UUID, uscc string, print []byte) reach.Key {
	switch {
	case uscc != "":
		return reach.Company(uscc)
	case len(print) > 0:
		return reach.Person(print)
	}
	return reach.Nameless(id)
}

// end scans a party at an end of a relation.
type end struct {
	id         uuid.UUID
	name, uscc string
	print      []byte
}

func (e *end) targets() []any { return []any{&e.id, &e.name, &e.uscc, &e.print} }

func (e *end) party() reach.Party {
	p := reach.Party{Key: keyOf(e.id, e.uscc, e.print), Name: e.name}
	if e.uscc == "" {
		p.Name = personal.MaskName(e.name)
	}
	return p
}

// Around implements reach.Around, in two statements.
func (Books) Around(ctx context.Context, keys []reach.Key, on calendar.Date) ([]reach.Edge, error) {
	var codes, ids []string
	var prints [][]byte
	for _, k := range keys {
		if id, ok := strings.CutPrefix(string(k), "x:"); ok {
			ids = append(ids, id)
		} else if code := k.USCC(); code != "" {
			codes = append(codes, code)
		} else {
			prints = append(prints, k.Print())
		}
	}
	own, err := postgres.Query(ctx, "read related parties", ownSQL, func(rows *sql.Rows) (reach.Edge, error) {
		var relation uuid.UUID
		var from, to end
		e := reach.Edge{Own: true}
		err := rows.Scan(append(append(append([]any{&relation}, from.targets()...), to.targets()...), &e.Kind)...)
		e.From, e.To = from.party(), to.party()
		return e, err
	}, pq.Array(codes), pq.Array(prints), pq.Array(ids), on)
	if err != nil {
		return nil, err
	}
	theirs, err := postgres.Query(ctx, "read related parties", theirsSQL, func(rows *sql.Rows) (e reach.Edge, err error) {
		return e, rows.Scan(&e.From.Key, &e.From.Name, &e.To.Key, &e.To.Name, &e.Kind)
	}, pq.Array(keys), on)
	return append(own, theirs...), err
}

// Known implements reach.Books.
func (Books) Known(ctx context.Context, parties []uuid.UUID) ([]reach.Shared, []reach.Key, error) {
	edges, err := postgres.Query(ctx, "read related parties", knownSQL, func(rows *sql.Rows) (s reach.Shared, err error) {
		var from, to end
		err = rows.Scan(append(append(append([]any{&s.ID}, from.targets()...), to.targets()...), &s.Kind, &s.Since, &s.Through, &s.Version)...)
		s.From, s.To = from.party(), to.party()
		return s, err
	}, pq.Array(parties))
	if err != nil {
		return nil, nil, err
	}
	// Who is known here by name only can be nobody at another subsidiary.
	edges = slices.DeleteFunc(edges, func(s reach.Shared) bool { return local(s.From.Key) || local(s.To.Key) })
	keys, err := postgres.Query(ctx, "read related parties", keysSQL, func(rows *sql.Rows) (reach.Key, error) {
		var e end
		err := rows.Scan(&e.id, &e.uscc, &e.print)
		return keyOf(e.id, e.uscc, e.print), err
	}, pq.Array(parties))
	return edges, slices.DeleteFunc(keys, local), err
}

func local(k reach.Key) bool { return strings.HasPrefix(string(k), "x:") }

// Customers implements reach.Books.
func (Books) Customers(ctx context.Context, ids []uuid.UUID) ([]reach.Customer, error) {
	var of any
	if len(ids) > 0 {
		of = pq.Array(ids)
	}
	return postgres.Query(ctx, "read related parties", customersSQL, scanCustomer, of)
}

// With implements reach.Books.
func (Books) With(ctx context.Context, codes []string) ([]reach.Customer, error) {
	return postgres.Query(ctx, "read related parties", withSQL, scanCustomer, pq.Array(codes))
}

func scanCustomer(rows *sql.Rows) (c reach.Customer, err error) {
	return c, rows.Scan(&c.ID, &c.USCC, &c.Name)
}

type reachJSON struct {
	CustomerID uuid.UUID  `json:"customer_id"`
	USCC       string     `json:"uscc"`
	Name       string     `json:"company_name"`
	Depth      int        `json:"depth"`
	Path       reach.Path `json:"path"`
}

// Put implements reach.Books.
func (Books) Put(ctx context.Context, customers []uuid.UUID, rows []reach.Row) (n int64, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return 0, err
	}
	list := make([]reachJSON, len(rows))
	for i, r := range rows {
		list[i] = reachJSON{r.CustomerID, r.USCC, r.Name, r.Depth(), r.Path}
	}
	doc, err := json.Marshal(list)
	if err != nil {
		return 0, err
	}
	err = q.QueryRowContext(ctx, putReachSQL, pq.Array(customers), string(doc)).Scan(&n)
	return n, postgres.Map(ctx, err, "keep what customers reach")
}
