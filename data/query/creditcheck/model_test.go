package creditcheck_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	biz "zhuxin/biz/creditcheck"
	"zhuxin/biz/exposure"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

// model is one customer as the rules say he is.
type model struct {
	limit, receivable money.Amount
	held              map[string]*modelReservation // by order
}

type modelReservation struct {
	biz.Reservation
	document string
}

func (m *model) reserved() (sum money.Amount) {
	for _, r := range m.held {
		sum += r.HeldAmount
	}
	return sum
}

// pick draws one reservation of these statuses; nil where there is none, and then there is nothing to do.
func (m *model) pick(t *rapid.T, status ...biz.Status) *modelReservation {
	var names []string
	for n, r := range m.held {
		for _, s := range status {
			if r.Status == s {
				names = append(names, n)
			}
		}
	}
	if len(names) == 0 {
		return nil
	}
	return m.held[rapid.SampledFrom(names).Draw(t, "order")]
}

// Random lives of reservations, limits and receivables against the model (T8).
func TestReservationsAgainstModel(t *testing.T) {
	t.Parallel()
	b := setup(t)
	system := access.With(b.ctx, access.System(b.env.A.ID, "job"))
	round, number := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		b.clock.At = start
		m := &model{limit: 1000, held: map[string]*modelReservation{}}
		c := b.Add(t, b.hands, creditchecktest.Customer{LimitKind: exposure.LimitAmount, Limit: m.limit, Grade: "A", MaxOverdue: 1e12, MaxDays: 1e6})
		bill := func(r *modelReservation) { r.Status, r.HeldAmount = biz.StatusBilled, 0 }
		rt.Repeat(map[string]func(*rapid.T){
			"reserve": func(rt *rapid.T) {
				number++
				order, amount := fmt.Sprintf("M%d", number), money.Amount(rapid.Int64Range(1, 700).Draw(rt, "amount"))
				d, err := b.Service.Reserve(b.ctx, biz.CheckInput{CustomerID: c.ID, OrderNo: order, Amount: amount})
				fits := m.receivable+m.reserved()+amount <= m.limit
				if err != nil || fits != (d.Reservation != nil) || fits != (d.Outcome == biz.Allow) {
					rt.Fatalf("reserve %d of %d with %d used: %+v, %v", amount, m.limit, m.receivable+m.reserved(), d, err)
				}
				if fits {
					m.held[order] = &modelReservation{Reservation: *d.Reservation}
				}
			},
			"commit": func(rt *rapid.T) {
				r := m.pick(rt, biz.StatusOpen)
				if r == nil {
					return
				}
				amount := money.Amount(rapid.Int64Range(0, int64(r.Amount)+1).Draw(rt, "delivered"))
				in := biz.CommitInput{ID: r.ID, Amount: amount}
				if rapid.Bool().Draw(rt, "with document") {
					number++
					in.Source, in.DocumentNo = "erp", fmt.Sprintf("D%d", number)
				}
				got, err := b.Service.Commit(b.ctx, in)
				if amount > r.Amount {
					if !errors.Is(err, biz.ErrCommitExceeds) {
						rt.Fatalf("commit %d of %d: %v", amount, r.Amount, err)
					}
					return
				}
				r.Status, r.document = biz.StatusCommitted, in.DocumentNo
				if amount > 0 {
					r.HeldAmount = amount
				}
				if err != nil || got.Status != r.Status || got.HeldAmount != r.HeldAmount {
					rt.Fatalf("commit: %+v, %v", got, err)
				}
			},
			"release": func(rt *rapid.T) {
				r := m.pick(rt, biz.StatusOpen, biz.StatusCommitted, biz.StatusBilled, biz.StatusReleased, biz.StatusExpired)
				if r == nil {
					return
				}
				got, err := b.Service.Release(b.ctx, biz.ReleaseInput{ID: r.ID})
				if !r.Status.Live() {
					if !errors.Is(err, biz.ErrNotLive) {
						rt.Fatalf("release of %s: %v", r.Status, err)
					}
					return
				}
				if r.Status, r.HeldAmount = biz.StatusReleased, 0; err != nil || got.HeldAmount != 0 {
					rt.Fatalf("release: %+v, %v", got, err)
				}
			},
			"import": func(rt *rapid.T) {
				number++
				document, amount := fmt.Sprintf("R%d", number), money.Amount(rapid.Int64Range(-200, 400).Draw(rt, "open"))
				for _, r := range m.held { // often the one that a delivery waits for
					if r.Status == biz.StatusCommitted && r.document != "" {
						document, amount = r.document, max(r.HeldAmount, 1)
						bill(r)
						break
					}
				}
				if amount == 0 {
					return
				}
				b.Receivable(t, b.hands, c.ID, document, calendar.NewDate(2099, 1, 1), amount)
				b.Recompute(t, b.hands, c.ID)
				m.receivable += amount
			},
			"change the limit": func(rt *rapid.T) {
				m.limit = money.Amount(rapid.Int64Range(0, 2000).Draw(rt, "limit"))
				b.Exec(t, b.hands, `UPDATE credit_limits SET status = 'lapsed' WHERE customer_id = $1`, c.ID)
				b.Limit(t, b.hands, c.ID, creditchecktest.Limit{Class: "standing", Kind: exposure.LimitAmount, Amount: m.limit})
				b.Recompute(t, b.hands, c.ID)
			},
			"time passes": func(rt *rapid.T) {
				b.clock.At = b.clock.At.Add(time.Duration(rapid.IntRange(1, 40).Draw(rt, "hours")) * time.Hour)
				if _, err := b.Service.ExpireReservations(system); err != nil {
					rt.Fatal(err)
				}
				for _, r := range m.held {
					if r.Status == biz.StatusOpen && !r.ExpiresAt.After(b.clock.At) {
						r.Status, r.HeldAmount = biz.StatusExpired, 0
					}
				}
			},
			"": func(rt *rapid.T) {
				a := b.Account(t, b.hands, c.ID)
				if a.Reserved != m.reserved() || a.Receivable != m.receivable || a.Limit() != m.limit {
					rt.Fatalf("account %+v, model reserved %d receivable %d limit %d", a, m.reserved(), m.receivable, m.limit)
				}
				for order, r := range m.held {
					got, err := b.Service.GetReservation(b.ctx, r.ID)
					if err != nil || got.Status != r.Status || got.HeldAmount != r.HeldAmount {
						rt.Fatalf("%s is %s holding %d, model %s %d (%v)", order, got.Status, got.HeldAmount, r.Status, r.HeldAmount, err)
					}
				}
			},
		})
	})
}
