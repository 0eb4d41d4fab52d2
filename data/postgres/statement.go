package postgres

import (
	"context"
	"database/sql"

	"zhuxin/tenancy/scope"
)

// Query runs a statement in the transaction of the context and reads each row; doing
// says in a fault what for.
func Query[T any](ctx context.Context, doing, statement string, read func(*sql.Rows) (T, error), args ...any) ([]T, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, statement, args...)
	if err != nil {
		return nil, Map(ctx, err, doing)
	}
	defer func() { _ = rows.Close() }()
	var out []T
	for rows.Next() {
		v, err := read(rows)
		if err != nil {
			return nil, Map(ctx, err, doing)
		}
		out = append(out, v)
	}
	return out, Map(ctx, rows.Err(), doing)
}

// Exec runs a statement in the transaction of the context and says how many rows it
// touched.
func Exec(ctx context.Context, doing, statement string, args ...any) (int64, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return 0, err
	}
	res, err := q.ExecContext(ctx, statement, args...)
	if err != nil {
		return 0, Map(ctx, err, doing)
	}
	return res.RowsAffected()
}
