package registry

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/lib/pq"

	"zhuxin/biz/rating"
	biz "zhuxin/biz/registry"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/indicator"
	"zhuxin/shared/party"
	"zhuxin/shared/tenant"
	"zhuxin/tenancy/scope"
)

// rated are the kinds that each data source counts (000-45).
var rated = map[indicator.DataSource][]biz.Kind{
	indicator.SourceRegistryFindings:   {biz.KindViolation, biz.KindAbnormality},
	indicator.SourceCompanyYears:       {biz.KindBasics},
	indicator.SourceRegisteredCapital:  {biz.KindBasics},
	indicator.SourceLitigationFindings: {biz.KindDishonest, biz.KindEnforcement, biz.KindConsumption, biz.KindLitigation},
}

// Rated gives ratings what the registers say, from the shelf: a rating never
// waits for a provider.
type Rated struct {
	shelf biz.Shelf
	clock calendar.Clock
}

var _ rating.Findings = Rated{}

// NewRated makes it.
func NewRated(shelf biz.Shelf, clock calendar.Clock) Rated { return Rated{shelf, clock} }

// askedSQL reads what was answered about companies: kind by kind, when, how many
// findings hold, and what the basics say. $1 the codes, null for every customer of the
// tenant; $2 the kinds; $3 an earlier day, null for now; $4 the time zone.
const askedSQL = `WITH who AS (
  SELECT uscc FROM customers WHERE uscc IS NOT NULL AND ($1::text[] IS NULL OR uscc = ANY($1))
), held AS (
  SELECT uscc, kind, count(*) AS n FROM hq.v_registry_findings JOIN who USING (uscc)
  WHERE kind = ANY($2) AND CASE WHEN $3::date IS NULL THEN status = 'active'
    ELSE coalesce(occurred_on, (first_seen_at AT TIME ZONE $4)::date) <= $3 AND (ended_at IS NULL OR (ended_at AT TIME ZONE $4)::date > $3) END
  GROUP BY uscc, kind
)
SELECT l.uscc, l.kind, l.looked_at, coalesce(held.n, 0), CASE WHEN l.kind = 'basics' THEN l.taken END
FROM hq.v_registry_looks l JOIN who USING (uscc) LEFT JOIN held ON held.uscc = l.uscc AND held.kind = l.kind
WHERE l.looked_at IS NOT NULL AND l.kind = ANY($2)`

// answered is what is on the shelf of one company, kind by kind.
type answered map[biz.Kind]struct {
	on      calendar.Date
	held    int
	company *biz.Company
}

// Findings implements rating.Findings. A source is unknown while one of its kinds was
// never answered: not having asked is not the same as nothing found.
func (r Rated) Findings(ctx context.Context, sources []indicator.DataSource, on calendar.Date, codes ...string) (map[string]rating.Measurements, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, err
	}
	var kinds []string
	for _, s := range sources {
		for _, k := range rated[s] {
			kinds = append(kinds, string(k))
		}
	}
	shelf, err := onShelf(ctx, codes, kinds, on, t.Zone)
	if err != nil {
		return nil, err
	}
	out := make(map[string]rating.Measurements, len(shelf))
	for code, a := range shelf {
		m := rating.Measurements{}
		for _, s := range sources {
			if v, known := a.measure(s, on, calendar.Of(r.clock.Now(), t.Zone)); known {
				m[s] = v
			}
		}
		out[code] = m
	}
	return out, nil
}

func onShelf(ctx context.Context, codes, kinds []string, on calendar.Date, zone *time.Location) (map[string]answered, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	var day *calendar.Date
	if !on.IsZero() {
		day = &on
	}
	rows, err := q.QueryContext(ctx, askedSQL, pq.Array(codes), pq.Array(kinds), day, zone.String())
	if err != nil {
		return nil, postgres.Map(ctx, err, "read what registers say of customers")
	}
	defer func() { _ = rows.Close() }()
	out := map[string]answered{}
	for rows.Next() {
		var (
			code  string
			kind  biz.Kind
			at    time.Time
			held  int
			taken []byte
		)
		if err := rows.Scan(&code, &kind, &at, &held, &taken); err != nil {
			return nil, postgres.Map(ctx, err, "read what registers say of customers")
		}
		company, err := companyOf(taken)
		if err != nil {
			return nil, err
		}
		if out[code] == nil {
			out[code] = answered{}
		}
		entry := out[code][kind]
		entry.on, entry.held, entry.company = calendar.Of(at, zone), held, company
		out[code][kind] = entry
	}
	return out, postgres.Map(ctx, rows.Err(), "read what registers say of customers")
}

// measure gives a source of the company; known is false without a value.
func (a answered) measure(source indicator.DataSource, on, today calendar.Date) (m rating.Measured, known bool) {
	total := 0
	parts := make([]string, 0, len(rated[source]))
	for _, k := range rated[source] {
		l, ok := a[k]
		if !ok {
			return m, false
		}
		if m.AsOf.IsZero() || l.on < m.AsOf {
			m.AsOf = l.on
		}
		total += l.held
		parts = append(parts, fmt.Sprintf("%s %d", k, l.held))
	}
	if !on.IsZero() {
		m.AsOf, today = on, on
	}
	c := a[biz.KindBasics].company
	switch source {
	case indicator.SourceCompanyYears:
		if c == nil || c.Established.IsZero() || c.Established > today {
			return m, false
		}
		m.Number, m.Detail = indicator.Number(wholeYears(c.Established, today))*1000, c.Established.String()+" … "+today.String()
	case indicator.SourceRegisteredCapital:
		if c == nil {
			return m, false
		}
		amount, ok := c.CapitalAmount()
		if !ok || amount > maxCapital {
			return m, false
		}
		m.Number, m.Detail = int64(amount)*1000, c.Capital+" · "+m.AsOf.String()
	default:
		m.Number, m.Detail = indicator.Number(total)*1000, strings.Join(parts, ", ")+" · "+m.AsOf.String()
	}
	return m, true
}

// maxCapital keeps thousandths of fen in reach of a number: ten million million.
const maxCapital = 1_000_000_000_000_000

func wholeYears(from, to calendar.Date) int {
	n := to.DaysSince(from) / 366
	for from.AddMonths(12*(n+1)) <= to {
		n++
	}
	return n
}

// Rows gives the findings that Findings counts, the newest first.
func (r Rated) Rows(ctx context.Context, uscc string, source indicator.DataSource) ([]rating.SourceRow, error) {
	kinds, code := rated[source], party.USCC(uscc)
	if len(kinds) == 0 || code == "" {
		return nil, nil
	}
	if slices.Contains(kinds, biz.KindBasics) {
		return r.basics(ctx, code)
	}
	found, err := r.shelf.Findings(ctx, code)
	if err != nil {
		return nil, err
	}
	var out []rating.SourceRow
	for _, f := range found {
		if f.Active && slices.Contains(kinds, f.Kind) {
			out = append(out, rating.SourceRow{Kind: rating.RowFinding, Reference: f.Title, Date: f.OccurredOn, Amount: f.Amount, Detail: string(f.Kind)})
		}
	}
	slices.SortStableFunc(out, func(a, b rating.SourceRow) int { return cmp.Compare(b.Date, a.Date) })
	return out, nil
}

// basics is the company as the register has it.
func (r Rated) basics(ctx context.Context, code party.USCC) ([]rating.SourceRow, error) {
	looks, err := r.shelf.Looks(ctx, code)
	c := looks[biz.KindBasics].Company
	if err != nil || c == nil {
		return nil, err
	}
	amount, _ := c.CapitalAmount()
	return []rating.SourceRow{{Kind: rating.RowCompany, Reference: c.Name, Date: c.Established, Amount: amount, Detail: c.Capital}}, nil
}
