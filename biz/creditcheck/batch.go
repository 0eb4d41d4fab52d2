package creditcheck

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/exposure"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/idempotency"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

// batchTime bounds one batch, whoever waits for it; the database's own limits on
// statements and locks are below it.
const batchTime = 30 * time.Second

// decide answers a batch of commands about one customer. When the batch as a
// whole cannot be stored, each is tried alone, so that one bad command fails by
// itself.
func (s *Service) decide(ctx context.Context, customer Selector, batch []*waiting) []result {
	ctx, cancel := context.WithTimeout(ctx, batchTime)
	defer cancel()
	results, err := s.decideTogether(ctx, customer, batch)
	if err == nil {
		return results
	}
	if len(batch) == 1 || !worthAlone(err) {
		return all(len(batch), err)
	}
	results = nil
	for i := range batch {
		alone, err := s.decideTogether(ctx, customer, batch[i:i+1])
		if err != nil {
			alone = all(1, err)
		}
		results = append(results, alone...)
	}
	return results
}

// worthAlone says whether the failure can be one command's: not when the database
// is away or the time is over.
func worthAlone(err error) bool {
	f, ok := fault.As(err)
	return !(ok && f.Kind == fault.KindUnavailable) && !errors.Is(err, context.DeadlineExceeded)
}

func (s *Service) decideTogether(ctx context.Context, customer Selector, batch []*waiting) (results []result, err error) {
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return nil, err
	}
	err = s.again(ctx, func(ctx context.Context) error {
		l, ok, err := s.load(ctx, customer, batch, today)
		if err != nil {
			return err
		}
		if !ok {
			results = all(len(batch), exposure.ErrNoAccount)
			return nil
		}
		d := deciding{l: l, now: s.Clock.Now(), today: today, orders: map[string]uuid.UUID{}, keys: map[string]bool{}}
		results = make([]result, len(batch))
		for i, w := range batch {
			results[i].decision, results[i].err = d.one(w.cmd, l.Found[i])
		}
		if len(d.forget) > 0 {
			if err := s.Store.ForgetKeys(ctx, d.forget); err != nil {
				return err
			}
		}
		if len(d.out.Records) == 0 {
			return nil
		}
		d.out.CustomerID, d.out.AccountVersion, d.out.At = l.Account.CustomerID, l.Account.Version, d.now
		return s.Store.Save(ctx, d.out)
	})
	return results, err
}

// load reads the facts, and once more after recomputing an account that does not
// hold for today.
func (s *Service) load(ctx context.Context, customer Selector, batch []*waiting, today calendar.Date) (Loaded, bool, error) {
	asks := make([]Ask, len(batch))
	for i, w := range batch {
		asks[i].Key = w.cmd.keyID()
		if w.cmd.op == OpReserve {
			asks[i].OrderNo = w.cmd.in.OrderNo
		}
	}
	l, ok, err := s.Store.Load(ctx, customer, asks)
	if err != nil || !ok || l.Account.ValidOn(today) {
		return l, ok, err
	}
	if err := s.Accounts.Recompute(ctx, l.Account.CustomerID); err != nil {
		return l, false, err
	}
	return s.Store.Load(ctx, customer, asks)
}

// deciding is the state of one batch: each decision sees what the ones before it hold.
type deciding struct {
	l      Loaded
	now    time.Time
	today  calendar.Date
	orders map[string]uuid.UUID // reserved in this batch
	keys   map[string]bool      // seen in this batch
	forget []string             // remembered for too long
	out    Batch
}

func (d *deciding) one(cmd command, f Found) (Decision, error) {
	if cmd.key != nil {
		if done, dec, err := d.repeated(*cmd.key, f); done {
			return dec, err
		}
	}
	// Another salesperson's customer does not exist for him.
	if cmd.actor.OwnCustomersOnly() && d.l.SalespersonID != cmd.actor.ID {
		return Decision{}, exposure.ErrNoAccount
	}
	if cmd.op == OpReserve {
		live, here := d.orders[cmd.in.OrderNo]
		if !here {
			live = f.LiveID
		}
		if live != uuid.Nil {
			return Decision{}, ErrOrderReserved.With("reservation_id", live.String())
		}
	}
	facts := d.facts(cmd.in.Currency)
	v := Decide(facts, d.l.Policy, cmd.in.Amount)
	dec := Decision{
		ID: newID(), Operation: cmd.op, OrderNo: cmd.in.OrderNo, CustomerID: d.l.Account.CustomerID, CustomerName: d.l.Name,
		Amount: cmd.in.Amount, Outcome: v.Outcome, Reasons: v.Reasons, Facts: facts, Binding: v.Binding,
		PolicyVersion: d.l.Policy.Version, DecidedAt: d.now,
	}
	if cmd.op == OpReserve && v.Outcome.Reserves() {
		d.reserve(&dec)
	}
	r := Record{Decision: dec, Actor: cmd.actor, Key: cmd.key}
	if cmd.key != nil {
		body, err := json.Marshal(dec)
		if err != nil {
			return Decision{}, fmt.Errorf("encode decision: %w", err)
		}
		r.Body = body
	}
	d.out.Records = append(d.out.Records, r)
	return dec, nil
}

// reserve holds the amount, for this and for the decisions after it.
func (d *deciding) reserve(dec *Decision) {
	held := dec.Facts.Holds(dec.Amount)
	dec.Reservation = &Reservation{
		ID: newID(), CustomerID: dec.CustomerID, OrderNo: dec.OrderNo, Amount: dec.Amount, HeldAmount: held, Status: StatusOpen,
		CheckID: dec.ID, ExpiresAt: d.now.Add(time.Duration(d.l.Policy.ReservationHours) * time.Hour), CreatedAt: d.now, UpdatedAt: d.now,
	}
	d.orders[dec.OrderNo] = dec.Reservation.ID
	d.l.Account.Reserved += held
	d.out.Held += held
	if d.l.Account.OverLimit() && held > 0 {
		d.out.Overrun = true // the policy let it pass with a warning
	}
}

// repeated says whether the command is answered by what is known of its key.
func (d *deciding) repeated(k Key, f Found) (bool, Decision, error) {
	if d.keys[k.ID] || f.InFlight {
		return true, Decision{}, idempotency.ErrInFlight
	}
	d.keys[k.ID] = true
	if f.Remembered == nil {
		return false, Decision{}, nil
	}
	if d.now.Sub(f.Remembered.At) >= KeysKept {
		d.forget = append(d.forget, k.ID)
		return false, Decision{}, nil
	}
	body, err := replay(*f.Remembered, k)
	if err != nil {
		return true, Decision{}, err
	}
	var dec Decision
	if err := json.Unmarshal(body, &dec); err != nil {
		return true, Decision{}, fmt.Errorf("decode remembered decision: %w", err)
	}
	return true, dec, nil
}

func (d *deciding) facts(currency money.Currency) Facts {
	a := d.l.Account
	f := Facts{
		LimitKind: a.LimitKind, StandingLimit: a.Standing, TemporaryLimit: a.Temporary, Receivable: a.Receivable, Reserved: a.Reserved,
		Exposure: a.Exposure(), Headroom: a.Headroom(), OverdueAmount: a.Overdue, OverdueDays: a.OverdueDays(d.today),
		MaxOverdueAmount: a.MaxOverdueAmount, MaxOverdueDays: a.MaxOverdueDays, Grade: a.Grade,
		CustomerActive: d.l.Active, SettlesAdvance: d.l.SettlesAdvance,
		NegativeAction: d.l.NegativeAction, GroupPolicyVersion: d.l.GroupPolicy,
		Frozen: a.Frozen, FrozenReason: a.FrozenReason, Currency: currency, AsOf: d.today, AccountVersion: a.Version,
	}
	if n := d.l.Negative; n != nil {
		f.NegativeListed, f.NegativeReasonCode, f.NegativeReasonText = true, n.ReasonCode, n.ReasonText
	}
	return f
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
