// Package receivable keeps receivables, receipts, and the imports that bring them
// in: the ports of biz/receivable in set-based SQL.
//
// It owns the tables receivables, receipts, receivable_imports, import_mappings
// and the staging. Customers that an import creates are written here as well,
// because they are found and made by one statement each for the whole file; their
// accounts follow by biz/exposure.
package receivable

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/receivable"
	"zhuxin/shared/uow"
	"zhuxin/tenancy/scope"
)

// Repo implements biz.Reader and biz.Staging on the transaction of the context.
type Repo struct{}

// Runs implements biz.Runs on the transaction of the context.
type Runs struct{}

var (
	_ biz.Reader        = Repo{}
	_ biz.Staging       = Repo{}
	_ biz.Runs          = Runs{}
	_ biz.ReceiptLedger = Receipts{}
)

// New makes the repository.
func New() Repo { return Repo{} }

// longest bounds one statement of an import, and how long it waits for the
// tenant's other imports.
const longest = 20 * time.Minute

// Long is the unit of work of an import: the tenant's, with time for a million rows.
func Long(pool *scope.Pool) uow.Tenant { return long{pool.Tenant()} }

type long struct{ tx uow.Tenant }

func (l long) InTx(ctx context.Context, fn func(context.Context) error) error {
	return l.tx.InTx(scope.WithTxOptions(ctx, scope.TxOptions{StatementTimeout: longest, LockTimeout: longest}), fn)
}

func uuidArray(ids []uuid.UUID) pq.StringArray {
	out := make(pq.StringArray, len(ids))
	for i, id := range ids {
		out[i] = id.String()
	}
	return out
}

// list reads a column of ids.
func list(ctx context.Context, q scope.Querier, query string, args ...any) ([]uuid.UUID, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []uuid.UUID
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}
