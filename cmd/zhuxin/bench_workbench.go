package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"zhuxin/biz/todo"
	"zhuxin/cmd/zhuxin/internal/bench"
	todosource "zhuxin/data/query/todo"
	"zhuxin/shared/access"
	"zhuxin/tenancy/scope"
)

// The to-dos of the two persons that B10 compares.
const (
	fewTodos  = 100
	manyTodos = 10_000
)

// seedTodos gives a person n to-dos: a third of them approvals to decide, a third
// customers to rate, a third customers whose code is missing.
var seedTodos = []string{
	`INSERT INTO approvals (id, kind, subject_id, title, facts, submitted_by, submitted_at, status, updated_at, version)
		SELECT gen_random_uuid(), 'rating', gen_random_uuid(), 'bench ' || n, '{}', gen_random_uuid(), now() - make_interval(mins => n), 'pending', now(), 1
		FROM generate_series(1, $1::int / 3) n WHERE $2::uuid IS NOT NULL`,
	// As the engine writes them where no flow says otherwise: one step that runs, with
	// one place for whoever approves.
	`INSERT INTO approval_steps (id, approval_id, position, kind, mode, status, opened_version, opened_at)
		SELECT gen_random_uuid(), id, 1000, 'approve', 'any', 'active', 1, submitted_at FROM approvals WHERE $1::int > 0 AND $2::uuid IS NOT NULL`,
	`INSERT INTO approval_slots (id, approval_id, step_id, role, status)
		SELECT gen_random_uuid(), approval_id, id, 'approver', 'open' FROM approval_steps WHERE $1::int > 0 AND $2::uuid IS NOT NULL`,
	`INSERT INTO customers (id, number, name, uscc, salesperson_id, created_at, updated_at, version)
		SELECT gen_random_uuid(), 'B' || n, 'bench ' || n, CASE WHEN n % 2 = 0 THEN 'B' || lpad(n::text, 17, '0') END, $2, now() - make_interval(mins => n), now() - make_interval(secs => n), 1
		FROM generate_series(1, $1::int - $1::int / 3) n`,
	`INSERT INTO credit_accounts (id, as_of, valid_through) SELECT id, '2000-01-01', '2100-01-01' FROM customers WHERE $1::int > 0 AND salesperson_id = $2`,
}

// workbenchBench is B10: to-dos with their counts, and both kinds of cards.
func workbenchBench(ctx context.Context, b *benchRun) ([]bench.Result, error) {
	few, err := b.bencher(ctx, fewTodos)
	if err != nil {
		return nil, err
	}
	many, err := b.bencher(ctx, manyTodos)
	if err != nil {
		return nil, err
	}
	var found []float64
	var last [2]time.Duration
	for i := range max(b.rounds, 5) + 1 {
		for side, person := range []context.Context{few, many} {
			if last[side], err = b.workbench(person); err != nil {
				return nil, err
			}
		}
		if i > 0 { // the first round warms up
			found = append(found, float64(last[1])/float64(last[0]))
		}
	}
	r := bench.Result{Name: "B10 workbench with 10,000 to-dos", Reference: "the same with 100",
		Detail: map[string]float64{"ms_at_100": float64(last[0].Microseconds()) / 1000, "ms_at_10000": float64(last[1].Microseconds()) / 1000}}
	return []bench.Result{bench.AtMost(r, 1.3, found)}, nil
}

// bencher is a salesperson who also decides, with n to-dos, in a subsidiary of his own.
func (b *benchRun) bencher(ctx context.Context, n int) (context.Context, error) {
	t, bound, err := b.tenant(ctx)
	if err != nil {
		return nil, err
	}
	person := access.Actor{Kind: access.KindPerson, ID: uuid.New(), Name: "bench", TenantID: t.ID, Roles: []access.Role{access.RoleApprover, access.RoleAdministrator}}
	err = b.env.App.Pool.Tenant().InTx(bound, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		for _, statement := range seedTodos {
			if _, err := q.ExecContext(ctx, statement, n, person.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := b.join(ctx, person); err != nil {
		return nil, err
	}
	if err := b.analyze(ctx, t.Schema); err != nil {
		return nil, err
	}
	bound = access.With(bound, person)
	return bound, b.decides(bound, n/3)
}

// join makes the person a member, without which no place in a step is his.
func (b *benchRun) join(ctx context.Context, p access.Actor) error {
	db, err := sql.Open("postgres", b.env.Conf.Postgres.AdminDSN)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(ctx, `INSERT INTO hq.persons (id, email, name, created_at, updated_at) VALUES ($1, $2, $3, now(), now())`, p.ID, p.ID.String()+"@bench.example", p.Name); err != nil {
		return err
	}
	roles, err := json.Marshal(p.Roles)
	if err != nil {
		return err
	}
	_, err = db.ExecContext(ctx, `INSERT INTO hq.memberships (id, person_id, tenant_id, roles, status, created_at, updated_at) VALUES ($1, $2, $3, $4, 'active', now(), now())`,
		uuid.New(), p.ID, p.TenantID, roles)
	return err
}

// decides sees that the approvals are to-dos of the person: a measurement of a list
// that leaves them out says nothing.
func (b *benchRun) decides(person context.Context, n int) error {
	l, err := b.env.App.Todos.List(person, todo.ListInput{})
	if err != nil {
		return err
	}
	for _, c := range l.Counts {
		if c.Kind == todosource.KindDecide && (c.More || c.Total >= int64(n)) {
			return nil
		}
	}
	return fmt.Errorf("of %d approvals to decide the workbench counts %+v", n, l.Counts)
}

// analyze brings a filled schema into the state in which a server has long had it.
func (b *benchRun) analyze(ctx context.Context, schema string) error {
	db, err := sql.Open("postgres", b.env.Conf.Postgres.AdminDSN)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	for _, table := range []string{"approvals", "approval_steps", "approval_slots", "approval_hands", "credit_accounts", "customers"} {
		if _, err := db.ExecContext(ctx, "VACUUM ANALYZE "+pq.QuoteIdentifier(schema)+"."+table); err != nil {
			return err
		}
	}
	return nil
}

// workbench times one look at the page, as the mean of many.
func (b *benchRun) workbench(person context.Context) (time.Duration, error) {
	const looks = 100
	start := time.Now()
	for range looks {
		l, err := b.env.App.Todos.List(person, todo.ListInput{})
		if err != nil {
			return 0, err
		}
		if len(l.Items) < 20 {
			return 0, fmt.Errorf("the workbench shows %d to-dos only", len(l.Items))
		}
		if _, _, err := b.env.App.Credit.Customers.MyCustomers(person, "", 0); err != nil {
			return 0, err
		}
		if _, _, err := b.env.App.Credit.Customers.MyProjects(person, "", 0); err != nil {
			return 0, err
		}
	}
	return time.Since(start) / looks, nil
}
