package approval

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/approval"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/roster"
	"zhuxin/tenancy/scope"
)

const (
	saveStepSQL = `INSERT INTO approval_steps (id, approval_id, position, name, kind, mode, status, deadline, added_by, opened_version, opened_at, remind_at, due_at, reminded_at, overdue_at, done_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
		ON CONFLICT (id) DO UPDATE SET status = excluded.status, opened_version = excluded.opened_version, opened_at = excluded.opened_at, remind_at = excluded.remind_at,
			due_at = excluded.due_at, reminded_at = excluded.reminded_at, overdue_at = excluded.overdue_at, done_at = excluded.done_at`

	saveSlotSQL = `INSERT INTO approval_slots (id, approval_id, step_id, role, person_id, escalated_role, escalated_to, status)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (id) DO UPDATE SET role = excluded.role, person_id = excluded.person_id, escalated_role = excluded.escalated_role,
			escalated_to = excluded.escalated_to, status = excluded.status`

	insertActSQL = `INSERT INTO approval_acts (id, approval_id, step_id, slot_id, kind, person_id, on_behalf_of, target_id, comment, at, version)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`

	stepsSQL = `SELECT t.approval_id, t.id, t.position, t.name, t.kind, t.mode, t.status, t.deadline, t.added_by, m.name, t.opened_version,
			t.opened_at, t.remind_at, t.due_at, t.reminded_at, t.overdue_at, t.done_at
		FROM approval_steps t LEFT JOIN hq.v_members m ON m.person_id = t.added_by
		WHERE t.approval_id = ANY ($1::uuid[]) ORDER BY t.position`

	slotsSQL = `SELECT s.approval_id, s.step_id, s.id, s.role, s.person_id, p.name, s.escalated_role, s.escalated_to, e.name, s.status
		FROM approval_slots s LEFT JOIN hq.v_members p ON p.person_id = s.person_id LEFT JOIN hq.v_members e ON e.person_id = s.escalated_to
		WHERE s.approval_id = ANY ($1::uuid[]) ORDER BY s.id`

	actsSQL = `SELECT c.approval_id, c.id, c.kind, c.step_id, c.slot_id, c.person_id, p.name, c.on_behalf_of, b.name, c.target_id, t.name, c.comment, c.at, c.version
		FROM approval_acts c LEFT JOIN hq.v_members p ON p.person_id = c.person_id LEFT JOIN hq.v_members b ON b.person_id = c.on_behalf_of
			LEFT JOIN hq.v_members t ON t.person_id = c.target_id
		WHERE c.approval_id = ANY ($1::uuid[]) ORDER BY c.version, c.at, c.id`
)

// order in which steps are stored: one that goes back or ends makes room for the
// one that begins.
var order = []biz.StepStatus{biz.StepWaiting, biz.StepDone, biz.StepClosed, biz.StepActive}

func saveSteps(ctx context.Context, q scope.Querier, a biz.Approval) error {
	steps := slices.Clone(a.Steps)
	slices.SortStableFunc(steps, func(x, y biz.Step) int { return slices.Index(order, x.Status) - slices.Index(order, y.Status) })
	for _, s := range steps {
		var deadline sql.NullString
		if s.Deadline != nil {
			b, err := json.Marshal(s.Deadline)
			if err != nil {
				return err
			}
			deadline = sql.NullString{String: string(b), Valid: true}
		}
		if _, err := q.ExecContext(ctx, saveStepSQL, s.ID, a.ID, s.Position, s.Name, s.Kind, s.Mode, s.Status, deadline, roster.ID(s.AddedBy),
			s.OpenedVersion, s.OpenedAt, s.RemindAt, s.DueAt, s.RemindedAt, s.OverdueAt, s.DoneAt); err != nil {
			return postgres.Map(ctx, err, "save approval step")
		}
		for _, x := range s.Slots {
			if _, err := q.ExecContext(ctx, saveSlotSQL, x.ID, a.ID, s.ID, x.Role, roster.ID(x.Person), x.EscalatedRole, roster.ID(x.EscalatedTo), x.Status); err != nil {
				return postgres.Map(ctx, err, "save approval slot")
			}
		}
	}
	return nil
}

// insertActs stores the acts of the newest version.
func insertActs(ctx context.Context, q scope.Querier, a biz.Approval) error {
	for _, x := range a.Acts {
		if x.Version != a.Version {
			continue
		}
		if _, err := q.ExecContext(ctx, insertActSQL, x.ID, a.ID, x.StepID, x.SlotID, x.Kind, roster.ID(x.By), roster.ID(x.OnBehalfOf), roster.ID(x.Target),
			x.Comment, x.At, x.Version); err != nil {
			return postgres.Map(ctx, err, "insert approval act", postgres.On("approval_hand_once", biz.ErrTwice))
		}
	}
	return nil
}

// loadCourses fills steps, slots and acts of the submissions, in three statements.
func loadCourses(ctx context.Context, q scope.Querier, as []biz.Approval) error {
	if len(as) == 0 {
		return nil
	}
	at := make(map[uuid.UUID]*biz.Approval, len(as))
	ids := make([]string, len(as))
	for i := range as {
		at[as[i].ID], ids[i] = &as[i], as[i].ID.String()
	}
	if err := each(ctx, q, stepsSQL, ids, func(r *sql.Rows) error { return scanStep(r, at) }); err != nil {
		return err
	}
	if err := each(ctx, q, slotsSQL, ids, func(r *sql.Rows) error { return scanSlot(r, at) }); err != nil {
		return err
	}
	return each(ctx, q, actsSQL, ids, func(r *sql.Rows) error { return scanAct(r, at) })
}

func each(ctx context.Context, q scope.Querier, query string, ids []string, row func(*sql.Rows) error) error {
	rows, err := q.QueryContext(ctx, query, pq.Array(ids))
	if err != nil {
		return postgres.Map(ctx, err, "read course")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := row(rows); err != nil {
			return postgres.Map(ctx, err, "read course")
		}
	}
	return postgres.Map(ctx, rows.Err(), "read course")
}

func scanStep(r *sql.Rows, at map[uuid.UUID]*biz.Approval) error {
	var (
		approval, added uuid.NullUUID
		name            sql.NullString
		deadline        []byte
		s               biz.Step
	)
	if err := r.Scan(&approval, &s.ID, &s.Position, &s.Name, &s.Kind, &s.Mode, &s.Status, &deadline, &added, &name, &s.OpenedVersion,
		&s.OpenedAt, &s.RemindAt, &s.DueAt, &s.RemindedAt, &s.OverdueAt, &s.DoneAt); err != nil {
		return err
	}
	if len(deadline) > 0 {
		if err := json.Unmarshal(deadline, &s.Deadline); err != nil {
			return err
		}
	}
	s.AddedBy = roster.Ref(added, name)
	a := at[approval.UUID]
	a.Steps = append(a.Steps, s)
	return nil
}

func scanSlot(r *sql.Rows, at map[uuid.UUID]*biz.Approval) error {
	var (
		approval, step    uuid.UUID
		person, escalated uuid.NullUUID
		name, to          sql.NullString
		s                 biz.Slot
	)
	if err := r.Scan(&approval, &step, &s.ID, &s.Role, &person, &name, &s.EscalatedRole, &escalated, &to, &s.Status); err != nil {
		return err
	}
	s.Person, s.EscalatedTo = roster.Ref(person, name), roster.Ref(escalated, to)
	a := at[approval]
	if i := slices.IndexFunc(a.Steps, func(t biz.Step) bool { return t.ID == step }); i >= 0 {
		a.Steps[i].Slots = append(a.Steps[i].Slots, s)
	}
	return nil
}

func scanAct(r *sql.Rows, at map[uuid.UUID]*biz.Approval) error {
	var (
		approval           uuid.UUID
		by, behalf, target uuid.NullUUID
		names              [3]sql.NullString
		x                  biz.Act
	)
	if err := r.Scan(&approval, &x.ID, &x.Kind, &x.StepID, &x.SlotID, &by, &names[0], &behalf, &names[1], &target, &names[2], &x.Comment, &x.At, &x.Version); err != nil {
		return err
	}
	x.By, x.OnBehalfOf, x.Target = roster.Ref(by, names[0]), roster.Ref(behalf, names[1]), roster.Ref(target, names[2])
	a := at[approval]
	a.Acts = append(a.Acts, x)
	return nil
}
