package receivable

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/receivable"
	"zhuxin/data/postgres"
	"zhuxin/tenancy/scope"
)

// Compare implements biz.Staging. A source that is not in the ledger yet needs no look.
func (Repo) Compare(ctx context.Context, to biz.Target, accepted biz.LedgerTotal) (c biz.Comparison, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return c, err
	}
	var there bool
	if err := q.QueryRowContext(ctx, hasSource, to.Source).Scan(&there); err != nil {
		return c, postgres.Map(ctx, err, "look for the source")
	}
	if !there {
		return biz.Comparison{New: accepted.Rows, OpenOfNew: accepted.Open}, nil
	}
	var all int64
	err = q.QueryRowContext(ctx, compare, to.Source, to.Currency, to.ImportID, to.Now, to.AppliedHere).Scan(&c.New, &c.Changed, &c.OpenOfNew, &c.Delta, &all)
	c.Unchanged = all - c.New - c.Changed
	return c, postgres.Map(ctx, err, "compare with the ledger")
}

// Merge implements biz.Staging.
func (Repo) Merge(ctx context.Context, to biz.Target, c biz.Comparison) (m biz.Merged, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return m, err
	}
	var former []uuid.UUID
	if c.Changed > 0 {
		if m.Updated, former, err = change(ctx, q, to); err != nil {
			return m, postgres.Map(ctx, err, "update receivables")
		}
	}
	statement, customers, args := insert, stagedCustomers, []any{}
	if c.Changed+c.Unchanged > 0 {
		statement, customers, args = insert+butNew, touched, []any{to.ImportID}
	}
	if c.New > 0 {
		res, err := q.ExecContext(ctx, statement, to.Source, to.Currency, to.ImportID, to.Now, idPrefix())
		if err != nil {
			return m, postgres.Map(ctx, err, "insert receivables")
		}
		if m.Inserted, err = res.RowsAffected(); err != nil {
			return m, err
		}
	}
	if c.New+c.Changed == 0 {
		return m, nil
	}
	ids, err := list(ctx, q, customers, args...)
	m.Touched = append(ids, former...)
	return m, postgres.Map(ctx, err, "list touched customers")
}

func change(ctx context.Context, q scope.Querier, to biz.Target) (n int64, former []uuid.UUID, err error) {
	var ids pq.StringArray
	if err := q.QueryRowContext(ctx, update, to.Source, to.Currency, to.ImportID, to.Now, to.AppliedHere).Scan(&n, &ids); err != nil {
		return 0, nil, err
	}
	for _, query := range []string{unbill, uninvoice} {
		if _, err := q.ExecContext(ctx, query, to.ImportID, to.Now); err != nil {
			return 0, nil, err
		}
	}
	for _, s := range ids {
		id, err := uuid.Parse(s)
		if err != nil {
			return 0, nil, err
		}
		former = append(former, id)
	}
	return n, former, nil
}

// Trial implements biz.Staging.
func (Repo) Trial(ctx context.Context, fn func(ctx context.Context) error) error {
	if err := exec(ctx, "begin a trial", `SAVEPOINT trial`); err != nil {
		return err
	}
	ferr := fn(ctx)
	return errors.Join(ferr, exec(ctx, "undo a trial", `ROLLBACK TO SAVEPOINT trial`))
}
