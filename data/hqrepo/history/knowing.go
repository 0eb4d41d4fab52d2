package history

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/google/uuid"

	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/reach"
)

// knowingSQL finds an edge by its companies' codes; a person on it has a mask only.
const knowingSQL = `SELECT DISTINCT e.tenant_id
	FROM jsonb_to_recordset($1::jsonb) AS x(kind text, from_uscc text, from_name text, to_uscc text, to_name text)
	JOIN hq.party_edges e ON e.kind = x.kind
	  AND CASE WHEN x.from_uscc <> '' THEN e.from_key = 'c:' || x.from_uscc ELSE e.from_name = x.from_name END
	  AND CASE WHEN x.to_uscc <> '' THEN e.to_key = 'c:' || x.to_uscc ELSE e.to_name = x.to_name END
	WHERE (e.valid_from IS NULL OR e.valid_from <= $2::date) AND (e.valid_through IS NULL OR e.valid_through >= $2::date) ORDER BY 1`

// Knowing implements history.Store.
func (Store) Knowing(ctx context.Context, told []reach.Told, on calendar.Date) ([]uuid.UUID, error) {
	doc, err := json.Marshal(told)
	if err != nil {
		return nil, err
	}
	return postgres.Query(ctx, "find who knows relations", knowingSQL, func(rows *sql.Rows) (id uuid.UUID, err error) { return id, rows.Scan(&id) }, string(doc), on)
}
