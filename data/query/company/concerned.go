package company

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"zhuxin/data/postgres"
	"zhuxin/shared/negativelist"
)

var _ negativelist.Books = Query{}

// concerned are the listings in force of customers and of companies that they are
// connected with, and a line with nothing but the policy: $1 customers. Own listings
// first, then the nearest. An exemption is of the customer; of a related company's
// listing it is also one for that company.
const concerned = `
SELECT g.effects, NULL::uuid, '', '', '', '', '', NULL::jsonb, NULL::date, NULL::date FROM hq.v_group_policy g
UNION ALL
(SELECT NULL::jsonb, h.id, h.uscc, h.company_name, h.reason_code, h.reason_text, h.severity, h.path, h.rating_exempt_until, h.limits_exempt_until FROM (
  SELECT c.id, l.uscc, l.company_name, l.reason_code, l.reason_text, l.severity, NULL::jsonb AS path, 0 AS depth, l.listed_at, l.rating_exempt_until, l.limits_exempt_until
  FROM customers c JOIN hq.v_negative_listed l ON l.uscc = c.uscc WHERE c.id = ANY($1::uuid[])
  UNION ALL
  SELECT r.customer_id, r.uscc, r.company_name, l.reason_code, l.reason_text, l.severity, r.path, r.depth, l.listed_at,
    greatest(l.rating_exempt_until, e.rating_ends_on), greatest(l.limits_exempt_until, e.limits_ends_on)
  FROM related_reach r JOIN customers c ON c.id = r.customer_id JOIN hq.v_negative_listed l ON l.uscc = r.uscc
  LEFT JOIN hq.v_group_policy g ON true LEFT JOIN hq.v_exemptions e ON e.uscc = c.uscc
  WHERE r.customer_id = ANY($1::uuid[]) AND r.depth <= coalesce(g.related_depth, 2)
) h ORDER BY h.depth, h.listed_at, h.uscc)`

// Concerned implements negativelist.Books.
func (Query) Concerned(ctx context.Context, customerIDs []uuid.UUID) (map[uuid.UUID][]negativelist.Hit, negativelist.Effects, error) {
	out, effects := map[uuid.UUID][]negativelist.Hit{}, negativelist.PresetEffects()
	_, err := postgres.Query(ctx, "find listings that concern customers", concerned, func(rows *sql.Rows) (struct{}, error) {
		var (
			none         struct{}
			policy, path []byte
			id           uuid.NullUUID
			h            negativelist.Hit
		)
		err := rows.Scan(&policy, &id, &h.USCC, &h.Company, &h.Reason, &h.Text, &h.Severity, &path, &h.RatingExempt, &h.LimitsExempt)
		switch {
		case err != nil:
			return none, err
		case !id.Valid:
			return none, json.Unmarshal(policy, &effects)
		case path != nil:
			err = json.Unmarshal(path, &h.Path)
		}
		out[id.UUID] = append(out[id.UUID], h)
		return none, err
	}, pq.Array(customerIDs))
	return out, effects, err
}
