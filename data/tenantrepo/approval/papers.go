package approval

import (
	"context"
	"database/sql"

	"github.com/google/uuid"

	biz "zhuxin/biz/approval"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
)

// A paper without a last day never expires; one filed as historical does not stand for
// the one in force, but is what there is.
const expiredSQL = `SELECT d.kind, d.expires_on FROM (SELECT DISTINCT ON (kind) kind, expires_on FROM documents
	WHERE customer_id = $1 AND project_id IS NULL AND kind IN ('business_licence', 'legal_representative_id', 'power_of_attorney', 'qualification')
	ORDER BY kind, historical, revision DESC) d WHERE d.expires_on < $2::date ORDER BY d.expires_on, d.kind`

// ExpiredPapers implements biz.Repository.
func (Repo) ExpiredPapers(ctx context.Context, customerID uuid.UUID, today calendar.Date) ([]biz.Paper, error) {
	return postgres.Query(ctx, "look for expired papers", expiredSQL, func(rows *sql.Rows) (p biz.Paper, err error) {
		return p, rows.Scan(&p.Kind, &p.ExpiresOn)
	}, customerID, today)
}
