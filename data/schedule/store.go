// Package schedule keeps the schedules of reports and their sendings: the port of
// shared/schedule in SQL, on the tables of the running transaction's side. It owns
// report_schedules and report_sends.
package schedule

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/schedule"
	"zhuxin/tenancy/scope"
)

// Store works in the transaction of the context.
type Store struct{ members string }

var _ schedule.Repository = Store{}

// Tenant is the store of a subsidiary; HQ that of HQ.
var (
	Tenant = Store{`SELECT person_id, name, email, roles, status = 'active' FROM hq.v_members ORDER BY name, person_id`}
	HQ     = Store{`SELECT m.person_id, p.name, p.email, m.roles, m.status = 'active' FROM hq.memberships m JOIN hq.persons p ON p.id = m.person_id
		WHERE m.tenant_id IS NULL ORDER BY p.name, m.person_id`}
)

// Members implements schedule.Repository.
func (s Store) Members(ctx context.Context) ([]schedule.Member, error) {
	return postgres.Query(ctx, "read members", s.members, func(rows *sql.Rows) (m schedule.Member, err error) {
		var roles []byte
		if err := rows.Scan(&m.ID, &m.Name, &m.Email, &roles, &m.Active); err != nil {
			return m, err
		}
		return m, json.Unmarshal(roles, &m.Roles)
	})
}

const columns = `x.id, x.version, x.owner_id, x.owner_name, x.spec, x.format, x.lang, x.timing, x.recipients, x.subject, x.send_empty, x.paused, x.since, x.created_at`

func scanSchedule(scan func(...any) error, more ...any) (x schedule.Schedule, err error) {
	var spec, timing []byte
	var people pq.StringArray
	if err := scan(append([]any{&x.ID, &x.Version, &x.OwnerID, &x.OwnerName, &spec, &x.Format, &x.Lang, &timing, &people, &x.Subject, &x.SendEmpty, &x.Paused, &x.Since, &x.CreatedAt}, more...)...); err != nil {
		return x, err
	}
	for _, p := range people {
		id, err := uuid.Parse(p)
		if err != nil {
			return x, err
		}
		x.Recipients = append(x.Recipients, id)
	}
	return x, errors.Join(json.Unmarshal(spec, &x.Spec), json.Unmarshal(timing, &x.Timing))
}

// list has the newest sending beside each schedule.
const list = `SELECT ` + columns + `, (SELECT max(business_date) FROM report_sends n WHERE n.schedule_id = x.id AND n.number = 0),
  coalesce(n.id, '00000000-0000-0000-0000-000000000000'), n.business_date, coalesce(n.number, 0), coalesce(n.state, ''), coalesce(n.outcomes, '[]'), coalesce(n.reason, ''), n.finished_at
FROM report_schedules x LEFT JOIN LATERAL (SELECT * FROM report_sends n WHERE n.schedule_id = x.id ORDER BY n.created_at DESC, n.id DESC LIMIT 1) n ON true
WHERE x.deleted_at IS NULL AND ($1::uuid IS NULL OR x.owner_id = $1) ORDER BY x.created_at DESC, x.id`

// List implements schedule.Repository.
func (s Store) List(ctx context.Context, owner *uuid.UUID) ([]schedule.Schedule, error) {
	var only any
	if owner != nil {
		only = *owner
	}
	return postgres.Query(ctx, "list schedules", list, func(rows *sql.Rows) (schedule.Schedule, error) {
		var last schedule.Send
		var on calendar.Date
		var outcomes []byte
		x, err := scanSchedule(rows.Scan, &on, &last.ID, &last.On, &last.Number, &last.State, &outcomes, &last.Reason, &last.FinishedAt)
		if err != nil {
			return x, err
		}
		if x.LastOn = on; last.ID != uuid.Nil {
			x.Last = &last
		}
		return x, json.Unmarshal(outcomes, &last.Outcomes)
	}, only)
}

// Get implements schedule.Repository.
func (s Store) Get(ctx context.Context, id uuid.UUID) (schedule.Schedule, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return schedule.Schedule{}, err
	}
	x, err := scanSchedule(q.QueryRowContext(ctx, `SELECT `+columns+` FROM report_schedules x WHERE x.id = $1 AND x.deleted_at IS NULL FOR UPDATE`, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return x, schedule.ErrNotFound
	}
	return x, postgres.Map(ctx, err, "read schedule")
}

func values(x schedule.Schedule) ([]any, error) {
	spec, err := json.Marshal(x.Spec)
	if err != nil {
		return nil, err
	}
	timing, err := json.Marshal(x.Timing)
	if err != nil {
		return nil, err
	}
	people := make(pq.StringArray, len(x.Recipients))
	for i, id := range x.Recipients {
		people[i] = id.String()
	}
	return []any{x.ID, string(spec), string(x.Format), string(x.Lang), string(timing), people, x.Subject, x.SendEmpty, x.Paused, x.Since, x.Version}, nil
}

// Insert implements schedule.Repository.
func (s Store) Insert(ctx context.Context, x schedule.Schedule) error {
	args, err := values(x)
	if err != nil {
		return err
	}
	_, err = postgres.Exec(ctx, "store schedule", `INSERT INTO report_schedules (id, spec, format, lang, timing, recipients, subject, send_empty, paused, since, version, owner_id, owner_name, created_at)
		VALUES ($1, $2::jsonb, $3, $4, $5::jsonb, $6::uuid[], $7, $8, $9, $10, $11, $12, $13, $14)`, append(args, x.OwnerID, x.OwnerName, x.CreatedAt)...)
	return err
}

// Update implements schedule.Repository.
func (s Store) Update(ctx context.Context, x schedule.Schedule) error {
	args, err := values(x)
	if err != nil {
		return err
	}
	n, err := postgres.Exec(ctx, "change schedule", `UPDATE report_schedules SET spec = $2::jsonb, format = $3, lang = $4, timing = $5::jsonb, recipients = $6::uuid[], subject = $7, send_empty = $8,
		paused = $9, since = $10, version = version + 1 WHERE id = $1 AND version = $11 AND deleted_at IS NULL`, args...)
	if err == nil && n == 0 {
		err = schedule.ErrChanged
	}
	return err
}

// Delete implements schedule.Repository.
func (s Store) Delete(ctx context.Context, id uuid.UUID, at time.Time) error {
	_, err := postgres.Exec(ctx, "delete schedule", `UPDATE report_schedules SET deleted_at = $2, version = version + 1 WHERE id = $1 AND deleted_at IS NULL`, id, at)
	return err
}
