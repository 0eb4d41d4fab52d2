package creditcheck

import (
	"database/sql"
	"encoding/json"
	"fmt"

	biz "zhuxin/biz/creditcheck"
	"zhuxin/shared/calendar"
)

// relatedFacts are the columns of relatedRow, after others.
const relatedFacts = `
  rl.uscc, rl.company_name, rl.path, rl.reason_code, rl.reason_text, rl.severity, rl.exempt_until, g.related_action, g.effects -> rl.severity ->> 'related_limits'`

// relatedOf is the listing that counts of a company which the customer is connected
// with: what he reaches was found before, what is listed is read now. Hardly anybody
// reaches anyone, so most pay for one look into an index.
const relatedOf = `
LEFT JOIN LATERAL (SELECT w.uscc, w.company_name, w.path, l.reason_code, l.reason_text, l.severity, x.exempt_until
  FROM (SELECT * FROM related_reach w WHERE w.customer_id = a.id AND w.depth <= coalesce(g.related_depth, 2) OFFSET 0) w
  JOIN LATERAL (SELECT * FROM hq.v_negative_listed l WHERE l.uscc = w.uscc OFFSET 0) l ON true
  CROSS JOIN LATERAL (SELECT greatest(l.exempt_until, (SELECT e.ends_on FROM hq.v_exemptions e WHERE e.uscc = c.uscc)) AS exempt_until OFFSET 0) x
  ORDER BY coalesce(x.exempt_until >= a.as_of, false), CASE l.severity WHEN 'critical' THEN 0 WHEN 'serious' THEN 1 ELSE 2 END, w.depth, l.listed_at, w.uscc LIMIT 1) rl ON true`

// relatedRow scans the columns relatedFacts.
type relatedRow struct {
	uscc, name, code, text, severity, action, limits sql.Null[string]
	path                                             []byte
	exempt                                           calendar.Date
}

func (r *relatedRow) facts() (*biz.RelatedFacts, error) {
	if !r.uscc.Valid {
		return nil, nil
	}
	f := &biz.RelatedFacts{USCC: r.uscc.V, Name: r.name.V, ReasonCode: r.code.V, ReasonText: r.text.V, Severity: r.severity.V,
		Action: biz.Warn, ExemptUntil: r.exempt}
	if r.action.Valid {
		f.Action, f.Limits = biz.Outcome(r.action.V), biz.LimitEffect(r.limits.V)
	}
	if err := json.Unmarshal(r.path, &f.Path); err != nil {
		return nil, fmt.Errorf("decode the way to a listed company: %w", err)
	}
	return f, nil
}
