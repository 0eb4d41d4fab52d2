// Package groupcap stores HQ's caps, the subsidiaries' quotas and the requests to
// move them: the implementation of shared/groupcap.Repo on the transaction of HQ's
// scope. What subsidiaries use comes from the projected customers.
package groupcap

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"zhuxin/data/postgres"
	"zhuxin/shared/groupcap"
	"zhuxin/shared/money"
	"zhuxin/tenancy/scope"
)

// Repo works in the transaction of the context.
type Repo struct{}

var _ groupcap.Repo = Repo{}

var rules = []postgres.Rule{
	postgres.On("group_cap_members_uscc_key", groupcap.ErrMember),
	postgres.On("quota_one_open_move", groupcap.ErrMoveOpen),
}

const (
	capColumns = `SELECT g.id, g.name, g.currency, g.amount, g.free_move, g.note, g.updated_at, g.version,
		(SELECT coalesce(sum(m.amount), 0) FROM hq.quota_moves m WHERE m.cap_id = g.id AND m.status = 'lent')::bigint
		FROM hq.group_caps g`
	found = ` WHERE ($1::uuid[] IS NULL OR g.id = ANY($1::uuid[])) AND ($2::text = '' OR g.name ILIKE $2::text
		OR EXISTS (SELECT FROM hq.group_cap_members m WHERE m.cap_id = g.id AND (m.uscc ILIKE $2::text OR m.company_name ILIKE $2::text)))`
	membersSQL = `SELECT cap_id, uscc, company_name FROM hq.group_cap_members WHERE cap_id = ANY($1::uuid[]) ORDER BY cap_id, uscc`
	// What a subsidiary has paid in advance does not make room, as in the order check.
	quotasSQL = `SELECT g.id, t.id, t.short_name, t.slug, coalesce(q.amount, 0), coalesce(q.committed, 0), coalesce(u.used, 0), coalesce(u.limits, 0), u.as_of
		FROM hq.group_caps g JOIN hq.tenants t ON t.currency = g.currency
		LEFT JOIN hq.group_quota q ON q.cap_id = g.id AND q.tenant_id = t.id
		LEFT JOIN LATERAL (SELECT sum(greatest(r.receivable + r.reserved, 0))::bigint AS used, sum(r.limit_amount)::bigint AS limits, min(r.as_of) AS as_of
			FROM hq.group_cap_members m JOIN hq.rollup_customers r ON r.uscc = m.uscc AND r.tenant_id = t.id WHERE m.cap_id = g.id) u ON true
		WHERE g.id = ANY($1::uuid[]) AND (q.id IS NOT NULL OR u.used IS NOT NULL) ORDER BY g.id, coalesce(q.amount, 0) DESC, t.short_name, t.id`
)

// List implements groupcap.Repo.
func (Repo) List(ctx context.Context, in groupcap.Query) (out []groupcap.Cap, total int64, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	args := []any{any(nil), ""}
	if in.IDs != nil {
		args[0] = pq.Array(in.IDs)
	}
	if in.Text != "" {
		args[1] = "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(in.Text) + "%"
	}
	if err := q.QueryRowContext(ctx, `SELECT count(*) FROM hq.group_caps g`+found, args...).Scan(&total); err != nil {
		return nil, 0, postgres.Map(ctx, err, "count group caps")
	}
	page := ` ORDER BY g.name, g.id`
	if in.Limit > 0 {
		page, args = page+` LIMIT $3 OFFSET $4`, append(args, in.Limit, in.Offset)
	}
	out, err = caps(ctx, q, capColumns+found+page, args...)
	return out, total, err
}

// Get implements groupcap.Repo.
func (Repo) Get(ctx context.Context, id uuid.UUID) (groupcap.Cap, error) {
	return one(ctx, capColumns+` WHERE g.id = $1`, id)
}

// Lock implements groupcap.Repo.
func (Repo) Lock(ctx context.Context, id uuid.UUID) (groupcap.Cap, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return groupcap.Cap{}, err
	}
	// The rows under the cap are read after the lock, in statements of their own.
	if _, err := q.ExecContext(ctx, `SELECT id FROM hq.group_caps WHERE id = $1 FOR UPDATE`, id); err != nil {
		return groupcap.Cap{}, postgres.Map(ctx, err, "lock group cap")
	}
	return one(ctx, capColumns+` WHERE g.id = $1`, id)
}

func one(ctx context.Context, query string, id uuid.UUID) (groupcap.Cap, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return groupcap.Cap{}, err
	}
	found, err := caps(ctx, q, query, id)
	if err == nil && len(found) == 0 {
		err = groupcap.ErrNotFound
	}
	if err != nil {
		return groupcap.Cap{}, err
	}
	return found[0], nil
}

// caps reads caps with their companies and quotas, in three statements.
func caps(ctx context.Context, q scope.Querier, query string, args ...any) ([]groupcap.Cap, error) {
	var out []groupcap.Cap
	at := map[uuid.UUID]int{}
	err := each(ctx, q, query, args, func(scan func(...any) error) error {
		var c groupcap.Cap
		if err := scan(&c.ID, &c.Name, &c.Currency, &c.Amount, &c.FreeMove, &c.Note, &c.UpdatedAt, &c.Version, &c.Lent); err != nil {
			return err
		}
		at[c.ID] = len(out)
		out = append(out, c)
		return nil
	})
	if err != nil || len(out) == 0 {
		return out, err
	}
	ids := make([]uuid.UUID, len(out))
	for i, c := range out {
		ids[i] = c.ID
	}
	err = each(ctx, q, membersSQL, []any{pq.Array(ids)}, func(scan func(...any) error) error {
		var id uuid.UUID
		var m groupcap.Member
		if err := scan(&id, &m.USCC, &m.Name); err != nil {
			return err
		}
		out[at[id]].Members = append(out[at[id]].Members, m)
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = each(ctx, q, quotasSQL, []any{pq.Array(ids)}, func(scan func(...any) error) error {
		var id uuid.UUID
		var t groupcap.Quota
		if err := scan(&id, &t.TenantID, &t.Tenant, &t.Slug, &t.Amount, &t.Committed, &t.Used, &t.Limits, &t.AsOf); err != nil {
			return err
		}
		out[at[id]].Quotas = append(out[at[id]].Quotas, t)
		return nil
	})
	return out, err
}

func each(ctx context.Context, q scope.Querier, query string, args []any, row func(scan func(...any) error) error) error {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return postgres.Map(ctx, err, "read group caps")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := row(rows.Scan); err != nil {
			return postgres.Map(ctx, err, "read group caps")
		}
	}
	return postgres.Map(ctx, rows.Err(), "read group caps")
}

// Put implements groupcap.Repo.
func (Repo) Put(ctx context.Context, c groupcap.Cap, by uuid.UUID) error {
	codes, names := make([]string, len(c.Members)), make([]string, len(c.Members))
	for i, m := range c.Members {
		codes[i], names[i] = string(m.USCC), m.Name
	}
	return execute(ctx,
		stmt{`INSERT INTO hq.group_caps (id, name, currency, amount, free_move, note, created_by, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, now(), now())
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, amount = excluded.amount, free_move = excluded.free_move, note = excluded.note, updated_at = excluded.updated_at`,
			[]any{c.ID, c.Name, string(c.Currency), int64(c.Amount), int64(c.FreeMove), c.Note, by}},
		stmt{`DELETE FROM hq.group_cap_members WHERE cap_id = $1 AND uscc <> ALL($2::text[])`, []any{c.ID, pq.StringArray(codes)}},
		stmt{`UPDATE hq.group_cap_members m SET company_name = n.name FROM unnest($2::text[], $3::text[]) AS n (uscc, name) WHERE m.cap_id = $1 AND m.uscc = n.uscc`,
			[]any{c.ID, pq.StringArray(codes), pq.StringArray(names)}},
		stmt{`INSERT INTO hq.group_cap_members (id, cap_id, uscc, company_name) SELECT gen_random_uuid(), $1, n.uscc, n.name FROM unnest($2::text[], $3::text[]) AS n (uscc, name)
			WHERE NOT EXISTS (SELECT FROM hq.group_cap_members m WHERE m.cap_id = $1 AND m.uscc = n.uscc)`, []any{c.ID, pq.StringArray(codes), pq.StringArray(names)}})
}

// PutQuota implements groupcap.Repo.
func (Repo) PutQuota(ctx context.Context, capID uuid.UUID, t groupcap.Quota) error {
	return execute(ctx, stmt{`INSERT INTO hq.group_quota (id, cap_id, tenant_id, amount, committed) VALUES (gen_random_uuid(), $1, $2, $3, $4)
		ON CONFLICT (cap_id, tenant_id) DO UPDATE SET amount = excluded.amount, committed = excluded.committed`,
		[]any{capID, t.TenantID, int64(t.Amount), int64(t.Committed)}})
}

// Touch implements groupcap.Repo.
func (Repo) Touch(ctx context.Context, id uuid.UUID, version int64) error {
	return execute(ctx, stmt{`UPDATE hq.group_caps SET version = $2, updated_at = now() WHERE id = $1`, []any{id, version}})
}

// Delete implements groupcap.Repo.
func (Repo) Delete(ctx context.Context, id uuid.UUID) error {
	return execute(ctx, stmt{`DELETE FROM hq.quota_moves WHERE cap_id = $1`, []any{id}}, stmt{`DELETE FROM hq.group_quota WHERE cap_id = $1`, []any{id}},
		stmt{`DELETE FROM hq.group_cap_members WHERE cap_id = $1`, []any{id}}, stmt{`DELETE FROM hq.group_caps WHERE id = $1`, []any{id}})
}

// Subsidiaries implements groupcap.Repo.
func (Repo) Subsidiaries(ctx context.Context, currency money.Currency) (out []groupcap.Quota, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	err = each(ctx, q, `SELECT id, short_name, slug FROM hq.tenants WHERE currency = $1 ORDER BY short_name, id`, []any{string(currency)}, func(scan func(...any) error) error {
		var t groupcap.Quota
		if err := scan(&t.TenantID, &t.Tenant, &t.Slug); err != nil {
			return err
		}
		out = append(out, t)
		return nil
	})
	return out, err
}

type stmt struct {
	query string
	args  []any
}

func execute(ctx context.Context, all ...stmt) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	for _, s := range all {
		if _, err := q.ExecContext(ctx, s.query, s.args...); err != nil {
			return postgres.Map(ctx, err, "store group cap", rules...)
		}
	}
	return nil
}
