package crypto

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"zhuxin/shared/personal"
)

var _ personal.Cipher = (*Keys)(nil)

// Seal encrypts a personal field under the owner's key, bound to its place.
func (k *Keys) Seal(ctx context.Context, table, column string, row uuid.UUID, plain string) ([]byte, error) {
	if plain == "" {
		return nil, nil
	}
	ad, err := k.place(ctx, table, column, row)
	if err != nil {
		return nil, err
	}
	key, err := k.field(ctx)
	if err != nil {
		return nil, err
	}
	return key.Encrypt([]byte(plain), ad)
}

// Open decrypts what Seal made; anything else is personal.ErrUnreadable.
func (k *Keys) Open(ctx context.Context, table, column string, row uuid.UUID, sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	ad, err := k.place(ctx, table, column, row)
	if err != nil {
		return "", err
	}
	key, err := k.field(ctx)
	if err != nil {
		return "", err
	}
	plain, err := key.Decrypt(sealed, ad)
	if err != nil {
		return "", personal.ErrUnreadable.Wrap(err)
	}
	return string(plain), nil
}

// place is the associated data of a field. Tables and columns are names of ours
// without a bar, so no two places read the same.
func (k *Keys) place(ctx context.Context, table, column string, row uuid.UUID) ([]byte, error) {
	if table == "" || column == "" || row == uuid.Nil {
		return nil, errors.New("crypto: a personal field needs its table, column and row")
	}
	owner, err := k.owner(ctx)
	if err != nil {
		return nil, err
	}
	return []byte(owner + "|" + table + "|" + column + "|" + row.String()), nil
}
