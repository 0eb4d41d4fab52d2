package creditcheck

import (
	"context"
	"strings"

	biz "zhuxin/biz/creditcheck"
	"zhuxin/data/postgres"
	"zhuxin/tenancy/scope"
)

// Racy is the store without the row lock and without the guard of the update: what
// T8 must notice. It lives in tests only.
type Racy struct{ *Store }

// Load reads without a lock.
func (r Racy) Load(ctx context.Context, groups []biz.Group, _ bool) ([]biz.Loaded, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	statement, args, err := r.loadStatement(ctx, groups, true)
	if err != nil {
		return nil, err
	}
	return load(ctx, q, strings.NewReplacer("FOR NO KEY UPDATE OF a", "", "FOR NO KEY UPDATE", "OFFSET 0").Replace(statement), args, groups)
}

// Save writes without the guard.
func (r Racy) Save(ctx context.Context, b biz.Batch) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	parts, err := r.split(ctx, b)
	if err != nil {
		return err
	}
	for _, p := range parts {
		before, rest, found := strings.Cut(saves[p.shape], "AND a.version = m.version")
		_, after, _ := strings.Cut(rest, "RETURNING a.id")
		statement := before
		if found {
			statement += "RETURNING a.id" + after
		}
		var moved int
		if err := q.QueryRowContext(ctx, statement, p.args...).Scan(&moved); err != nil {
			return postgres.Map(ctx, err, "save decisions", rules...)
		}
	}
	return nil
}
