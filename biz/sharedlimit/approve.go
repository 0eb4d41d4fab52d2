package sharedlimit

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/limit"
	"zhuxin/shared/audit"
	"zhuxin/shared/money"
	"zhuxin/shared/negativelist"
)

// Facts are what the approver sees. Amounts are fen, as strings.
type Facts struct {
	Name    string        `json:"name"`
	Reason  string        `json:"reason"`
	Ends    bool          `json:"ends"`
	Before  *money.Amount `json:"before,string,omitempty"` // nil for a new one
	After   money.Amount  `json:"after,string"`
	Used    money.Amount  `json:"used,string"` // by the members together
	Members []MemberFacts `json:"members"`
	// What the members' grades and HQ's quota allow them together.
	Ceiling *limit.CeilingFacts `json:"ceiling,omitempty"`
}

// MemberFacts are one customer of a shared limit.
type MemberFacts struct {
	Number    string       `json:"number"`
	Name      string       `json:"name"`
	Limit     money.Amount `json:"limit,string"`
	Unlimited bool         `json:"unlimited"`
	Used      money.Amount `json:"used,string"`
	New       bool         `json:"new"`
	// Listings in force that concern the customer, and what they do.
	Negative []negativelist.Judged `json:"negative,omitempty"`
}

func (s *Service) toInbox(ctx context.Context, v SharedLimit, before *SharedLimit, c limit.CeilingFacts) error {
	listed, err := s.allowed(ctx, v, before)
	if err != nil {
		return err
	}
	f := Facts{Ceiling: &c, Name: v.Name, Reason: v.Reason, Ends: len(v.Members) == 0, After: v.Amount}
	in := approval.Submission{Kind: approval.KindSharedLimit, SubjectID: v.ID, Title: v.Name, Amount: v.Amount}
	if f.Ends { // nothing binds the members together any more
		in.Amount = approval.Unbounded
	}
	if before != nil {
		f.Before, in.Previous = &before.Amount, &before.Amount
	}
	f.Used = v.used()
	for _, m := range v.Members {
		f.Members = append(f.Members, MemberFacts{Number: m.Number, Name: m.Name, Limit: m.Limit, Unlimited: m.Unlimited, Used: m.Used,
			New: before == nil || !before.binds(m.CustomerID), Negative: listed[m.CustomerID].Hits})
	}
	in.Facts = f
	_, err = s.approvals.Submit(ctx, in)
	return err
}

// Approved puts the version into force, for all members at once.
// NEGATIVE_LIMIT_REFUSED when one of them was listed meanwhile and would have more.
func (s *Service) Approved(ctx context.Context, a approval.Approval) error {
	v, err := s.repo.Get(ctx, a.SubjectID)
	if err != nil {
		return err
	}
	now, to := s.clock.Now(), Effective
	ids := make([]uuid.UUID, len(v.Members))
	for i, m := range v.Members {
		ids[i] = m.CustomerID
	}
	if len(ids) == 0 {
		to = Ended
	}
	if err := s.stillAllowed(ctx, v); err != nil {
		return err
	}
	if v.Replaces != nil {
		if ok, err := s.repo.Decide(ctx, *v.Replaces, Effective, Ended, now); err != nil || !ok {
			return orElse(err, ErrState)
		}
	}
	if err := s.decide(ctx, v, to); err != nil {
		return err
	}
	return s.repo.Hold(ctx, v.ID, v.Replaces, ids)
}

// stillAllowed asks once more: a listing may have come between the submission and the
// last approver.
func (s *Service) stillAllowed(ctx context.Context, v SharedLimit) error {
	var before *SharedLimit
	if v.Replaces != nil {
		b, err := s.repo.Get(ctx, *v.Replaces)
		if err != nil {
			return err
		}
		before = &b
	}
	_, err := s.allowed(ctx, v, before)
	return err
}

// Rejected ends the version without effect.
func (s *Service) Rejected(ctx context.Context, a approval.Approval) error {
	return s.end(ctx, a, Rejected)
}

// Returned gives the version back; its submitter changes it and submits anew.
func (s *Service) Returned(ctx context.Context, a approval.Approval) error {
	return s.end(ctx, a, Returned)
}

// Withdrawn ends it the same way.
func (s *Service) Withdrawn(ctx context.Context, a approval.Approval) error {
	return s.end(ctx, a, Withdrawn)
}

func (s *Service) end(ctx context.Context, a approval.Approval, to Status) error {
	v, err := s.repo.Get(ctx, a.SubjectID)
	if err != nil {
		return err
	}
	return s.decide(ctx, v, to)
}

func (s *Service) decide(ctx context.Context, v SharedLimit, to Status) error {
	if ok, err := s.repo.Decide(ctx, v.ID, Submitted, to, s.clock.Now()); err != nil || !ok {
		return orElse(err, ErrState)
	}
	v.Status = to
	return s.note(ctx, v, string(to))
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

func (s *Service) note(ctx context.Context, v SharedLimit, action string) error {
	ids := make([]string, len(v.Members))
	for i, m := range v.Members {
		ids[i] = m.CustomerID.String()
	}
	return s.audit.Record(ctx, audit.Entry{Action: "shared_limit." + action, ObjectType: "shared_limit", ObjectID: v.ID.String(),
		After: map[string]any{"name": v.Name, "amount": v.Amount, "customers": ids, "replaces": v.Replaces, "reason": v.Reason, "status": v.Status}})
}
