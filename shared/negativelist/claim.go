package negativelist

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/news"
	"zhuxin/shared/tenant"
)

// ClaimKind is what a subsidiary says of a listing.
type ClaimKind string

// The kinds.
const (
	Objection ClaimKind = "objection" // the listing is wrong
	Repair    ClaimKind = "repair"    // the debt was paid, wholly or in part
)

// raised is how HQ hears of them.
var raised = map[ClaimKind]news.Kind{Objection: news.NegativeObjected, Repair: news.NegativeRepaired}

// ClaimStatus is what HQ made of it.
type ClaimStatus string

// The states of a claim.
const (
	ClaimOpen     ClaimStatus = "open"
	ClaimAccepted ClaimStatus = "accepted"
	ClaimRefused  ClaimStatus = "refused"
)

// Claim is an objection or a repair, with HQ's answer.
type Claim struct {
	ID             uuid.UUID
	EntryID        uuid.UUID
	Kind           ClaimKind
	TenantID       uuid.UUID
	TenantName     string
	RaisedBy       uuid.UUID
	RaisedByName   string
	RaisedAt       time.Time
	Text           string
	Amount         money.Amount  // fen paid, of a repair
	PaidOn         calendar.Date // of a repair
	Evidence       []File
	Status         ClaimStatus
	Answer         string
	AnsweredBy     uuid.UUID
	AnsweredByName string
	AnsweredAt     *time.Time
}

// ClaimInput raises a claim. Amount and PaidOn belong to a repair only.
type ClaimInput struct {
	EntryID     uuid.UUID
	Text        string
	Amount      money.Amount
	PaidOn      calendar.Date
	EvidenceIDs []uuid.UUID
}

func (in ClaimInput) validate(kind ClaimKind, today calendar.Date) error {
	var c fault.Checks
	length(&c, "text", in.Text, 5, 1000, "say what speaks for it, 5 to 1000 characters")
	fewFiles(&c, in.EvidenceIDs)
	if kind == Repair {
		c.Require(in.Amount > 0, "amount", "NOT_POSITIVE", "give the amount that was paid")
		c.Require(!in.PaidOn.IsZero() && in.PaidOn <= today, "paid_on", "OUT_OF_RANGE", "give the day of the payment, not later than today")
		c.Require(len(in.EvidenceIDs) > 0, "evidence", "REQUIRED", "add the proof of payment")
	}
	return c.Err()
}

// Faults of claims.
var (
	ErrClaimNotFound = fault.NotFound("NEGATIVE_CLAIM_NOT_FOUND", "there is no such objection or repair")
	ErrClaimOpen     = fault.Conflict("NEGATIVE_CLAIM_OPEN", "your subsidiary has one that waits for headquarters' answer already")
	ErrClaimAnswered = fault.Conflict("NEGATIVE_CLAIM_ANSWERED", "this was answered already")
)

// Object says on behalf of the caller's subsidiary that a listing is wrong. It
// takes a subsidiary that is concerned: the company is its customer, or it
// proposed the listing. To others there is no such entry.
func (s *Service) Object(ctx context.Context, in ClaimInput) (Claim, error) {
	return s.claim(ctx, Objection, in)
}

// ReportRepair says that the company has paid; only the subsidiary that proposed
// the listing knows that of its own books.
func (s *Service) ReportRepair(ctx context.Context, in ClaimInput) (Claim, error) {
	return s.claim(ctx, Repair, in)
}

func (s *Service) claim(ctx context.Context, kind ClaimKind, in ClaimInput) (Claim, error) {
	actor, t, err := s.subsidiary(ctx, access.NegativeWrite)
	if err != nil {
		return Claim{}, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return Claim{}, err
	}
	if err := in.validate(kind, today); err != nil {
		return Claim{}, err
	}
	if err := s.concerned(ctx, t.ID, kind, in.EntryID); err != nil {
		return Claim{}, err
	}
	c := Claim{ID: s.newID(), EntryID: in.EntryID, Kind: kind, TenantID: t.ID, RaisedBy: actor.ID, RaisedAt: s.clock.Now(), Text: in.Text,
		Amount: in.Amount, PaidOn: in.PaidOn, Status: ClaimOpen}
	if c.Evidence, err = s.files(ctx, in.EvidenceIDs); err != nil {
		return Claim{}, err
	}
	ev := Event{Kind: EventObjected, ClaimID: c.ID, TenantID: t.ID, ActorID: actor.ID, Note: c.Text}
	if kind == Repair {
		ev.Kind, ev.Facts.Amount = EventRepairReported, c.Amount
	}
	_, err = s.changeWith(ctx, in.EntryID, func(ctx context.Context, e *Entry) (Event, error) {
		if e.Status != Listed {
			return Event{}, ErrState
		}
		if err := s.repo.AddClaim(ctx, c); err != nil {
			return Event{}, err
		}
		return ev, news.TellGroup(ctx, s.events, raised[kind], "", c.ID)
	})
	return c, err
}

// concerned says whether the subsidiary may raise the claim.
func (s *Service) concerned(ctx context.Context, tenantID uuid.UUID, kind ClaimKind, entryID uuid.UUID) error {
	var e Entry
	err := s.hq.InTx(ctx, func(ctx context.Context) (err error) {
		e, err = s.repo.Get(ctx, entryID)
		return err
	})
	switch {
	case err != nil:
		return err
	case e.TenantID == tenantID:
		return nil
	case kind == Repair || !visible(e, tenantID):
		return ErrNotFound
	}
	entries, err := s.WithCustomers(ctx, []Entry{e})
	if err == nil && entries[0].OwnCustomerID == uuid.Nil {
		err = ErrNotFound
	}
	return err
}

// AnswerInput is HQ's answer to a claim.
type AnswerInput struct {
	EntryID, ClaimID uuid.UUID
	Accept           bool
	Remove           bool // the listing goes with it; takes an accepted claim
	Answer           string
}

// Answer gives HQ's answer. What was paid counts when it is accepted.
func (s *Service) Answer(ctx context.Context, in AnswerInput) (Claim, error) {
	actor, err := access.Require(ctx, access.HQNegativeManage)
	if err != nil {
		return Claim{}, err
	}
	var checks fault.Checks
	length(&checks, "answer", in.Answer, 2, 1000, "answer in 2 to 1000 characters")
	checks.Require(in.Accept || !in.Remove, "remove", "NOT_ACCEPTED", "only an accepted objection or repair removes the listing")
	if err := checks.Err(); err != nil {
		return Claim{}, err
	}
	var c Claim
	_, err = s.changeWith(ctx, in.EntryID, func(ctx context.Context, e *Entry) (Event, error) {
		claims, err := s.repo.Claims(ctx, in.EntryID)
		if err != nil {
			return Event{}, err
		}
		i := slices.IndexFunc(claims, func(c Claim) bool { return c.ID == in.ClaimID })
		switch {
		case i < 0:
			return Event{}, ErrClaimNotFound
		case claims[i].Status != ClaimOpen:
			return Event{}, ErrClaimAnswered
		case claims[i].RaisedBy == actor.ID:
			return Event{}, ErrOwn
		case in.Remove && e.Status != Listed:
			return Event{}, ErrState
		case in.Remove && e.ListedBy == actor.ID:
			return Event{}, ErrOwn
		}
		c = claims[i]
		c.Status, c.Answer, c.AnsweredBy, c.AnsweredByName, c.AnsweredAt = ClaimRefused, in.Answer, actor.ID, actor.Name, new(s.clock.Now())
		if in.Accept {
			c.Status = ClaimAccepted
			e.Repaired += c.Amount
		}
		if err := s.repo.AnswerClaim(ctx, c); err != nil {
			return Event{}, err
		}
		if err := news.TellGroup(ctx, s.events, news.NegativeAnswered, "", c.ID); err != nil {
			return Event{}, err
		}
		ev := Event{Kind: answered(c), ClaimID: c.ID, ActorID: actor.ID, Note: in.Answer, Facts: EventFacts{Amount: c.Amount}}
		if !in.Remove {
			return ev, nil
		}
		if err := s.note(ctx, nil, *e, ev); err != nil {
			return Event{}, err
		}
		s.removed(e, in.Answer)
		return Event{Kind: EventRemoved, ActorID: actor.ID, Note: in.Answer}, nil
	})
	return c, err
}

func answered(c Claim) EventKind {
	switch {
	case c.Kind == Objection && c.Status == ClaimAccepted:
		return EventObjectionUpheld
	case c.Kind == Objection:
		return EventObjectionDenied
	case c.Status == ClaimAccepted:
		return EventRepairAccepted
	}
	return EventRepairRefused
}
