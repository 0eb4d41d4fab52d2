package notify

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/google/uuid"

	"zhuxin/data/mailbox"
	"zhuxin/data/postgres"
	"zhuxin/shared/personal"
)

// Phones implements biz.Repository.
func (Repo) Phones(ctx context.Context, people []uuid.UUID) (map[uuid.UUID]string, error) {
	type row struct {
		id   uuid.UUID
		mask string
	}
	rows, err := postgres.Query(ctx, "read phones", `SELECT id, masked FROM notify_phones WHERE id = ANY($1::uuid[])`, func(r *sql.Rows) (x row, err error) {
		return x, r.Scan(&x.id, &x.mask)
	}, mailbox.Texts(people))
	out := map[uuid.UUID]string{}
	for _, x := range rows {
		out[x.id] = x.mask
	}
	return out, err
}

// SavePhone implements biz.Repository.
func (r Repo) SavePhone(ctx context.Context, person uuid.UUID, phone string, now time.Time) error {
	if phone == "" {
		_, err := postgres.Exec(ctx, "forget phone", `DELETE FROM notify_phones WHERE id = $1`, person)
		return err
	}
	sealed, err := r.cipher.Seal(ctx, "notify_phones", "phone_enc", person, phone)
	if err != nil {
		return err
	}
	_, err = postgres.Exec(ctx, "save phone", `INSERT INTO notify_phones (id, phone_enc, masked, updated_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET phone_enc = excluded.phone_enc, masked = excluded.masked, updated_at = excluded.updated_at`, person, sealed, personal.MaskPhone(phone), now)
	return err
}

// phone opens a person's number; empty without one.
func (r Repo) phone(ctx context.Context, person uuid.UUID) (string, error) {
	var sealed []byte
	err := mailbox.One(ctx, "read phone", `SELECT phone_enc FROM notify_phones WHERE id = $1`, []any{person}, &sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return r.cipher.Open(ctx, "notify_phones", "phone_enc", person, sealed)
}
