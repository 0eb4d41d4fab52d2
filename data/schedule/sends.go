package schedule

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/schedule"
)

// enqueue gives a sending by hand ($5 below zero) the number after the date's last.
const enqueue = `INSERT INTO report_sends (id, schedule_id, business_date, state, number, missed, next_at, created_at)
SELECT $1, $2, $3::date, $4, CASE WHEN $5::int >= 0 THEN $5::int ELSE coalesce((SELECT max(number) FROM report_sends WHERE schedule_id = $2 AND business_date = $3::date), 0) + 1 END, $6, $7, $8
ON CONFLICT (schedule_id, business_date, number) DO NOTHING`

// Enqueue implements schedule.Repository.
func (s Store) Enqueue(ctx context.Context, n schedule.Send) (bool, error) {
	rows, err := postgres.Exec(ctx, "queue sending", enqueue, n.ID, n.ScheduleID, n.On, string(n.State), n.Number, n.Missed, n.NextAt, n.CreatedAt)
	return rows == 1, err
}

// Supersede implements schedule.Repository. What somebody is sending right now is his.
func (s Store) Supersede(ctx context.Context, id uuid.UUID, before calendar.Date, at time.Time) error {
	_, err := postgres.Exec(ctx, "end older sendings", `UPDATE report_sends SET state = 'superseded', finished_at = $3
		WHERE schedule_id = $1 AND number = 0 AND business_date < $2::date AND state = 'waiting' AND (claimed_until IS NULL OR claimed_until < $3)`, id, before, at)
	return err
}

const sendColumns = `id, schedule_id, business_date, number, state, missed, attempts, next_at, claim, file_name, file_size, outcomes, reason, message, created_at, finished_at`

func scanSend(rows *sql.Rows) (n schedule.Send, err error) {
	var outcomes []byte
	var claim uuid.NullUUID
	err = rows.Scan(&n.ID, &n.ScheduleID, &n.On, &n.Number, &n.State, &n.Missed, &n.Attempts, &n.NextAt, &claim, &n.File, &n.Size, &outcomes, &n.Reason, &n.Message, &n.CreatedAt, &n.FinishedAt)
	if n.Claim = claim.UUID; err != nil {
		return n, err
	}
	return n, json.Unmarshal(outcomes, &n.Outcomes)
}

const claim = `UPDATE report_sends SET claim = gen_random_uuid(), claimed_until = $2, attempts = attempts + 1
WHERE id IN (SELECT id FROM report_sends WHERE state = 'waiting' AND next_at <= $1 AND (claimed_until IS NULL OR claimed_until < $1) ORDER BY next_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
RETURNING ` + sendColumns

// Claim implements schedule.Repository.
func (s Store) Claim(ctx context.Context, now, until time.Time, limit int) ([]schedule.Send, error) {
	return postgres.Query(ctx, "claim sendings", claim, scanSend, now, until, limit)
}

// Save implements schedule.Repository.
func (s Store) Save(ctx context.Context, n schedule.Send, until *time.Time) (bool, error) {
	outcomes, err := json.Marshal(n.Outcomes)
	if err != nil {
		return false, err
	}
	if n.Outcomes == nil {
		outcomes = []byte("[]")
	}
	rows, err := postgres.Exec(ctx, "keep sending", `UPDATE report_sends SET state = $3, next_at = $4, file_name = $5, file_size = $6, outcomes = $7::jsonb, reason = $8, message = $9, finished_at = $10,
		claimed_until = $11, claim = CASE WHEN $11::timestamptz IS NULL THEN NULL ELSE claim END WHERE id = $1 AND claim = $2`,
		n.ID, n.Claim, string(n.State), n.NextAt, n.File, n.Size, string(outcomes), n.Reason, n.Message, n.FinishedAt, until)
	return rows == 1, err
}

// Waits implements schedule.Repository.
func (s Store) Waits(ctx context.Context, id uuid.UUID) (bool, error) {
	found, err := postgres.Query(ctx, "look for a waiting sending", `SELECT EXISTS (SELECT FROM report_sends WHERE schedule_id = $1 AND number > 0 AND state = 'waiting')`,
		func(rows *sql.Rows) (yes bool, err error) { return yes, rows.Scan(&yes) }, id)
	return err == nil && found[0], err
}

// Sends implements schedule.Repository.
func (s Store) Sends(ctx context.Context, id uuid.UUID, limit int) ([]schedule.Send, error) {
	return postgres.Query(ctx, "list sendings", `SELECT `+sendColumns+` FROM report_sends WHERE schedule_id = $1 ORDER BY created_at DESC, id DESC LIMIT $2`, scanSend, id, limit)
}
