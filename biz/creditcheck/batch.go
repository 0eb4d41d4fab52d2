package creditcheck

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/exposure"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/idempotency"
	"zhuxin/shared/tenant"
)

// batchTime bounds one batch, whoever waits for it; the database's own limits on
// statements and locks are below it.
const batchTime = 30 * time.Second

// decide answers groups of commands in one transaction; it is the combiner's run.
// When the whole cannot be stored, each group and then each command is tried
// alone, so that one bad command fails by itself.
func (s *Service) decide(ctx context.Context, groups []*group, wait bool) {
	ctx, cancel := context.WithTimeout(ctx, batchTime)
	defer cancel()
	err := s.decideTogether(ctx, groups, wait)
	switch {
	case err == nil:
	case !worthAlone(err):
		failed(groups, err)
	case len(groups) > 1:
		for _, g := range groups {
			s.decide(ctx, []*group{g}, wait)
		}
	case len(groups[0].batch) > 1:
		s.decideOneByOne(ctx, groups[0], wait)
	default:
		failed(groups, err)
	}
}

func (s *Service) decideOneByOne(ctx context.Context, g *group, wait bool) {
	results := make([]result, len(g.batch))
	for i := range g.batch {
		alone := &group{queue: g.queue, batch: g.batch[i : i+1]}
		s.decide(ctx, []*group{alone}, true)
		results[i] = alone.results[0]
	}
	g.results = results
}

// worthAlone says whether the failure can be one command's: not when the database
// is away or the time is over.
func worthAlone(err error) bool {
	f, ok := fault.As(err)
	away := ok && f.Kind == fault.KindUnavailable && !f.Is(ErrStale)
	return !away && !errors.Is(err, context.DeadlineExceeded)
}

func (s *Service) decideTogether(ctx context.Context, groups []*group, wait bool) error {
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return err
	}
	asked := asks(groups)
	results, lock := make([][]result, len(groups)), LockAtOnce
	if wait {
		lock = LockWaiting
	}
	err = s.again(ctx, func(ctx context.Context) error {
		clear(results)
		loaded, err := s.load(ctx, asked, wait, today)
		if err != nil {
			return err
		}
		tx := shared{today: today, out: Batch{At: s.Clock.Now()}, orders: map[string]uuid.UUID{}, keys: map[string]bool{}}
		if tx.pools, err = s.pools(ctx, lock, loaded...); err != nil {
			return err
		}
		for i, g := range groups {
			l := loaded[i]
			switch {
			case l.OK && l.Account.ValidOn(today) && (wait || tx.has(l)):
				results[i] = tx.decide(l, g.batch)
			case wait:
				results[i] = make([]result, len(g.batch))
				for n := range results[i] {
					results[i][n].err = exposure.ErrNoAccount
				}
			}
		}
		if len(tx.forget) > 0 {
			if err := s.Store.ForgetKeys(ctx, tx.forget); err != nil {
				return err
			}
		}
		if len(tx.out.Records) == 0 {
			return nil
		}
		return s.Store.Save(ctx, tx.out)
	})
	if err != nil {
		return err
	}
	for i, g := range groups {
		g.results = results[i]
	}
	return nil
}

func asks(groups []*group) []Group {
	out := make([]Group, len(groups))
	for i, g := range groups {
		out[i] = Group{Customer: g.queue.customer, Asks: make([]Ask, len(g.batch))}
		for n, w := range g.batch {
			in := w.cmd.in
			out[i].Asks[n] = Ask{Key: w.cmd.keyID(), OrderNo: in.OrderNo, Project: ProjectSelector{ID: in.ProjectID, Number: in.ProjectNumber}}
		}
	}
	return out
}

// load reads the facts. An account that does not hold for today is recomputed and
// read once more; only by who waits, for it locks one row after another.
func (s *Service) load(ctx context.Context, groups []Group, wait bool, today calendar.Date) ([]Loaded, error) {
	loaded, err := s.Store.Load(ctx, groups, wait)
	if err != nil || !wait || !loaded[0].OK || loaded[0].Account.ValidOn(today) {
		return loaded, err
	}
	if err := s.Accounts.Recompute(ctx, loaded[0].Account.CustomerID); err != nil {
		return nil, err
	}
	return s.Store.Load(ctx, groups, wait)
}

// shared is the state of one transaction.
type shared struct {
	today  calendar.Date
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

func (d *deciding) facts(in CheckInput, found Found) Facts {
	a, customer := d.l.Account, d.l.Account.CustomerID
	binds, by := d.l.Policy.Rules.binds(in.Checkpoint, found.Project)
	f := Facts{
		LimitKind: a.LimitKind, StandingLimit: a.Standing, TemporaryLimit: a.Temporary, Cover: a.Cover, Receivable: a.Receivable, Reserved: a.Reserved,
		Delivered: a.Delivered, Reconciled: a.Reconciled, Drafts: a.Drafts, Advances: a.Advances,
		Exposure: a.Exposure(), Headroom: a.Headroom(), OverdueAmount: a.Overdue, OverdueDays: a.OverdueDays(d.today),
		MaxOverdueAmount: a.MaxOverdueAmount, MaxOverdueDays: a.MaxOverdueDays, Grade: a.Grade,
		CustomerActive: d.l.Active, SettlesAdvance: d.l.SettlesAdvance,
		NegativeAction: d.l.NegativeAction, GroupPolicyVersion: d.l.GroupPolicy,
		Frozen: a.Frozen, FrozenReason: a.FrozenReason, Currency: in.Currency, AsOf: d.today, AccountVersion: a.Version,
		Checkpoint: in.Checkpoint, Volume: in.Volume, Skips: !binds, SetBy: by,
	}
	_, reserved := d.orders[in.OrderNo]
	switch {
	case in.Checkpoint == AtDispatch && found.LiveOf == customer:
		f.Covered = min(found.LiveHeld, in.Amount)
		f.Tolerated = d.l.Policy.Rules.tolerated(found.LiveHeld, in.Amount)
	case !reserved:
		f.Covered = min(found.Counted, in.Amount)
	}
	f.SupplyStopped, f.SupplyStopReason = found.Stopped, found.StopReason
	if found.HoldOf == customer {
		f.Release = found.Release
	}
	if f.Project = d.project(found.Project); f.Project != nil {
		f.Project.Covered = f.Covered
		if found.LiveOf != customer {
			f.Project.Covered = min(f.Covered, found.Project.Counted)
		}
	}
	f.SharedLimit, f.GroupQuota = d.pool(d.l.SharedLimit), d.pool(d.l.GroupCap)
	if n := d.l.Negative; n != nil {
		f.NegativeListed, f.NegativeReasonCode, f.NegativeReasonText = true, n.ReasonCode, n.ReasonText
		f.NegativeSeverity, f.NegativeExempt, f.NegativeLimits = n.Severity, n.ExemptUntil, n.Limits
	}
	f.Related = d.l.Related
	return f
}

// project gives the account of a project as the decisions before leave it.
func (d *deciding) project(p *FoundProject) *ProjectFacts {
	if p == nil || p.Facts == nil || p.Facts.LimitKind == "" {
		return nil
	}
	state := d.projects[p.ID]
	if state == nil {
		state = &projectState{facts: *p.Facts, move: ProjectMove{ProjectID: p.ID}}
		d.projects[p.ID] = state
	}
	facts := state.facts
	return &facts
}

// binds says whether a check binds at the checkpoint: the project's own setting,
// else the tenant's.
func (r Rules) binds(at Checkpoint, p *FoundProject) (bool, Origin) {
	order, dispatch, by := r.AtOrder, r.AtDispatch, ByTenant
	if p != nil && p.Checkpoints != "" && p.Checkpoints != "inherit" {
		order, dispatch, by = p.Checkpoints != "dispatch", p.Checkpoints != "order", ByProject
	}
	if at == AtDispatch {
		return dispatch, by
	}
	return order, by
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
