package auditlog

import (
	"context"
	"database/sql"
	"encoding/json"

	"zhuxin/data/postgres"
	"zhuxin/shared/audit"
	"zhuxin/tenancy/scope"
)

// List gives a page of rows, newest first, of a query that was validated.
func (l *Log) List(ctx context.Context, q audit.Query) ([]audit.Row, error) {
	c, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := c.QueryContext(ctx, `SELECT l.id, `+rowColumns+`, EXISTS (SELECT FROM audit_seals s WHERE s.audit_id = l.id)
		FROM audit_log l
		WHERE ($1 = '' OR l.action = $1) AND ($2 = '' OR l.object_type = $2) AND ($3 = '' OR l.object_id = $3)
		  AND ($4::bigint = 0 OR l.id < $4::bigint)
		ORDER BY l.id DESC LIMIT $5`, q.Action, q.ObjectType, q.ObjectID, q.BeforeID, q.Limit)
	if err != nil {
		return nil, postgres.Map(ctx, err, "list audit rows")
	}
	defer rows.Close()
	var out []audit.Row
	for rows.Next() {
		var (
			r      Row
			id     int64
			sealed bool
		)
		if err := rows.Scan(append(append([]any{&id}, r.targets()...), &sealed)...); err != nil {
			return nil, postgres.Map(ctx, err, "list audit rows")
		}
		out = append(out, audit.Row{
			ID: id, At: r.At.UTC(), ActorKind: r.ActorKind, ActorID: r.ActorID.UUID, ActorName: r.ActorName,
			Action: r.Action, ObjectType: r.ObjectType, ObjectID: r.ObjectID,
			Before: rawJSON(r.Before), After: rawJSON(r.After), RequestID: r.RequestID, Sealed: sealed,
		})
	}
	return out, postgres.Map(ctx, rows.Err(), "list audit rows")
}

// rowColumns are the columns of Row, in the order of targets.
const rowColumns = `l.at, l.actor_kind, l.actor_id, l.actor_name, l.action, l.object_type, l.object_id, l.before::text, l.after::text, l.request_id, l.mac`

func (r *Row) targets() []any {
	return []any{&r.At, &r.ActorKind, &r.ActorID, &r.ActorName, &r.Action, &r.ObjectType, &r.ObjectID, &r.Before, &r.After, &r.RequestID, &r.MAC}
}

func rawJSON(s sql.NullString) json.RawMessage {
	if !s.Valid {
		return nil
	}
	return json.RawMessage(s.String)
}
