package receivable

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"

	biz "zhuxin/biz/receivable"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
)

// Lock implements biz.Staging.
func (r Repo) Lock(ctx context.Context) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	if _, err := q.ExecContext(ctx, lockImports, "receivable imports "); err != nil {
		return postgres.Map(ctx, err, "wait for other imports")
	}
	var used bool
	if err := q.QueryRowContext(ctx, stagingUsed).Scan(&used); err != nil || !used {
		return postgres.Map(ctx, err, "look at the staging")
	}
	return r.Clear(ctx)
}

// Clear implements biz.Staging.
func (Repo) Clear(ctx context.Context) error {
	return exec(ctx, "empty the staging", clearStaging)
}

func exec(ctx context.Context, doing, query string, args ...any) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, query, args...)
	return postgres.Map(ctx, err, doing)
}

// LedgerTotals implements biz.Staging.
func (Repo) LedgerTotals(ctx context.Context) (map[money.Currency]biz.LedgerTotal, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, ledgerTotals)
	if err != nil {
		return nil, postgres.Map(ctx, err, "sum the ledger")
	}
	defer rows.Close()
	out := map[money.Currency]biz.LedgerTotal{}
	for rows.Next() {
		var c money.Currency
		var t biz.LedgerTotal
		if err := rows.Scan(&c, &t.Rows, &t.Open); err != nil {
			return nil, postgres.Map(ctx, err, "sum the ledger")
		}
		out[c] = t
	}
	return out, postgres.Map(ctx, rows.Err(), "sum the ledger")
}

// Stage implements biz.Staging.
func (Repo) Stage(ctx context.Context, rows iter.Seq2[biz.StagedRow, error]) (int64, error) {
	n, err := scope.CopyIn(ctx, "receivable_staging", stagingColumns, encode(rows))
	return n, postgres.Map(ctx, err, "stage rows")
}

// encode turns rows into the values of stagingColumns. The slice is used again
// for each row; dates are few and kept as the values they are sent as.
func encode(rows iter.Seq2[biz.StagedRow, error]) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		values := make([]any, len(stagingColumns))
		dates := map[calendar.Date]any{0: nil}
		date := func(d calendar.Date) any {
			v, ok := dates[d]
			if !ok {
				v = d.String()
				dates[d] = v
			}
			return v
		}
		for row, err := range rows {
			if err != nil {
				yield(nil, err)
				return
			}
			var name, twice, faults, contract any
			if row.ContractNo != "" {
				contract = row.ContractNo
			}
			clean := any(true)
			if row.FirstOfCustomer {
				name = row.CustomerName
			}
			if row.PerhapsTwice {
				twice = true
			}
			if len(row.Faults) > 0 {
				b, err := json.Marshal(row.Faults)
				if err != nil {
					yield(nil, err)
					return
				}
				clean, faults = nil, string(b)
			}
			customer := row.CustomerNumber
			if row.USCC != "" {
				customer += between + row.USCC
			}
			values[0], values[1], values[2], values[3], values[4], values[5] = row.No, customer, name, row.DocumentNo, date(row.InvoiceDate), date(row.DueDate)
			values[6], values[7], values[8], values[9], values[10], values[11] = int64(row.Amount), int64(row.OpenAmount), clean, twice, faults, contract
			if !yield(values, nil) {
				return
			}
		}
	}
}

// MarkDuplicates implements biz.Staging.
func (Repo) MarkDuplicates(ctx context.Context) (int64, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return 0, err
	}
	res, err := q.ExecContext(ctx, markDuplicates)
	if err != nil {
		return 0, postgres.Map(ctx, err, "mark duplicates")
	}
	return res.RowsAffected()
}

// RefuseApplied implements biz.Staging.
func (Repo) RefuseApplied(ctx context.Context, source string, f biz.Fault) (int64, error) {
	said, err := json.Marshal(f)
	if err != nil {
		return 0, err
	}
	return postgres.Exec(ctx, "refuse void rows", refuseApplied, source, string(said))
}

// Refused implements biz.Staging.
func (Repo) Refused(ctx context.Context, each func(biz.RefusedRow) error) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	rows, err := q.QueryContext(ctx, refusedRows)
	if err != nil {
		return postgres.Map(ctx, err, "read refused rows")
	}
	defer rows.Close()
	for rows.Next() {
		var row biz.RefusedRow
		var faults string
		if err := rows.Scan(&row.No, &faults, &row.CustomerNumber, &row.USCC, &row.DocumentNo, &row.CustomerProblem, &row.KnownUSCC, &row.DuplicateOf); err != nil {
			return postgres.Map(ctx, err, "read refused row")
		}
		if faults != "" {
			if err := json.Unmarshal([]byte(faults), &row.Faults); err != nil {
				return fmt.Errorf("read faults of row %d: %w", row.No, err)
			}
		}
		if err := each(row); err != nil {
			return err
		}
	}
	return postgres.Map(ctx, rows.Err(), "read refused rows")
}

// Accepted implements biz.Staging.
func (Repo) Accepted(ctx context.Context) (t biz.LedgerTotal, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return t, err
	}
	err = q.QueryRowContext(ctx, accepted).Scan(&t.Rows, &t.Open)
	return t, postgres.Map(ctx, err, "sum accepted rows")
}
