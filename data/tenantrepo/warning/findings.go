package warning

import (
	"context"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/warning"
	"zhuxin/shared/calendar"
	"zhuxin/shared/party"
)

// routeSQL raises what is found about the companies named by about. What was known
// at the first look is raised only when it is serious; what is merely worth knowing
// stays in the timeline. $1 the code of one company or empty, $2 now, $3 today.
const (
	routeHead = `INSERT INTO warnings (id, kind, customer_id, subject, severity, facts, status, first_seen_at, last_seen_at, raised_on, times, outcome, note, updated_at, version)
	SELECT gen_random_uuid(), a.prefix || f.kind, a.customer_id, f.id::text, f.severity,
	  jsonb_build_object('title', f.title, 'occurred_on', f.occurred_on, 'amount', f.amount::text, 'snapshot_id', f.snapshot_id, 'finding_id', f.id) || f.facts || a.facts,
	  'open', $2::timestamptz, $2::timestamptz, $3::date, 1, '', '', $2::timestamptz, 1
	FROM hq.v_registry_findings f JOIN (`
	routeTail = `) a ON a.uscc = f.uscc
	WHERE f.status = 'active' AND f.severity <> 'info' AND ($1::text = '' OR f.uscc = $1::text)
	  AND (f.severity IN ('serious', 'critical') OR (NOT f.baseline AND f.first_seen_at >= a.since))
	  AND NOT EXISTS (SELECT 1 FROM warnings w WHERE w.customer_id = a.customer_id AND w.kind = a.prefix || f.kind AND w.subject = f.id::text)
	ON CONFLICT DO NOTHING RETURNING id`

	aboutCustomers = `SELECT c.uscc, c.id AS customer_id, 'registry.' AS prefix, '{}'::jsonb AS facts, c.created_at AS since FROM customers c WHERE c.status = 'active'`
	// An owner concerns every customer who supplies his live projects, save himself.
	aboutOwners = `SELECT o.uscc, c.id, '` + biz.OwnerKinds + `',
	  jsonb_build_object('owner', o.name, 'owner_id', o.id, 'projects', string_agg(p.number || ' ' || p.name, '、' ORDER BY p.number)), min(p.created_at)
	FROM projects p JOIN owners o ON o.id = p.owner_id JOIN customers c ON c.id = p.customer_id
	WHERE p.status IN ('planned', 'supplying') AND c.status = 'active' AND o.uscc IS DISTINCT FROM c.uscc GROUP BY o.id, c.id`

	routeSQL = routeHead + aboutCustomers + ` UNION ALL ` + aboutOwners + routeTail
)

// RouteFindings implements biz.Repository.
func (Repo) RouteFindings(ctx context.Context, of party.USCC, now time.Time, today calendar.Date) ([]uuid.UUID, error) {
	return ids(ctx, "raise warnings of findings", routeSQL, string(of), now, today)
}

// Concerns says in SQL that a warning w of customer c concerns the salesperson: it is
// about his customer, or about the owner of a project at which he sells.
func Concerns(salesperson string) string {
	return `(c.salesperson_id = ` + salesperson + ` OR w.kind LIKE '` + biz.OwnerKinds + `%' AND EXISTS (SELECT FROM projects p
		WHERE p.customer_id = w.customer_id AND p.owner_id = (w.facts->>'owner_id')::uuid AND p.salesperson_id = ` + salesperson + `))`
}
