package rating

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	biz "zhuxin/biz/rating"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/indicator"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
	"zhuxin/tenancy/scope"
)

// pieces are the CTEs that say when each item was settled, the last one "piece"; with
// one, a condition, of some customers only. The rule stands at Population.
func pieces(currency, one string) string {
	return `item AS (
  SELECT id, customer_id, invoice_date, due_date, amount, open_amount, amount - open_amount AS settled,
    sum(amount - open_amount) OVER (PARTITION BY customer_id ORDER BY due_date, invoice_date, id ROWS UNBOUNDED PRECEDING) AS upto,
    sum(amount - open_amount) OVER (PARTITION BY customer_id) AS settled_in_all
  FROM receivables WHERE currency = ` + currency + ` AND amount > 0` + one + `
), receipt AS (
  SELECT customer_id, received_on, sum(sum(amount)) OVER (PARTITION BY customer_id ORDER BY received_on) AS upto
  FROM receipts WHERE currency = ` + currency + one + ` GROUP BY customer_id, received_on
), received AS (
  SELECT customer_id, max(upto) AS received_in_all FROM receipt GROUP BY customer_id
), line AS (
  SELECT id, customer_id, NULL::date AS received_on, invoice_date, due_date, amount, open_amount, settled,
    upto - greatest(settled_in_all - received_in_all, 0) AS at, 1 AS kind
  FROM item LEFT JOIN received USING (customer_id)
  UNION ALL
  SELECT NULL, customer_id, received_on, NULL, NULL, NULL, NULL, NULL, upto, 0 FROM receipt
), piece AS (
  SELECT *, CASE WHEN at > 0 THEN coalesce(first_on, due_date) ELSE due_date END AS settled_on, at > 0 AND first_on IS NOT NULL AS backed
  FROM (SELECT *, min(received_on) OVER (PARTITION BY customer_id ORDER BY at DESC NULLS LAST, kind ROWS UNBOUNDED PRECEDING) AS first_on FROM line) l
  WHERE kind = 1
)`
}

// settledInPeriod are the items that were settled in a period and that a receipt backs:
// what counts as paid when due only because nothing says otherwise proves nothing.
const settledInPeriod = `backed AND open_amount = 0 AND settled_on BETWEEN `

// The figures that are read by a statement each, of one customer or of all: rows of
// customer, part and whole. $1 the first day of the period, $2 the figure's day, $3 the
// currency; with one, a condition on $4, of that customer. Projects keep no history: an
// earlier day has what is contracted now.
var figureSQL = map[indicator.DataSource]func(one string) string{
	indicator.SourceVolumeDelivered: func(one string) string {
		return `SELECT customer_id, coalesce(sum(volume) FILTER (WHERE delivered_on >= a.first), 0)::bigint, count(*)
			FROM deliveries, args a WHERE delivered_on <= a.last` + one + ` GROUP BY customer_id`
	},
	indicator.SourcePaidOnTime: func(one string) string {
		return `SELECT customer_id, count(*) FILTER (WHERE settled_on <= due_date), count(*)
			FROM (WITH ` + pieces("$3", one) + ` SELECT * FROM piece) p, args a WHERE ` + settledInPeriod + `a.first AND a.last GROUP BY customer_id`
	},
	indicator.SourceMeanDaysLate: func(one string) string {
		return `SELECT customer_id, sum(greatest(settled_on - due_date, 0))::bigint, count(*)
			FROM (WITH ` + pieces("$3", one) + ` SELECT * FROM piece) p, args a WHERE ` + settledInPeriod + `a.first AND a.last GROUP BY customer_id`
	},
	indicator.SourceContractedVolume: func(one string) string {
		return `SELECT customer_id, sum(contracted_volume)::bigint, count(*) FROM projects WHERE status = 'supplying'` + one + ` GROUP BY customer_id`
	},
}

// booked says that the source is one of figureSQL.
func booked(s indicator.DataSource) bool {
	base, _ := s.Split()
	return figureSQL[base] != nil
}

// outsideSource says that a register knows it.
func outsideSource(s indicator.DataSource) bool {
	return slices.Contains([]indicator.DataSource{indicator.SourceRegistryFindings, indicator.SourceLitigationFindings,
		indicator.SourceCompanyYears, indicator.SourceRegisteredCapital}, s)
}

// figure is a source measured of customers.
type figure struct {
	source   indicator.DataSource
	from, to calendar.Date
	parts    map[uuid.UUID]part
}

type part struct{ part, whole int64 }

// figures measures a source on a day, of one customer, or of all when one is nil.
func figures(ctx context.Context, one *uuid.UUID, source indicator.DataSource, on calendar.Date) (figure, error) {
	base, months := source.Split()
	f := figure{source: base, from: on.AddMonths(-months).AddDays(1), to: on, parts: map[uuid.UUID]part{}}
	q, err := scope.Conn(ctx)
	if err != nil {
		return f, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return f, err
	}
	condition, args := "", []any{f.from, f.to, t.Currency}
	if one != nil {
		condition, args = ` AND customer_id = $4`, append(args, *one)
	}
	rows, err := q.QueryContext(ctx, `WITH args AS (SELECT $1::date AS first, $2::date AS last, $3::text AS currency) `+figureSQL[base](condition), args...)
	if err != nil {
		return f, postgres.Map(ctx, err, "measure customers")
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var (
			id uuid.UUID
			p  part
		)
		if err := rows.Scan(&id, &p.part, &p.whole); err != nil {
			return f, postgres.Map(ctx, err, "measure customers")
		}
		f.parts[id] = p
	}
	return f, postgres.Map(ctx, rows.Err(), "measure customers")
}

// of is the figure of a customer; without a row there is nothing to measure.
func (f figure) of(customer uuid.UUID) biz.Measured {
	p := f.parts[customer]
	m := biz.Measured{NoBase: p.whole == 0, AsOf: f.to}
	switch f.source {
	case indicator.SourceVolumeDelivered: // a volume is thousandths of m³ already
		m.Number, m.Detail = p.part, fmt.Sprintf("%s m³ · %s", thousandths(p.part), span(f.from, f.to))
	case indicator.SourcePaidOnTime:
		m.Number, m.Detail = ratio(money.Amount(p.part), money.Amount(p.whole)), fmt.Sprintf("%d / %d · %s", p.part, p.whole, span(f.from, f.to))
	case indicator.SourceMeanDaysLate:
		if p.whole > 0 {
			m.Number = p.part * 1000 / p.whole
		}
		m.Detail = fmt.Sprintf("%d / %d · %s", p.part, p.whole, span(f.from, f.to))
	default:
		m.Number, m.Detail = p.part, fmt.Sprintf("%s m³ / %d · %s", thousandths(p.part), p.whole, f.to)
	}
	return m
}

// thousandths writes a volume with three decimals.
func thousandths(n int64) string { return fmt.Sprintf("%d.%03d", n/1000, n%1000) }
