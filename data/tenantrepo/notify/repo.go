// Package notify keeps news, preferences, channels and deliveries of a tenant: the
// port of biz/notify in SQL. It owns the tables notifications and notify_*.
// Credentials are sealed under the tenant's own keys.
package notify

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/notify"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/personal"
	"zhuxin/tenancy/scope"
)

// Repo implements biz.Repository on the transaction of the context.
type Repo struct{ cipher personal.Cipher }

var _ biz.Repository = Repo{}

// New makes the repository.
func New(c personal.Cipher) Repo { return Repo{c} }

// Tell implements biz.Repository.
func (Repo) Tell(ctx context.Context, list []biz.Notification) error {
	for _, n := range list {
		parts, link, err := both(n.Parts, n.Link)
		if err != nil {
			return err
		}
		if _, err := exec(ctx, "tell news", `INSERT INTO notifications (id, person_id, kind, event_key, parts, link, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (event_key, person_id) DO NOTHING`, n.ID, n.Person, string(n.Kind), n.EventKey, parts, link, n.CreatedAt); err != nil {
			return err
		}
	}
	return nil
}

// Inbox implements biz.Repository.
func (Repo) Inbox(ctx context.Context, person uuid.UUID, unread bool, before *biz.Mark, limit int) ([]biz.Notification, error) {
	m := biz.Mark{At: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), ID: uuid.Max}
	if before != nil {
		m = *before
	}
	return query(ctx, "list news", `SELECT id, person_id, kind, event_key, parts, link, created_at, read_at FROM notifications
		WHERE person_id = $1 AND (NOT $2::boolean OR read_at IS NULL) AND (created_at, id) < ($3, $4) ORDER BY created_at DESC, id DESC LIMIT $5`,
		func(r *sql.Rows) (n biz.Notification, err error) {
			var parts, link []byte
			if err = r.Scan(&n.ID, &n.Person, &n.Kind, &n.EventKey, &parts, &link, &n.CreatedAt, &n.ReadAt); err == nil {
				err = errors.Join(json.Unmarshal(parts, &n.Parts), json.Unmarshal(link, &n.Link))
			}
			return n, err
		}, person, unread, m.At, m.ID, limit)
}

// Unread implements biz.Repository.
func (Repo) Unread(ctx context.Context, person uuid.UUID, most int) (n int, err error) {
	return n, one(ctx, "count unread news", `SELECT count(*) FROM (SELECT FROM notifications WHERE person_id = $1 AND read_at IS NULL LIMIT $2) x`, []any{person, most}, &n)
}

// Read implements biz.Repository.
func (Repo) Read(ctx context.Context, person uuid.UUID, ids []uuid.UUID, now time.Time) (int64, error) {
	return exec(ctx, "mark news read", `UPDATE notifications SET read_at = $3 WHERE person_id = $1 AND read_at IS NULL AND (cardinality($2::uuid[]) = 0 OR id = ANY($2::uuid[]))`,
		person, texts(ids), now)
}

// Wants implements biz.Repository.
func (Repo) Wants(ctx context.Context, people []uuid.UUID) (map[uuid.UUID][]biz.Preference, error) {
	type row struct {
		who uuid.UUID
		p   biz.Preference
	}
	list, err := query(ctx, "read preferences", `SELECT person_id, kind, on_page, outside FROM notify_preferences WHERE person_id = ANY($1::uuid[])`,
		func(r *sql.Rows) (x row, err error) {
			return x, r.Scan(&x.who, &x.p.Kind, &x.p.OnPage, &x.p.Outside)
		}, texts(people))
	out := map[uuid.UUID][]biz.Preference{}
	for _, x := range list {
		out[x.who] = append(out[x.who], x.p)
	}
	return out, err
}

// SavePreferences implements biz.Repository.
func (Repo) SavePreferences(ctx context.Context, p biz.Preferences, now time.Time) error {
	for _, x := range p.Of {
		if _, err := exec(ctx, "save preference", `INSERT INTO notify_preferences (id, person_id, kind, on_page, outside, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (person_id, kind) DO UPDATE SET on_page = excluded.on_page, outside = excluded.outside, updated_at = excluded.updated_at`,
			uuid.Must(uuid.NewV7()), p.Person, string(x.Kind), x.OnPage, string(x.Outside), now); err != nil {
			return err
		}
	}
	return nil
}

// Accounts implements biz.Repository; credentials stay sealed.
func (Repo) Accounts(ctx context.Context) ([]biz.AccountState, error) {
	return query(ctx, "list channels", `SELECT id, hint, enabled, kinds, version FROM notify_accounts ORDER BY id`, func(r *sql.Rows) (a biz.AccountState, err error) {
		var kinds []byte
		if err = r.Scan(&a.Kind, &a.Hint, &a.Enabled, &kinds, &a.Version); err == nil {
			err = json.Unmarshal(kinds, &a.Kinds)
		}
		return a, err
	})
}

// place is the row to which a channel's credential is bound.
func place(k biz.ChannelKind) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte("notify_accounts/"+string(k)))
}

// Credential implements biz.Repository.
func (r Repo) Credential(ctx context.Context, k biz.ChannelKind) (map[string]string, error) {
	var sealed []byte
	if err := one(ctx, "read channel", `SELECT credential FROM notify_accounts WHERE id = $1`, []any{string(k)}, &sealed); err != nil {
		return nil, err
	}
	text, err := r.cipher.Open(ctx, "notify_accounts", "credential", place(k), sealed)
	if err != nil || text == "" {
		return nil, err
	}
	var out map[string]string
	return out, json.Unmarshal([]byte(text), &out)
}

// SaveAccount implements biz.Repository.
func (r Repo) SaveAccount(ctx context.Context, a biz.AccountState, now time.Time) error {
	var sealed []byte
	if len(a.Credential) > 0 {
		text, err := json.Marshal(a.Credential)
		if err != nil {
			return err
		}
		if sealed, err = r.cipher.Seal(ctx, "notify_accounts", "credential", place(a.Kind), string(text)); err != nil {
			return err
		}
	}
	if a.Kinds == nil {
		a.Kinds = []biz.Kind{}
	}
	kinds, err := json.Marshal(a.Kinds)
	if err != nil {
		return err
	}
	n, err := exec(ctx, "save channel", `INSERT INTO notify_accounts (id, credential, hint, enabled, kinds, updated_at, version)
		SELECT $1::text, $2::bytea, $3::text, $4::boolean, $5::jsonb, $6::timestamptz, 1 WHERE $7::bigint = 0 OR EXISTS (SELECT FROM notify_accounts WHERE id = $1::text)
		ON CONFLICT (id) DO UPDATE SET credential = coalesce(excluded.credential, notify_accounts.credential), hint = excluded.hint, enabled = excluded.enabled,
		kinds = excluded.kinds, updated_at = excluded.updated_at, version = notify_accounts.version + 1 WHERE notify_accounts.version = $7::bigint`,
		string(a.Kind), sealed, a.Hint, a.Enabled, string(kinds), now, a.Version)
	if err == nil && n == 0 {
		return biz.ErrChanged
	}
	return err
}

// Settings implements biz.Repository.
func (Repo) Settings(ctx context.Context) (s biz.Settings, err error) {
	var weekdays, dates []byte
	err = one(ctx, "read notification settings", `SELECT id, quiet_from, quiet_to, quiet_weekdays, quiet_dates, digest_at FROM notify_settings ORDER BY id DESC LIMIT 1`, nil,
		&s.Version, &s.QuietFrom, &s.QuietTo, &weekdays, &dates, &s.DigestAt)
	if errors.Is(err, sql.ErrNoRows) {
		return biz.Preset(), nil
	}
	if err != nil {
		return s, err
	}
	return s, errors.Join(json.Unmarshal(weekdays, &s.QuietWeekdays), json.Unmarshal(dates, &s.QuietDates))
}

// SaveSettings implements biz.Repository.
func (Repo) SaveSettings(ctx context.Context, s biz.Settings, by uuid.UUID, now time.Time) error {
	if s.QuietWeekdays == nil {
		s.QuietWeekdays = []time.Weekday{}
	}
	if s.QuietDates == nil {
		s.QuietDates = []calendar.Date{}
	}
	weekdays, dates, err := both(s.QuietWeekdays, s.QuietDates)
	if err != nil {
		return err
	}
	n, err := exec(ctx, "save notification settings", `INSERT INTO notify_settings (id, quiet_from, quiet_to, quiet_weekdays, quiet_dates, digest_at, created_at, created_by)
		SELECT $1::bigint + 1, $2, $3, $4, $5, $6, $7, $8 WHERE $1::bigint = coalesce((SELECT max(id) FROM notify_settings), 0) ON CONFLICT DO NOTHING`,
		s.Version, s.QuietFrom, s.QuietTo, weekdays, dates, s.DigestAt, now, by)
	if err == nil && n == 0 {
		return biz.ErrChanged
	}
	return err
}

func both(a, b any) (string, string, error) {
	x, err := json.Marshal(a)
	if err != nil {
		return "", "", err
	}
	y, err := json.Marshal(b)
	return string(x), string(y), err
}

func texts(ids []uuid.UUID) any {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = id.String()
	}
	return pq.Array(out)
}

func exec(ctx context.Context, what, text string, args ...any) (int64, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return 0, err
	}
	res, err := q.ExecContext(ctx, text, args...)
	if err != nil {
		return 0, postgres.Map(ctx, err, what)
	}
	return res.RowsAffected()
}

func one(ctx context.Context, what, text string, args []any, to ...any) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	err = q.QueryRowContext(ctx, text, args...).Scan(to...)
	if errors.Is(err, sql.ErrNoRows) {
		return err
	}
	return postgres.Map(ctx, err, what)
}

func query[T any](ctx context.Context, what, text string, scan func(*sql.Rows) (T, error), args ...any) ([]T, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, postgres.Map(ctx, err, what)
	}
	defer func() { _ = rows.Close() }()
	var out []T
	for rows.Next() {
		x, err := scan(rows)
		if err != nil {
			return nil, postgres.Map(ctx, err, what)
		}
		out = append(out, x)
	}
	return out, postgres.Map(ctx, rows.Err(), what)
}
