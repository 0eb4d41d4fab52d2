// Package todo reads to-dos out of the tenant's tables: the port biz/todo.Source,
// as one statement for each kind.
//
// A domain that has to-dos writes a SELECT and gets a Source; paging by key, order
// and counting stand here. It owns no table.
package todo

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/google/uuid"

	biz "zhuxin/biz/todo"
	"zhuxin/data/postgres"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
)

// Source is a kind of to-do that one SELECT describes.
//
// SQL gives the columns id uuid, created_at timestamptz, due_on date, amount
// bigint, customer_id uuid, customer_number text, customer_name text and parts
// jsonb (an object of texts); NULL where there is none. Its parameters are $1 the
// viewer, $2 the person to whose customers he is confined or NULL, $3 today; it
// needs not use them. It should be a plain join, with an index for created_at, so
// that a page is read from the index and not sorted. What only the text needs, such
// as the name of a person, belongs into parts as a subselect: then the rows of the
// page pay for it, and counting does not.
type Source struct {
	Of  biz.About
	SQL string
	// Link leads to where the item is handled.
	Link func(i biz.Item) biz.Link
	// Personal says that the items are the viewer's own; else they are for all who
	// hold the permission.
	Personal bool
}

var _ biz.Source = Source{}

// About implements biz.Source.
func (s Source) About() biz.About { return s.Of }

// The outer statement names all parameters, so that their types are known also
// when the SELECT does not use them.
const (
	head = `WITH viewer AS (SELECT $1::uuid, $2::uuid, $3::date) `
	cols = head + `SELECT t.id, t.created_at, t.due_on, t.amount, t.customer_id, t.customer_number, t.customer_name, t.parts FROM (`

	byNewest = `) t WHERE ($4::timestamptz IS NULL OR (t.created_at, t.id) < ($4, $5::uuid)) ORDER BY t.created_at DESC, t.id DESC LIMIT $6`
	byDue    = `) t WHERE ($4::date IS NULL OR (coalesce(t.due_on, '9999-12-31'), t.id) > ($4, $5::uuid))
		ORDER BY coalesce(t.due_on, '9999-12-31'), t.id LIMIT $6`

	counted = head + `SELECT count(*), count(*) FILTER (WHERE x.due_on < $3::date) FROM (SELECT t.due_on FROM (`
	upTo    = `) t LIMIT $4) x`
)

// List implements biz.Source.
func (s Source) List(ctx context.Context, q biz.Query) ([]biz.Item, error) {
	c, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	var at, id any
	if m := q.After; m != nil {
		at, id = m.Created, m.ID
		if q.Order == biz.OrderDue {
			at = m.Due
			if m.Due.IsZero() {
				at = biz.NoDate
			}
		}
	}
	tail := byNewest
	if q.Order == biz.OrderDue {
		tail = byDue
	}
	rows, err := c.QueryContext(ctx, cols+s.SQL+tail, q.Person, only(q.Viewer), q.Today, at, id, q.Limit)
	if err != nil {
		return nil, postgres.Map(ctx, err, "list to-dos "+string(s.Of.Kind))
	}
	defer func() { _ = rows.Close() }()
	var out []biz.Item
	for rows.Next() {
		i, err := scan(rows)
		if err != nil {
			return nil, postgres.Map(ctx, err, "list to-dos "+string(s.Of.Kind))
		}
		i.Kind, i.Class = s.Of.Kind, s.Of.Class
		i.For = biz.For{Permission: s.Of.Permission}
		if s.Personal {
			i.For = biz.For{Person: q.Person}
		}
		i.Link = s.Link(i)
		out = append(out, i)
	}
	return out, postgres.Map(ctx, rows.Err(), "list to-dos "+string(s.Of.Kind))
}

func scan(rows *sql.Rows) (biz.Item, error) {
	var (
		i            biz.Item
		amount       sql.NullInt64
		customer     uuid.NullUUID
		number, name sql.NullString
		parts        []byte
	)
	if err := rows.Scan(&i.ID, &i.Created, &i.Due, &amount, &customer, &number, &name, &parts); err != nil {
		return i, err
	}
	if amount.Valid {
		a := money.Amount(amount.Int64)
		i.Amount = &a
	}
	if customer.Valid {
		i.Customer = &biz.Company{ID: customer.UUID, Number: number.String, Name: name.String}
	}
	if len(parts) > 0 {
		return i, json.Unmarshal(parts, &i.Parts)
	}
	return i, nil
}

// Count implements biz.Source.
func (s Source) Count(ctx context.Context, v biz.Viewer) (biz.Count, error) {
	c, err := scope.Conn(ctx)
	if err != nil {
		return biz.Count{}, err
	}
	var n biz.Count
	err = c.QueryRowContext(ctx, counted+s.SQL+upTo, v.Person, only(v), v.Today, biz.MostCounted).Scan(&n.Total, &n.Overdue)
	return n, postgres.Map(ctx, err, "count to-dos "+string(s.Of.Kind))
}

func only(v biz.Viewer) uuid.NullUUID {
	if v.OnlyOf == nil {
		return uuid.NullUUID{}
	}
	return uuid.NullUUID{UUID: *v.OnlyOf, Valid: true}
}
