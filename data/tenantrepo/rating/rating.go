package rating

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/rating"
	"zhuxin/data/formula"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/roster"
	"zhuxin/tenancy/scope"
)

// Ratings implements biz.Repository on the transaction of the context.
type Ratings struct{}

var _ biz.Repository = Ratings{}

// NewRatings makes the repository.
func NewRatings() Ratings { return Ratings{} }

const (
	ratingColumns = `SELECT r.id, r.customer_id, c.name, r.template_id, t.number, t.name, t.definition, r.status, r."values", r.total_score, r.grade,
		r.max_credit_amount, r.max_overdue_amount, r.max_overdue_days, r.remark, r.created_at, r.created_by, m.name, r.effective_at, r.lapsed_at, r.version, r.due_on, r.lapse_reason, r.decision_document_id,
		coalesce((SELECT p.comment FROM approvals p WHERE p.subject_id = r.id AND p.status <> 'pending' ORDER BY p.decided_at DESC LIMIT 1), '')
		FROM credit_ratings r JOIN customers c ON c.id = r.customer_id JOIN rating_templates t ON t.id = r.template_id
		LEFT JOIN hq.v_members m ON m.person_id = r.created_by`

	// Who sells at a project of another one's customer sees the ratings that he made.
	sellsThere = `EXISTS (SELECT FROM projects p WHERE p.customer_id = r.customer_id AND p.salesperson_id = `

	getRatingSQL  = ratingColumns + ` WHERE r.id = $1 AND ($2::uuid IS NULL OR c.salesperson_id = $2 OR r.created_by = $2 AND ` + sellsThere + `$2))`
	lockRatingSQL = getRatingSQL + ` FOR UPDATE OF r`
	latestSQL     = ratingColumns + ` WHERE r.customer_id = $1 AND r.status = ANY($2::text[]) ORDER BY r.created_at DESC, r.id DESC LIMIT 1`

	// What is not decided is compared with what is in force now, or last was.
	beforeSQL = ratingColumns + ` JOIN credit_ratings x ON x.customer_id = r.customer_id WHERE x.id = $1 AND r.id <> x.id
		AND r.effective_at < coalesce(x.effective_at, CASE WHEN x.status IN ('draft', 'submitted') THEN 'infinity' ELSE x.updated_at END)
		ORDER BY r.effective_at DESC, r.id DESC LIMIT 1`

	ratingFilter = ` WHERE ($1::uuid IS NULL OR r.customer_id = $1) AND ($2 = '' OR r.status = $2) AND ($3::uuid IS NULL OR c.salesperson_id = $3 OR r.created_by = $3 AND ` + sellsThere + `$3))`

	countRatingsSQL = `SELECT count(*) FROM credit_ratings r JOIN customers c ON c.id = r.customer_id` + ratingFilter
	pageRatingsSQL  = ratingColumns + ratingFilter + ` ORDER BY r.created_at DESC, r.id DESC LIMIT $4 OFFSET $5`

	insertRatingSQL = `INSERT INTO credit_ratings (id, customer_id, template_id, status, "values", total_score, grade, max_credit_amount,
		max_overdue_amount, max_overdue_days, remark, created_at, created_by, updated_at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $12, $14)`
	saveRatingSQL = `UPDATE credit_ratings SET "values" = $2, total_score = $3, grade = $4, max_credit_amount = $5, max_overdue_amount = $6,
		max_overdue_days = $7, remark = $8, version = $9, updated_at = now() WHERE id = $1`
	deleteRatingSQL = `DELETE FROM credit_ratings WHERE id = $1`
	ratingStatusSQL = `UPDATE credit_ratings SET status = $2, effective_at = $3, lapsed_at = $4, version = $5, due_on = $6, lapse_reason = $7, updated_at = now() WHERE id = $1`
	decisionFileSQL = `UPDATE credit_ratings SET decision_document_id = $2 WHERE id = $1 AND decision_document_id IS NULL`
)

// List implements biz.Repository, in two statements.
func (Ratings) List(ctx context.Context, f biz.Query) ([]biz.Rating, int64, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	customer, only := nullable(f.CustomerID), nullable(f.OnlyOf)
	var total int64
	if err := q.QueryRowContext(ctx, countRatingsSQL, customer, f.Status, only).Scan(&total); err != nil {
		return nil, 0, postgres.Map(ctx, err, "count ratings")
	}
	rs, err := manyRatings(ctx, q, pageRatingsSQL, customer, f.Status, only, f.Limit, f.Offset)
	return rs, total, err
}

func manyRatings(ctx context.Context, q scope.Querier, query string, args ...any) ([]biz.Rating, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, postgres.Map(ctx, err, "list ratings")
	}
	defer func() { _ = rows.Close() }()
	var rs []biz.Rating
	for rows.Next() {
		r, err := scanRating(rows)
		if err != nil {
			return nil, postgres.Map(ctx, err, "list ratings")
		}
		rs = append(rs, r)
	}
	return rs, postgres.Map(ctx, rows.Err(), "list ratings")
}

// Get implements biz.Repository.
func (Ratings) Get(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (biz.Rating, error) {
	return foundRating(oneRating(ctx, getRatingSQL, id, nullable(onlyOf)))
}

// Lock implements biz.Repository.
func (Ratings) Lock(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (biz.Rating, error) {
	return foundRating(oneRating(ctx, lockRatingSQL, id, nullable(onlyOf)))
}

// Latest implements biz.Repository.
func (Ratings) Latest(ctx context.Context, customerID uuid.UUID, of ...biz.Status) (*biz.Rating, error) {
	return oneRating(ctx, latestSQL, customerID, pq.Array(of))
}

// Before implements biz.Repository.
func (Ratings) Before(ctx context.Context, id uuid.UUID) (*biz.Rating, error) {
	return oneRating(ctx, beforeSQL, id)
}

func foundRating(r *biz.Rating, err error) (biz.Rating, error) {
	if err != nil {
		return biz.Rating{}, err
	}
	if r == nil {
		return biz.Rating{}, biz.ErrNotFound
	}
	return *r, nil
}

func oneRating(ctx context.Context, query string, args ...any) (*biz.Rating, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	r, err := scanRating(q.QueryRowContext(ctx, query, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, postgres.Map(ctx, err, "read rating")
	}
	return &r, nil
}

func scanRating(row interface{ Scan(...any) error }) (biz.Rating, error) {
	var (
		r                  biz.Rating
		definition, values []byte
		author             uuid.NullUUID
		name               sql.NullString
		file               uuid.NullUUID
	)
	err := row.Scan(&r.ID, &r.CustomerID, &r.CustomerName, &r.TemplateID, &r.TemplateNumber, &r.TemplateName, &definition, &r.Status, &values,
		&r.Result.Total, &r.Result.Grade, &r.Result.Maxima.CreditAmount, &r.Result.Maxima.OverdueAmount, &r.Result.Maxima.OverdueDays, &r.Remark,
		&r.CreatedAt, &author, &name, &r.EffectiveAt, &r.LapsedAt, &r.Version, &r.DueOn, &r.LapseReason, &file, &r.DecisionComment)
	if err != nil {
		return r, err
	}
	if file.Valid {
		r.DecisionFile = &file.UUID
	}
	if err := json.Unmarshal(definition, &r.Definition); err != nil {
		return r, err
	}
	r.Definition = r.Definition.With(formula.Engine{})
	if err := json.Unmarshal(values, &r.Result.Values); err != nil {
		return r, err
	}
	r.CreatedBy = roster.Ref(author, name)
	r.Result.Missing = r.Definition.Missing(r.Result.Values)
	return r, nil
}

var ratingRules = []postgres.Rule{
	postgres.OnState(postgres.NotADraft, biz.ErrNotDraft),
	postgres.On("rating_one_submitted", biz.ErrInApproval),
	postgres.On("rating_one_effective", biz.ErrState),
}

// Insert implements biz.Repository.
func (Ratings) Insert(ctx context.Context, r biz.Rating) error {
	values, err := encode(r.Result.Values)
	if err != nil {
		return err
	}
	m := r.Result.Maxima
	return exec(ctx, "insert rating", ratingRules, insertRatingSQL, r.ID, r.CustomerID, r.TemplateID, r.Status, values, r.Result.Total, r.Result.Grade,
		m.CreditAmount, m.OverdueAmount, m.OverdueDays, r.Remark, r.CreatedAt, roster.ID(r.CreatedBy), r.Version)
}

// SaveDraft implements biz.Repository.
func (Ratings) SaveDraft(ctx context.Context, r biz.Rating) error {
	values, err := encode(r.Result.Values)
	if err != nil {
		return err
	}
	m := r.Result.Maxima
	return exec(ctx, "change rating", ratingRules, saveRatingSQL, r.ID, values, r.Result.Total, r.Result.Grade, m.CreditAmount, m.OverdueAmount,
		m.OverdueDays, r.Remark, r.Version)
}

// Delete implements biz.Repository.
func (Ratings) Delete(ctx context.Context, id uuid.UUID) error {
	return exec(ctx, "delete rating", ratingRules, deleteRatingSQL, id)
}

// SetStatus implements biz.Repository.
func (Ratings) SetStatus(ctx context.Context, r biz.Rating) error {
	return exec(ctx, "change rating's status", ratingRules, ratingStatusSQL, r.ID, r.Status, r.EffectiveAt, r.LapsedAt, r.Version, r.DueOn, r.LapseReason)
}

// SetDecisionFile implements biz.Repository.
func (Ratings) SetDecisionFile(ctx context.Context, id, document uuid.UUID) error {
	return exec(ctx, "keep a rating's decision file", nil, decisionFileSQL, id, document)
}

// encode writes no values as an empty list: the column is never null.
func encode(vs []biz.Value) (json.RawMessage, error) {
	if vs == nil {
		vs = []biz.Value{}
	}
	return json.Marshal(vs)
}

func nullable(id *uuid.UUID) uuid.NullUUID {
	if id == nil {
		return uuid.NullUUID{}
	}
	return uuid.NullUUID{UUID: *id, Valid: true}
}
