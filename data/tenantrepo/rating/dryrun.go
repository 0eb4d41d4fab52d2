package rating

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"github.com/google/uuid"

	biz "zhuxin/biz/rating"
	"zhuxin/data/formula"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/roster"
	"zhuxin/shared/indicator"
	"zhuxin/tenancy/scope"
)

// DryRuns implements biz.DryRunRepository on the transaction of the context.
type DryRuns struct{}

var _ biz.DryRunRepository = DryRuns{}

// NewDryRuns makes the repository.
func NewDryRuns() DryRuns { return DryRuns{} }

const (
	clearDryRunsSQL = `DELETE FROM template_dry_runs WHERE template_id = $1`

	insertDryRunSQL = `INSERT INTO template_dry_runs (id, created_at, created_by, template_id, template_version, definition, parameters, window_from, as_of, summary)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

	// One document instead of one array per column: it is written and read once.
	insertTrialsSQL = `INSERT INTO template_trials (id, dry_run_id, customer_id, rating_id, from_grade, to_grade, from_limit, to_limit, unlimited, score,
			judged, then_score, then_grade, bad, caught, worst_days, peak_overdue, facts)
		SELECT gen_random_uuid(), $1, customer_id, rating_id, from_grade, to_grade, from_limit, to_limit, unlimited, score,
			judged, then_score, then_grade, bad, caught, worst_days, peak_overdue, facts
		FROM json_to_recordset($2::json) AS t(customer_id uuid, rating_id uuid, from_grade text, to_grade text, from_limit bigint, to_limit bigint, unlimited boolean,
			score bigint, judged boolean, then_score bigint, then_grade text, bad boolean, caught boolean, worst_days bigint, peak_overdue bigint, facts jsonb)`

	dryRunColumns = `SELECT d.id, d.template_id, d.template_version, d.definition, d.parameters, d.window_from, d.as_of, d.summary, d.created_at, d.created_by, m.name
		FROM template_dry_runs d LEFT JOIN hq.v_members m ON m.person_id = d.created_by`
	latestDryRunSQL = dryRunColumns + ` WHERE d.template_id = $1 ORDER BY d.created_at DESC, d.id DESC LIMIT 1`
	getDryRunSQL    = dryRunColumns + ` WHERE d.id = $1`

	trialColumns = `SELECT t.customer_id, c.number, c.name, t.rating_id, t.from_grade, t.to_grade, t.from_limit, t.to_limit, t.unlimited, t.score,
		t.judged, t.then_score, t.then_grade, t.bad, t.caught, t.worst_days, t.peak_overdue, t.facts`
	trialsFrom = ` FROM template_trials t JOIN customers c ON c.id = t.customer_id JOIN template_dry_runs d ON d.id = t.dry_run_id
		WHERE t.dry_run_id = $1 AND ($2::uuid IS NULL OR c.salesperson_id = $2)`
	trialFilter = ` AND ($3::text IS NULL OR t.from_grade = $3) AND ($4::text IS NULL OR t.to_grade = $4) AND CASE $5
		WHEN '' THEN true
		WHEN 'unscored' THEN t.to_grade = ''
		WHEN 'first' THEN t.to_grade <> '' AND t.from_grade = ''
		WHEN 'better' THEN t.to_grade <> '' AND t.from_grade <> '' AND t.to_grade < t.from_grade
		WHEN 'worse' THEN t.to_grade > t.from_grade AND t.from_grade <> ''
		WHEN 'caught' THEN t.caught
		WHEN 'missed' THEN t.bad AND t.judged AND NOT t.caught
		ELSE NOT t.bad AND t.judged AND t.then_grade >= d.parameters->>'cutoff' END`
	countTrialsSQL = `SELECT count(*)` + trialsFrom + trialFilter
	// Those whose limit changes most stand first.
	pageTrialsSQL = trialColumns + trialsFrom + trialFilter + ` ORDER BY abs(t.to_limit - t.from_limit) DESC, c.number LIMIT $6 OFFSET $7`
	getTrialSQL   = trialColumns + trialsFrom + ` AND t.customer_id = $3`
)

// kept is what a trial keeps of the values it was scored by.
type kept struct {
	Inputs  []keptInput                               `json:"inputs,omitempty"`
	Now     map[indicator.DataSource]indicator.Number `json:"now,omitempty"`
	Then    map[indicator.DataSource]indicator.Number `json:"then"` // null for a customer without business then
	Missing []string                                  `json:"missing,omitempty"`
}

type keptInput struct {
	Code   string            `json:"c"`
	Number *indicator.Number `json:"n,omitempty"`
	Choice string            `json:"o,omitempty"`
}

type trialDocument struct {
	CustomerID  uuid.UUID  `json:"customer_id"`
	RatingID    *uuid.UUID `json:"rating_id"`
	FromGrade   biz.Grade  `json:"from_grade"`
	ToGrade     biz.Grade  `json:"to_grade"`
	FromLimit   int64      `json:"from_limit"`
	ToLimit     int64      `json:"to_limit"`
	Unlimited   bool       `json:"unlimited"`
	Score       int64      `json:"score"`
	Judged      bool       `json:"judged"`
	ThenScore   int64      `json:"then_score"`
	ThenGrade   biz.Grade  `json:"then_grade"`
	Bad         bool       `json:"bad"`
	Caught      bool       `json:"caught"`
	WorstDays   int        `json:"worst_days"`
	PeakOverdue int64      `json:"peak_overdue"`
	Facts       kept       `json:"facts"`
}

func documentOf(t biz.Trial) trialDocument {
	d := trialDocument{CustomerID: t.CustomerID, RatingID: t.RatingID, FromGrade: t.From, ToGrade: t.To, FromLimit: int64(t.FromLimit), ToLimit: int64(t.ToLimit),
		Unlimited: t.Unlimited, Score: t.Score, Judged: t.Judged, ThenScore: t.ThenScore, ThenGrade: t.ThenGrade, Bad: t.Bad, Caught: t.Caught,
		WorstDays: t.WorstDays, PeakOverdue: int64(t.PeakOverdue), Facts: kept{Now: t.Now, Then: t.Then, Missing: t.Missing}}
	for _, in := range t.Inputs {
		d.Facts.Inputs = append(d.Facts.Inputs, keptInput{in.IndicatorCode, in.Number, in.Choice})
	}
	return d
}

// perStatement bounds the document of one insert to some megabytes.
const perStatement = 5000

// Insert implements biz.DryRunRepository.
func (DryRuns) Insert(ctx context.Context, d biz.DryRun, trials []biz.Trial, clear bool) error {
	if clear {
		if err := exec(ctx, "clear dry runs", nil, clearDryRunsSQL, d.TemplateID); err != nil {
			return err
		}
	}
	var documents [3]json.RawMessage
	for i, v := range []any{d.Definition, d.Parameters, d.Summary} {
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		documents[i] = b
	}
	if err := exec(ctx, "insert dry run", nil, insertDryRunSQL, d.ID, d.CreatedAt, roster.ID(d.CreatedBy), d.TemplateID, d.TemplateVersion,
		documents[0], documents[1], d.From, d.AsOf, documents[2]); err != nil {
		return err
	}
	for part := range slices.Chunk(trials, perStatement) {
		rows := make([]trialDocument, len(part))
		for i, t := range part {
			rows[i] = documentOf(t)
		}
		b, err := json.Marshal(rows)
		if err != nil {
			return err
		}
		if err := exec(ctx, "insert trials", nil, insertTrialsSQL, d.ID, json.RawMessage(b)); err != nil {
			return err
		}
	}
	return nil
}

// Latest implements biz.DryRunRepository.
func (DryRuns) Latest(ctx context.Context, templateID uuid.UUID) (*biz.DryRun, error) {
	d, err := oneDryRun(ctx, latestDryRunSQL, templateID)
	if errors.Is(err, biz.ErrDryRunNotFound) {
		return nil, nil
	}
	return &d, err
}

// Get implements biz.DryRunRepository.
func (DryRuns) Get(ctx context.Context, id uuid.UUID) (biz.DryRun, error) {
	return oneDryRun(ctx, getDryRunSQL, id)
}

func oneDryRun(ctx context.Context, query string, id uuid.UUID) (d biz.DryRun, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return d, err
	}
	var (
		definition, parameters, summary []byte
		author                          uuid.NullUUID
		name                            sql.NullString
	)
	err = q.QueryRowContext(ctx, query, id).Scan(&d.ID, &d.TemplateID, &d.TemplateVersion, &definition, &parameters, &d.From, &d.AsOf, &summary, &d.CreatedAt, &author, &name)
	if errors.Is(err, sql.ErrNoRows) {
		return d, biz.ErrDryRunNotFound
	}
	if err != nil {
		return d, postgres.Map(ctx, err, "read dry run")
	}
	d.CreatedBy = roster.Ref(author, name)
	err = errors.Join(json.Unmarshal(definition, &d.Definition), json.Unmarshal(parameters, &d.Parameters), json.Unmarshal(summary, &d.Summary))
	d.Definition = d.Definition.With(formula.Engine{})
	return d, err
}

// Trials implements biz.DryRunRepository, in two statements.
func (DryRuns) Trials(ctx context.Context, f biz.TrialFilter) ([]biz.TrialRow, int64, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	args := []any{f.DryRunID, nullable(f.OnlyOf), grade(f.From), grade(f.To), f.Group}
	var total int64
	if err := q.QueryRowContext(ctx, countTrialsSQL, args...).Scan(&total); err != nil {
		return nil, 0, postgres.Map(ctx, err, "count trials")
	}
	rows, err := q.QueryContext(ctx, pageTrialsSQL, append(args, f.Limit, f.Offset)...)
	if err != nil {
		return nil, 0, postgres.Map(ctx, err, "list trials")
	}
	defer func() { _ = rows.Close() }()
	var out []biz.TrialRow
	for rows.Next() {
		t, err := scanTrial(rows)
		if err != nil {
			return nil, 0, postgres.Map(ctx, err, "list trials")
		}
		out = append(out, t)
	}
	return out, total, postgres.Map(ctx, rows.Err(), "list trials")
}

// Trial implements biz.DryRunRepository.
func (DryRuns) Trial(ctx context.Context, dryRunID, customerID uuid.UUID, onlyOf *uuid.UUID) (biz.TrialRow, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.TrialRow{}, err
	}
	t, err := scanTrial(q.QueryRowContext(ctx, getTrialSQL, dryRunID, nullable(onlyOf), customerID))
	if errors.Is(err, sql.ErrNoRows) {
		return t, biz.ErrDryRunNotFound
	}
	return t, postgres.Map(ctx, err, "read trial")
}

func scanTrial(row interface{ Scan(...any) error }) (t biz.TrialRow, err error) {
	var (
		rating uuid.NullUUID
		facts  []byte
		k      kept
	)
	err = row.Scan(&t.CustomerID, &t.Number, &t.Name, &rating, &t.From, &t.To, &t.FromLimit, &t.ToLimit, &t.Unlimited, &t.Score,
		&t.Judged, &t.ThenScore, &t.ThenGrade, &t.Bad, &t.Caught, &t.WorstDays, &t.PeakOverdue, &facts)
	if err != nil {
		return t, err
	}
	if rating.Valid {
		t.RatingID = &rating.UUID
	}
	err = json.Unmarshal(facts, &k)
	for _, in := range k.Inputs {
		t.Inputs = append(t.Inputs, biz.Input{IndicatorCode: in.Code, Number: in.Number, Choice: in.Choice})
	}
	t.Now, t.Then, t.Missing = k.Now, k.Then, k.Missing
	return t, err
}

func grade(g *biz.Grade) sql.Null[string] {
	if g == nil {
		return sql.Null[string]{}
	}
	return sql.Null[string]{V: string(*g), Valid: true}
}
