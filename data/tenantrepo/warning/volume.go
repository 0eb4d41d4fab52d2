package warning

// falling compares what was delivered, in m³: prices do not move it, and neither does
// a late invoice. Who has no deliveries in either period is measured by what was
// invoiced. Small customers are told apart by money in both cases.
const falling = `SELECT customer_id, '' AS subject, CASE WHEN metered THEN jsonb_build_object('volume_before', round(before / 1000.0, 1)::text, 'volume_now', round(now / 1000.0, 1)::text)
		ELSE jsonb_build_object('before', before::text, 'now', now::text) END || jsonb_build_object('drop', ((before - now)::numeric * 10000 / before)::bigint) AS facts
	FROM (SELECT customer_id, true AS metered, coalesce(sum(volume) FILTER (WHERE delivered_on > :on - :2::int), 0) AS now,
			coalesce(sum(volume) FILTER (WHERE delivered_on <= :on - :2::int), 0) AS before, coalesce(sum(amount) FILTER (WHERE delivered_on <= :on - :2::int), 0) AS worth
			FROM deliveries WHERE delivered_on > :on - 2 * :2::int AND delivered_on <= :on GROUP BY customer_id
		UNION ALL SELECT customer_id, false, coalesce(sum(amount) FILTER (WHERE invoice_date > :on - :2::int), 0), coalesce(sum(amount) FILTER (WHERE invoice_date <= :on - :2::int), 0),
			coalesce(sum(amount) FILTER (WHERE invoice_date <= :on - :2::int), 0)
			FROM receivables r WHERE invoice_date > :on - 2 * :2::int AND invoice_date <= :on
			AND NOT EXISTS (SELECT FROM deliveries d WHERE d.customer_id = r.customer_id AND d.delivered_on > :on - 2 * :2::int AND d.delivered_on <= :on) GROUP BY customer_id) x
	WHERE before > 0 AND worth >= :3 AND now::numeric * 10000 <= before::numeric * (10000 - :1)`

// wanted are standing limits as they were asked for: what waits for its approver, or
// was agreed to.
const wanted = `SELECT customer_id, ` + day + ` AS on_day, amount, rating_id, lag(amount) OVER w AS before
	FROM credit_limits WHERE class = 'standing' AND kind = 'amount' AND status NOT IN ('rejected', 'returned', 'withdrawn') WINDOW w AS (PARTITION BY customer_id ORDER BY created_at, id)`

// splitRises are rises within days that each stay under an approval level and are over
// it together. The levels are those of the flows in force and of who decides up to
// which amount; the rule's own amount where there are none. A flow can also ask for
// more from a share of the limit in force on.
const splitRises = `WITH steps AS (SELECT s->'when' AS cond, f.kind FROM (SELECT DISTINCT ON (kind) kind, steps FROM approval_flows
		WHERE kind = 'limit_adjustment' OR kind = 'temporary_limit' ORDER BY kind, number DESC) f, jsonb_array_elements(f.steps) s),
	own AS (SELECT DISTINCT amount FROM (SELECT (cond->>'min_amount')::bigint AS amount FROM steps
		UNION ALL SELECT amount FROM approval_authorities WHERE NOT preset
		UNION ALL SELECT (settings->>'preset_authority')::bigint FROM (SELECT settings FROM approval_policies ORDER BY id DESC LIMIT 1) p) l WHERE amount > 0),
	levels AS (SELECT amount FROM own UNION ALL SELECT :1 WHERE NOT EXISTS (SELECT FROM own)),
	shares AS (SELECT DISTINCT (cond->>'min_rise')::bigint AS share FROM steps WHERE kind = 'limit_adjustment' AND cond->>'min_rise' IS NOT NULL),
	rises AS (SELECT * FROM (SELECT customer_id, on_day, amount - before AS rise, amount, before FROM (` + wanted + `) s WHERE amount > before AND rating_id IS NULL
		UNION ALL SELECT customer_id, ` + day + `, amount, NULL, NULL FROM credit_limits WHERE ` + asked + ` AND mode = 'add') r WHERE on_day > :on - :2::int AND on_day <= :on)
	SELECT DISTINCT ON (customer_id) customer_id, '' AS subject, facts FROM (
		SELECT r.customer_id, l.amount AS level, jsonb_build_object('count', count(*), 'amount', sum(r.rise)::text, 'threshold', l.amount::text, 'first_on', min(on_day), 'last_on', max(on_day)) AS facts
			FROM rises r JOIN levels l ON r.rise < l.amount GROUP BY r.customer_id, l.amount HAVING count(*) >= 2 AND sum(r.rise) >= l.amount
		UNION ALL SELECT r.customer_id, 0, jsonb_build_object('count', count(*), 'amount', sum(r.rise)::text, 'share', s.share, 'first_on', min(on_day), 'last_on', max(on_day))
			FROM rises r JOIN shares s ON r.before > 0 AND r.rise::numeric * 10000 < r.before::numeric * s.share
			GROUP BY r.customer_id, s.share HAVING count(*) >= 2 AND (max(r.amount) - min(r.before))::numeric * 10000 >= min(r.before)::numeric * s.share) u
	ORDER BY customer_id, level DESC`
