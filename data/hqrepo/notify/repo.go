// Package notify reads what news of HQ are about, and keeps them: the port
// biz/notify.GroupRepository in SQL. The pages and preferences are data/mailbox's.
package notify

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	biz "zhuxin/biz/notify"
	"zhuxin/data/mailbox"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/news"
)

// Repo implements biz.GroupRepository on HQ's transaction of the context.
type Repo struct{ mailbox.Box }

var _ biz.GroupRepository = Repo{}

const (
	entryParts = `SELECT e.id, e.id AS page, e.listed_by AS person, jsonb_build_object('company', e.company_name, 'tenant', t.short_name, 'date', coalesce(e.review_on::text, ''))
	FROM hq.negative_entries e JOIN hq.tenants t ON t.id = e.tenant_id WHERE e.id = ANY($1::uuid[])`
	claimParts = `SELECT c.id, e.id AS page, c.raised_by AS person, jsonb_build_object('company', e.company_name, 'tenant', t.short_name, 'amount', c.amount::text)
	FROM hq.negative_claims c JOIN hq.negative_entries e ON e.id = c.entry_id JOIN hq.tenants t ON t.id = c.tenant_id WHERE c.id = ANY($1::uuid[]) AND c.status = 'open'`
	moveParts = `SELECT m.id, m.id AS page, %s AS person, jsonb_build_object('cap', g.name, 'tenant', t.short_name, 'lender', coalesce(f.short_name, ''), 'amount', m.amount::text)
	FROM hq.quota_moves m JOIN hq.group_caps g ON g.id = m.cap_id JOIN hq.tenants t ON t.id = m.to_tenant_id LEFT JOIN hq.tenants f ON f.id = m.from_tenant_id
	WHERE m.id = ANY($1::uuid[])`
)

// about gives subject, page, who brought it, and parts, of what still waits for HQ.
var about = map[news.Kind]string{
	news.NegativeProposed: entryParts + ` AND e.status = 'proposed'`,
	news.NegativeReview:   entryParts + ` AND e.status = 'listed'`,
	news.NegativeObjected: claimParts + ` AND c.kind = 'objection'`,
	news.NegativeRepaired: claimParts + ` AND c.kind = 'repair'`,
	news.ExemptionAsked: `SELECT x.id, x.id AS page, x.asked_by AS person, jsonb_build_object('company', x.company_name, 'tenant', t.short_name, 'date', x.asked_until::text)
	FROM hq.negative_exemptions x JOIN hq.tenants t ON t.id = x.tenant_id WHERE x.id = ANY($1::uuid[]) AND x.status = 'asked'`,
	news.QuotaAsked: fmt.Sprintf(moveParts, "m.asked_by") + ` AND m.status = 'asked' AND m.from_tenant_id IS NULL`,
	news.QuotaLent:  fmt.Sprintf(moveParts, "m.lent_by") + ` AND m.status = 'lent'`,
	news.ApplicationSubmitted: `SELECT a.id, a.id AS page, a.person_id AS person, jsonb_build_object('company', a.name)
	FROM hq.applications a WHERE a.id = ANY($1::uuid[]) AND a.status = 'submitted'`,
}

// About implements biz.GroupRepository.
func (Repo) About(ctx context.Context, k news.Kind, ids []uuid.UUID) ([]biz.GroupSubject, error) {
	text, ok := about[k]
	if !ok {
		return nil, fmt.Errorf("notify: nobody at HQ is told of %s", k)
	}
	return postgres.Query(ctx, "read what "+string(k)+" is about", text+` ORDER BY 1`, func(r *sql.Rows) (s biz.GroupSubject, err error) {
		var parts []byte
		var by uuid.NullUUID
		if err = r.Scan(&s.ID, &s.Page, &by, &parts); err == nil {
			err = json.Unmarshal(parts, &s.Parts)
		}
		if s.By = by.UUID; err == nil && s.Parts["amount"] != "" {
			var fen money.Amount
			_, err = fmt.Sscan(s.Parts["amount"], (*int64)(&fen))
			s.Parts["amount"] = fen.Grouped()
		}
		return s, err
	}, mailbox.Texts(ids))
}

// Reviews implements biz.GroupRepository. What came due long ago was told then: the
// record of it lasts some days only.
func (Repo) Reviews(ctx context.Context, today calendar.Date) ([]uuid.UUID, error) {
	return postgres.Query(ctx, "read which listings are to be reviewed", `WITH due AS (
			SELECT id, 'negative.review:' || id || ':' || review_on AS key FROM hq.negative_entries WHERE status = 'listed' AND review_on BETWEEN $1::date - 5 AND $1::date),
		fresh AS (INSERT INTO hq.handled_events (id, handled_at) SELECT key, now() FROM due ON CONFLICT (id) DO NOTHING RETURNING id)
		SELECT due.id FROM due JOIN fresh ON fresh.id = due.key ORDER BY 1`, func(r *sql.Rows) (id uuid.UUID, err error) { return id, r.Scan(&id) }, today)
}
