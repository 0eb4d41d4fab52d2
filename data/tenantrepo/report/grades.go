package report

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"zhuxin/biz/rating"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/gradescale"
	"zhuxin/shared/indicator"
)

var _ gradescale.Source = Repo{}

// observed counts, by the grade that a customer had when the months began, or his first
// one since, who had an item open more than $5 days after it was due on a month's end of
// the months or on their last day. $6 the day before the months, $7 their last day, $8
// the time zone. An item counts that was so old within the months; only customers whose
// past is known do.
const observed = opened + `, graded AS (
  SELECT DISTINCT ON (r.customer_id) r.customer_id, r.grade, (r.effective_at AT TIME ZONE $8::text)::date > $6::date AS since FROM credit_ratings r
  WHERE r.effective_at IS NOT NULL AND (r.effective_at AT TIME ZONE $8::text)::date <= $7::date AND (r.lapsed_at IS NULL OR (r.lapsed_at AT TIME ZONE $8::text)::date > $6::date)
  ORDER BY r.customer_id, r.effective_at, r.id
), seen AS (
  SELECT o.customer_id, o.id, max(o.amount) AS amount, coalesce(max(o.o) FILTER (WHERE o.days > $5::int), 0) AS late
  FROM opened o JOIN tie t ON t.customer_id = o.customer_id
  WHERE o.amount > 0 AND (t.ties OR NOT t.anything) AND o.due_date < $7::date - $5::int
  GROUP BY 1, 2 HAVING bool_or(o.o > 0 AND o.days > $5::int) OR max(o.due_date) >= $6::date - $5::int
), lost AS (
  SELECT customer_id, sum(amount) AS amount FROM payment_applications WHERE kind = 'write_off' AND applied_on > $6::date AND applied_on <= $7::date GROUP BY 1
)
SELECT g.grade, count(*), count(*) FILTER (WHERE s.late > 0), count(*) FILTER (WHERE g.since), coalesce(sum(s.amount), 0)::bigint, coalesce(sum(s.late), 0)::bigint, coalesce(sum(l.amount), 0)::bigint
FROM graded g JOIN (SELECT customer_id, sum(amount) AS amount, sum(late) AS late FROM seen GROUP BY 1) s ON s.customer_id = g.customer_id
LEFT JOIN lost l ON l.customer_id = g.customer_id GROUP BY 1`

// Observe implements gradescale.Source.
func (Repo) Observe(ctx context.Context, from, asOf, today calendar.Date, days int) (s gradescale.Snapshot, err error) {
	w, err := begin(ctx)
	if err != nil {
		return s, err
	}
	s = gradescale.Snapshot{AsOf: asOf, From: from, Days: days}
	if err := w.template(ctx, &s); err != nil {
		return s, err
	}
	args := []any{dates(monthEnds(from, asOf)), today, string(w.tenant.Currency), nil}
	if err := w.QueryRowContext(ctx, w.zoned(pastUnknown)+` WHERE $1::date[] IS NOT NULL AND $2::date IS NOT NULL`, args...).Scan(&s.Unknown); err != nil {
		return s, postgres.Map(ctx, err, "count customers without a known past")
	}
	rows, err := w.QueryContext(ctx, w.zoned(observed), append(args, days, from, asOf, w.tenant.Zone.String())...)
	if err != nil {
		return s, postgres.Map(ctx, err, "observe grades")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var o gradescale.Observed
		if err := rows.Scan(&o.Grade, &o.Customers, &o.Late, &o.Since, &o.Due, &o.LateAmount, &o.WrittenOff); err != nil {
			return s, err
		}
		if i := slices.IndexFunc(s.Grades, func(x gradescale.Observed) bool { return x.Grade == o.Grade }); i >= 0 {
			o.Rank, o.Grades = s.Grades[i].Rank, s.Grades[i].Grades
			s.Grades[i] = o
		}
	}
	return s, postgres.Map(ctx, rows.Err(), "observe grades")
}

// monthEnds lists the month ends after a date up to another, and that one.
func monthEnds(after, to calendar.Date) (out []calendar.Date) {
	y, m, _ := after.Time().Date()
	for d := calendar.NewDate(y, m+1, 0); d < to; {
		if d > after {
			out = append(out, d)
		}
		m++
		d = calendar.NewDate(y, m+time.Month(1), 0)
	}
	return append(out, to)
}

// template gives the grades and weights of the template in force; without one every
// grade of the product stands for itself.
func (w work) template(ctx context.Context, s *gradescale.Snapshot) error {
	var doc []byte
	err := w.QueryRowContext(ctx, `SELECT number, definition FROM rating_templates WHERE status = 'effective'`).Scan(&s.Template, &doc)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return postgres.Map(ctx, err, "read the template in force")
	}
	var d rating.Definition
	if doc != nil {
		if err := json.Unmarshal(doc, &d); err != nil {
			return fmt.Errorf("read the template in force: %w", err)
		}
	}
	for i, g := range rating.Grades {
		s.Grades = append(s.Grades, gradescale.Observed{Grade: string(g), Rank: i, Grades: len(rating.Grades)})
	}
	points := map[indicator.Category]int64{}
	for _, it := range d.Items {
		points[it.Category] += int64(it.Weight)
	}
	for _, c := range indicator.Categories {
		if points[c] > 0 {
			s.Weights = append(s.Weights, gradescale.Weight{Category: string(c), Points: points[c]})
		}
	}
	slices.SortStableFunc(s.Weights, func(a, b gradescale.Weight) int { return cmp.Compare(b.Points, a.Points) })
	return nil
}
