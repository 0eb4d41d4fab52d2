package notify

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/notify"
	"zhuxin/data/mailbox"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
)

// Accounts implements biz.Repository; credentials stay sealed.
func (Repo) Accounts(ctx context.Context) ([]biz.AccountState, error) {
	return postgres.Query(ctx, "list channels", `SELECT id, hint, enabled, kinds, version FROM notify_accounts ORDER BY id`, func(r *sql.Rows) (a biz.AccountState, err error) {
		var kinds []byte
		if err = r.Scan(&a.Kind, &a.Hint, &a.Enabled, &kinds, &a.Version); err == nil {
			err = json.Unmarshal(kinds, &a.Kinds)
		}
		return a, err
	})
}

// lastSQL gives for each channel when a message went out last, and the last failure
// if nothing went out since.
const lastSQL = `SELECT x.id, s.sent_at, f.created_at, coalesce(f.trouble, ''), coalesce(f.trouble_text, '') FROM notify_accounts x
	LEFT JOIN LATERAL (SELECT sent_at FROM notify_deliveries WHERE channel = x.id AND state = 'sent' ORDER BY created_at DESC LIMIT 1) s ON true
	LEFT JOIN LATERAL (SELECT created_at, trouble, trouble_text FROM notify_deliveries WHERE channel = x.id AND trouble <> '' ORDER BY created_at DESC LIMIT 1) f
		ON s.sent_at IS NULL OR f.created_at > s.sent_at`

// Last implements biz.Repository.
func (Repo) Last(ctx context.Context) (map[biz.ChannelKind]biz.Last, error) {
	type row struct {
		kind biz.ChannelKind
		last biz.Last
	}
	rows, err := postgres.Query(ctx, "read last deliveries", lastSQL, func(r *sql.Rows) (x row, err error) {
		return x, r.Scan(&x.kind, &x.last.SentAt, &x.last.FailedAt, &x.last.Trouble, &x.last.Reason)
	})
	out := map[biz.ChannelKind]biz.Last{}
	for _, x := range rows {
		out[x.kind] = x.last
	}
	return out, err
}

// place is the row to which a channel's credential is bound.
func place(k biz.ChannelKind) uuid.UUID {
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte("notify_accounts/"+string(k)))
}

// Credential implements biz.Repository.
func (r Repo) Credential(ctx context.Context, k biz.ChannelKind) (map[string]string, error) {
	var sealed []byte
	if err := mailbox.One(ctx, "read channel", `SELECT credential FROM notify_accounts WHERE id = $1`, []any{string(k)}, &sealed); err != nil {
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
	n, err := postgres.Exec(ctx, "save channel", `INSERT INTO notify_accounts (id, credential, hint, enabled, kinds, updated_at, version)
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
	err = mailbox.One(ctx, "read notification settings", `SELECT id, quiet_from, quiet_to, quiet_weekdays, quiet_dates, digest_at FROM notify_settings ORDER BY id DESC LIMIT 1`, nil,
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
	weekdays, dates, err := mailbox.Both(s.QuietWeekdays, s.QuietDates)
	if err != nil {
		return err
	}
	n, err := postgres.Exec(ctx, "save notification settings", `INSERT INTO notify_settings (id, quiet_from, quiet_to, quiet_weekdays, quiet_dates, digest_at, created_at, created_by)
		SELECT $1::bigint + 1, $2, $3, $4, $5, $6, $7, $8 WHERE $1::bigint = coalesce((SELECT max(id) FROM notify_settings), 0) ON CONFLICT DO NOTHING`,
		s.Version, s.QuietFrom, s.QuietTo, weekdays, dates, s.DigestAt, now, by)
	if err == nil && n == 0 {
		return biz.ErrChanged
	}
	return err
}
