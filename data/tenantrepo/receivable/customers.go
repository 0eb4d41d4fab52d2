package receivable

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/receivable"
	"zhuxin/data/postgres"
	"zhuxin/tenancy/scope"
)

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
