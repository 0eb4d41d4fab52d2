package directory

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/shared/directory"
)

type people struct{}

func (people) Get(ctx context.Context, id uuid.UUID) (directory.Person, error) {
	return one(ctx, directory.ErrPersonNotFound, "read person", func(r scanner) (p directory.Person, err error) {
		err = r.Scan(&p.ID, &p.Email, &p.EmailVerified, &p.Name)
		return p, err
	}, `SELECT id, email, email_verified, name FROM persons WHERE id = $1`, id)
}

// Put parks the address of who had it before under a name that nobody can write:
// the identity server says who has it now, and e-mail is unique here.
func (people) Put(ctx context.Context, p directory.Person) error {
	_, err := run(ctx, "park address", nil, `
		UPDATE persons SET email = 'former:' || id, email_verified = false, updated_at = now() WHERE email = $1 AND id <> $2`, p.Email, p.ID)
	if err != nil {
		return err
	}
	_, err = run(ctx, "write person", nil, `
		INSERT INTO persons (id, email, email_verified, name, created_at, updated_at) VALUES ($1, $2, $3, $4, now(), now())
		ON CONFLICT (id) DO UPDATE SET email = excluded.email, email_verified = excluded.email_verified, name = excluded.name, updated_at = now()
		WHERE (persons.email, persons.email_verified, persons.name) IS DISTINCT FROM (excluded.email, excluded.email_verified, excluded.name)`,
		p.ID, p.Email, p.EmailVerified, p.Name)
	return err
}
