package dunning

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"

	"github.com/google/uuid"

	biz "zhuxin/biz/dunning"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/scope"
)

// letterSQL gives letters with the level of the rule that wrote them and what became
// of their messages; $1 is today, for pauses.
const letterSQL = `SELECT l.id, l.customer_id, c.number, c.name, c.contact_email_enc IS NOT NULL, c.contact_phone_enc IS NOT NULL,
		EXISTS (SELECT FROM dunning_pauses p WHERE p.customer_id = c.id AND p.ended_at IS NULL AND $1::date BETWEEN p.starts_on AND p.ends_on),
		coalesce(v.level, '{}'), r.payment_text, l.level, l.written_on, l.currency, l.overdue, l.upcoming, l.credits, l.disputed, l.items, d.state, l.created_at
	FROM dunning_letters l JOIN customers c ON c.id = l.customer_id JOIN dunning_rules r ON r.id = l.rule
	LEFT JOIN LATERAL (SELECT x AS level FROM jsonb_array_elements(r.levels) x WHERE (x->>'days')::bigint = l.level LIMIT 1) v ON true
	CROSS JOIN LATERAL (SELECT CASE WHEN count(*) = 0 THEN 'no_address' WHEN bool_or(n.state = 'sent') THEN 'sent'
			WHEN bool_or(n.state <> 'gave_up') THEN 'waiting' ELSE 'failed' END AS state
		FROM notify_deliveries n WHERE n.event_key = 'dunning:' || l.id::text AND n.audience = 'customer') d
	WHERE ($2::uuid IS NULL OR c.salesperson_id = $2::uuid)`

var escapeLike = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// Letters implements biz.Repository.
func (Repo) Letters(ctx context.Context, in biz.LetterQuery) (out []biz.Record, total int64, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	rows, err := q.QueryContext(ctx, `WITH seen AS (`+letterSQL+` AND ($3::uuid = $4::uuid OR l.customer_id = $3::uuid)
			AND ($5::text = '' OR d.state = $5::text) AND ($6::text = '' OR c.name LIKE '%' || $6 || '%' OR c.number LIKE $6 || '%'))
		SELECT *, count(*) OVER () FROM seen ORDER BY written_on DESC, created_at DESC, id DESC LIMIT $7 OFFSET $8`,
		nil, in.OnlyOf, in.Customer, uuid.Nil, string(in.State), escapeLike.Replace(in.Text), in.Limit, in.Offset)
	if err != nil {
		return nil, 0, postgres.Map(ctx, err, "list dunning letters")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		w, err := scanLetter(rows.Scan, &total)
		if err != nil {
			return nil, 0, postgres.Map(ctx, err, "list dunning letters")
		}
		w.Items = nil
		out = append(out, w)
	}
	return out, total, postgres.Map(ctx, rows.Err(), "list dunning letters")
}

// Letter implements biz.Repository.
func (Repo) Letter(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID, today calendar.Date) (w biz.Record, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return w, err
	}
	w, err = scanLetter(q.QueryRowContext(ctx, letterSQL+` AND l.id = $3`, today, onlyOf, id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return w, biz.ErrNotFound
	}
	if err != nil {
		return w, postgres.Map(ctx, err, "read dunning letter")
	}
	rows, err := q.QueryContext(ctx, `SELECT channel, state, trouble, trouble_text, coalesce(sent_at, created_at) FROM notify_deliveries
		WHERE event_key = 'dunning:' || $1::text AND audience = 'customer' ORDER BY channel`, id.String())
	if err != nil {
		return w, postgres.Map(ctx, err, "read the letter's messages")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var s biz.Sending
		if err := rows.Scan(&s.Channel, &s.State, &s.Trouble, &s.Reason, &s.At); err != nil {
			return w, postgres.Map(ctx, err, "read the letter's messages")
		}
		w.Sendings = append(w.Sendings, s)
	}
	return w, postgres.Map(ctx, rows.Err(), "read the letter's messages")
}

func scanLetter(scan func(...any) error, more ...any) (w biz.Record, err error) {
	var level, items []byte
	var created sql.NullTime
	a := &w.Account
	err = scan(append([]any{&w.ID, &a.Customer, &a.Number, &a.Name, &a.HasEmail, &a.HasPhone, &a.Paused, &level, &w.PaymentText, &w.Level.Days, &w.On, &w.Currency,
		&w.Overdue, &w.Upcoming, &w.Credits, &w.Disputed, &items, &w.State, &created}, more...)...)
	if err == nil {
		err = errors.Join(json.Unmarshal(level, &w.Level), json.Unmarshal(items, &w.Items))
	}
	return w, err
}
