// Package rating keeps the tenant's rating templates and credit ratings, and
// measures what the tenant's own data say of a customer: the ports of biz/rating
// in SQL. It owns the tables rating_templates and credit_ratings; it reads
// receivables, receipts and HQ's negative list.
package rating

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/google/uuid"

	biz "zhuxin/biz/rating"
	"zhuxin/data/formula"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/roster"
	"zhuxin/tenancy/scope"
)

// Templates implements biz.TemplateRepository on the transaction of the context.
type Templates struct{}

var _ biz.TemplateRepository = Templates{}

// NewTemplates makes the repository.
func NewTemplates() Templates { return Templates{} }

const (
	templateColumns = `SELECT t.id, t.number, t.name, t.status, t.definition, t.created_at, t.created_by, m.name, t.effective_at, t.retired_at, t.version,
		coalesce((SELECT p.comment FROM approvals p WHERE p.subject_id = t.id AND p.status <> 'pending' ORDER BY p.decided_at DESC LIMIT 1), '')
		FROM rating_templates t LEFT JOIN hq.v_members m ON m.person_id = t.created_by`

	allTemplatesSQL  = templateColumns + ` ORDER BY t.number DESC`
	getTemplateSQL   = templateColumns + ` WHERE t.id = $1`
	lockTemplateSQL  = getTemplateSQL + ` FOR UPDATE OF t`
	inStatusSQL      = templateColumns + ` WHERE t.status = $1 ORDER BY t.number DESC LIMIT 1`
	lockEffectiveSQL = templateColumns + ` WHERE t.status = $1 FOR UPDATE OF t`

	lockTemplateNumbersSQL = `SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || '/rating_templates', 0))`
	nextTemplateNumberSQL  = `SELECT coalesce(max(number), 0) + 1 FROM rating_templates`

	insertTemplateSQL = `INSERT INTO rating_templates (id, number, name, status, definition, created_at, created_by, updated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $6, $8)`
	saveTemplateSQL   = `UPDATE rating_templates SET name = $2, definition = $3, version = $4, updated_at = now() WHERE id = $1`
	deleteTemplateSQL = `DELETE FROM rating_templates WHERE id = $1`
	templateStatusSQL = `UPDATE rating_templates SET status = $2, effective_at = $3, retired_at = $4, version = $5, updated_at = now() WHERE id = $1`
)

// All implements biz.TemplateRepository.
func (Templates) All(ctx context.Context) ([]biz.Template, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, allTemplatesSQL)
	if err != nil {
		return nil, postgres.Map(ctx, err, "list templates")
	}
	defer func() { _ = rows.Close() }()
	var ts []biz.Template
	for rows.Next() {
		t, err := scanTemplate(rows)
		if err != nil {
			return nil, postgres.Map(ctx, err, "list templates")
		}
		ts = append(ts, t)
	}
	return ts, postgres.Map(ctx, rows.Err(), "list templates")
}

// Get implements biz.TemplateRepository.
func (Templates) Get(ctx context.Context, id uuid.UUID) (biz.Template, error) {
	return found(oneTemplate(ctx, getTemplateSQL, id))
}

// Lock implements biz.TemplateRepository.
func (Templates) Lock(ctx context.Context, id uuid.UUID) (biz.Template, error) {
	return found(oneTemplate(ctx, lockTemplateSQL, id))
}

// InStatus implements biz.TemplateRepository.
func (Templates) InStatus(ctx context.Context, s biz.TemplateStatus) (*biz.Template, error) {
	return oneTemplate(ctx, inStatusSQL, s)
}

// LockEffective implements biz.TemplateRepository.
func (Templates) LockEffective(ctx context.Context) (*biz.Template, error) {
	return oneTemplate(ctx, lockEffectiveSQL, biz.TemplateEffective)
}

func found(t *biz.Template, err error) (biz.Template, error) {
	if err != nil {
		return biz.Template{}, err
	}
	if t == nil {
		return biz.Template{}, biz.ErrTemplateNotFound
	}
	return *t, nil
}

func oneTemplate(ctx context.Context, query string, arg any) (*biz.Template, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	t, err := scanTemplate(q.QueryRowContext(ctx, query, arg))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, postgres.Map(ctx, err, "read template")
	}
	return &t, nil
}

func scanTemplate(row interface{ Scan(...any) error }) (biz.Template, error) {
	var (
		t          biz.Template
		definition []byte
		author     uuid.NullUUID
		name       sql.NullString
	)
	err := row.Scan(&t.ID, &t.Number, &t.Name, &t.Status, &definition, &t.CreatedAt, &author, &name, &t.EffectiveAt, &t.RetiredAt, &t.Version, &t.DecisionComment)
	if err == nil {
		err = json.Unmarshal(definition, &t.Definition)
		t.Definition = t.Definition.With(formula.Engine{})
	}
	t.CreatedBy = roster.Ref(author, name)
	return t, err
}

// NextNumber implements biz.TemplateRepository.
func (Templates) NextNumber(ctx context.Context) (int, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return 0, err
	}
	if _, err := q.ExecContext(ctx, lockTemplateNumbersSQL); err != nil {
		return 0, postgres.Map(ctx, err, "lock template numbers")
	}
	var n int
	err = q.QueryRowContext(ctx, nextTemplateNumberSQL).Scan(&n)
	return n, postgres.Map(ctx, err, "next template number")
}

// Insert implements biz.TemplateRepository.
func (Templates) Insert(ctx context.Context, t biz.Template) error {
	definition, err := json.Marshal(t.Definition)
	if err != nil {
		return err
	}
	return exec(ctx, "insert template", nil, insertTemplateSQL, t.ID, t.Number, t.Name, t.Status, json.RawMessage(definition), t.CreatedAt, roster.ID(t.CreatedBy), t.Version)
}

// notDraft is what the table's trigger says when a submitted row would change.
var notDraft = []postgres.Rule{postgres.OnState(postgres.NotADraft, biz.ErrTemplateNotDraft)}

// SaveDraft implements biz.TemplateRepository.
func (Templates) SaveDraft(ctx context.Context, t biz.Template) error {
	definition, err := json.Marshal(t.Definition)
	if err != nil {
		return err
	}
	return exec(ctx, "change template", notDraft, saveTemplateSQL, t.ID, t.Name, json.RawMessage(definition), t.Version)
}

// Delete implements biz.TemplateRepository.
func (Templates) Delete(ctx context.Context, id uuid.UUID) error {
	return exec(ctx, "delete template", notDraft, deleteTemplateSQL, id)
}

// SetStatus implements biz.TemplateRepository.
func (Templates) SetStatus(ctx context.Context, t biz.Template) error {
	return exec(ctx, "change template's status", []postgres.Rule{
		postgres.On("rating_template_one_submitted", biz.ErrTemplateInApproval),
		postgres.On("rating_template_one_effective", biz.ErrTemplateState),
	}, templateStatusSQL, t.ID, t.Status, t.EffectiveAt, t.RetiredAt, t.Version)
}

func exec(ctx context.Context, doing string, rules []postgres.Rule, query string, args ...any) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, query, args...)
	return postgres.Map(ctx, err, doing, rules...)
}
