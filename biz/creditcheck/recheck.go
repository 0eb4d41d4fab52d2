package creditcheck

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"zhuxin/biz/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/tenant"
)

// maxRecheck bounds one look at the queue; what is left over is looked at next time.
const maxRecheck = 500

// AccountChanged handles account.changed: it looks again at what waits for the
// customers whose figures changed. It takes effect by the orders' own state, so a
// second delivery finds nothing to do.
func (q *Queue) AccountChanged(ctx context.Context, d event.Delivered) error {
	var c exposure.Changed
	if err := json.Unmarshal(d.Payload, &c); err != nil {
		return fmt.Errorf("creditcheck: payload of %s: %w", d.Topic, err)
	}
	_, err := q.Recheck(ctx, c.CustomerIDs...)
	return err
}

// Recheck looks again at the held orders of the customers, or of all, the oldest
// first, and reserves for those that nothing stops any more: a payment has come, a
// limit has risen, a listing or a freeze has ended. It says how many went on.
//
// All are judged by one reading of the accounts; only an order that would pass
// takes the way of a new one, which decides again under the lock.
func (q *Queue) Recheck(ctx context.Context, customers ...uuid.UUID) (int, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return 0, err
	}
	today, err := tenant.Today(ctx, q.Checks.Clock)
	if err != nil {
		return 0, err
	}
	var pass []OrderHold
	err = q.Checks.Tx.InTx(ctx, func(ctx context.Context) error {
		waiting, err := q.Store.Waiting(ctx, customers, maxRecheck)
		if err != nil || len(waiting) == 0 {
			return err
		}
		groups, of := grouped(waiting)
		loaded, err := q.Checks.Store.Load(ctx, groups, false)
		if err != nil {
			return err
		}
		for i, l := range loaded {
			if !l.OK || !l.Account.ValidOn(today) {
				continue // somebody works on it, and looks again when he is done
			}
			tx := shared{today: today, zone: zoneOf(ctx), out: Batch{At: q.Checks.Clock.Now()}, orders: map[string]uuid.UUID{}, keys: map[string]bool{}}
			for n, r := range tx.decide(l, again(of[i], t.ID)) {
				if r.err == nil && r.decision.Reservation != nil {
					pass = append(pass, of[i][n])
				}
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	n := 0
	for _, h := range pass {
		d, err := q.Checks.Reserve(access.With(ctx, access.System(t.ID, "recheck "+h.ID.String())), h.input())
		if f, ok := fault.As(err); ok && f.Kind == fault.KindConflict {
			continue // ordered again meanwhile
		}
		if err != nil {
			return n, err
		}
		if d.Reservation != nil {
			n++
		}
	}
	return n, nil
}

func (h OrderHold) input() CheckInput {
	return CheckInput{CustomerID: h.CustomerID, OrderNo: h.OrderNo, Amount: h.Amount, ProjectID: h.ProjectID, Volume: h.Volume, Checkpoint: h.Checkpoint}
}

// grouped puts orders together by customer, in the order of age.
func grouped(hs []OrderHold) (groups []Group, of [][]OrderHold) {
	at := map[uuid.UUID]int{}
	for _, h := range hs {
		i, ok := at[h.CustomerID]
		if !ok {
			i = len(groups)
			at[h.CustomerID] = i
			groups, of = append(groups, Group{Customer: Selector{ID: h.CustomerID}}), append(of, nil)
		}
		groups[i].Asks = append(groups[i].Asks, Ask{OrderNo: h.OrderNo, Project: ProjectSelector{ID: h.ProjectID}})
		of[i] = append(of[i], h)
	}
	return groups, of
}

func again(hs []OrderHold, tenantID uuid.UUID) (batch []*waiting) {
	for _, h := range hs {
		in := h.input()
		batch = append(batch, &waiting{cmd: command{op: OpReserve, in: in, actor: access.System(tenantID, "recheck")}})
	}
	return batch
}
