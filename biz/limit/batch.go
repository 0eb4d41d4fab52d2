package limit

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
	"zhuxin/shared/tenant"
)

// Batch is a mass proposal that is approved as one.
type Batch struct {
	ID        uuid.UUID
	Proposal  Proposal
	Customers int
	CreatedAt time.Time
	CreatedBy *party.Person
}

// ProposeInput submits a mass proposal as it was previewed.
type ProposeInput struct {
	Proposal
	StartsOn calendar.Date // today where it is zero
	EndsOn   calendar.Date
	Reason   string
	OneByOne bool         // a submission for each customer, else one for all
	Changes  int          // of the preview that was seen
	After    money.Amount // of the preview that was seen
}

// Proposed is what became of a mass proposal.
type Proposed struct {
	Submissions int
	Customers   int
	BatchID     *uuid.UUID
}

// BatchFacts are what the approver of a mass proposal sees. Amounts are fen, as
// strings; Lines holds the first maxFactLines customers.
type BatchFacts struct {
	Proposal  Proposal      `json:"proposal"`
	StartsOn  calendar.Date `json:"starts_on"`
	EndsOn    calendar.Date `json:"ends_on,omitzero"`
	Reason    string        `json:"reason"`
	Customers int           `json:"customers"`
	Before    money.Amount  `json:"before,string"`
	After     money.Amount  `json:"after,string"`
	Lines     []LineFacts   `json:"lines"`
}

// LineFacts are one customer of a batch.
type LineFacts struct {
	Number string       `json:"number"`
	Name   string       `json:"name"`
	Grade  string       `json:"grade"`
	Before money.Amount `json:"before,string"`
	After  money.Amount `json:"after,string"`
	Used   money.Amount `json:"used,string"`
}

const maxFactLines = 200

// Propose submits adjustments for all customers whom the proposal changes, as one
// batch or one by one. It needs access.LimitApply; ErrNobody, ErrMoved when the
// preview no longer holds.
func (s *Service) Propose(ctx context.Context, in ProposeInput) (out Proposed, err error) {
	actor, err := access.Require(ctx, access.LimitApply)
	if err != nil {
		return out, err
	}
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return out, err
	}
	if in.StartsOn.IsZero() {
		in.StartsOn = today
	}
	in.Reason = strings.TrimSpace(in.Reason)
	terms := AdjustInput{Kind: exposure.LimitAmount, StartsOn: in.StartsOn, EndsOn: in.EndsOn, Reason: in.Reason}
	var c fault.Checks
	in.check(&c)
	terms.check(&c, today)
	if err := c.Err(); err != nil {
		return out, err
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		p, err := s.preview(ctx, actor, in.Proposal, today)
		switch {
		case err != nil:
			return err
		case p.Changes == 0:
			return ErrNobody
		case p.Changes != in.Changes || p.After != in.After:
			return ErrMoved.With("changes", fmt.Sprint(p.Changes))
		case in.OneByOne && p.Changes > maxEach:
			return ErrTooMany.With("most", fmt.Sprint(maxEach))
		}
		out.Customers = p.Changes
		if in.OneByOne {
			out.Submissions = p.Changes
			return s.proposeEach(ctx, actor, p, terms)
		}
		out.Submissions = 1
		b, err := s.proposeBatch(ctx, actor, p, in, terms)
		out.BatchID = &b.ID
		return err
	})
	if err != nil {
		return Proposed{}, err
	}
	return out, nil
}

func (s *Service) proposeEach(ctx context.Context, actor access.Actor, p Preview, terms AdjustInput) error {
	for _, line := range p.Lines[:p.Changes] {
		terms.CustomerID, terms.Amount = line.CustomerID, line.After
		b, err := s.base(ctx, actor, line.CustomerID, uuid.Nil)
		if err != nil {
			return err
		}
		if err := s.submit(ctx, approval.KindLimitAdjustment, s.version(terms, actor), b, 0); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) proposeBatch(ctx context.Context, actor access.Actor, p Preview, in ProposeInput, terms AdjustInput) (Batch, error) {
	b := Batch{ID: uuid.Must(uuid.NewV7()), Proposal: in.Proposal, Customers: p.Changes, CreatedAt: s.clock.Now()}
	facts := BatchFacts{Proposal: in.Proposal, StartsOn: in.StartsOn, EndsOn: in.EndsOn, Reason: in.Reason, Customers: p.Changes, Before: p.Before, After: p.After}
	var ls []Limit
	for i, line := range p.Lines[:p.Changes] {
		terms.CustomerID, terms.Amount = line.CustomerID, line.After
		l := s.version(terms, actor)
		l.BatchID, b.CreatedBy = &b.ID, l.CreatedBy
		ls = append(ls, l)
		if i < maxFactLines {
			facts.Lines = append(facts.Lines, LineFacts{Number: line.Number, Name: line.Name, Grade: line.Grade, Before: line.Standing, After: line.After, Used: line.Exposure})
		}
	}
	if err := s.repo.InsertBatch(ctx, b, ls); err != nil {
		return b, err
	}
	// What is granted more in all is what the level of approval goes by.
	_, err := s.approvals.Submit(ctx, approval.Submission{Kind: approval.KindLimitBatch, SubjectID: b.ID,
		Title: fmt.Sprintf("%s +%d", p.Lines[0].Name, p.Changes-1), Amount: p.After, Previous: &p.Before, Facts: facts})
	if err != nil {
		return b, err
	}
	return b, s.audit.Record(ctx, audit.Entry{Action: "limit_batch.submitted", ObjectType: "limit_batch", ObjectID: b.ID.String(),
		After: map[string]any{"customers": b.Customers, "before": fmt.Sprint(int64(p.Before)), "after": fmt.Sprint(int64(p.After)), "proposal": in.Proposal}})
}

func (s *Service) batchApproved(ctx context.Context, a approval.Approval) error {
	today, err := tenant.Today(ctx, s.clock)
	if err != nil {
		return err
	}
	ls, err := s.repo.LockBatch(ctx, a.SubjectID)
	if err != nil {
		return err
	}
	var ids []uuid.UUID
	for _, l := range ls {
		if l.Status != StatusSubmitted {
			return ErrState.With("status", string(l.Status))
		}
		if !l.EndsOn.IsZero() && l.EndsOn < today {
			return ErrPeriodOver.With("ends_on", l.EndsOn.String())
		}
		ids = append(ids, l.CustomerID)
	}
	if err := s.allowedAll(ctx, ls, ids); err != nil {
		return err
	}
	if err := s.repo.EffectBatch(ctx, a.SubjectID, today, s.clock.Now()); err != nil {
		return err
	}
	for _, l := range ls {
		after := l
		after.Status = StatusEffective
		if err := s.record(ctx, "limit.effective", l, after); err != nil {
			return err
		}
	}
	return s.accounts.Recompute(ctx, ids...)
}

func (s *Service) batchClosed(ctx context.Context, a approval.Approval, to Status) error {
	if err := s.repo.CloseBatch(ctx, a.SubjectID, to, s.clock.Now()); err != nil {
		return err
	}
	return s.audit.Record(ctx, audit.Entry{Action: "limit_batch." + string(to), ObjectType: "limit_batch", ObjectID: a.SubjectID.String(),
		Before: map[string]any{"status": StatusSubmitted}, After: map[string]any{"status": to}})
}
