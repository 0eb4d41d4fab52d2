// Package approval keeps the tenant's approval inbox: the port of biz/approval
// in SQL. It owns the tables approvals and approval_*. That nobody has a hand in a
// submission twice, that steps run in order and that nothing is approved without
// them, triggers of these tables hold as well.
package approval

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/approval"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/roster"
	"zhuxin/tenancy/scope"
)

// Repo implements biz.Repository on the transaction of the context.
type Repo struct{}

var _ biz.Repository = Repo{}

// New makes the repository.
func New() Repo { return Repo{} }

const insertSQL = `INSERT INTO approvals (id, kind, subject_id, customer_id, title, facts, amount, grade, previous_amount, flow_number, submitted_by, submitted_at, status, updated_at, version)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $12, $14)`

// Insert implements biz.Repository.
func (Repo) Insert(ctx context.Context, a biz.Approval) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, insertSQL, a.ID, a.Kind, a.SubjectID, a.CustomerID, a.Title, a.Facts, a.Amount, a.Grade, a.Previous, a.FlowNumber,
		a.SubmittedBy.ID, a.SubmittedAt, a.Status, a.Version)
	if err != nil {
		return postgres.Map(ctx, err, "insert approval", postgres.On("approval_one_pending", biz.ErrAlreadyExists))
	}
	return saveSteps(ctx, q, a)
}

const (
	// principals are the viewer and those he may act for: $1 is his id, $2 whether
	// he may act at all, $3 his roles, $4 the business date.
	principals = `WITH principals AS (
		SELECT $1::uuid AS person_id, $3::text[] AS roles, '[]'::jsonb AS kinds, true AS self WHERE $2
		UNION ALL
		SELECT d.person_id, ARRAY(SELECT jsonb_array_elements_text(m.roles)), d.kinds, false
		FROM approval_delegations d JOIN hq.v_members m ON m.person_id = d.person_id AND m.status = 'active'
		WHERE $2 AND d.delegate_id = $1 AND d.revoked_at IS NULL AND $4::date BETWEEN d.starts_on AND d.ends_on) `

	untouched = `NOT EXISTS (SELECT FROM approval_hands h WHERE h.approval_id = a.id AND h.person_id = `

	// mine says that the viewer can act on the submission now.
	mine = `(a.status = 'pending' AND ` + untouched + `$1) AND EXISTS (SELECT FROM approval_slots s JOIN principals p
			ON s.person_id = p.person_id OR s.escalated_to = p.person_id OR s.role = ANY (p.roles) OR s.escalated_role = ANY (p.roles)
		WHERE s.approval_id = a.id AND s.status = 'open'
			AND (p.self OR (p.kinds = '[]' OR p.kinds ? a.kind) AND ` + untouched + `p.person_id))))`

	columns = `SELECT a.id, a.kind, a.subject_id, a.customer_id, a.title, a.facts, a.amount, a.grade, a.previous_amount, a.flow_number,
		a.submitted_by, coalesce(s.name, ''), a.submitted_at, a.status, a.decided_by, d.name, a.decided_at, a.comment, a.version, ` + mine + `
		FROM approvals a LEFT JOIN hq.v_members s ON s.person_id = a.submitted_by LEFT JOIN hq.v_members d ON d.person_id = a.decided_by`

	// visible: $5 says whether the viewer is confined to his own, and to what he
	// has or had a part in.
	visible = ` (NOT $5 OR a.submitted_by = $1 OR EXISTS (SELECT FROM customers c WHERE c.id = a.customer_id AND c.salesperson_id = $1)
		OR EXISTS (SELECT FROM approval_hands h WHERE h.approval_id = a.id AND h.person_id = $1) OR ` + mine + `)`

	getSQL  = principals + columns + ` WHERE a.id = $6 AND` + visible
	lockSQL = `SELECT FROM approvals WHERE id = $1 FOR UPDATE`

	late = `EXISTS (SELECT FROM approval_steps t WHERE t.approval_id = a.id AND t.status = 'active' AND t.due_at < now())`

	countSQL = principals + `SELECT count(*) FILTER (WHERE mine), count(*) FILTER (WHERE by_me), count(*) FILTER (WHERE status <> 'pending'), count(*),
			count(*) FILTER (WHERE mine AND late)
		FROM (SELECT a.status, a.submitted_by = $1 AS by_me, ` + mine + ` AS mine, a.status = 'pending' AND ` + late + ` AS late
			FROM approvals a WHERE` + visible + ` AND ($6 = '' OR a.kind = $6)) x`

	pageSQL = principals + columns + ` WHERE` + visible + ` AND ($6 = '' OR a.kind = $6)
		AND CASE $7 WHEN 'todo' THEN ` + mine + ` WHEN 'mine' THEN a.submitted_by = $1 WHEN 'done' THEN a.status <> 'pending' ELSE true END
		AND (NOT $8 OR a.status = 'pending' AND ` + late + `)
		ORDER BY a.submitted_at DESC, a.id DESC LIMIT $9 OFFSET $10`

	earlierSQL = `SELECT a.id, a.kind, a.subject_id, a.customer_id, a.title, '{}'::jsonb, a.amount, a.grade, a.previous_amount, a.flow_number,
		a.submitted_by, coalesce(s.name, ''), a.submitted_at, a.status, a.decided_by, d.name, a.decided_at, a.comment, a.version, false
		FROM approvals a LEFT JOIN hq.v_members s ON s.person_id = a.submitted_by LEFT JOIN hq.v_members d ON d.person_id = a.decided_by
		WHERE a.id <> $2 AND a.status <> 'pending' AND (a.subject_id = $1 OR a.status = 'returned' AND a.kind <> 'negative_listing' AND EXISTS (
			SELECT 1 FROM approvals n WHERE n.id = $2 AND a.kind = n.kind AND a.submitted_by = n.submitted_by AND a.decided_at <= n.submitted_at
				AND a.customer_id IS NOT DISTINCT FROM n.customer_id AND (n.customer_id IS NULL OR a.title = n.title)
				AND NOT EXISTS (SELECT 1 FROM approvals m WHERE m.kind = n.kind AND m.submitted_by = n.submitted_by AND (n.customer_id IS NULL OR m.title = n.title)
					AND m.customer_id IS NOT DISTINCT FROM n.customer_id AND m.status IN ('approved', 'rejected')
					AND m.submitted_at > a.decided_at AND m.submitted_at < n.submitted_at)))
		ORDER BY a.submitted_at DESC LIMIT 50`
)

func viewerArgs(v biz.Viewer, more ...any) []any {
	return append([]any{v.Person, v.CanAct, texts(v.Roles), v.Today, v.OwnOnly}, more...)
}

// Get implements biz.Repository.
func (Repo) Get(ctx context.Context, id uuid.UUID, v biz.Viewer) (biz.Approval, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Approval{}, err
	}
	a, err := scan(q.QueryRowContext(ctx, getSQL, viewerArgs(v, id)...), v.Person)
	if errors.Is(err, sql.ErrNoRows) {
		return biz.Approval{}, biz.ErrNotFound
	}
	if err != nil {
		return biz.Approval{}, postgres.Map(ctx, err, "read approval")
	}
	one := []biz.Approval{a}
	err = loadCourses(ctx, q, one)
	return one[0], err
}

// Lock implements biz.Repository. It reads in a second statement: one that has
// waited for the lock still sees the other tables as they were before, and would
// not know the name of who decided meanwhile.
func (r Repo) Lock(ctx context.Context, id uuid.UUID, v biz.Viewer) (biz.Approval, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Approval{}, err
	}
	if _, err := q.ExecContext(ctx, lockSQL, id); err != nil {
		return biz.Approval{}, postgres.Map(ctx, err, "lock approval")
	}
	return r.Get(ctx, id, v)
}

// List implements biz.Repository, in a constant number of statements.
func (Repo) List(ctx context.Context, in biz.Query) (biz.Page, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Page{}, err
	}
	var todo, mine, done, all, overdue int64
	if err := q.QueryRowContext(ctx, countSQL, viewerArgs(in.Viewer, in.Kind)...).Scan(&todo, &mine, &done, &all, &overdue); err != nil {
		return biz.Page{}, postgres.Map(ctx, err, "count approvals")
	}
	p := biz.Page{Counts: map[biz.Box]int64{biz.BoxTodo: todo, biz.BoxMine: mine, biz.BoxDone: done, biz.BoxAll: all}, Overdue: overdue}
	p.Total = p.Counts[in.Box]
	if in.Overdue {
		p.Total = overdue
	}
	rows, err := q.QueryContext(ctx, pageSQL, viewerArgs(in.Viewer, in.Kind, in.Box, in.Overdue, in.Limit, in.Offset)...)
	if p.Approvals, err = scanAll(rows, err, in.Viewer.Person); err != nil {
		return biz.Page{}, postgres.Map(ctx, err, "list approvals")
	}
	return p, loadCourses(ctx, q, p.Approvals)
}

// Earlier implements biz.Repository.
func (Repo) Earlier(ctx context.Context, subject, except uuid.UUID) ([]biz.Approval, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, earlierSQL, subject, except)
	out, err := scanAll(rows, err, uuid.Nil)
	return out, postgres.Map(ctx, err, "list earlier approvals")
}

func scanAll(rows *sql.Rows, err error, viewer uuid.UUID) ([]biz.Approval, error) {
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var out []biz.Approval
	for rows.Next() {
		a, err := scan(rows, viewer)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, rows.Err()
}

func scan(row interface{ Scan(...any) error }, viewer uuid.UUID) (biz.Approval, error) {
	var (
		a        biz.Approval
		customer uuid.NullUUID
		decider  uuid.NullUUID
		name     sql.NullString
		can      bool
	)
	err := row.Scan(&a.ID, &a.Kind, &a.SubjectID, &customer, &a.Title, &a.Facts, &a.Amount, &a.Grade, &a.Previous, &a.FlowNumber,
		&a.SubmittedBy.ID, &a.SubmittedBy.Name, &a.SubmittedAt, &a.Status, &decider, &name, &a.DecidedAt, &a.Comment, &a.Version, &can)
	if customer.Valid {
		a.CustomerID = &customer.UUID
	}
	a.DecidedBy = roster.Ref(decider, name)
	switch {
	case can:
		a.Actions = []biz.Action{biz.ActionDecide}
	case a.Status == biz.StatusPending && a.SubmittedBy.ID == viewer:
		a.Actions = []biz.Action{biz.ActionWithdraw}
	}
	return a, err
}

const saveSQL = `UPDATE approvals SET status = $2, decided_by = $3, decided_at = $4, comment = $5, version = $6, updated_at = $7 WHERE id = $1`

// Save implements biz.Repository. Steps and acts go first: the trigger that
// guards an approval looks at them.
func (Repo) Save(ctx context.Context, a biz.Approval) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	if err := insertActs(ctx, q, a); err != nil {
		return err
	}
	if err := saveSteps(ctx, q, a); err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, saveSQL, a.ID, a.Status, roster.ID(a.DecidedBy), a.DecidedAt, a.Comment, a.Version, a.Acts[len(a.Acts)-1].At)
	return postgres.Map(ctx, err, "save approval", postgres.On("approval_second_person", biz.ErrOwn))
}

const membersSQL = `SELECT person_id, name, roles, superior_id, status = 'active' FROM hq.v_members ORDER BY name, person_id`

// Members implements biz.Repository.
func (Repo) Members(ctx context.Context) ([]biz.Member, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, membersSQL)
	if err != nil {
		return nil, postgres.Map(ctx, err, "read members")
	}
	defer func() { _ = rows.Close() }()
	var out []biz.Member
	for rows.Next() {
		var (
			m     biz.Member
			roles []byte
		)
		if err := rows.Scan(&m.ID, &m.Name, &roles, &m.Superior, &m.Active); err != nil {
			return nil, postgres.Map(ctx, err, "read members")
		}
		if err := json.Unmarshal(roles, &m.Roles); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, postgres.Map(ctx, rows.Err(), "read members")
}

func texts[T ~string](in []T) any {
	out := make([]string, len(in))
	for i, x := range in {
		out[i] = string(x)
	}
	return pq.Array(out)
}
