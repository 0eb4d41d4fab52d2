package negativelist

import (
	"context"

	"github.com/google/uuid"

	hqv1 "zhuxin/app/api/hq/v1"
	negativelistv1 "zhuxin/app/api/negativelist/v1"
	"zhuxin/app/api/route"
	"zhuxin/app/service/hq"
	"zhuxin/app/service/page"
	"zhuxin/shared/access"
	"zhuxin/shared/negativelist"
)

// Opener gives out a file of a subsidiary's store on HQ's behalf; the look is
// written into the subsidiary's own log.
type Opener func(ctx context.Context, tenantID, documentID uuid.UUID) (*route.File, error)

// Review implements NegativeReviewServiceHTTPServer: HQ's routes.
type Review struct {
	list *negativelist.Service
	open Opener
}

var _ negativelistv1.NegativeReviewServiceHTTPServer = (*Review)(nil)

// NewReview makes the service.
func NewReview(l *negativelist.Service, open Opener) *Review { return &Review{list: l, open: open} }

// CountCases says how much waits for HQ.
func (s *Review) CountCases(ctx context.Context, _ *negativelistv1.CountCasesRequest) (*negativelistv1.CaseCounts, error) {
	c, err := s.list.Counts(ctx)
	if err != nil {
		return nil, err
	}
	return &negativelistv1.CaseCounts{Proposed: c.Proposed, Listed: c.Listed, Objections: c.Objections, Repairs: c.Repairs,
		ReviewDue: c.ReviewDue, Removed: c.Removed, Exemptions: c.Exemptions}, nil
}

// GetCase gives a listing with everything about it.
func (s *Review) GetCase(ctx context.Context, r *negativelistv1.GetCaseRequest) (*negativelistv1.GroupCase, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, negativelist.ErrNotFound
	}
	c, err := s.list.GroupCase(ctx, id)
	if err != nil {
		return nil, err
	}
	actor, _ := access.From(ctx)
	out := &negativelistv1.GroupCase{Entry: hq.ToEntry(c.Entry), Evidence: toFiles(c.Evidence), Own: c.ListedBy == actor.ID}
	names := map[uuid.UUID]string{c.TenantID: c.TenantName}
	for _, x := range c.Claims {
		names[x.TenantID] = x.TenantName
		out.Claims = append(out.Claims, toClaim(x, true))
	}
	for _, e := range c.Events {
		row := toEvent(e)
		row.Person, row.By, row.SubsidiaryName = e.ActorName, "hq", names[e.TenantID]
		if e.TenantID != uuid.Nil {
			row.By = "other"
		}
		out.Events = append(out.Events, row)
	}
	out.Related = toRelated(c.Related)
	return out, nil
}

// DownloadEvidence gives out a file that belongs to the case.
func (s *Review) DownloadEvidence(ctx context.Context, r *negativelistv1.DownloadEvidenceRequest) (*route.File, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, negativelist.ErrNotFound
	}
	document, err := uuid.Parse(r.GetDocumentId())
	if err != nil {
		return nil, negativelist.ErrFileNotFound
	}
	owner, err := s.list.EvidenceOf(ctx, id, document)
	if err != nil {
		return nil, err
	}
	return s.open(ctx, owner, document)
}

// PublishCase puts a proposal on the list.
func (s *Review) PublishCase(ctx context.Context, r *negativelistv1.PublishCaseRequest) (*hqv1.NegativeEntry, error) {
	return s.judge(ctx, s.list.Publish, r)
}

// ReassessCase looks at a listing again.
func (s *Review) ReassessCase(ctx context.Context, r *negativelistv1.ReassessCaseRequest) (*hqv1.NegativeEntry, error) {
	return s.judge(ctx, s.list.Reassess, r)
}

type judged interface {
	GetId() string
	GetVersion() int64
	GetSeverity() string
	GetReviewOn() string
	GetNote() string
}

func (s *Review) judge(ctx context.Context, step func(context.Context, uuid.UUID, negativelist.Judgement) (negativelist.Entry, error), r judged) (*hqv1.NegativeEntry, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, negativelist.ErrNotFound
	}
	day, err := date("review_on", r.GetReviewOn())
	if err != nil {
		return nil, err
	}
	e, err := step(ctx, id, negativelist.Judgement{Version: r.GetVersion(), Severity: negativelist.Severity(r.GetSeverity()), ReviewOn: day, Note: r.GetNote()})
	if err != nil {
		return nil, err
	}
	return hq.ToEntry(e), nil
}

// RefuseCase ends a proposal.
func (s *Review) RefuseCase(ctx context.Context, r *negativelistv1.RefuseCaseRequest) (*hqv1.NegativeEntry, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, negativelist.ErrNotFound
	}
	e, err := s.list.Refuse(ctx, id, r.GetVersion(), r.GetReason())
	if err != nil {
		return nil, err
	}
	return hq.ToEntry(e), nil
}

// AnswerClaim answers an objection or a repair.
func (s *Review) AnswerClaim(ctx context.Context, r *negativelistv1.AnswerClaimRequest) (*negativelistv1.Claim, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, negativelist.ErrNotFound
	}
	claim, err := uuid.Parse(r.GetClaimId())
	if err != nil {
		return nil, negativelist.ErrClaimNotFound
	}
	c, err := s.list.Answer(ctx, negativelist.AnswerInput{EntryID: id, ClaimID: claim, Accept: r.GetAccept(), Remove: r.GetRemove(), Answer: r.GetAnswer()})
	if err != nil {
		return nil, err
	}
	return toClaim(c, true), nil
}

// ListGroupExemptions lists every override of the list.
func (s *Review) ListGroupExemptions(ctx context.Context, r *negativelistv1.ListGroupExemptionsRequest) (*negativelistv1.ListExemptionsReply, error) {
	q := negativelist.ExemptionQuery{Status: negativelist.ExemptionStatus(r.GetStatus())}
	q.Limit, q.Offset = page.Window(r.GetPage(), r.GetPageSize())
	rows, total, err := s.list.GroupExemptions(ctx, q)
	if err != nil {
		return nil, err
	}
	return exemptions(rows, total, true), nil
}

// DecideExemption grants or refuses.
func (s *Review) DecideExemption(ctx context.Context, r *negativelistv1.DecideExemptionRequest) (*negativelistv1.Exemption, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, negativelist.ErrExemptionNotFound
	}
	ends, err := date("ends_on", r.GetEndsOn())
	if err != nil {
		return nil, err
	}
	x, err := s.list.DecideExemption(ctx, negativelist.ExemptionDecision{ID: id, Version: r.GetVersion(), Grant: r.GetGrant(), EndsOn: ends, Reason: r.GetReason(), Scopes: scopes(r.GetScopes())})
	if err != nil {
		return nil, err
	}
	return toExemption(x, true), nil
}

// RevokeExemption ends an exemption before its date.
func (s *Review) RevokeExemption(ctx context.Context, r *negativelistv1.RevokeExemptionRequest) (*negativelistv1.Exemption, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, negativelist.ErrExemptionNotFound
	}
	x, err := s.list.RevokeExemption(ctx, id, r.GetReason())
	if err != nil {
		return nil, err
	}
	return toExemption(x, true), nil
}
