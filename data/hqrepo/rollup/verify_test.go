package rollup_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/exposure"
	"zhuxin/data/hqrepo/rollup"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	biz "zhuxin/shared/rollup"
	"zhuxin/tenancy/scope"
)

func TestRatingsLapse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := w.CtxA(t)
	c := w.Add(t, ctx, creditchecktest.Customer{Grade: "B", USCC: "CODE"})
	var id uuid.UUID
	err := w.Env.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		return q.QueryRowContext(ctx, `SELECT id FROM credit_ratings WHERE customer_id = $1`, c.ID).Scan(&id)
	})
	if err != nil {
		t.Fatal(err)
	}
	handle := func() {
		t.Helper()
		d := event.Delivered{Payload: []byte(`{"rating_id": "` + id.String() + `"}`)}
		if err := w.projector.RatingEffective(ctx, d); err != nil {
			t.Fatal(err)
		}
	}
	ratings := func() (r []biz.Rating) {
		w.hq(func(ctx context.Context) (err error) {
			r, err = rollup.Store{}.ProjectedRatings(ctx, w.A.ID)
			return err
		})
		return r
	}
	handle()
	handle()
	first := ratings()
	if len(first) != 1 || first[0].Grade != "B" || first[0].USCC != "CODE" || first[0].LapsedAt != nil || !first[0].EffectiveAt.Equal(start) {
		t.Fatalf("got %+v", first)
	}
	w.Exec(t, ctx, `UPDATE credit_ratings SET status = 'lapsed', lapsed_at = $1`, start.Add(time.Hour))
	handle()
	w.hq(func(ctx context.Context) error { return rollup.Store{}.PutRatings(ctx, first) })
	if r := ratings(); len(r) != 1 || r[0].LapsedAt == nil || !r[0].LapsedAt.Equal(start.Add(time.Hour)) {
		t.Errorf("after lapsing: %+v", r)
	}
	w.project(ctx)
	if d := w.differences(ctx); len(d) != 0 {
		t.Errorf("differences: %v", d)
	}
	if err := w.projector.RatingEffective(ctx, event.Delivered{Payload: []byte(`[]`)}); err == nil {
		t.Error("a payload without a rating is taken")
	}
}

func TestVerifyFindsTampering(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := w.CtxA(t)
	db := w.Admin(t)
	today := calendar.Of(start, calendar.Shanghai)
	c := w.Add(t, ctx, creditchecktest.Customer{USCC: "CODE", Grade: "A", LimitKind: exposure.LimitAmount, Limit: 1000})
	w.Receivable(t, ctx, c.ID, "R1", today-40, 300)
	w.hold(ctx, c.ID, 50)
	other := w.Add(t, ctx, creditchecktest.Customer{})
	w.Recompute(t, ctx)
	exec := func(q string, args ...any) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), q, args...); err != nil {
			t.Fatal(err)
		}
	}
	anew := func() {
		exec(`TRUNCATE hq.rollup_customers, hq.rollup_subsidiaries, hq.rating_histories`)
		w.Recompute(t, ctx)
		w.project(ctx)
	}
	anew()
	if d := w.differences(ctx); len(d) != 0 {
		t.Fatalf("untouched: %v", d)
	}
	tampered := []string{
		`DELETE FROM hq.rollup_customers WHERE id = '` + other.ID.String() + `'`,
		`UPDATE hq.rollup_customers SET id = gen_random_uuid() WHERE id = '` + other.ID.String() + `'`,
		`UPDATE hq.rollup_customers SET tenant_id = '` + w.B.ID.String() + `' WHERE id = '` + other.ID.String() + `'`,
		`DELETE FROM hq.rollup_subsidiaries`,
		`UPDATE hq.rollup_customers SET as_of = as_of + 400`,
		`UPDATE hq.rollup_subsidiaries SET as_of = as_of + 1`,
		`UPDATE hq.rollup_subsidiaries SET currency = 'EUR'`,
		`UPDATE hq.rollup_customers SET currency = 'EUR'`,
		`UPDATE hq.rollup_customers SET account_version = account_version + 1`,
		`DELETE FROM hq.rating_histories`,
		`UPDATE hq.rating_histories SET grade = 'B'`,
		`UPDATE hq.rating_histories SET total_score = total_score + 1`,
		`UPDATE hq.rating_histories SET lapsed_at = now()`,
		`UPDATE hq.rating_histories SET effective_at = effective_at - interval '1 day'`,
		`INSERT INTO hq.rating_histories SELECT gen_random_uuid(), tenant_id, customer_id, uscc, grade, total_score, effective_at, lapsed_at FROM hq.rating_histories`,
	}
	for _, column := range []string{"customer_name", "uscc", "grade", "limit_kind"} {
		tampered = append(tampered, `UPDATE hq.rollup_customers SET `+column+` = 'other'`)
	}
	for _, column := range strings.Fields("receivable overdue not_due months_0_6 months_6_12 months_12_24 months_24 days_1_30 days_31_60 days_61_90 days_91 disputed disputed_overdue limit_amount reserved") {
		tampered = append(tampered, `UPDATE hq.rollup_customers SET `+column+` = `+column+` + 1`, `UPDATE hq.rollup_subsidiaries SET `+column+` = `+column+` + 1`)
	}
	for _, column := range []string{"customers", "customers_overdue", "customers_over_limit"} {
		tampered = append(tampered, `UPDATE hq.rollup_subsidiaries SET `+column+` = `+column+` + 1`)
	}
	for _, column := range []string{"receivable_amount", "reserved_amount"} {
		tampered = append(tampered, `UPDATE `+w.A.Schema+`.credit_accounts SET `+column+` = `+column+` + 1`)
	}
	for _, q := range tampered {
		exec(q)
		if d := w.differences(ctx); len(d) == 0 || !strings.HasPrefix(d[0].String(), w.A.Slug) {
			t.Errorf("not found: %s (%v)", q, d)
		}
		anew()
	}
	if d := w.differences(ctx); len(d) != 0 {
		t.Errorf("mended: %v", d)
	}
	t.Logf("%d kinds of tampering found", len(tampered))
}
