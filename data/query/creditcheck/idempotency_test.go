package creditcheck_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	biz "zhuxin/biz/creditcheck"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/shared/fault"
	"zhuxin/shared/idempotency"
)

// T9, short form: each command in up to 32 copies at once, half of them in another
// process (a second service has its own queues), with other payloads in between:
// one effect for each key, every answer the same bytes.
func TestCopiesOfOneCommand(t *testing.T) {
	t.Parallel()
	b := setup(t)
	services := []*biz.Service{b.Service, b.With(b.Store)}
	c := b.customer(t, 1e12)
	for k := range 25 {
		name := fmt.Sprintf("T9-%d", k)
		in := biz.CheckInput{CustomerID: c.ID, OrderNo: name, Amount: 10}
		var (
			wg      sync.WaitGroup
			mu      sync.Mutex
			answers = map[string]int{}
		)
		copies := 1 + rand.IntN(32)
		for n := range copies {
			wg.Go(func() {
				for range 100 {
					d, err := services[n%2].Reserve(creditchecktest.WithKey(b.ctx, name, name), in)
					if errors.Is(err, idempotency.ErrInFlight) {
						continue // as the answer says: repeat in a moment
					}
					if err != nil {
						t.Errorf("%s: %v", name, err)
						return
					}
					mu.Lock()
					answers[text(t, d)]++
					mu.Unlock()
					return
				}
			})
		}
		wg.Wait()
		if len(answers) != 1 {
			t.Errorf("%s: %d different answers to %d copies", name, len(answers), copies)
		}
		_, err := services[k%2].Reserve(creditchecktest.WithKey(b.ctx, name, "other"), in)
		if f, ok := fault.As(err); !ok || f.Kind != fault.KindMismatch {
			t.Errorf("%s with another payload: %v", name, err)
		}
	}
	for _, query := range []string{`SELECT count(*) FROM reservations`, `SELECT count(*) FROM credit_checks`, `SELECT count(*) FROM idempotency_keys`,
		`SELECT count(*) FROM audit_log WHERE action = 'reservation.opened'`, `SELECT reserved_amount / 10 FROM credit_accounts`} {
		if n := b.count(t, query); n != 25 {
			t.Errorf("%s: %d, want 25", query, n)
		}
	}
}
