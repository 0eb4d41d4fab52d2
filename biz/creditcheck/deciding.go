package creditcheck

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/exposure"
	"zhuxin/shared/calendar"
	"zhuxin/shared/idempotency"
)

// shared is the state of one transaction.
type shared struct {
	today  calendar.Date
	zone   *time.Location
	out    Batch
	orders map[string]uuid.UUID // reserved before in this transaction
	keys   map[string]bool      // seen before in this transaction
	forget []string             // remembered for too long
	pools  map[uuid.UUID]*PoolFacts
}

// deciding is the state of one customer's decisions: each sees what the ones
// before it hold.
type deciding struct {
	*shared
	l        Loaded
	move     Move
	held     int // new reservations
	projects map[uuid.UUID]*projectState
}

// projectState is a project's account as the decisions of this transaction leave it.
type projectState struct {
	facts ProjectFacts
	move  ProjectMove
}

func (s *shared) decide(l Loaded, batch []*waiting) []result {
	d := deciding{shared: s, l: l, move: Move{CustomerID: l.Account.CustomerID, Version: l.Account.Version},
		projects: map[uuid.UUID]*projectState{}}
	results := make([]result, len(batch))
	for i, w := range batch {
		results[i].decision, results[i].err = d.one(w.cmd, l.Found[i])
	}
	if d.held > 0 {
		s.out.Moves = append(s.out.Moves, d.move)
	}
	for _, p := range d.projects {
		if p.move.Held != 0 {
			s.out.Projects = append(s.out.Projects, p.move)
		}
	}
	return results
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
	if (cmd.in.ProjectID != uuid.Nil || cmd.in.ProjectNumber != "") && f.Project == nil {
		return Decision{}, ErrNoProject
	}
	facts := d.facts(cmd.in, f)
	v := Decide(facts, d.l.Policy, cmd.in.Amount)
	dec := Decision{
		ID: newID(), Operation: cmd.op, OrderNo: cmd.in.OrderNo, CustomerID: d.l.Account.CustomerID, CustomerName: d.l.Name,
		Amount: cmd.in.Amount, Outcome: v.Outcome, Reasons: v.Reasons, Facts: facts, Binding: v.Binding,
		PolicyVersion: d.l.Policy.Version, DecidedAt: d.out.At,
	}
	switch {
	case cmd.op != OpReserve:
	case v.Outcome.Reserves():
		d.reserve(&dec, f)
	case v.Outcome == Hold:
		dec.HoldID = f.HoldID
		if dec.HoldID == uuid.Nil {
			dec.HoldID = newID()
		}
		d.out.Queued = append(d.out.Queued, Queued{HoldID: dec.HoldID, Record: len(d.out.Records)})
	}
	r, err := record(dec, cmd)
	if err != nil {
		return Decision{}, err
	}
	d.out.Records = append(d.out.Records, r)
	return dec, nil
}

// record encodes facts and reasons once, for their columns and for the answer.
func record(dec Decision, cmd command) (Record, error) {
	facts, err1 := json.Marshal(dec.Facts)
	reasons, err2 := json.Marshal(dec.Reasons)
	r := Record{Decision: dec, Facts: facts, Reasons: reasons, Actor: cmd.actor, Key: cmd.key}
	var err3 error
	if cmd.key != nil {
		// The outer fields hide the decision's own.
		r.Body, err3 = json.Marshal(struct {
			Decision
			Facts   json.RawMessage `json:"facts"`
			Reasons json.RawMessage `json:"reasons"`
		}{dec, facts, reasons})
	}
	if err := errors.Join(err1, err2, err3); err != nil {
		return Record{}, fmt.Errorf("encode decision: %w", err)
	}
	return r, nil
}

// reserve holds the amount, for this and for the decisions after it.
func (d *deciding) reserve(dec *Decision, found Found) {
	held, now := dec.Facts.Holds(dec.Amount), d.out.At
	dec.Reservation = &Reservation{
		ID: newID(), CustomerID: dec.CustomerID, OrderNo: dec.OrderNo, Amount: dec.Amount, HeldAmount: held, Status: StatusOpen,
		CheckID: dec.ID, ExpiresAt: now.Add(time.Duration(d.l.Policy.ReservationHours) * time.Hour), CreatedAt: now, UpdatedAt: now,
	}
	d.held++
	more := held - found.Counted // a source's order counts by its reservation from now on
	if found.Counted > 0 {
		d.out.Taken = append(d.out.Taken, Taken{CustomerID: dec.CustomerID, OrderNo: dec.OrderNo, Amount: found.Counted})
	}
	d.orders[dec.OrderNo] = dec.Reservation.ID
	d.l.Account.Reserved += more
	d.move.Held += more
	d.fill(more)
	if d.l.Account.OverLimit() && held > 0 {
		d.move.Overrun = true // policy or a release let it pass
	}
	if found.Project != nil {
		dec.Reservation.ProjectID = found.Project.ID
	}
	if p := dec.Facts.Project; p != nil {
		state := d.projects[p.ID]
		more := held - found.Project.Counted
		state.facts.Reserved += more
		state.move.Held += more
		over := state.facts.LimitKind != exposure.LimitUnlimited && state.facts.Exposure() > state.facts.Limit()
		state.move.Overrun = state.move.Overrun || over
	}
	if passed, ok := passes(*dec, found); ok {
		d.out.Passed = append(d.out.Passed, passed)
	}
}

// passes says what becomes of the order's place in the queue: it goes on under
// its release when that was needed, and is cleared when it waited and nothing
// stops it any more.
func passes(dec Decision, found Found) (Passed, bool) {
	if found.HoldID == uuid.Nil || found.HoldOf != dec.CustomerID {
		return Passed{}, false
	}
	p := Passed{HoldID: found.HoldID, Amount: dec.Amount, Volume: dec.Facts.Volume}
	if slices.ContainsFunc(dec.Reasons, func(r Reason) bool { return r.Released }) {
		p.ReleaseID = dec.Facts.Release.ID
		return p, true
	}
	return p, found.Waits
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
	if d.out.At.Sub(f.Remembered.At) >= KeysKept {
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
