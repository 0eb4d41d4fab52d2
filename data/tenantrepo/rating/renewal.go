package rating

import (
	"context"
	"time"

	"github.com/lib/pq"

	biz "zhuxin/biz/rating"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/scope"
)

const (
	expiredSQL = ratingColumns + ` WHERE r.status = 'effective' AND r.due_on < $1 ORDER BY r.due_on, r.id LIMIT $2 FOR UPDATE OF r`

	// $1 and $2 grades and their preset months, $3 the zone, $4 the earliest date.
	dateSQL = `UPDATE credit_ratings r SET due_on = greatest($4::date,
			((r.effective_at AT TIME ZONE $3)::date + make_interval(months => coalesce(nullif((b.band->>'valid_months')::int, 0), p.months)))::date)
		FROM rating_templates t CROSS JOIN LATERAL jsonb_array_elements(t.definition->'bands') AS b(band)
		JOIN unnest($1::text[], $2::int[]) AS p(grade, months) ON p.grade = b.band->>'grade'
		WHERE t.id = r.template_id AND r.status = 'effective' AND r.due_on IS NULL AND b.band->>'grade' = r.grade`
)

// LockExpired implements biz.Repository.
func (Ratings) LockExpired(ctx context.Context, on calendar.Date, most int) ([]biz.Rating, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	return manyRatings(ctx, q, expiredSQL, on, most)
}

// Date implements biz.Repository, in one statement.
func (Ratings) Date(ctx context.Context, presets map[biz.Grade]int, zone *time.Location, earliest calendar.Date) (int64, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return 0, err
	}
	var (
		grades []string
		months []int64
	)
	for g, n := range presets {
		grades, months = append(grades, string(g)), append(months, int64(n))
	}
	res, err := q.ExecContext(ctx, dateSQL, pq.Array(grades), pq.Array(months), zone.String(), earliest)
	if err != nil {
		return 0, postgres.Map(ctx, err, "date ratings")
	}
	n, err := res.RowsAffected()
	return n, postgres.Map(ctx, err, "date ratings")
}
