package rating

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/rating"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/indicator"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
	"zhuxin/tenancy/scope"
)

// Population implements biz.Population: what Measurer measures of one customer,
// of all at once, today and on an earlier day.
//
// When an item was paid is not in the books; it follows from what is: receipts
// settle items in the order of their due dates. Settled sums that no receipt backs
// (the history before the first import) are the oldest ones and count as paid when
// due, as does everything of a customer without receipts. What is open today was
// open on every day since its invoice. Credit notes count in today's figures and
// not in those of an earlier day.
type Population struct{ outside biz.Findings }

var _ biz.Population = Population{}

// NewPopulation makes the reader; outside is nil while no registry is linked.
func NewPopulation(outside biz.Findings) Population { return Population{outside} }

// StandingsSQL is the statement of a dry run; `zhuxin bench` runs it as the
// reference. $1 the window's first day, $2 today, $3 the currency, $4 the first
// instant after the window's first day, $5 whether to find the peak.
var StandingsSQL = `
WITH ` + pieces("$3", "") + `, past AS (
  SELECT customer_id, min(invoice_date) AS first_on,
    sum(open_amount + CASE WHEN settled_on > $1 THEN settled ELSE 0 END) FILTER (WHERE invoice_date <= $1) AS open_then,
    sum(open_amount + CASE WHEN settled_on > $1 THEN settled ELSE 0 END) FILTER (WHERE invoice_date <= $1 AND due_date < $1) AS overdue_then,
    min(due_date) FILTER (WHERE invoice_date <= $1 AND due_date < $1 AND (open_amount > 0 OR settled_on > $1)) AS oldest_then,
    sum(amount) FILTER (WHERE invoice_date <= $1 AND invoice_date > $1::date - interval '12 months') AS invoiced_then,
    sum(settled) FILTER (WHERE invoice_date <= $1 AND invoice_date > $1::date - interval '12 months' AND settled_on <= $1) AS settled_then,
    max(CASE WHEN open_amount > 0 THEN $2::date ELSE least(settled_on, $2::date) END - due_date)
      FILTER (WHERE open_amount > 0 OR settled_on > $1) AS worst_days
  FROM piece GROUP BY customer_id
), book AS (
  SELECT customer_id, min(invoice_date) AS first_on,
    sum(amount) FILTER (WHERE invoice_date BETWEEN $2::date - interval '12 months' + interval '1 day' AND $2) AS invoiced,
    sum(amount - open_amount) FILTER (WHERE invoice_date BETWEEN $2::date - interval '12 months' + interval '1 day' AND $2) AS settled
  FROM receivables WHERE currency = $3 GROUP BY customer_id
), cash AS (
  SELECT customer_id,
    sum(amount) FILTER (WHERE currency = $3 AND received_on BETWEEN $2::date - interval '12 months' + interval '1 day' AND $2) AS collected,
    sum(amount) FILTER (WHERE currency = $3 AND received_on <= $1 AND received_on > $1::date - interval '12 months') AS collected_then
  FROM receipts GROUP BY customer_id
), balance AS (
  SELECT customer_id, day, sum(sum(change)) OVER (PARTITION BY customer_id ORDER BY day) AS overdue, lead(day) OVER (PARTITION BY customer_id ORDER BY day) AS until
  FROM (SELECT customer_id, due_date + 1 AS day, open_amount AS change FROM piece WHERE $5::boolean AND open_amount > 0
    UNION ALL SELECT customer_id, due_date + 1, settled FROM piece WHERE $5::boolean AND settled > 0 AND settled_on > due_date
    UNION ALL SELECT customer_id, settled_on, -settled FROM piece WHERE $5::boolean AND settled > 0 AND settled_on > due_date) e
  WHERE day <= $2 GROUP BY customer_id, day
), peak AS (
  SELECT customer_id, max(overdue) AS amount FROM balance WHERE until IS NULL OR until > $1 GROUP BY customer_id
), listed AS (
  SELECT uscc, count(*) AS entries, count(*) FILTER (WHERE listed_at < $4) AS entries_then FROM hq.v_negative_listed GROUP BY uscc
), last AS (
  SELECT DISTINCT ON (customer_id) customer_id, id, status, grade, "values"
  FROM credit_ratings WHERE status IN ('effective', 'lapsed') ORDER BY customer_id, effective_at DESC
)
SELECT c.id, CASE WHEN last.status = 'effective' THEN last.grade ELSE '' END, coalesce(a.standing_amount, 0), coalesce(a.limit_kind = 'unlimited', false),
  last.id, last."values",
  coalesce(a.overdue_amount, 0), coalesce(a.receivable_amount, 0), a.oldest_due_on,
  book.first_on, coalesce(book.invoiced, 0)::bigint, coalesce(CASE WHEN cash.customer_id IS NULL THEN book.settled ELSE cash.collected END, 0)::bigint,
  coalesce(listed.entries, 0),
  coalesce(past.first_on <= $1, false), coalesce(past.overdue_then, 0)::bigint, coalesce(past.open_then, 0)::bigint, past.oldest_then,
  coalesce(past.invoiced_then, 0)::bigint, coalesce(CASE WHEN cash.customer_id IS NULL THEN past.settled_then ELSE cash.collected_then END, 0)::bigint,
  coalesce(listed.entries_then, 0),
  greatest(coalesce(past.worst_days, 0), 0), coalesce(peak.amount, 0)::bigint, coalesce(c.uscc, '')
FROM customers c
LEFT JOIN credit_accounts a ON a.id = c.id
LEFT JOIN past ON past.customer_id = c.id
LEFT JOIN book ON book.customer_id = c.id
LEFT JOIN cash ON cash.customer_id = c.id
LEFT JOIN peak ON peak.customer_id = c.id
LEFT JOIN listed ON listed.uscc = c.uscc
LEFT JOIN last ON last.customer_id = c.id
WHERE c.status = 'active'
ORDER BY c.id`

// Standings implements biz.Population.
func (p Population) Standings(ctx context.Context, from, today calendar.Date, peak bool, sources []indicator.DataSource) ([]biz.Standing, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, err
	}
	year, month, day := from.AddDays(1).Time().Date()
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, StandingsSQL, from, today, t.Currency, time.Date(year, month, day, 0, 0, 0, 0, t.Zone), peak)
	if err != nil {
		return nil, postgres.Map(ctx, err, "read the customers' standing")
	}
	defer func() { _ = rows.Close() }()
	var (
		out   []biz.Standing
		codes []string
	)
	for rows.Next() {
		s, code, err := scanStanding(rows, from, today)
		if err != nil {
			return nil, postgres.Map(ctx, err, "read the customers' standing")
		}
		out, codes = append(out, s), append(codes, code)
	}
	if err := rows.Err(); err != nil {
		return nil, postgres.Map(ctx, err, "read the customers' standing")
	}
	if err := addFigures(ctx, out, sources, from, today); err != nil {
		return nil, err
	}
	return out, p.addFindings(ctx, out, codes, sources, from)
}

// addFigures adds what the books say beyond the one statement.
func addFigures(ctx context.Context, all []biz.Standing, sources []indicator.DataSource, from, today calendar.Date) error {
	for _, source := range sources {
		if !booked(source) {
			continue
		}
		now, err := figures(ctx, nil, source, today)
		if err != nil {
			return err
		}
		then, err := figures(ctx, nil, source, from)
		if err != nil {
			return err
		}
		for i := range all {
			all[i].Now[source] = now.of(all[i].CustomerID)
			if all[i].Then != nil {
				all[i].Then[source] = then.of(all[i].CustomerID)
			}
		}
	}
	return nil
}

// addFindings adds what HQ's shelf says. A company of which nothing was asked has no
// value, as on a rating's sheet.
func (p Population) addFindings(ctx context.Context, all []biz.Standing, codes []string, sources []indicator.DataSource, from calendar.Date) error {
	asked := slices.DeleteFunc(slices.Clone(sources), func(s indicator.DataSource) bool { return !outsideSource(s) })
	if p.outside == nil || len(asked) == 0 {
		return nil
	}
	now, err := p.outside.Findings(ctx, asked, 0)
	if err != nil {
		return err
	}
	then, err := p.outside.Findings(ctx, asked, from)
	if err != nil {
		return err
	}
	for i, code := range codes {
		maps.Copy(all[i].Now, now[code])
		if all[i].Then != nil {
			maps.Copy(all[i].Then, then[code])
		}
	}
	return nil
}

// standing is what the sources of the one statement are computed from, on one day.
type standing struct {
	overdue, receivable money.Amount
	oldest, first       calendar.Date
	invoiced, collected money.Amount
	entries             int64
}

func scanStanding(row interface{ Scan(...any) error }, from, today calendar.Date) (biz.Standing, string, error) {
	var (
		s         biz.Standing
		code      string
		rating    uuid.NullUUID
		values    []byte
		now, then standing
		known     bool
	)
	err := row.Scan(&s.CustomerID, &s.Grade, &s.Limit, &s.Unlimited, &rating, &values,
		&now.overdue, &now.receivable, &now.oldest, &now.first, &now.invoiced, &now.collected, &now.entries,
		&known, &then.overdue, &then.receivable, &then.oldest, &then.invoiced, &then.collected, &then.entries,
		&s.WorstDays, &s.PeakOverdue, &code)
	if err != nil {
		return s, code, err
	}
	s.Now = now.measure(today)
	if known {
		then.first = now.first
		s.Then = then.measure(from)
	}
	if rating.Valid {
		s.LastRatingID = &rating.UUID
		s.Last, err = manual(values)
	}
	return s, code, err
}

func (f standing) measure(on calendar.Date) biz.Measurements {
	days := 0
	if !f.oldest.IsZero() {
		days = max(0, on.DaysSince(f.oldest))
	}
	return biz.Measurements{
		indicator.SourceOverdueRatio:      {Number: ratio(f.overdue, f.receivable), NoBase: f.receivable <= 0},
		indicator.SourceMaxOverdueDays:    {Number: int64(days) * 1000},
		indicator.SourceCooperationMonths: {Number: int64(wholeMonths(f.first, on)) * 1000, NoBase: f.first.IsZero()},
		indicator.SourceCollectionRate:    {Number: ratio(f.collected, f.invoiced), NoBase: f.invoiced <= 0},
		indicator.SourceSales12Months:     {Number: int64(f.invoiced) * 1000},
		indicator.SourceNegativeEntries:   {Number: f.entries * 1000},
	}
}

// manual reads what a rating had by hand, and nothing else of its values.
func manual(values []byte) ([]biz.Input, error) {
	var vs []struct {
		Code   string            `json:"indicator_code"`
		Number *indicator.Number `json:"number"`
		Choice string            `json:"choice"`
		Source biz.ValueSource   `json:"source"`
	}
	if err := json.Unmarshal(values, &vs); err != nil {
		return nil, fmt.Errorf("values of a rating: %w", err)
	}
	out := make([]biz.Input, 0, len(vs))
	for _, v := range vs {
		if v.Source == biz.ValueManual {
			out = append(out, biz.Input{IndicatorCode: v.Code, Number: v.Number, Choice: v.Choice})
		}
	}
	return out, nil
}
