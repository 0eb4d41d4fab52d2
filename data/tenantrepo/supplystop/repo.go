// Package supplystop keeps supply stops: the ports of biz/supplystop in SQL. It owns
// the tables supply_stops and supply_stop_events, and of a credit account only the
// reasons of its freeze that a stop has put there.
package supplystop

import (
	"context"
	"database/sql"
	"errors"

	"github.com/google/uuid"

	biz "zhuxin/biz/supplystop"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/roster"
	"zhuxin/shared/calendar"
	"zhuxin/shared/party"
	"zhuxin/tenancy/scope"
)

// Repo implements biz.Repository on the transaction of the context.
type Repo struct{}

var _ biz.Repository = Repo{}

const insertSQL = `INSERT INTO supply_stops (id, customer_id, project_id, agreement_id, state, reason, overdue_days, overdue_amount, owner_id, due_on, created_at, updated_at, version)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12) ON CONFLICT DO NOTHING`

// Insert implements biz.Repository.
func (Repo) Insert(ctx context.Context, s biz.Stop) (bool, error) {
	return exec(ctx, "insert supply stop", insertSQL, s.ID, s.CustomerID, s.ProjectID, s.AgreementID, s.State, s.Reason, s.OverdueDays, s.OverdueAmount,
		roster.ID(s.Owner), s.DueOn, s.CreatedAt, s.Version)
}

func exec(ctx context.Context, doing, query string, args ...any) (bool, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return false, err
	}
	res, err := q.ExecContext(ctx, query, args...)
	if err != nil {
		return false, postgres.Map(ctx, err, doing)
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

// there answers with the fault when the query finds no row.
func there(ctx context.Context, doing string, missing error, query string, args ...any) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	var one int
	err = q.QueryRowContext(ctx, query, args...).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return missing
	}
	return postgres.Map(ctx, err, doing)
}

// Project implements biz.Repository.
func (Repo) Project(ctx context.Context, customerID, projectID uuid.UUID) error {
	return there(ctx, "read project", biz.ErrProject, `SELECT 1 FROM projects WHERE id = $1 AND customer_id = $2`, projectID, customerID)
}

// Evidence implements biz.Repository.
func (Repo) Evidence(ctx context.Context, customerID, documentID uuid.UUID) error {
	return there(ctx, "read evidence", biz.ErrEvidence, `SELECT 1 FROM documents WHERE id = $1 AND customer_id = $2`, documentID, customerID)
}

// Owner implements biz.Repository.
func (Repo) Owner(ctx context.Context, customerID uuid.UUID) (*party.Person, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	var (
		id   uuid.NullUUID
		name sql.NullString
	)
	err = q.QueryRowContext(ctx, `SELECT c.salesperson_id, m.name FROM customers c LEFT JOIN hq.v_members m ON m.person_id = c.salesperson_id WHERE c.id = $1`, customerID).Scan(&id, &name)
	return roster.Ref(id, name), postgres.Map(ctx, err, "read the customer's salesperson")
}

const (
	columns = `SELECT s.id, s.customer_id, s.project_id, s.agreement_id, s.state, s.reason, s.overdue_days, s.overdue_amount, s.owner_id, m.name, s.due_on, s.stopped_on,
		s.created_at, s.updated_at, s.version, c.number, c.name, coalesce(p.name, '')
		FROM supply_stops s JOIN customers c ON c.id = s.customer_id LEFT JOIN projects p ON p.id = s.project_id LEFT JOIN hq.v_members m ON m.person_id = s.owner_id `
	seen = `($1::uuid IS NULL OR c.salesperson_id = $1)`
)

// Lock implements biz.Repository.
func (Repo) Lock(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (biz.Stop, error) {
	return one(ctx, columns+`WHERE `+seen+` AND s.id = $2 FOR UPDATE OF s`, onlyOf, id)
}

func one(ctx context.Context, query string, args ...any) (biz.Stop, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Stop{}, err
	}
	s, err := scan(q.QueryRowContext(ctx, query, args...))
	if errors.Is(err, sql.ErrNoRows) {
		return s, biz.ErrNotFound
	}
	return s, postgres.Map(ctx, err, "read supply stop")
}

// Save implements biz.Repository.
func (Repo) Save(ctx context.Context, s biz.Stop) error {
	_, err := exec(ctx, "save supply stop", `UPDATE supply_stops SET state = $2, due_on = $3, stopped_on = $4, updated_at = $5, version = $6 WHERE id = $1`,
		s.ID, s.State, s.DueOn, s.StoppedOn, s.UpdatedAt, s.Version)
	return err
}

// AddEvent implements biz.Repository.
func (Repo) AddEvent(ctx context.Context, e biz.Event) error {
	_, err := exec(ctx, "insert step of a supply stop", `INSERT INTO supply_stop_events (id, stop_id, state, note, evidence_document_id, person_id, actor_name, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, e.ID, e.StopID, e.State, e.Note, e.EvidenceDocumentID, e.PersonID, e.ActorName, e.CreatedAt)
	return err
}

// Get implements biz.Repository.
func (Repo) Get(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (biz.Stop, error) {
	s, err := one(ctx, columns+`WHERE `+seen+` AND s.id = $2`, onlyOf, id)
	if err != nil {
		return s, err
	}
	q, err := scope.Conn(ctx)
	if err != nil {
		return s, err
	}
	rows, err := q.QueryContext(ctx, `SELECT e.id, e.stop_id, e.state, e.note, e.evidence_document_id, coalesce(d.file_name, ''), e.person_id, e.actor_name, e.created_at
		FROM supply_stop_events e LEFT JOIN documents d ON d.id = e.evidence_document_id WHERE e.stop_id = $1 ORDER BY e.created_at, e.id`, id)
	if err != nil {
		return s, postgres.Map(ctx, err, "list steps of a supply stop")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var (
			e                biz.Event
			evidence, person uuid.NullUUID
		)
		if err := rows.Scan(&e.ID, &e.StopID, &e.State, &e.Note, &evidence, &e.EvidenceFileName, &person, &e.ActorName, &e.CreatedAt); err != nil {
			return s, postgres.Map(ctx, err, "list steps of a supply stop")
		}
		e.EvidenceDocumentID, e.PersonID = ref(evidence), ref(person)
		s.Events = append(s.Events, e)
	}
	return s, postgres.Map(ctx, rows.Err(), "list steps of a supply stop")
}

const selected = seen + ` AND ($2::uuid IS NULL OR s.customer_id = $2) AND (NOT $3 OR s.state IN ('prepared', 'notified', 'stopped', 'acknowledged')) AND ($4::text = '' OR s.state = $4)`

// List implements biz.Repository.
func (Repo) List(ctx context.Context, in biz.Query) ([]biz.Stop, int64, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	args := []any{in.OnlyOf, in.CustomerID, in.Open, in.State}
	var n int64
	if err := q.QueryRowContext(ctx, `SELECT count(*) FROM supply_stops s JOIN customers c ON c.id = s.customer_id WHERE `+selected, args...).Scan(&n); err != nil {
		return nil, 0, postgres.Map(ctx, err, "count supply stops")
	}
	out, err := many(ctx, columns+`WHERE `+selected+` ORDER BY s.due_on NULLS LAST, s.created_at DESC, s.id LIMIT $5 OFFSET $6`, append(args, in.Limit, in.Offset)...)
	if err != nil {
		return nil, 0, err
	}
	return out, n, countBreaches(ctx, out)
}

// Late implements biz.Repository.
func (Repo) Late(ctx context.Context, on calendar.Date) (map[calendar.Date][]uuid.UUID, error) {
	out := map[calendar.Date][]uuid.UUID{}
	_, err := postgres.Query(ctx, "list late supply stops", `SELECT s.id, s.due_on FROM supply_stops s
		WHERE s.state <> 'resumed' AND s.state <> 'cancelled' AND s.due_on < $1 ORDER BY s.due_on, s.id`, func(rows *sql.Rows) (id uuid.UUID, err error) {
		var due calendar.Date
		err = rows.Scan(&id, &due)
		out[due] = append(out[due], id)
		return id, err
	}, on)
	return out, err
}

func many(ctx context.Context, query string, args ...any) (out []biz.Stop, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, postgres.Map(ctx, err, "list supply stops")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		s, err := scan(rows)
		if err != nil {
			return nil, postgres.Map(ctx, err, "list supply stops")
		}
		out = append(out, s)
	}
	return out, postgres.Map(ctx, rows.Err(), "list supply stops")
}

func scan(row interface{ Scan(...any) error }) (biz.Stop, error) {
	var (
		s                         biz.Stop
		project, agreement, owner uuid.NullUUID
		name                      sql.NullString
	)
	err := row.Scan(&s.ID, &s.CustomerID, &project, &agreement, &s.State, &s.Reason, &s.OverdueDays, &s.OverdueAmount, &owner, &name, &s.DueOn, &s.StoppedOn,
		&s.CreatedAt, &s.UpdatedAt, &s.Version, &s.CustomerNumber, &s.CustomerName, &s.ProjectName)
	s.ProjectID, s.AgreementID, s.Owner = ref(project), ref(agreement), roster.Ref(owner, name)
	return s, err
}

func ref(id uuid.NullUUID) *uuid.UUID {
	if !id.Valid {
		return nil
	}
	return &id.UUID
}
