// Package report keeps the figures of a subsidiary's customers on business dates
// and reads what reports need: the implementation of the ports of biz/report and
// shared/report on a tenant's own tables.
package report

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/report"
	"zhuxin/tenancy/scope"
)

// Repo works in the transaction of the context.
type Repo struct{}

var _ report.Source = Repo{}

type work struct {
	scope.Querier
	tenant scope.Tenant
}

func begin(ctx context.Context) (work, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return work{}, err
	}
	t, ok := scope.TenantFrom(ctx)
	if !ok {
		return work{}, scope.ErrNoScope
	}
	return work{q, t}, nil
}

// zoned makes a statement over opened one of the tenant's time zone.
func (w work) zoned(query string) string {
	return strings.ReplaceAll(query, "{zone}", pq.QuoteLiteral(w.tenant.Zone.String()))
}

// array gives NULL for no ids: all.
func array(ids []uuid.UUID) any {
	if ids == nil {
		return nil
	}
	out := make(pq.StringArray, len(ids))
	for i, id := range ids {
		out[i] = id.String()
	}
	return out
}

func dates(days []calendar.Date) pq.StringArray {
	out := make(pq.StringArray, len(days))
	for i, d := range days {
		out[i] = d.String()
	}
	return out
}

func parsed(days []string) (out []calendar.Date, err error) {
	out = make([]calendar.Date, len(days))
	for i, d := range days {
		if out[i], err = calendar.Parse(d); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// mark is a customer whose figures have to be made: of all dates, or, when only
// the day has changed, of the dates that came with it.
type mark struct {
	id    uuid.UUID
	asOf  calendar.Date // of the figures that are there; zero when they are to be made anew
	print string
}

const outdated = `WITH s AS (` + signature + `)
SELECT s.id, CASE WHEN m.signature = s.signature THEN m.as_of END, s.signature
FROM s LEFT JOIN customer_figure_marks m ON m.customer_id = s.id
WHERE m.customer_id IS NULL OR m.signature <> s.signature OR m.as_of <> $3::date ORDER BY s.id`

// Refresh implements report.Source.
func (Repo) Refresh(ctx context.Context, today calendar.Date, ids []uuid.UUID) (int, error) {
	w, err := begin(ctx)
	if err != nil {
		return 0, err
	}
	if _, err := w.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('figures ' || $1::text, 0))`, w.tenant.ID.String()); err != nil {
		return 0, postgres.Map(ctx, err, "lock figures")
	}
	marks, err := w.outdated(ctx, today, ids)
	if err != nil || len(marks) == 0 {
		return 0, err
	}
	groups := map[calendar.Date][]mark{}
	for _, m := range marks {
		groups[m.asOf] = append(groups[m.asOf], m)
	}
	for asOf, group := range groups {
		for part := range slices.Chunk(group, 5000) {
			if err := w.refresh(ctx, today, asOf, part); err != nil {
				return 0, err
			}
		}
	}
	return len(marks), nil
}

func (w work) outdated(ctx context.Context, today calendar.Date, ids []uuid.UUID) ([]mark, error) {
	rows, err := w.QueryContext(ctx, outdated, string(w.tenant.Currency), array(ids), today)
	if err != nil {
		return nil, postgres.Map(ctx, err, "find outdated figures")
	}
	defer func() { _ = rows.Close() }()
	var out []mark
	for rows.Next() {
		var m mark
		if err := rows.Scan(&m.id, &m.asOf, &m.print); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, postgres.Map(ctx, rows.Err(), "find outdated figures")
}

// refresh makes the figures of customers that were last made for the same day; a
// zero day makes all dates.
func (w work) refresh(ctx context.Context, today, asOf calendar.Date, marks []mark) error {
	keep := report.Dates(today)
	redo := keep
	if !asOf.IsZero() { // nothing but the day has changed: earlier month ends stand as they are
		before := report.Dates(asOf)
		redo = slices.DeleteFunc(slices.Clone(keep), func(d calendar.Date) bool {
			return d != today && d != asOf && slices.Contains(before, d)
		})
	}
	ids, prints := []uuid.UUID{}, pq.StringArray{}
	for _, m := range marks {
		ids, prints = append(ids, m.id), append(prints, m.print)
	}
	renewed := array(ids)
	if !asOf.IsZero() {
		renewed = pq.StringArray{}
	}
	// Rows that are made anew go first, so that none stays whose reason is gone. What
	// a snapshot keeps of a past that is not known any more counts as made anew.
	for _, step := range []struct {
		doing, sql string
		args       []any
	}{
		{"drop old figures", drop, []any{array(ids), dates(keep), dates(redo), today, string(w.tenant.Currency)}},
		{"make figures", w.zoned(store), []any{dates(redo), today, string(w.tenant.Currency), array(ids)}},
		{"mark figures", `INSERT INTO customer_figure_marks AS t (customer_id, as_of, signature, version, projected)
			SELECT id, $3::date, signature, 1, 0 FROM unnest($1::uuid[], $2::text[]) AS x(id, signature)
			ON CONFLICT (customer_id) DO UPDATE SET as_of = excluded.as_of, signature = excluded.signature, version = t.version + 1`,
			[]any{array(ids), prints, today}},
		{"renew kept figures", `UPDATE customer_figures f SET version = m.version FROM customer_figure_marks m
			WHERE f.customer_id = ANY($1::uuid[]) AND m.customer_id = f.customer_id AND f.version < m.version`, []any{renewed}},
	} {
		if _, err := w.ExecContext(ctx, step.sql, step.args...); err != nil {
			return postgres.Map(ctx, err, step.doing)
		}
	}
	return nil
}

// Waiting implements report.Source.
func (Repo) Waiting(ctx context.Context, limit int) ([]report.Mark, error) {
	w, err := begin(ctx)
	if err != nil {
		return nil, err
	}
	return w.marks(ctx, `WHERE m.version > m.projected ORDER BY m.customer_id LIMIT $1`, limit)
}

// Marks implements report.Source.
func (Repo) Marks(ctx context.Context) ([]report.Mark, error) {
	w, err := begin(ctx)
	if err != nil {
		return nil, err
	}
	return w.marks(ctx, `WHERE $1::int IS NOT NULL ORDER BY m.customer_id`, 0)
}

func (w work) marks(ctx context.Context, where string, limit int) ([]report.Mark, error) {
	rows, err := w.QueryContext(ctx, `SELECT m.customer_id, c.salesperson_id, m.version, m.projected, m.as_of,
			ARRAY(SELECT f.on_date::text FROM customer_figures f WHERE f.customer_id = m.customer_id)
		FROM customer_figure_marks m JOIN customers c ON c.id = m.customer_id `+where, limit)
	if err != nil {
		return nil, postgres.Map(ctx, err, "read marks")
	}
	defer func() { _ = rows.Close() }()
	var out []report.Mark
	for rows.Next() {
		var m report.Mark
		var person uuid.NullUUID
		var days pq.StringArray
		if err := rows.Scan(&m.CustomerID, &person, &m.Version, &m.Projected, &m.AsOf, &days); err != nil {
			return nil, err
		}
		if m.Dates, err = parsed(days); err != nil {
			return nil, err
		}
		m.SalespersonID = person.UUID
		out = append(out, m)
	}
	return out, postgres.Map(ctx, rows.Err(), "read marks")
}

// Projected implements report.Source.
func (Repo) Projected(ctx context.Context, marks []report.Mark) error {
	w, err := begin(ctx)
	if err != nil {
		return err
	}
	ids, versions := []uuid.UUID{}, pq.Int64Array{}
	for _, m := range marks {
		ids, versions = append(ids, m.CustomerID), append(versions, m.Version)
	}
	_, err = w.ExecContext(ctx, `UPDATE customer_figure_marks m SET projected = greatest(m.projected, x.version)
		FROM unnest($1::uuid[], $2::bigint[]) AS x(id, version) WHERE m.customer_id = x.id`, array(ids), versions)
	return postgres.Map(ctx, err, "confirm figures")
}

// Changed implements report.Source.
func (Repo) Changed(ctx context.Context, marks []report.Mark) ([]report.Row, error) {
	w, err := begin(ctx)
	if err != nil {
		return nil, err
	}
	ids, projected := []uuid.UUID{}, pq.Int64Array{}
	for _, m := range marks {
		ids, projected = append(ids, m.CustomerID), append(projected, m.Projected)
	}
	return w.rows(ctx, `SELECT customer_id, on_date, basis, `+columns+` FROM customer_figures
		JOIN unnest($1::uuid[], $2::bigint[]) AS x(id, projected) ON x.id = customer_id
		WHERE version > projected OR projected = 0 ORDER BY customer_id, on_date`, array(ids), projected)
}

// Stored implements report.Source.
func (Repo) Stored(ctx context.Context) ([]report.Row, error) {
	w, err := begin(ctx)
	if err != nil {
		return nil, err
	}
	return w.rows(ctx, `SELECT customer_id, on_date, basis, `+columns+` FROM customer_figures ORDER BY customer_id, on_date`)
}

// Computed implements report.Source.
func (Repo) Computed(ctx context.Context, today calendar.Date, days []calendar.Date, ids []uuid.UUID) ([]report.Row, error) {
	w, err := begin(ctx)
	if err != nil {
		return nil, err
	}
	return w.rows(ctx, w.zoned(computed)+` SELECT customer_id, on_date, basis, `+columns+` FROM figures ORDER BY customer_id, on_date`,
		dates(days), today, string(w.tenant.Currency), array(ids))
}

func (w work) rows(ctx context.Context, query string, args ...any) ([]report.Row, error) {
	rows, err := w.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, postgres.Map(ctx, err, "read figures")
	}
	defer func() { _ = rows.Close() }()
	var out []report.Row
	for rows.Next() {
		var r report.Row
		var basis string
		if err := rows.Scan(append([]any{&r.CustomerID, &r.On, &basis}, fields(&r.Sums)...)...); err != nil {
			return nil, fmt.Errorf("read figures: %w", err)
		}
		r.Basis, r.Customers = report.ParseBasis(basis), 1
		if r.Basis == report.BasisUnknown {
			r.Unknown = 1
		}
		out = append(out, r)
	}
	return out, postgres.Map(ctx, rows.Err(), "read figures")
}

func fields(s *report.Sums) []any {
	return []any{&s.Sales, &s.Collections, &s.FallenDue, &s.CollectedDue, &s.Receivable, &s.NotDue,
		&s.Months0, &s.Months6, &s.Months12, &s.Months24, &s.Days1, &s.Days31, &s.Days61, &s.Days91, &s.Disputed, &s.DisputedOverdue, &s.FirstSale, &s.OldestDue}
}
