package approval

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
)

// The people of the matrix. Each has one relation to the submission.
const (
	submitter      = "submitter"
	holder         = "holder by role"
	named          = "holder by name"
	delegate       = "delegate of the holder"
	ownDelegate    = "delegate of the submitter"
	actedBefore    = "one who acted before"
	actedDelegate  = "delegate of one who acted"
	escalated      = "one it was escalated to"
	outsider       = "somebody else"
	free           = "an approver without a place" // the target of handovers
	poorHolder     = "holder without the authority"
	poorHoldersSub = "delegate of a holder without the authority"
)

var everybody = []string{submitter, holder, named, delegate, ownDelegate, actedBefore, actedDelegate, escalated, outsider, poorHolder, poorHoldersSub}

func id(name string) uuid.UUID { return uuid.NewSHA1(uuid.Nil, []byte(name)) }

func who(name string) party.Person { return party.Person{ID: id(name), Name: name} }

var noon = time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)

func world() engine {
	p := People{Authority: map[uuid.UUID]*money.Amount{}}
	little := money.Amount(100)
	for _, n := range append(slices.Clone(everybody), free) {
		roles := []access.Role{access.RoleViewer}
		switch n {
		case holder, poorHolder:
			roles = []access.Role{access.RoleCreditReviewer}
		case free:
			roles = []access.Role{access.RoleApprover}
		case named, delegate, escalated, actedBefore:
			roles = []access.Role{access.RoleFinance}
		}
		p.Members = append(p.Members, Member{Person: who(n), Roles: roles, Active: true})
	}
	p.Authority[id(poorHolder)] = &little
	return engine{people: p, work: Workweek{Zone: time.UTC, Start: 9 * 60, End: 18 * 60}, now: noon}
}

func doer(e engine, name string) Doer {
	m, _ := e.people.find(id(name))
	d := Doer{Person: m.Person, Roles: m.Roles}
	stands := map[string]string{delegate: holder, ownDelegate: submitter, actedDelegate: actedBefore, poorHoldersSub: poorHolder}
	if of, ok := stands[name]; ok {
		p, _ := e.people.find(id(of))
		d.For = []Principal{{Person: p.Person, Roles: p.Roles}}
	}
	return d
}

// state is a way for a submission to stand.
type state struct {
	name    string
	ended   Status   // pending unless set
	kind    StepKind // of the running step
	mode    Mode
	acted   bool // actedBefore has decided in an earlier step
	further bool // an approving step follows
}

func states() []state {
	var out []state
	for _, end := range []Status{StatusApproved, StatusRejected, StatusReturned, StatusWithdrawn} {
		out = append(out, state{name: string(end), ended: end, kind: StepApprove, mode: ModeAny})
	}
	for _, kind := range []StepKind{StepReview, StepApprove} {
		for _, mode := range []Mode{ModeAny, ModeAll} {
			for _, further := range []bool{false, true} {
				if kind == StepReview && !further {
					continue // a review is never the last step
				}
				out = append(out, state{name: fmt.Sprint(kind, " ", mode, " further=", further), kind: kind, mode: mode, acted: true, further: further})
			}
		}
	}
	return out
}

func (s state) build() Approval {
	a := Approval{ID: id("a"), Status: StatusPending, Amount: 1000, Version: 3, SubmittedBy: who(submitter)}
	done := Step{ID: id("first"), Position: 1000, Kind: StepReview, Mode: ModeAny, Status: StepDone, OpenedVersion: 1}
	if s.acted {
		p := who(actedBefore)
		a.Acts = []Act{{Kind: ActApproved, By: &p, StepID: uuid.NullUUID{UUID: done.ID, Valid: true}, Version: 2, At: noon}}
	}
	byName, byRole, before := who(named), access.RoleCreditReviewer, who(actedBefore)
	up := who(escalated)
	running := Step{ID: id("running"), Position: 2000, Kind: s.kind, Mode: s.mode, Status: StepActive, OpenedVersion: 2, Slots: []Slot{
		{ID: id("role"), Role: byRole, Status: SlotOpen},
		{ID: id("name"), Person: &byName, EscalatedTo: &up, Status: SlotOpen},
		{ID: id("before"), Person: &before, Status: SlotOpen},
	}}
	a.Steps = []Step{done, running}
	if s.further {
		a.Steps = append(a.Steps, Step{ID: id("last"), Position: 3000, Kind: StepApprove, Mode: ModeAny, Status: StepWaiting,
			Slots: []Slot{{ID: id("last slot"), Role: access.RoleApprover, Status: SlotWaiting}}})
	}
	if s.ended != "" {
		p := who("decider")
		a.Status, a.DecidedBy, a.DecidedAt = s.ended, &p, &noon
	}
	return a
}

const (
	doApprove  = "approve"
	doReject   = "reject"
	doReturn   = "return"
	doWithdraw = "withdraw"
	doTransfer = "transfer"
	doBefore   = "add before"
	doAfter    = "add after"
)

var acts = []string{doApprove, doReject, doReturn, doWithdraw, doTransfer, doBefore, doAfter}

func do(e engine, a Approval, d Doer, act string) (Approval, error) {
	switch act {
	case doApprove:
		return e.agree(a, d, a.Version, "")
	case doReject:
		return e.refuse(a, d, a.Version, StatusRejected, "no")
	case doReturn:
		return e.refuse(a, d, a.Version, StatusReturned, "again")
	case doWithdraw:
		return e.withdraw(a, d, a.Version)
	case doTransfer:
		return e.transfer(a, d, a.Version, id(free), "away")
	case doBefore:
		return e.add(a, d, a.Version, id(free), PlaceBefore, "")
	}
	return e.add(a, d, a.Version, id(free), PlaceAfter, "")
}

// oracle says in its own words what has to happen: the fault, or nothing and the
// status afterwards. It knows the rules of the contract and not the engine.
func oracle(actor string, s state, act string) (reason string, after Status) {
	if s.ended != "" {
		return "ALREADY_DECIDED", s.ended // nothing goes backwards, for nobody
	}
	if act == doWithdraw {
		if actor == submitter {
			return "", StatusWithdrawn
		}
		return "APPROVAL_NOT_SUBMITTER", StatusPending
	}
	switch actor {
	case submitter:
		return "APPROVAL_OWN_SUBMISSION", StatusPending
	case actedBefore: // though he has a place in the running step
		return "APPROVAL_ACTED_ALREADY", StatusPending
	case actedDelegate:
		return "APPROVAL_ACTED_ALREADY", StatusPending
	case ownDelegate, outsider: // the submitter has no place, so neither has his delegate
		return "APPROVAL_NOT_YOURS", StatusPending
	}
	switch act {
	case doReject:
		return "", StatusRejected
	case doReturn:
		return "", StatusReturned
	case doTransfer, doBefore, doAfter:
		return "", StatusPending
	}
	poor := actor == poorHolder || actor == poorHoldersSub
	switch {
	case s.kind == StepReview || s.mode == ModeAll || s.further:
		return "", StatusPending // more has to come
	case poor:
		return "", StatusPending // others in the step have the authority: it waits for them
	}
	return "", StatusApproved
}

// Every relation to a submission × every state × every act, against the oracle.
func TestMatrix(t *testing.T) {
	t.Parallel()
	e := world()
	cases := 0
	for _, s := range states() {
		for _, actor := range everybody {
			for _, act := range acts {
				cases++
				before := s.build()
				after, err := do(e, before, doer(e, actor), act)
				reason, status := oracle(actor, s, act)
				got := ""
				if f, ok := fault.As(err); ok {
					got = f.Reason
				} else if err != nil {
					got = err.Error()
				}
				if got != reason || after.Status != status {
					t.Errorf("%s, %s: %s: %q and %s; the oracle says %q and %s", s.name, actor, act, got, after.Status, reason, status)
				}
				if err != nil && after.Version != before.Version || err == nil && after.Version != before.Version+1 {
					t.Errorf("%s, %s: %s: version %d to %d with %v", s.name, actor, act, before.Version, after.Version, err)
				}
				if again := s.build(); before.Steps[1].Status != again.Steps[1].Status || len(before.Acts) != len(again.Acts) {
					t.Errorf("%s, %s: %s changed what it was given", s.name, actor, act)
				}
			}
		}
	}
	if want := len(states()) * len(everybody) * len(acts); cases != want || cases < 700 {
		t.Errorf("%d cases", cases)
	}
}

// In the last approving step nobody without the authority completes it; when
// nobody else can either, he is told so.
func TestAuthority(t *testing.T) {
	t.Parallel()
	e := world()
	a := state{kind: StepApprove, mode: ModeAny}.build()
	a.Acts = nil
	a.Steps[1].Slots = []Slot{{ID: id("x"), Person: &party.Person{ID: id(poorHolder)}, Status: SlotOpen}}
	if _, err := e.agree(a, doer(e, poorHolder), a.Version, ""); !sameReason(err, ErrAuthority) {
		t.Errorf("nobody can: %v", err)
	}
	if _, err := e.agree(a, doer(e, poorHoldersSub), a.Version, ""); !sameReason(err, ErrAuthority) {
		t.Errorf("a delegate has no more than the one he acts for: %v", err)
	}
	a.Amount = 100
	if out, err := e.agree(a, doer(e, poorHolder), a.Version, ""); err != nil || out.Status != StatusApproved {
		t.Errorf("just within: %v %v", out.Status, err)
	}
	a.Amount = 101
	a.Steps = append(a.Steps, Step{ID: id("last"), Position: 3000, Kind: StepApprove, Mode: ModeAny, Status: StepWaiting, Slots: []Slot{{ID: id("y"), Role: access.RoleApprover, Status: SlotWaiting}}})
	out, err := e.agree(a, doer(e, poorHolder), a.Version, "")
	if err != nil || out.Status != StatusPending || out.Steps[2].Status != StepActive || out.Acts[0].Kind != ActEndorsed {
		t.Errorf("it goes on to the next step: %+v %v", out, err)
	}
	out, err = e.agree(out, doer(e, free), out.Version, "")
	if err != nil || out.Status != StatusApproved {
		t.Errorf("the next one approves: %v %v", out.Status, err)
	}
}

func sameReason(err error, want *fault.Error) bool {
	f, ok := fault.As(err)
	return ok && f.Reason == want.Reason
}
