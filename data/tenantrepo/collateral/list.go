package collateral

import (
	"context"
	"database/sql"
	"strings"

	"github.com/google/uuid"

	biz "zhuxin/biz/collateral"
	"zhuxin/data/postgres"
	"zhuxin/data/tenantrepo/roster"
	"zhuxin/shared/money"
)

const (
	inForce = `g.status = 'active' AND g.starts_on <= $1::date AND (g.ends_on IS NULL OR g.ends_on >= $1::date)`

	// $1 today, $2 salesperson or NULL, $3 part of a text, escaped for LIKE, $4 kind, $5
	// state as biz.Collateral.On answers it, $6 day before which it ends or NULL.
	selected = ` WHERE ($2::uuid IS NULL OR c.salesperson_id = $2)
		AND ($3::text = '' OR c.name ILIKE $3 OR c.number ILIKE $3 OR g.provider_name ILIKE $3 OR g.provider_uscc ILIKE $3 OR g.reference_no ILIKE $3)
		AND ($4::text = '' OR g.kind = $4)
		AND ($5::text = '' OR CASE WHEN g.status <> 'active' THEN g.status WHEN g.starts_on > $1::date THEN 'upcoming'
			WHEN g.ends_on < $1::date THEN 'ended' ELSE 'active' END = $5)
		AND ($6::date IS NULL OR g.ends_on < $6::date)`

	countSQL = `SELECT count(*), coalesce(sum(g.cover_amount) FILTER (WHERE ` + inForce + `), 0)::bigint FROM collateral g JOIN customers c ON c.id = g.customer_id` + selected
	listSQL  = columns + joined + selected + `
		ORDER BY g.status = 'active' DESC, g.ends_on NULLS LAST, c.number, g.id LIMIT $7 OFFSET $8`

	ratesSQL = `SELECT r.id, r.guarantee, r.mortgage, r.pledge, r.deposit, r.bank_guarantee, r.created_at, r.created_by, m.name
		FROM collateral_rates r LEFT JOIN hq.v_members m ON m.person_id = r.created_by ORDER BY r.id DESC LIMIT 1`
	insertRatesSQL = `INSERT INTO collateral_rates (id, guarantee, mortgage, pledge, deposit, bank_guarantee, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
)

// List implements biz.Repository, in two statements.
func (Repo) List(ctx context.Context, q biz.Query) ([]biz.Collateral, int64, money.Amount, error) {
	search := q.Search
	if search != "" {
		search = "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(search) + "%"
	}
	args := []any{q.Today, q.OnlyOf, search, q.Kind, q.Status, q.EndsBefore}
	type sums struct {
		total int64
		cover money.Amount
	}
	found, err := postgres.Query(ctx, "count collateral", countSQL, func(rows *sql.Rows) (s sums, err error) { return s, rows.Scan(&s.total, &s.cover) }, args...)
	s, err := one(found, err, biz.ErrNotFound)
	if err != nil {
		return nil, 0, 0, err
	}
	items, err := many(ctx, listSQL, append(args, q.Limit, q.Offset)...)
	return items, s.total, s.cover, err
}

// Rates implements biz.Repository.
func (Repo) Rates(ctx context.Context) (biz.Rates, bool, error) {
	found, err := postgres.Query(ctx, "read rates of collateral", ratesSQL, func(rows *sql.Rows) (r biz.Rates, err error) {
		var (
			of   [5]int
			by   uuid.NullUUID
			name sql.NullString
		)
		err = rows.Scan(&r.Version, &of[0], &of[1], &of[2], &of[3], &of[4], &r.CreatedAt, &by, &name)
		r.CreatedBy = roster.Ref(by, name)
		r.Of = map[biz.Kind]int{biz.Guarantee: of[0], biz.Mortgage: of[1], biz.Pledge: of[2], biz.Deposit: of[3], biz.BankGuarantee: of[4]}
		return r, err
	})
	if err != nil || len(found) == 0 {
		return biz.Rates{}, false, err
	}
	return found[0], true, nil
}

// InsertRates implements biz.Repository.
func (Repo) InsertRates(ctx context.Context, r biz.Rates) error {
	_, err := postgres.Exec(ctx, "store rates of collateral", insertRatesSQL, r.Version, r.Of[biz.Guarantee], r.Of[biz.Mortgage], r.Of[biz.Pledge], r.Of[biz.Deposit],
		r.Of[biz.BankGuarantee], r.CreatedAt, roster.ID(r.CreatedBy))
	return postgres.Map(ctx, err, "store rates of collateral", postgres.On("collateral_rates_pkey", biz.ErrVersion))
}
