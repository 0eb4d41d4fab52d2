package statement

import (
	"context"
	"database/sql"
	"time"

	"github.com/google/uuid"

	"zhuxin/data/postgres"
)

// Day implements biz.Repository.
func (Repo) Day(ctx context.Context, customerID uuid.UUID) (*int, error) {
	list, err := postgres.Query(ctx, "read statement day", `SELECT statement_day FROM customers WHERE id = $1`, func(r *sql.Rows) (d *int, err error) { return d, r.Scan(&d) }, customerID)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return list[0], nil
}

// SetDay implements biz.Repository.
func (Repo) SetDay(ctx context.Context, customerID uuid.UUID, day *int, at time.Time) error {
	_, err := postgres.Exec(ctx, "set statement day", `UPDATE customers SET statement_day = $2, updated_at = $3 WHERE id = $1`, customerID, day, at)
	return err
}
