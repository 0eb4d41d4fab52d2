// Package segment keeps the segments, labels and bands of biz/segment and reads what
// customers are judged by. compile.go says in SQL what biz.Conditions.Matches says;
// their property test holds them together.
package segment

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"

	biz "zhuxin/biz/segment"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/paging"
	"zhuxin/tenancy/scope"
)

// Repo works in the transaction of the context.
type Repo struct{}

var (
	_ biz.Repository = Repo{}
	_ biz.Reader     = Repo{}
)

func begin(ctx context.Context, today calendar.Date) (scope.Querier, *statement, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, nil, err
	}
	t, ok := scope.TenantFrom(ctx)
	if !ok {
		return nil, nil, scope.ErrNoScope
	}
	return q, newStatement(today, t.Currency), nil
}

// scoped adds the salesperson's own customers to a condition.
func (s *statement) scoped(onlyOf *uuid.UUID) string {
	if onlyOf == nil {
		return ""
	}
	return ` AND c.salesperson_id = ` + s.arg(*onlyOf)
}

// columns are those that scan reads.
func (s *statement) columns() string {
	out := []string{`c.id`, `c.number`, `c.name`, s.term(biz.Grade), s.term(biz.Region), s.term(biz.Salesperson), `c.labels`,
		`coalesce(a.receivable_amount, 0)`, `coalesce(a.overdue_amount, 0)`}
	for _, code := range numbers {
		out = append(out, s.term(code))
	}
	return strings.Join(out, ", ")
}

func scan(row interface{ Scan(...any) error }) (f biz.Facts, err error) {
	var (
		grade, region, person string
		labels                []byte
		found                 = make([]sql.NullInt64, len(numbers))
	)
	into := []any{&f.CustomerID, &f.Number, &f.Name, &grade, &region, &person, &labels, &f.Receivable, &f.Overdue}
	for i := range found {
		into = append(into, &found[i])
	}
	if err := row.Scan(into...); err != nil {
		return f, err
	}
	if err := json.Unmarshal(labels, &f.Choices); err != nil {
		return f, fmt.Errorf("labels of a customer: %w", err)
	}
	f.Choices[biz.Grade], f.Choices[biz.Region], f.Choices[biz.Salesperson] = grade, region, person
	f.Numbers = make(map[biz.Code]int64, len(numbers))
	for i, n := range found {
		if n.Valid {
			f.Numbers[numbers[i]] = n.Int64
		}
	}
	return f, nil
}

// Facts implements biz.Reader.
func (Repo) Facts(ctx context.Context, today calendar.Date, onlyOf *uuid.UUID) ([]biz.Facts, error) {
	q, s, err := begin(ctx, today)
	if err != nil {
		return nil, err
	}
	columns, where := s.columns(), s.where(nil)+s.scoped(onlyOf)
	return list(ctx, q, `SELECT `+columns+s.source()+` WHERE `+where+` ORDER BY c.number`, s.args)
}

func list(ctx context.Context, q scope.Querier, query string, args []any) ([]biz.Facts, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, postgres.Map(ctx, err, "read what customers are judged by")
	}
	defer func() { _ = rows.Close() }()
	var out []biz.Facts
	for rows.Next() {
		f, err := scan(rows)
		if err != nil {
			return nil, postgres.Map(ctx, err, "read what customers are judged by")
		}
		out = append(out, f)
	}
	return out, postgres.Map(ctx, rows.Err(), "read what customers are judged by")
}

// Members implements biz.Reader.
func (Repo) Members(ctx context.Context, cs biz.Conditions, today calendar.Date, onlyOf *uuid.UUID) ([]uuid.UUID, error) {
	q, s, err := begin(ctx, today)
	if err != nil {
		return nil, err
	}
	where := s.where(cs) + s.scoped(onlyOf)
	rows, err := q.QueryContext(ctx, `SELECT c.id`+s.source()+` WHERE `+where+` ORDER BY c.number`, s.args...)
	if err != nil {
		return nil, postgres.Map(ctx, err, "find a segment's customers")
	}
	defer func() { _ = rows.Close() }()
	out := []uuid.UUID{}
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return nil, postgres.Map(ctx, err, "find a segment's customers")
		}
		out = append(out, id)
	}
	return out, postgres.Map(ctx, rows.Err(), "find a segment's customers")
}

// Page implements biz.Reader, in two statements.
func (Repo) Page(ctx context.Context, cs biz.Conditions, today calendar.Date, onlyOf *uuid.UUID, w paging.Window) ([]biz.Facts, biz.Cell, error) {
	var sum biz.Cell
	q, s, err := begin(ctx, today)
	if err != nil {
		return nil, sum, err
	}
	where := s.where(cs) + s.scoped(onlyOf)
	err = q.QueryRowContext(ctx, `SELECT count(*), coalesce(sum(a.receivable_amount), 0)::bigint, coalesce(sum(a.overdue_amount), 0)::bigint`+s.source()+` WHERE `+where, s.args...).
		Scan(&sum.Customers, &sum.Receivable, &sum.Overdue)
	if err != nil {
		return nil, sum, postgres.Map(ctx, err, "count a segment's customers")
	}
	columns := s.columns()
	query := `SELECT ` + columns + s.source() + ` WHERE ` + where + ` ORDER BY coalesce(a.receivable_amount, 0) DESC, c.number LIMIT ` + s.arg(w.Limit) + ` OFFSET ` + s.arg(w.Offset)
	out, err := list(ctx, q, query, s.args)
	return out, sum, err
}

// Regions implements biz.Reader.
func (Repo) Regions(ctx context.Context) ([]biz.Choice, error) {
	return choices(ctx, `SELECT DISTINCT substr(uscc, 3, 2), '' FROM customers WHERE uscc IS NOT NULL AND status = 'active' ORDER BY 1`)
}

// People implements biz.Reader.
func (Repo) People(ctx context.Context) ([]biz.Choice, error) {
	return choices(ctx, `SELECT p.id::text, coalesce(m.name, '') FROM (SELECT DISTINCT salesperson_id AS id FROM customers WHERE salesperson_id IS NOT NULL AND status = 'active') p
		LEFT JOIN hq.v_members m ON m.person_id = p.id ORDER BY 2, 1`)
}

func choices(ctx context.Context, query string) ([]biz.Choice, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, query)
	if err != nil {
		return nil, postgres.Map(ctx, err, "read the values of a dimension")
	}
	defer func() { _ = rows.Close() }()
	var out []biz.Choice
	for rows.Next() {
		var c biz.Choice
		if err := rows.Scan(&c.Code, &c.Name); err != nil {
			return nil, postgres.Map(ctx, err, "read the values of a dimension")
		}
		out = append(out, c)
	}
	return out, postgres.Map(ctx, rows.Err(), "read the values of a dimension")
}
