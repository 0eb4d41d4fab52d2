// Package sharedlimit stores the versions of shared limits, and holds their members
// by the column shared_limit_id of credit accounts: the implementation of
// biz/sharedlimit.Repository.
package sharedlimit

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"zhuxin/biz/limit"
	biz "zhuxin/biz/sharedlimit"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/exposure"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
	"zhuxin/tenancy/scope"
)

// Repo works in the transaction of the context.
type Repo struct{}

var _ biz.Repository = Repo{}

const columns = `SELECT s.id, s.name, s.amount, s.members, s.replaces_id, s.reason, s.status, s.created_at, s.created_by, coalesce(p.name, ''), s.effective_at, s.ended_at,
	EXISTS (SELECT FROM shared_limits n WHERE n.replaces_id = s.id AND n.status = 'submitted')
	FROM shared_limits s LEFT JOIN hq.v_members p ON p.person_id = s.created_by`

var membersSQL = `SELECT n.id, c.number, c.name, ` + exposure.Bound("a") + `, coalesce(a.limit_kind = 'unlimited', false), ` + exposure.Used("a") + `, a.shared_limit_id, c.id IS NOT NULL, r.max_credit_amount, v.name, v.quota
	FROM unnest($1::uuid[]) WITH ORDINALITY AS n (id, place) LEFT JOIN customers c ON c.id = n.id LEFT JOIN credit_accounts a ON a.id = n.id
	LEFT JOIN credit_ratings r ON r.customer_id = n.id AND r.status = 'effective'
	LEFT JOIN hq.v_group_members g ON g.uscc = c.uscc LEFT JOIN hq.v_group_quotas v ON v.cap_id = g.cap_id ORDER BY n.place`

// List implements biz.Repository, in two statements.
func (r Repo) List(ctx context.Context) ([]biz.SharedLimit, error) {
	return r.read(ctx, columns+` WHERE s.status = 'effective' OR s.status = 'submitted' ORDER BY s.name, s.id`)
}

// Get implements biz.Repository.
func (r Repo) Get(ctx context.Context, id uuid.UUID) (biz.SharedLimit, error) {
	found, err := r.read(ctx, columns+` WHERE s.id = $1`, id)
	if err == nil && len(found) == 0 {
		err = biz.ErrNotFound
	}
	if err != nil {
		return biz.SharedLimit{}, err
	}
	return found[0], nil
}

func (r Repo) read(ctx context.Context, query string, args ...any) (out []biz.SharedLimit, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	var all []uuid.UUID
	sizes, err := scanAll(ctx, q, query, args, &out, &all)
	if err != nil || len(all) == 0 {
		return out, err
	}
	members, _, err := r.Members(ctx, all)
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].Members, members = members[:sizes[i]:sizes[i]], members[sizes[i]:]
		for _, m := range out[i].Members {
			out[i].Used += max(m.Used, 0)
		}
	}
	return out, nil
}

// scanAll reads the versions, and the ids of all their members one after another.
func scanAll(ctx context.Context, q scope.Querier, query string, args []any, out *[]biz.SharedLimit, ids *[]uuid.UUID) (sizes []int, err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, postgres.Map(ctx, err, "read shared limits")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var (
			s        biz.SharedLimit
			members  []byte
			replaces uuid.NullUUID
			by       uuid.NullUUID
			name     string
			at, end  sql.NullTime
			of       []uuid.UUID
		)
		if err := rows.Scan(&s.ID, &s.Name, &s.Amount, &members, &replaces, &s.Reason, &s.Status, &s.CreatedAt, &by, &name, &at, &end, &s.Pending); err != nil {
			return nil, postgres.Map(ctx, err, "read shared limits")
		}
		if err := json.Unmarshal(members, &of); err != nil {
			return nil, err
		}
		if replaces.Valid {
			s.Replaces = &replaces.UUID
		}
		if by.Valid {
			s.CreatedBy = &party.Person{ID: by.UUID, Name: name}
		}
		if at.Valid {
			s.EffectiveAt = &at.Time
		}
		if end.Valid {
			s.EndedAt = &end.Time
		}
		*out, *ids, sizes = append(*out, s), append(*ids, of...), append(sizes, len(of))
	}
	return sizes, postgres.Map(ctx, rows.Err(), "read shared limits")
}

// Members implements biz.Repository.
func (Repo) Members(ctx context.Context, ids []uuid.UUID) (out []biz.Member, under []*uuid.UUID, err error) {
	if len(ids) == 0 {
		return nil, nil, nil
	}
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, nil, err
	}
	rows, err := q.QueryContext(ctx, membersSQL, pq.Array(ids))
	if err != nil {
		return nil, nil, postgres.Map(ctx, err, "read members of shared limits")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var m biz.Member
		var number, name, capName sql.NullString
		var most, quota sql.Null[money.Amount]
		var of uuid.NullUUID
		var known bool
		if err := rows.Scan(&m.CustomerID, &number, &name, &m.Limit, &m.Unlimited, &m.Used, &of, &known, &most, &capName, &quota); err != nil {
			return nil, nil, postgres.Map(ctx, err, "read members of shared limits")
		}
		if !known {
			return nil, nil, biz.ErrCustomer
		}
		if most.Valid {
			m.Ceiling.GradeMax = &most.V
		}
		if quota.Valid {
			m.Ceiling.Quota = &limit.Quota{Name: capName.String, Amount: quota.V}
		}
		m.Number, m.Name = number.String, name.String
		out, under = append(out, m), append(under, nil)
		if of.Valid {
			under[len(under)-1] = &of.UUID
		}
	}
	return out, under, postgres.Map(ctx, rows.Err(), "read members of shared limits")
}

// Insert implements biz.Repository.
func (Repo) Insert(ctx context.Context, s biz.SharedLimit) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	ids := make([]uuid.UUID, len(s.Members))
	for i, m := range s.Members {
		ids[i] = m.CustomerID
	}
	members, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, `INSERT INTO shared_limits (id, name, amount, members, replaces_id, reason, status, created_by, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)`, s.ID, s.Name, int64(s.Amount), string(members), s.Replaces, s.Reason, string(s.Status), s.CreatedBy.ID, s.CreatedAt)
	return postgres.Map(ctx, err, "store shared limit", postgres.On("shared_limit_one_change", biz.ErrPending))
}

// Decide implements biz.Repository.
func (Repo) Decide(ctx context.Context, id uuid.UUID, from, to biz.Status, at time.Time) (bool, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return false, err
	}
	res, err := q.ExecContext(ctx, `UPDATE shared_limits SET status = $3::text, updated_at = $4::timestamptz, version = version + 1,
		effective_at = CASE WHEN $3::text = 'effective' THEN $4::timestamptz ELSE effective_at END, ended_at = CASE WHEN $3::text = 'ended' THEN $4::timestamptz ELSE ended_at END
		WHERE id = $1 AND status = $2`, id, string(from), string(to), at)
	if err != nil {
		return false, postgres.Map(ctx, err, "decide shared limit")
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// Hold implements biz.Repository. The accounts are locked in the order of their
// ids, and their versions move: an order check that read one before starts again.
func (Repo) Hold(ctx context.Context, id uuid.UUID, replaces *uuid.UUID, customers []uuid.UUID) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	var taken bool
	err = q.QueryRowContext(ctx, `SELECT coalesce(bool_or(l.shared_limit_id IS DISTINCT FROM $3::uuid AND l.shared_limit_id IS NOT NULL AND l.id = ANY($2::uuid[])), false)
		FROM (SELECT a.id, a.shared_limit_id FROM credit_accounts a WHERE a.id = ANY($2::uuid[]) OR a.shared_limit_id = $3::uuid ORDER BY a.id FOR NO KEY UPDATE) l WHERE $1::uuid IS NOT NULL`,
		id, pq.Array(customers), replaces).Scan(&taken)
	if err != nil {
		return postgres.Map(ctx, err, "lock members of shared limit")
	}
	if taken {
		return biz.ErrTaken
	}
	_, err = q.ExecContext(ctx, `UPDATE credit_accounts a SET shared_limit_id = CASE WHEN a.id = ANY($2::uuid[]) THEN $1::uuid END, version = a.version + 1
		WHERE a.id = ANY($2::uuid[]) OR a.shared_limit_id = $3::uuid`, id, pq.Array(customers), replaces)
	return postgres.Map(ctx, err, "hold members of shared limit")
}
