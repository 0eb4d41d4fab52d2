// Package agenda reads the days of the review calendar out of the tenant's tables: the
// port biz/agenda.Source, one statement for each kind. It owns no table.
package agenda

import (
	"context"
	"database/sql"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/google/uuid"

	biz "zhuxin/biz/agenda"
	"zhuxin/biz/agreement"
	"zhuxin/data/postgres"
	"zhuxin/shared/access"
	"zhuxin/shared/money"
)

// source is a kind that one SELECT describes: id, day, customer, project, amount, parts.
type source struct {
	kind       biz.Kind
	permission access.Permission
	days       string
}

var _ biz.Source = source{}

// Kind implements biz.Source.
func (s source) Kind() biz.Kind { return s.kind }

// Permission implements biz.Source.
func (s source) Permission() access.Permission { return s.permission }

// $1 and $2 the span, $3 the data scope, $4 whose, $5 how many at most. The days are
// chosen before anything is looked up for them.
const (
	head = `SELECT x.id, x.day, c.id, c.number, c.name, p.id, coalesce(p.name, ''), coalesce(m.name, ''), x.amount, x.parts FROM (`
	tail = `) x JOIN customers c ON c.id = x.customer_id LEFT JOIN projects p ON p.id = x.project_id
		LEFT JOIN hq.v_members m ON m.person_id = coalesce(p.salesperson_id, c.salesperson_id)
		WHERE x.day BETWEEN $1::date AND $2::date AND c.status = 'active' AND ($3::uuid IS NULL OR c.salesperson_id = $3 OR p.salesperson_id = $3)
		AND ($4::uuid IS NULL OR coalesce(p.salesperson_id, c.salesperson_id) = $4)
		ORDER BY x.day, c.number, x.id LIMIT $5`

	ratings = `SELECT r.id, r.due_on AS day, r.customer_id, NULL::uuid AS project_id, NULL::bigint AS amount, jsonb_build_object('grade', r.grade) AS parts
		FROM credit_ratings r WHERE r.status = 'effective' AND r.due_on BETWEEN $1::date AND $2::date`

	papers = `SELECT d.id, d.expires_on AS day, d.customer_id, d.project_id, NULL::bigint AS amount, jsonb_build_object('paper', d.kind, 'file', d.file_name) AS parts
		FROM documents d WHERE d.expires_on BETWEEN $1::date AND $2::date AND NOT EXISTS (SELECT FROM documents n
			WHERE n.customer_id = d.customer_id AND n.kind = d.kind AND n.project_id IS NOT DISTINCT FROM d.project_id AND n.revision > d.revision)`

	// The last day is that before a successor's first, where there is one.
	limits = `SELECT l.id, {day} AS day, l.customer_id, l.project_id, CASE WHEN l.kind = 'amount' THEN l.amount END AS amount,
			jsonb_build_object('class', l.class, 'kind', l.kind, 'successor', ({successor})::text) AS parts
		FROM credit_limits l WHERE l.status = 'effective' AND {day} BETWEEN $1::date AND $2::date`

	// What covers nothing leaves no gap on its last day.
	covers = `SELECT k.id, k.ends_on AS day, k.customer_id, NULL::uuid AS project_id, k.cover_amount AS amount,
			jsonb_build_object('collateral', k.kind, 'provider', k.provider_name) AS parts
		FROM collateral k WHERE k.status = 'active' AND k.cover_amount > 0 AND k.ends_on BETWEEN $1::date AND $2::date`

	lastDay   = `least(l.ends_on, l.superseded_on - 1)`
	succeeded = `l.superseded_on IS NOT NULL AND l.superseded_on - 1 <= coalesce(l.ends_on, l.superseded_on)`
)

var reviews = `SELECT a.id, a.day, a.customer_id, a.project_id, NULL::bigint AS amount, '{}'::jsonb AS parts
	FROM (SELECT e.*, (e.effective_at AT TIME ZONE (SELECT z.time_zone FROM hq.v_tenant_self z))::date + ` + strconv.Itoa(agreement.ReviewDays) + ` AS day
		FROM credit_agreements e WHERE e.status = 'effective') a`

// Sources are all kinds.
func Sources() []biz.Source {
	return []biz.Source{
		source{biz.RatingDue, access.RatingRead, ratings},
		source{biz.PaperExpires, access.DocumentRead, papers},
		source{biz.LimitEnds, access.LimitRead, on(lastDay, succeeded)},
		source{biz.LimitBegins, access.LimitRead, on(`l.starts_on`, `false`)},
		source{biz.CollateralEnds, access.LimitRead, covers},
		source{biz.AgreementReview, access.LimitRead, reviews},
	}
}

func on(day, successor string) string {
	return strings.NewReplacer("{day}", day, "{successor}", successor).Replace(limits)
}

// Entries implements biz.Source.
func (s source) Entries(ctx context.Context, q biz.Query) ([]biz.Entry, error) {
	return postgres.Query(ctx, "read the calendar of "+string(s.kind), head+s.days+tail, func(rows *sql.Rows) (biz.Entry, error) {
		e := biz.Entry{Kind: s.kind}
		var project uuid.NullUUID
		var amount sql.NullInt64
		var parts []byte
		if err := rows.Scan(&e.ID, &e.On, &e.CustomerID, &e.CustomerNumber, &e.CustomerName, &project, &e.ProjectName, &e.Salesperson, &amount, &parts); err != nil {
			return e, err
		}
		e.ProjectID = project.UUID
		if amount.Valid {
			a := money.Amount(amount.Int64)
			e.Amount = &a
		}
		return e, json.Unmarshal(parts, &e.Parts)
	}, q.From, q.To, nullable(q.OnlyOf), nullable(q.Mine), q.Limit)
}

func nullable(id *uuid.UUID) uuid.NullUUID {
	if id == nil {
		return uuid.NullUUID{}
	}
	return uuid.NullUUID{UUID: *id, Valid: true}
}
