// Package mailbox keeps news on people's pages and what they want to hear, of a
// subsidiary's people and of HQ's: the port biz/notify.Mailbox in SQL. It owns the
// tables notifications and notify_preferences, which both sides have alike; whose
// they are is decided by the transaction. It does not own whom news concern.
package mailbox

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
	"zhuxin/shared/paging"
	"zhuxin/tenancy/scope"
)

// Box implements notify.Mailbox on the transaction of the context.
type Box struct{}

var _ biz.Mailbox = Box{}

// Tell implements notify.Mailbox.
func (Box) Tell(ctx context.Context, list []biz.Notification) error {
	for _, n := range list {
		parts, link, err := Both(n.Parts, n.Link)
		if err != nil {
			return err
		}
		if _, err := postgres.Exec(ctx, "tell news", `INSERT INTO notifications (id, person_id, kind, event_key, parts, link, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (event_key, person_id) DO NOTHING`, n.ID, n.Person, string(n.Kind), n.EventKey, parts, link, n.CreatedAt); err != nil {
			return err
		}
	}
	return nil
}

// Inbox implements notify.Mailbox.
func (Box) Inbox(ctx context.Context, in biz.InboxQuery) ([]biz.Notification, error) {
	m := biz.Mark{Key: paging.Key{At: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), ID: uuid.Max}}
	if in.After != nil {
		m = *in.After
	}
	return postgres.Query(ctx, "list news", `SELECT id, person_id, kind, event_key, parts, link, created_at, read_at FROM notifications
		WHERE person_id = $1 AND (NOT $2::boolean OR read_at IS NULL) AND ($3::text = '' OR kind = $3::text)
		AND ((read_at IS NOT NULL) > $4::boolean OR (read_at IS NOT NULL) = $4::boolean AND (created_at, id) < ($5, $6))
		ORDER BY read_at IS NOT NULL, created_at DESC, id DESC LIMIT $7`,
		func(r *sql.Rows) (n biz.Notification, err error) {
			var parts, link []byte
			if err = r.Scan(&n.ID, &n.Person, &n.Kind, &n.EventKey, &parts, &link, &n.CreatedAt, &n.ReadAt); err == nil {
				err = errors.Join(json.Unmarshal(parts, &n.Parts), json.Unmarshal(link, &n.Link))
			}
			return n, err
		}, in.Person, in.Unread, string(in.Kind), m.Read, m.At, m.ID, in.Limit)
}

// Unread implements notify.Mailbox.
func (Box) Unread(ctx context.Context, person uuid.UUID, most int) (n int, err error) {
	return n, One(ctx, "count unread news", `SELECT count(*) FROM (SELECT FROM notifications WHERE person_id = $1 AND read_at IS NULL LIMIT $2) x`, []any{person, most}, &n)
}

// Own implements notify.Mailbox.
func (Box) Own(ctx context.Context, person uuid.UUID, ids []uuid.UUID) error {
	var missing bool
	err := One(ctx, "look for news", `SELECT EXISTS (SELECT FROM unnest($2::uuid[]) i WHERE NOT EXISTS (SELECT FROM notifications n WHERE n.id = i AND n.person_id = $1))`,
		[]any{person, Texts(ids)}, &missing)
	if err == nil && missing {
		return biz.ErrNoNews
	}
	return err
}

// Read implements notify.Mailbox.
func (Box) Read(ctx context.Context, person uuid.UUID, ids []uuid.UUID, now time.Time) (int64, error) {
	return postgres.Exec(ctx, "mark news read", `UPDATE notifications SET read_at = $3 WHERE person_id = $1 AND read_at IS NULL AND (cardinality($2::uuid[]) = 0 OR id = ANY($2::uuid[]))`,
		person, Texts(ids), now)
}

// Wants implements notify.Mailbox.
func (Box) Wants(ctx context.Context, people []uuid.UUID) (map[uuid.UUID][]biz.Preference, error) {
	type row struct {
		who uuid.UUID
		p   biz.Preference
	}
	list, err := postgres.Query(ctx, "read preferences", `SELECT person_id, kind, on_page, outside, sms FROM notify_preferences WHERE person_id = ANY($1::uuid[])`,
		func(r *sql.Rows) (x row, err error) {
			return x, r.Scan(&x.who, &x.p.Kind, &x.p.OnPage, &x.p.Outside, &x.p.SMS)
		}, Texts(people))
	out := map[uuid.UUID][]biz.Preference{}
	for _, x := range list {
		out[x.who] = append(out[x.who], x.p)
	}
	return out, err
}

// SavePreferences implements notify.Mailbox.
func (Box) SavePreferences(ctx context.Context, p biz.Preferences, now time.Time) error {
	for _, x := range p.Of {
		if _, err := postgres.Exec(ctx, "save preference", `INSERT INTO notify_preferences (id, person_id, kind, on_page, outside, updated_at, sms) VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (person_id, kind) DO UPDATE SET on_page = excluded.on_page, outside = excluded.outside, sms = excluded.sms, updated_at = excluded.updated_at`,
			uuid.Must(uuid.NewV7()), p.Person, string(x.Kind), x.OnPage, string(x.Outside), now, x.SMS); err != nil {
			return err
		}
	}
	return nil
}

// Both writes two values as JSON.
func Both(a, b any) (string, string, error) {
	x, err := json.Marshal(a)
	if err != nil {
		return "", "", err
	}
	y, err := json.Marshal(b)
	return string(x), string(y), err
}

// Texts is ids as an array for SQL.
func Texts(ids []uuid.UUID) any {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = id.String()
	}
	return pq.Array(out)
}

// One reads one row; sql.ErrNoRows stays as it is.
func One(ctx context.Context, what, text string, args []any, to ...any) error {
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
