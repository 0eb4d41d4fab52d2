package feed

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/feed"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/exposure"
)

type rejectJSON struct {
	ID       uuid.UUID       `json:"id"`
	RecordID string          `json:"record_id"`
	Record   json.RawMessage `json:"record"`
	Faults   any             `json:"faults"`
}

// Reject implements biz.Repository.
func (Repo) Reject(ctx context.Context, source string, k biz.Kind, refused []biz.Reject, accepted []string, at time.Time) error {
	if len(refused) > 0 {
		list := make([]rejectJSON, len(refused))
		for i, r := range refused {
			list[i] = rejectJSON{r.ID, r.RecordID, r.Record, r.Faults}
		}
		err := put(ctx, "keep rejects", `INSERT INTO feed_rejects AS f (id, source, feed, record_id, record, faults, first_at, last_at, times)
			SELECT n.id, $3::varchar, $4::varchar, n.record_id, n.record, n.faults, $2, $2, 1
			FROM jsonb_to_recordset($1::jsonb) AS n(id uuid, record_id text, record jsonb, faults jsonb)
			ON CONFLICT (source, feed, record_id) DO UPDATE SET record = excluded.record, faults = excluded.faults, last_at = excluded.last_at, times = f.times + 1`,
			list, at, source, string(k))
		if err != nil {
			return err
		}
	}
	if len(accepted) == 0 {
		return nil
	}
	return exec(ctx, "forget rejects", `DELETE FROM feed_rejects WHERE source = $1 AND feed = $2 AND record_id = ANY($3::text[])`, source, string(k), pq.StringArray(accepted))
}

// Rejects implements biz.Repository.
func (Repo) Rejects(ctx context.Context, source string, k biz.Kind, limit, offset int) (list []biz.Reject, total int64, err error) {
	list, err = postgres.Query(ctx, "list rejects", `SELECT id, source, feed, record_id, record, faults, first_at, last_at, times, count(*) OVER () FROM feed_rejects
		WHERE ($1 = '' OR source = $1) AND ($2 = '' OR feed = $2) ORDER BY last_at DESC, id DESC LIMIT $3 OFFSET $4`, func(rows *sql.Rows) (r biz.Reject, err error) {
		var faults []byte
		if err = rows.Scan(&r.ID, &r.Source, &r.Kind, &r.RecordID, &r.Record, &faults, &r.FirstAt, &r.LastAt, &r.Times, &total); err == nil {
			err = json.Unmarshal(faults, &r.Faults)
		}
		return r, err
	}, source, string(k), limit, offset)
	return list, total, err
}

// refresh numbers what changed. Writers are one at a time, and hold the lock until
// their numbers can be seen: who has read a number has seen all below it.
// $1 now, $2 customers or NULL for all.
var refresh = `
INSERT INTO credit_states AS s (id, seq, limit_kind, limit_amount, exposure, overdue_amount, grade, frozen, changed_at)
SELECT n.id, (SELECT coalesce(max(seq), 0) FROM credit_states) + row_number() OVER (ORDER BY n.id), n.kind, n.bound, n.exposure, n.overdue, n.grade, n.frozen, $1::timestamptz
FROM (
  SELECT a.id, a.limit_kind AS kind, ` + exposure.Bound("a") + ` AS bound,
    ` + exposure.Used("a") + ` AS exposure,
    a.overdue_amount AS overdue, a.grade, a.frozen
  FROM credit_accounts a WHERE $2::uuid[] IS NULL OR a.id = ANY($2::uuid[])
) n LEFT JOIN credit_states o ON o.id = n.id
WHERE (o.limit_kind, o.limit_amount, o.exposure, o.overdue_amount, o.grade, o.frozen) IS DISTINCT FROM (n.kind, n.bound, n.exposure, n.overdue, n.grade, n.frozen)
ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, limit_kind = excluded.limit_kind, limit_amount = excluded.limit_amount, exposure = excluded.exposure,
  overdue_amount = excluded.overdue_amount, grade = excluded.grade, frozen = excluded.frozen, changed_at = excluded.changed_at`

// Refresh implements biz.Repository.
func (Repo) Refresh(ctx context.Context, at time.Time, customers ...uuid.UUID) error {
	if err := exec(ctx, "wait for other credit states", lock, "credit states "); err != nil {
		return err
	}
	var ids any
	if len(customers) > 0 {
		ids = pq.Array(customers)
	}
	return exec(ctx, "refresh credit states", refresh, at, ids)
}

// States implements biz.Repository.
func (Repo) States(ctx context.Context, after int64, onlyOf *uuid.UUID, limit int) ([]biz.CreditState, error) {
	var only any
	if onlyOf != nil {
		only = *onlyOf
	}
	return postgres.Query(ctx, "list credit states", `SELECT s.id, c.number, c.name, coalesce(c.uscc, ''), s.seq, s.limit_kind, s.limit_amount, s.exposure, s.overdue_amount, s.grade, s.frozen, s.changed_at
		FROM credit_states s JOIN customers c ON c.id = s.id WHERE s.seq > $1 AND ($3::uuid IS NULL OR c.salesperson_id = $3) ORDER BY s.seq LIMIT $2`, func(rows *sql.Rows) (s biz.CreditState, err error) {
		return s, rows.Scan(&s.CustomerID, &s.CustomerNumber, &s.CustomerName, &s.USCC, &s.Seq, &s.LimitKind, &s.Limit, &s.Exposure, &s.Overdue, &s.Grade, &s.Frozen, &s.ChangedAt)
	}, after, limit, only)
}
