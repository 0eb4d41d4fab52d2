package report

import (
	"context"

	"github.com/lib/pq"

	"zhuxin/biz/portfolio"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
)

// placed are the items open at month ends by bucket, of customers whose past is
// known, with what was open and what was written off of them a month later. $5 the last days of the buckets.
const (
	placed = opened + `, placed AS MATERIALIZED (
  SELECT o.on_date, o.id, o.o, o.lost, (SELECT count(*) FROM unnest($5::int[]) b WHERE o.days > b) AS bucket
  FROM opened o JOIN tie t ON t.customer_id = o.customer_id WHERE (o.o > 0 OR o.lost > 0) AND (t.ties OR NOT t.anything)
)
SELECT a.on_date, a.bucket, CASE WHEN b.o > 0 THEN b.bucket ELSE -1 END, count(*), sum(a.o)::bigint, coalesce(sum(b.o), 0)::bigint, coalesce(sum(greatest(0, b.lost - a.lost)), 0)::bigint
FROM placed a LEFT JOIN placed b ON b.id = a.id AND b.on_date = (date_trunc('month', a.on_date) + interval '2 months - 1 day')::date
WHERE a.o > 0 AND a.on_date < (SELECT max(on_date) FROM d) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`
	pastUnknown = opened + ` SELECT count(*) FILTER (WHERE anything AND NOT ties) FROM tie`
)

// Moves implements portfolio.Reader from the same open amounts of past days that the
// aging report shows.
func (Repo) Moves(ctx context.Context, today calendar.Date, ends []calendar.Date) (out []portfolio.Moves, unknown int64, err error) {
	w, err := begin(ctx)
	if err != nil {
		return nil, 0, err
	}
	args := []any{dates(ends), today, string(w.tenant.Currency), nil}
	// The same statement without its items: what is not read is not made.
	if err := w.QueryRowContext(ctx, w.zoned(pastUnknown)+` WHERE $1::date[] IS NOT NULL AND $2::date IS NOT NULL`, args...).Scan(&unknown); err != nil {
		return nil, 0, postgres.Map(ctx, err, "count customers without a known past")
	}
	bounds := pq.Int64Array{}
	for _, b := range portfolio.BucketDays {
		bounds = append(bounds, int64(b))
	}
	rows, err := w.QueryContext(ctx, w.zoned(placed), append(args, bounds)...)
	if err != nil {
		return nil, 0, postgres.Map(ctx, err, "follow items over months")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var m portfolio.Moves
		if err := rows.Scan(&m.Month, &m.From, &m.To, &m.Items, &m.Before, &m.After, &m.Lost); err != nil {
			return nil, 0, err
		}
		out = append(out, m)
	}
	return out, unknown, postgres.Map(ctx, rows.Err(), "follow items over months")
}
