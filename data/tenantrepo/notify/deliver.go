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
	"zhuxin/shared/paging"
)

// Enqueue implements biz.Repository.
func (Repo) Enqueue(ctx context.Context, list []biz.Delivery) error {
	for _, d := range list {
		if d.Params == nil {
			d.Params = []biz.Param{}
		}
		link, params, err := mailbox.Both(d.Link, d.Params)
		if err != nil {
			return err
		}
		if _, err := postgres.Exec(ctx, "queue delivery", `INSERT INTO notify_deliveries (id, event_key, audience, recipient, channel, kind, title, body, link, template, params, digest,
			state, next_at, created_at, letter_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'queued', $13, $14, $15)
			ON CONFLICT (event_key, audience, recipient, channel) DO NOTHING`, d.ID, d.EventKey, string(d.Audience), d.Recipient, string(d.Channel), string(d.Kind),
			d.Title, d.Text, link, d.Template, params, d.Digest, d.NextAt, d.CreatedAt, uuid.NullUUID{UUID: d.LetterID, Valid: d.LetterID != uuid.Nil}); err != nil {
			return err
		}
	}
	return nil
}

const columns = `d.id, d.event_key, d.audience, d.recipient, d.channel, d.kind, d.title, d.body, d.link, d.template, d.params, d.digest, d.state, d.attempts, d.next_at,
	d.trouble, d.trouble_code, d.trouble_text, d.receipt, d.created_at, d.sent_at, d.letter_id`

// Claim implements biz.Repository. Two workers never get the same delivery: the
// rows of the other are skipped, and a claim lasts longer than its sending.
func (Repo) Claim(ctx context.Context, now, until time.Time, limit int) ([]biz.Delivery, error) {
	return postgres.Query(ctx, "claim deliveries", `WITH due AS (
			SELECT id, claimed_until IS NOT NULL AS lost FROM notify_deliveries
			WHERE state IN ('queued', 'failed') AND next_at <= $1 AND (claimed_until IS NULL OR claimed_until <= $1)
			ORDER BY next_at, id LIMIT $3 FOR UPDATE SKIP LOCKED)
		UPDATE notify_deliveries d SET claimed_until = $2, attempts = d.attempts + 1 FROM due WHERE d.id = due.id RETURNING due.lost, `+columns,
		func(r *sql.Rows) (biz.Delivery, error) {
			var lost bool
			d, err := scan(r, &lost)
			d.Lost = lost
			return d, err
		}, now, until, limit)
}

func scan(r *sql.Rows, before ...any) (d biz.Delivery, err error) {
	var link, params []byte
	var letter uuid.NullUUID
	err = r.Scan(append(before, &d.ID, &d.EventKey, &d.Audience, &d.Recipient, &d.Channel, &d.Kind, &d.Title, &d.Text, &link, &d.Template, &params, &d.Digest,
		&d.State, &d.Attempts, &d.NextAt, &d.Trouble, &d.Code, &d.Reason, &d.Receipt, &d.CreatedAt, &d.SentAt, &letter)...)
	d.LetterID = letter.UUID
	if err == nil {
		err = errors.Join(json.Unmarshal(link, &d.Link), json.Unmarshal(params, &d.Params))
	}
	return d, err
}

// Finish implements biz.Repository.
func (Repo) Finish(ctx context.Context, list []biz.Delivery) error {
	for _, d := range list {
		if _, err := postgres.Exec(ctx, "end delivery", `UPDATE notify_deliveries SET state = $2, next_at = $3, claimed_until = NULL, trouble = $4, trouble_code = $5, trouble_text = $6,
			receipt = $7, sent_at = $8 WHERE id = $1 AND state IN ('queued', 'failed')`,
			d.ID, string(d.State), d.NextAt, string(d.Trouble), d.Code, d.Reason, d.Receipt, d.SentAt); err != nil {
			return err
		}
	}
	return nil
}

// Deliveries implements biz.Repository.
func (Repo) Deliveries(ctx context.Context, q biz.DeliveryQuery) ([]biz.Delivery, error) {
	after := paging.Key{At: time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), ID: uuid.Max}
	if q.After != nil {
		after = *q.After
	}
	return postgres.Query(ctx, "list deliveries", `SELECT coalesce(c.name, m.name, ''), `+columns+` FROM notify_deliveries d
		LEFT JOIN customers c ON d.audience = 'customer' AND c.id = d.recipient
		LEFT JOIN LATERAL (SELECT name FROM hq.v_members v WHERE d.audience = 'person' AND v.person_id = d.recipient LIMIT 1) m ON true
		WHERE ($1::text = '' OR d.state = $1::text) AND ($2::text = '' OR d.channel = $2::text) AND ($3::text = '' OR d.audience = $3::text)
		AND ($4::uuid = $5::uuid OR d.audience = 'customer' AND d.recipient = $4::uuid) AND (d.created_at, d.id) < ($6, $7)
		ORDER BY d.created_at DESC, d.id DESC LIMIT $8`, func(r *sql.Rows) (biz.Delivery, error) {
		var name string
		d, err := scan(r, &name)
		d.Name = name
		return d, err
	}, string(q.State), string(q.Channel), string(q.Audience), q.Customer, uuid.Nil, after.At, after.ID, q.Limit)
}

// Delivery implements biz.Repository.
func (Repo) Delivery(ctx context.Context, id uuid.UUID) (d biz.Delivery, err error) {
	list, err := postgres.Query(ctx, "read delivery", `SELECT `+columns+` FROM notify_deliveries d WHERE d.id = $1 FOR UPDATE`, func(r *sql.Rows) (biz.Delivery, error) { return scan(r) }, id)
	if err != nil {
		return d, err
	}
	if len(list) == 0 {
		return d, biz.ErrNoDelivery
	}
	return list[0], nil
}

// Requeue implements biz.Repository.
func (Repo) Requeue(ctx context.Context, id uuid.UUID, at time.Time) error {
	n, err := postgres.Exec(ctx, "queue delivery again", `UPDATE notify_deliveries SET state = 'queued', attempts = 0, next_at = $2
		WHERE id = $1 AND (state = 'failed' OR state = 'gave_up') AND claimed_until IS NULL`, id, at)
	if err == nil && n == 0 {
		return biz.ErrNotFailed
	}
	return err
}

// Contact implements biz.Repository. A member who left has none, and a customer what
// is known of his contact.
func (r Repo) Contact(ctx context.Context, to biz.Audience, id uuid.UUID) (c biz.Recipient, err error) {
	switch to {
	case biz.ToPerson:
		err = mailbox.One(ctx, "read member", `SELECT name, email FROM hq.v_members WHERE person_id = $1 AND status = 'active' LIMIT 1`, []any{id}, &c.Name, &c.Email)
		if err == nil {
			c.Phone, err = r.phone(ctx, id)
		}
	case biz.ToCustomer:
		var phone, email []byte
		err = mailbox.One(ctx, "read contact", `SELECT contact_name, contact_phone_enc, contact_email_enc FROM customers WHERE id = $1`, []any{id}, &c.Name, &phone, &email)
		if err == nil {
			c.Phone, err = r.cipher.Open(ctx, "customers", "contact_phone_enc", id, phone)
		}
		if err == nil {
			c.Email, err = r.cipher.Open(ctx, "customers", "contact_email_enc", id, email)
		}
	}
	if errors.Is(err, sql.ErrNoRows) {
		return biz.Recipient{}, nil
	}
	return c, err
}
