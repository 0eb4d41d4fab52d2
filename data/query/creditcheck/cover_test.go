package creditcheck_test

import (
	"testing"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/creditcheck"
	"zhuxin/biz/exposure"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/shared/money"
)

// An order passes by what secures the debt, to the last fen; the day after the cover
// ended the next one is held, and goes on when there is cover again. Nobody without
// a limit gets one by it.
func TestCoverMakesRoomWhileItLasts(t *testing.T) {
	t.Parallel()
	b, q, _ := holding(t, nil)
	covered := func(of uuid.UUID, amount money.Amount, days int) {
		t.Helper()
		b.Exec(t, b.hands, `INSERT INTO collateral (id, created_at, updated_at, customer_id, kind, provider_name, guaranteed_amount, rate, cover_amount, starts_on, ends_on, document_ids, status, effective_at)
			VALUES ($1, now(), now(), $2, 'guarantee', '担保', $3, 10000, $3, $4, $5, '[]', 'active', now())`, uuid.New(), of, int64(amount), today-9, today.AddDays(days))
		b.Recompute(t, b.hands, of)
	}
	c := b.customer(t, 1000)
	in := biz.CheckInput{CustomerID: c.ID, OrderNo: "O-1", Amount: 1300}
	if d := b.ask(t, in, b.Service.Check); d.Outcome != biz.Hold || d.Facts.Cover != 0 {
		t.Fatalf("without cover %s", d.Outcome)
	}
	covered(c.ID, 300, 1)
	in.Amount = 1301
	if d := b.ask(t, in, b.Service.Check); d.Outcome != biz.Hold || d.Reasons[0].Bound != 1300 {
		t.Errorf("a fen more: %s, %+v", d.Outcome, d.Reasons)
	}
	in.Amount = 1200
	if d := b.ask(t, in, b.Service.Reserve); d.Outcome != biz.Allow || d.Facts.Cover != 300 || d.Facts.Headroom != 1300 || d.Reservation == nil {
		t.Fatalf("with cover %s, %+v", d.Outcome, d.Facts)
	}
	next := biz.CheckInput{CustomerID: c.ID, OrderNo: "O-2", Amount: 50}
	b.clock.At = b.clock.At.Add(24 * time.Hour) // its last day
	if d := b.ask(t, next, b.Service.Check); d.Outcome != biz.Allow {
		t.Errorf("on the last day %s", d.Outcome)
	}
	b.clock.At = b.clock.At.Add(24 * time.Hour)
	if d := b.ask(t, next, b.Service.Reserve); d.Outcome != biz.Hold || d.Facts.Cover != 0 || d.Facts.Headroom != -200 {
		t.Errorf("the day after %s, %+v", d.Outcome, d.Facts)
	}
	covered(c.ID, 300, 30)
	if n, err := q.Recheck(b.ctx, c.ID); err != nil || n != 1 {
		t.Errorf("with new cover %d go on, %v", n, err)
	}

	none := b.Add(t, b.hands, creditchecktest.Customer{LimitKind: exposure.LimitNone, Grade: "A"})
	covered(none.ID, 1_000_000, 30)
	if d := b.ask(t, biz.CheckInput{CustomerID: none.ID, OrderNo: "O-3", Amount: 1}, b.Service.Reserve); d.Outcome != biz.Block || d.Reasons[0].Code != biz.NoLimit {
		t.Errorf("without a limit %s, %+v", d.Outcome, d.Reasons)
	}
	if a := b.Account(t, b.hands, none.ID); a.Cover != 0 || a.Bound() != 0 {
		t.Errorf("without a limit %+v", a)
	}
}
