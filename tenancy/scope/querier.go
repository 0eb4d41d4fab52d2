package scope

import (
	"context"
	"database/sql"
	"fmt"
	"iter"

	"github.com/lib/pq"
)

// Querier runs hand-written SQL on the running transaction. Parameters only:
// never build a statement from input.
type Querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Conn gives the running transaction of ctx, or ErrNoScope.
func Conn(ctx context.Context) (Querier, error) {
	r, err := current(ctx)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return nil, fmt.Errorf("%w: no transaction in the context", ErrNoScope)
	}
	return querier{r.tx}, nil
}

// querier hides Commit and Rollback.
type querier struct{ tx *sql.Tx }

func (q querier) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return q.tx.ExecContext(ctx, query, args...)
}

func (q querier) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return q.tx.QueryContext(ctx, query, args...)
}

func (q querier) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return q.tx.QueryRowContext(ctx, query, args...)
}

// CopyIn streams rows into a table of the scope by COPY and gives how many the
// server took. lib/pq reports a refused row only at the end, so nothing is in
// before CopyIn returns without an error; an error of rows stops it.
func CopyIn(ctx context.Context, table string, columns []string, rows iter.Seq2[[]any, error]) (n int64, err error) {
	r, err := current(ctx)
	if err != nil {
		return 0, err
	}
	if r == nil {
		return 0, fmt.Errorf("%w: no transaction in the context", ErrNoScope)
	}
	st, err := r.tx.PrepareContext(ctx, copyStatement(table, columns))
	if err != nil {
		return 0, err
	}
	defer func() {
		if cerr := st.Close(); err == nil {
			err = cerr
		}
	}()
	var sent int64
	for row, rerr := range rows {
		if rerr != nil {
			return 0, rerr
		}
		if _, err := st.ExecContext(ctx, row...); err != nil {
			return 0, err
		}
		sent++
	}
	res, err := st.ExecContext(ctx)
	if err != nil {
		return 0, err
	}
	if n, err = res.RowsAffected(); err == nil && n != sent {
		err = fmt.Errorf("scope: copy into %s: sent %d rows, the server took %d", table, sent, n)
	}
	return n, err
}

func copyStatement(table string, columns []string) string {
	q := "COPY " + pq.QuoteIdentifier(table) + " ("
	for i, c := range columns {
		if i > 0 {
			q += ", "
		}
		q += pq.QuoteIdentifier(c)
	}
	return q + ") FROM STDIN"
}
