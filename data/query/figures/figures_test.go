package figures_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"zhuxin/data/query/figures"
	"zhuxin/shared/report"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

var table = figures.Table{From: `customer_figures f`, Basis: `0`, Customers: `count(*)`, Unknown: `0`,
	Conditions: map[figures.Column]string{figures.Customer: `f.customer_id`},
	Subjects:   map[report.Dimension]figures.Subject{report.ByCustomer: {ID: `f.customer_id`, Name: `''::text`, Detail: `''::text`}}}

func TestOtherTenant(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	id := uuid.New()
	err := env.Pool.Tenant().InTx(env.CtxA(t), func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		_, err = q.ExecContext(ctx, `INSERT INTO customer_figures VALUES ($1, date '2026-01-31', 'books', 1, 2, 3, 4, 5, 5, 0, 0, 0, 0, 0, 0, 0, 0, NULL, NULL)`, id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range []report.Filter{{}, {CustomerID: id}} {
		tenancytest.OtherSeesNothing(t, env, func(ctx context.Context) (int, error) {
			s, err := table.Series(ctx, f)
			return len(s), err
		})
		tenancytest.OtherSeesNothing(t, env, func(ctx context.Context) (int, error) {
			rows, _, err := table.Children(ctx, f, report.ChildQuery{By: report.ByCustomer, Over: report.Period{First: 20_454, End: 20_484}, Order: report.ByReceivable, Limit: 5})
			return len(rows), err
		})
	}
	if _, err := table.Series(env.CtxA(t), report.Filter{}); !errors.Is(err, scope.ErrNoScope) {
		t.Errorf("outside a unit of work: %v", err)
	}
}
