package rating

import (
	"context"
	"database/sql"
	"errors"

	"github.com/google/uuid"

	biz "zhuxin/biz/rating"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/roster"
	"zhuxin/tenancy/scope"
)

// Courses implements biz.Courses on the tables of approvals.
type Courses struct{}

var _ biz.Courses = Courses{}

const (
	courseSQL = `SELECT a.id, a.submitted_by, m.name, a.submitted_at, a.status = 'approved', a.decided_at, a.comment
		FROM approvals a LEFT JOIN hq.v_members m ON m.person_id = a.submitted_by
		WHERE a.subject_id = $1 AND a.status IN ('approved', 'rejected', 'returned') ORDER BY a.decided_at DESC LIMIT 1`

	actsSQL = `SELECT coalesce(s.name, ''), x.kind, x.person_id, m.name, x.on_behalf_of, n.name, x.comment, x.at
		FROM approval_acts x LEFT JOIN approval_steps s ON s.id = x.step_id
		LEFT JOIN hq.v_members m ON m.person_id = x.person_id LEFT JOIN hq.v_members n ON n.person_id = x.on_behalf_of
		WHERE x.approval_id = $1 ORDER BY x.version, x.at, x.id`
)

// Course implements biz.Courses, in two statements.
func (Courses) Course(ctx context.Context, subjectID uuid.UUID) (c biz.Course, ok bool, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return c, false, err
	}
	var (
		id   uuid.UUID
		by   uuid.NullUUID
		name sql.NullString
	)
	err = q.QueryRowContext(ctx, courseSQL, subjectID).Scan(&id, &by, &name, &c.SubmittedAt, &c.Approved, &c.DecidedAt, &c.Comment)
	if errors.Is(err, sql.ErrNoRows) {
		return c, false, nil
	}
	if err != nil {
		return c, false, postgres.Map(ctx, err, "read how a rating was decided")
	}
	c.SubmittedBy = roster.Ref(by, name)
	rows, err := q.QueryContext(ctx, actsSQL, id)
	if err != nil {
		return c, false, postgres.Map(ctx, err, "read who decided a rating")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var (
			a             biz.CourseAct
			by, of        uuid.NullUUID
			name, forName sql.NullString
		)
		if err := rows.Scan(&a.Step, &a.Kind, &by, &name, &of, &forName, &a.Comment, &a.At); err != nil {
			return c, false, postgres.Map(ctx, err, "read who decided a rating")
		}
		a.By, a.OnBehalfOf = roster.Ref(by, name), roster.Ref(of, forName)
		c.Acts = append(c.Acts, a)
	}
	return c, true, postgres.Map(ctx, rows.Err(), "read who decided a rating")
}
