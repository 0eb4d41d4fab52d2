package contract

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/data/postgres"
)

// SetLateFee implements biz.Repository.
func (Repo) SetLateFee(ctx context.Context, id uuid.UUID, ppm *int, at time.Time) error {
	_, err := postgres.Exec(ctx, "set late fee of contract", `UPDATE contracts SET late_fee_ppm = $2, updated_at = $3, version = version + 1 WHERE id = $1`, id, ppm, at)
	return err
}
