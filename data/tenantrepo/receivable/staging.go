package receivable

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

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

// ResolveCustomers implements biz.Staging.
func (Repo) ResolveCustomers(ctx context.Context, create bool, most int, now time.Time, by *uuid.UUID) (made []biz.NewCustomer, left int64, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	if _, err := q.ExecContext(ctx, findCustomers); err != nil {
		return nil, 0, postgres.Map(ctx, err, "find the customers of the file")
	}
	if create {
		if made, err = makeCustomers(ctx, q, most, now, by); err != nil {
			return nil, 0, err
		}
	}
	err = q.QueryRowContext(ctx, unresolved).Scan(&left)
	return made, left, postgres.Map(ctx, err, "count unknown customers")
}

func makeCustomers(ctx context.Context, q scope.Querier, most int, now time.Time, by *uuid.UUID) (made []biz.NewCustomer, err error) {
	var n int
	if err := q.QueryRowContext(ctx, countWanted).Scan(&n); err != nil {
		return nil, postgres.Map(ctx, err, "count new customers")
	}
	if n > most {
		return nil, biz.ErrTooManyNew.With("new_customers", fmt.Sprint(n))
	}
	if n > 0 {
		if made, err = createThem(ctx, q, now, by); err != nil {
			return nil, postgres.Map(ctx, err, "create customers")
		}
	}
	_, err = q.ExecContext(ctx, adoptCustomers)
	return made, postgres.Map(ctx, err, "take over new customers")
}

func createThem(ctx context.Context, q scope.Querier, now time.Time, by *uuid.UUID) ([]biz.NewCustomer, error) {
	rows, err := q.QueryContext(ctx, createCustomers, idPrefix(), now, by)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var made []biz.NewCustomer
	for rows.Next() {
		var c biz.NewCustomer
		if err := rows.Scan(&c.ID, &c.Number, &c.Name); err != nil {
			return nil, err
		}
		made = append(made, c)
	}
	return made, rows.Err()
}

// idPrefix is what the ids that one statement makes have in common: the first 80
// bits of a UUID v7, time and version and some randomness. The row's number fills
// the rest.
func idPrefix() string { return uuid.Must(uuid.NewV7()).String()[:24] }

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
		if _, err := q.ExecContext(ctx, query, to.ImportID); err != nil {
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
