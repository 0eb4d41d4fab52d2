package negativelist

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
	"zhuxin/shared/tenant"
)

// Proposal is a company that a subsidiary wants listed, as it was found right by
// Check. ID becomes the listing's.
type Proposal struct {
	ID          uuid.UUID
	USCC        party.USCC
	CompanyName string
	Reason      Reason
	Text        string
	Amount      money.Amount
	Evidence    []File
	By          uuid.UUID // the person who proposes
}

// Check finds all that would keep HQ from taking what the caller proposes, and stores
// nothing: his subsidiary decides on it first.
func (s *Service) Check(ctx context.Context, in ListInput) (Proposal, error) {
	actor, t, err := s.subsidiary(ctx, access.NegativeWrite)
	if err != nil {
		return Proposal{}, err
	}
	if err := in.Validate(); err != nil {
		return Proposal{}, err
	}
	p := Proposal{USCC: party.USCC(in.USCC), CompanyName: in.CompanyName, Reason: in.Reason, Text: in.Text, Amount: in.Amount, By: actor.ID}
	if p.Evidence, err = s.files(ctx, in.EvidenceIDs); err != nil {
		return Proposal{}, err
	}
	open := Query{TenantID: t.ID, Codes: []string{in.USCC}, Statuses: []Status{Proposed, Listed}, Limit: len(Reasons)}
	entries, _, err := s.list(ctx, open)
	if err != nil {
		return Proposal{}, err
	}
	for _, e := range entries {
		if e.TenantID == t.ID && e.USCC == p.USCC && e.Reason == p.Reason && e.Open() {
			return Proposal{}, ErrAlreadyListed
		}
	}
	return p, nil
}

// Propose brings before HQ what the subsidiary of the context has agreed to; HQ
// decides. The same proposal a second time changes nothing. ErrAlreadyListed when the
// subsidiary has another open listing of the company for the reason.
func (s *Service) Propose(ctx context.Context, p Proposal) (Entry, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return Entry{}, err
	}
	now := s.clock.Now()
	e := Entry{
		ID: p.ID, USCC: p.USCC, CompanyName: p.CompanyName, Reason: p.Reason, Text: p.Text, Amount: p.Amount, Evidence: p.Evidence,
		TenantID: t.ID, ListedBy: p.By, ProposedAt: now, ListedAt: now, Status: Proposed, Severity: Critical, Version: 1,
	}
	err = s.hq.InTx(ctx, func(ctx context.Context) error {
		there, err := s.repo.Get(ctx, p.ID)
		if !errors.Is(err, ErrNotFound) {
			e = there
			return err
		}
		if err := s.repo.Insert(ctx, e); err != nil {
			return err
		}
		return s.note(ctx, nil, e, Event{Kind: EventProposed, TenantID: t.ID, ActorID: p.By, Note: e.Text, Facts: EventFacts{Amount: e.Amount}})
	})
	if err != nil {
		return Entry{}, err
	}
	return e, nil
}
