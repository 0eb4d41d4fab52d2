package followup

import (
	"context"
	"time"

	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/exposure"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

// risk is what gives reason to ask; $1 the tolerance. It is the SQL form of
// exposure.Account OverLimit.
var risk = `WITH risk AS (
  SELECT id AS customer_id, 'over_limit' AS trigger, used - bound AS amount FROM (
    SELECT id, ` + exposure.Used("c") + ` AS used, ` + exposure.Bound("c") + ` AS bound
    FROM credit_accounts c WHERE ` + exposure.Over("c") + `) a
  UNION ALL
  SELECT id, 'overdue', overdue_amount FROM credit_accounts WHERE overdue_amount > greatest($1::bigint, 0)
) `

// rejudged is for how many days after its day a promise follows receipts that are
// booked or reversed late.
const rejudged = 30

// judge: $1 the date, $2 now, $3 rejudged.
const judge = `UPDATE follow_ups f SET promise = j.verdict, updated_at = $2
FROM (
  SELECT f.id, CASE WHEN ` + received + ` >= f.promised_amount THEN 'kept' WHEN f.promised_on < $1::date THEN 'broken' ELSE 'waiting' END AS verdict
  FROM follow_ups f WHERE f.promise <> 'none' AND (f.promise = 'waiting' OR f.promised_on >= $1::date - $3::int)
) j WHERE j.id = f.id AND f.promise <> j.verdict`

// Judge implements biz.Repository.
func (Repo) Judge(ctx context.Context, on calendar.Date, at time.Time) (int64, error) {
	return postgres.Exec(ctx, "judge promises", judge, on, at, rejudged)
}

// closing: $1 tolerance, $2 the date, $3 now. What is in approval is left to it.
var closing = risk + `UPDATE follow_ups f SET status = 'closed', closed_on = $2::date, updated_at = $3, version = f.version + 1,
  outcome = CASE WHEN r.customer_id IS NULL THEN 'cleared' WHEN f.promise = 'kept' THEN 'promise_kept' WHEN f.promise = 'broken' THEN 'promise_broken' WHEN ` + acted + ` THEN 'action_done' ELSE 'plan_lapsed' END
FROM follow_ups g LEFT JOIN risk r ON r.customer_id = g.customer_id AND r.trigger = g.trigger
WHERE g.id = f.id AND f.status IN ('open', 'agreed') AND (r.customer_id IS NULL OR f.status = 'agreed' AND (f.plan->>'due_on')::date < $2::date)`

// Close implements biz.Repository.
func (Repo) Close(ctx context.Context, on calendar.Date, tolerance money.Amount, at time.Time) (int64, error) {
	return postgres.Exec(ctx, "close follow-ups", closing, int64(tolerance), on, at)
}

var (
	// current leaves the version: an answer that is being written stays valid.
	current = risk + `UPDATE follow_ups f SET amount = r.amount, updated_at = $2 FROM risk r
WHERE r.customer_id = f.customer_id AND r.trigger = f.trigger AND f.status <> 'closed' AND f.amount <> r.amount`

	// asking: $1 tolerance, $2 the date, $3 the deadline, $4 now.
	asking = risk + `INSERT INTO follow_ups (id, customer_id, trigger, amount, opened_on, deadline, created_at, updated_at)
SELECT gen_random_uuid(), r.customer_id, r.trigger, r.amount, $2::date, $3::date, $4::timestamptz, $4::timestamptz FROM risk r
WHERE NOT EXISTS (SELECT FROM follow_ups f WHERE f.customer_id = r.customer_id AND f.trigger = r.trigger AND f.status <> 'closed')
ON CONFLICT DO NOTHING`
)

// Open implements biz.Repository.
func (Repo) Open(ctx context.Context, on, deadline calendar.Date, tolerance money.Amount, at time.Time) (int64, error) {
	if _, err := postgres.Exec(ctx, "update follow-ups", current, int64(tolerance), at); err != nil {
		return 0, err
	}
	return postgres.Exec(ctx, "open follow-ups", asking, int64(tolerance), on, deadline, at)
}
