// Package negativelist stores the group's negative list with its history, the
// exemptions and HQ's policy: the
// implementation of shared/negativelist.Repo on the transaction of HQ's scope.
package negativelist

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/negativelist"
	"zhuxin/tenancy/scope"
)

// Repo works in the transaction of the context.
type Repo struct{}

var _ negativelist.Repo = Repo{}

// Insert implements negativelist.Repo. The insert that meets the unique index
// does nothing, so that the transaction stays usable.
func (Repo) Insert(ctx context.Context, e negativelist.Entry) error {
	evidence, err := asJSON(e.Evidence)
	if err != nil {
		return err
	}
	return insert(ctx, "propose company", negativelist.ErrAlreadyListed, `INSERT INTO hq.negative_entries
		(id, uscc, company_name, reason_code, reason_text, amount, tenant_id, listed_by, proposed_at, listed_at, evidence, evidence_name, status, severity, removal_reason)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9, $10, '', $11, $12, '') ON CONFLICT DO NOTHING`,
		e.ID, string(e.USCC), e.CompanyName, string(e.Reason), e.Text, int64(e.Amount), e.TenantID, e.ListedBy, e.ProposedAt, evidence, string(e.Status), string(e.Severity))
}

// insert stores one row; none stored is the fault.
func insert(ctx context.Context, what string, none error, query string, args ...any) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	res, err := q.ExecContext(ctx, query, args...)
	if err != nil {
		return postgres.Map(ctx, err, what)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(none, err)
	}
	return nil
}

// execute changes what the transaction has locked.
func execute(ctx context.Context, what, query string, args ...any) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, query, args...)
	return postgres.Map(ctx, err, what)
}

// asJSON writes no files as an empty list.
func asJSON(files []negativelist.File) (string, error) {
	if files == nil {
		files = []negativelist.File{}
	}
	b, err := json.Marshal(files)
	return string(b), err
}

func optional(id uuid.UUID) any {
	if id == uuid.Nil {
		return nil
	}
	return id
}

const entryColumns = `n.id, n.uscc, n.company_name, n.reason_code, n.reason_text, n.amount, n.tenant_id, t.name, n.listed_by,
  coalesce(p.name, ''), n.proposed_at, n.listed_at, n.evidence, n.status, n.severity, n.decided_by, coalesce(d.name, ''), n.decided_at, n.decision_reason,
  n.review_on, n.repaired_amount, n.removed_at, n.removal_reason, n.version,
  (SELECT count(DISTINCT r.tenant_id) FROM hq.rollup_customers r WHERE r.uscc = n.uscc),
  (SELECT count(*) FROM hq.negative_claims c WHERE c.entry_id = n.id AND c.status = 'open' AND c.kind = 'objection'),
  (SELECT count(*) FROM hq.negative_claims c WHERE c.entry_id = n.id AND c.status = 'open' AND c.kind = 'repair')
  FROM hq.negative_entries n JOIN hq.tenants t ON t.id = n.tenant_id LEFT JOIN hq.persons p ON p.id = n.listed_by LEFT JOIN hq.persons d ON d.id = n.decided_by`

func scan(row interface{ Scan(...any) error }) (negativelist.Entry, error) {
	var e negativelist.Entry
	var decided uuid.NullUUID
	var evidence []byte
	err := row.Scan(&e.ID, &e.USCC, &e.CompanyName, &e.Reason, &e.Text, &e.Amount, &e.TenantID, &e.TenantName, &e.ListedBy,
		&e.ListedByName, &e.ProposedAt, &e.ListedAt, &evidence, &e.Status, &e.Severity, &decided, &e.DecidedByName, &e.DecidedAt, &e.DecisionReason,
		&e.ReviewOn, &e.Repaired, &e.RemovedAt, &e.RemovalReason, &e.Version, &e.AffectedCount, &e.Objections, &e.Repairs)
	if err != nil {
		return e, err
	}
	e.DecidedBy = decided.UUID
	return e, json.Unmarshal(evidence, &e.Evidence)
}

// Get implements negativelist.Repo.
func (Repo) Get(ctx context.Context, id uuid.UUID) (negativelist.Entry, error) {
	return one(ctx, id, "")
}

// Lock implements negativelist.Repo.
func (Repo) Lock(ctx context.Context, id uuid.UUID) (negativelist.Entry, error) {
	return one(ctx, id, " FOR UPDATE OF n")
}

func one(ctx context.Context, id uuid.UUID, lock string) (negativelist.Entry, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return negativelist.Entry{}, err
	}
	e, err := scan(q.QueryRowContext(ctx, `SELECT `+entryColumns+` WHERE n.id = $1`+lock, id))
	if errors.Is(err, sql.ErrNoRows) {
		return e, negativelist.ErrNotFound
	}
	return e, postgres.Map(ctx, err, "read negative entry")
}

// Save implements negativelist.Repo.
func (Repo) Save(ctx context.Context, e negativelist.Entry, by uuid.UUID) error {
	remover := uuid.Nil
	if e.Status == negativelist.Removed {
		remover = by
	}
	return execute(ctx, "save negative entry", `UPDATE hq.negative_entries SET status = $2, severity = $3, listed_at = $4, decided_by = $5, decided_at = $6,
		decision_reason = $7, review_on = $8, repaired_amount = $9, removed_by = $10, removed_at = $11, removal_reason = $12, version = $13 WHERE id = $1`,
		e.ID, string(e.Status), string(e.Severity), e.ListedAt, optional(e.DecidedBy), e.DecidedAt, e.DecisionReason, e.ReviewOn, int64(e.Repaired),
		optional(remover), e.RemovedAt, e.RemovalReason, e.Version)
}

const where = ` WHERE ($1::text = '' OR n.company_name ILIKE '%' || $1::text || '%' OR n.uscc LIKE upper($1::text) || '%')
  AND ($2::text[] IS NULL OR n.status = ANY($2::text[])) AND ($3::uuid IS NULL OR n.tenant_id = $3::uuid) AND ($4::text[] IS NULL OR n.uscc = ANY($4::text[]))
  AND ($5::text = '' OR EXISTS (SELECT FROM hq.negative_claims c WHERE c.entry_id = n.id AND c.status = 'open' AND c.kind = $5::text))
  AND ($6::date IS NULL OR n.status = 'listed' AND coalesce(n.review_on, $6::date) <= $6::date)`

var escapeLike = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// List implements negativelist.Repo.
func (Repo) List(ctx context.Context, in negativelist.Query) ([]negativelist.Entry, int64, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	args := []any{escapeLike.Replace(strings.TrimSpace(in.Text)), any(nil), optional(in.TenantID), any(nil), "", in.ReviewDueOn}
	if in.Statuses != nil {
		args[1] = pq.Array(in.Statuses)
	}
	if in.Codes != nil {
		args[3] = pq.StringArray(in.Codes)
	}
	switch {
	case in.Objected:
		args[4] = string(negativelist.Objection)
	case in.Repaired:
		args[4] = string(negativelist.Repair)
	}
	var total int64
	if err := q.QueryRowContext(ctx, `SELECT count(*) FROM hq.negative_entries n`+where, args...).Scan(&total); err != nil {
		return nil, 0, postgres.Map(ctx, err, "count negative entries")
	}
	rows, err := q.QueryContext(ctx, `SELECT `+entryColumns+where+` ORDER BY n.listed_at DESC, n.id LIMIT $7 OFFSET $8`, append(args, in.Limit, in.Offset)...)
	if err != nil {
		return nil, 0, postgres.Map(ctx, err, "list negative entries")
	}
	defer func() { _ = rows.Close() }()
	var out []negativelist.Entry
	for rows.Next() {
		e, err := scan(rows)
		if err != nil {
			return nil, 0, err
		}
		out = append(out, e)
	}
	return out, total, postgres.Map(ctx, rows.Err(), "list negative entries")
}

// Counts implements negativelist.Repo.
func (Repo) Counts(ctx context.Context, today calendar.Date) (c negativelist.Counts, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return c, err
	}
	err = q.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE status = 'proposed'), count(*) FILTER (WHERE status = 'listed'),
		(SELECT count(DISTINCT entry_id) FROM hq.negative_claims WHERE status = 'open' AND kind = 'objection'),
		(SELECT count(DISTINCT entry_id) FROM hq.negative_claims WHERE status = 'open' AND kind = 'repair'),
		count(*) FILTER (WHERE status = 'listed' AND coalesce(review_on, $1) <= $1), count(*) FILTER (WHERE status = 'removed'),
		(SELECT count(*) FROM hq.negative_exemptions WHERE status = 'asked') FROM hq.negative_entries`, today).
		Scan(&c.Proposed, &c.Listed, &c.Objections, &c.Repairs, &c.ReviewDue, &c.Removed, &c.Exemptions)
	return c, postgres.Map(ctx, err, "count negative entries")
}

// Policy implements negativelist.Repo. Without a row the preset is in force,
// version 0.
func (Repo) Policy(ctx context.Context) (negativelist.Policy, error) {
	p := negativelist.Preset()
	q, err := scope.Conn(ctx)
	if err != nil {
		return p, err
	}
	var effects []byte
	err = q.QueryRowContext(ctx, `SELECT id, negative_action, serious_action, notice_action, related_action, related_depth, step_up, created_at, effects FROM hq.group_policies ORDER BY id DESC LIMIT 1`).
		Scan(&p.Version, &p.Action, &p.Serious, &p.Notice, &p.Related, &p.RelatedDepth, &p.StepUp, &p.CreatedAt, &effects)
	if errors.Is(err, sql.ErrNoRows) {
		return p, nil
	}
	if err != nil {
		return p, postgres.Map(ctx, err, "read group policy")
	}
	return p, json.Unmarshal(effects, &p.Effects)
}

// AddPolicy implements negativelist.Repo; of two at once one gets the version.
func (Repo) AddPolicy(ctx context.Context, p negativelist.Policy, by uuid.UUID) error {
	effects, err := json.Marshal(p.Effects)
	if err != nil {
		return err
	}
	return insert(ctx, "store group policy", negativelist.ErrPolicyChanged,
		`INSERT INTO hq.group_policies (id, negative_action, serious_action, notice_action, related_action, related_depth, step_up, created_at, created_by, effects)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
		p.Version, string(p.Action), string(p.Serious), string(p.Notice), string(p.Related), p.RelatedDepth, p.StepUp, p.CreatedAt, optional(by), string(effects))
}
