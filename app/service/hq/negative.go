package hq

import (
	"context"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	commonv1 "zhuxin/app/api/common/v1"
	hqv1 "zhuxin/app/api/hq/v1"
	"zhuxin/app/service/page"
	"zhuxin/shared/fault"
	"zhuxin/shared/negativelist"
)

// Negative is the part about the group's negative list and HQ's policy.
type Negative struct{ list *negativelist.Service }

// NewNegative makes the part.
func NewNegative(list *negativelist.Service) *Negative { return &Negative{list: list} }

// ListNegativeEntries lists entries with who listed them.
func (s *Negative) ListNegativeEntries(ctx context.Context, r *hqv1.ListNegativeEntriesRequest) (*hqv1.ListNegativeEntriesReply, error) {
	q := negativelist.Query{Text: r.GetQ()}
	q.Limit, q.Offset = page.Window(r.GetPage(), r.GetPageSize())
	entries, total, err := s.list.BrowseGroup(ctx, negativelist.GroupView(r.GetStatus()), q)
	if err != nil {
		return nil, err
	}
	out := &hqv1.ListNegativeEntriesReply{Total: total}
	for _, e := range entries {
		out.Entries = append(out.Entries, ToEntry(e))
	}
	return out, nil
}

// RemoveNegativeEntry takes an entry off the list.
func (s *Negative) RemoveNegativeEntry(ctx context.Context, r *hqv1.RemoveNegativeEntryRequest) (*hqv1.NegativeEntry, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, negativelist.ErrNotFound
	}
	e, err := s.list.Remove(ctx, id, r.GetReason())
	if err != nil {
		return nil, err
	}
	return ToEntry(e), nil
}

// GetGroupPolicy gives the policy in force.
func (s *Negative) GetGroupPolicy(ctx context.Context, _ *hqv1.GetGroupPolicyRequest) (*hqv1.GroupPolicy, error) {
	p, err := s.list.Policy(ctx)
	if err != nil {
		return nil, err
	}
	return toPolicy(p), nil
}

// SetGroupPolicy makes a new version of the policy.
func (s *Negative) SetGroupPolicy(ctx context.Context, r *hqv1.SetGroupPolicyRequest) (*hqv1.GroupPolicy, error) {
	effects, err := toEffects(r.GetEffects())
	if err != nil {
		return nil, err
	}
	p, err := s.list.SetPolicy(ctx, negativelist.PolicyInput{
		Seen: r.GetVersion(), Action: negativelist.Action(r.GetNegativeAction()),
		Serious: negativelist.Action(r.GetSeriousAction()), Notice: negativelist.Action(r.GetNoticeAction()),
		Related: negativelist.Action(r.GetRelatedAction()), RelatedDepth: int(r.GetRelatedDepth()), StepUp: r.StepUp,
		Effects: effects,
	})
	if err != nil {
		return nil, err
	}
	return toPolicy(p), nil
}

// toEffects reads the three lines of the table; none at all keeps what is in force.
func toEffects(rows []*hqv1.SeverityEffects) (*negativelist.Effects, error) {
	if len(rows) == 0 {
		return nil, nil
	}
	var e negativelist.Effects
	places := map[string]*negativelist.Bites{"notice": &e.Notice, "serious": &e.Serious, "critical": &e.Critical}
	for _, r := range rows {
		to := places[r.GetSeverity()]
		if to == nil {
			break
		}
		*to = negativelist.Bites{Rating: negativelist.RatingEffect(r.GetRating()), Limits: negativelist.LimitEffect(r.GetLimits()),
			RelatedRating: negativelist.RatingEffect(r.GetRelatedRating()), RelatedLimits: negativelist.LimitEffect(r.GetRelatedLimits())}
		delete(places, r.GetSeverity())
	}
	var c fault.Checks
	c.Require(len(places) == 0 && len(rows) == len(negativelist.Severities), "effects", "INCOMPLETE", "give one line for each of notice, serious and critical")
	return &e, c.Err()
}

func toPolicy(p negativelist.Policy) *hqv1.GroupPolicy {
	out := &hqv1.GroupPolicy{Version: p.Version, NegativeAction: string(p.Action), SeriousAction: string(p.Serious), NoticeAction: string(p.Notice), StepUp: p.StepUp,
		RelatedAction: string(p.Related), RelatedDepth: int32(p.RelatedDepth)}
	for _, severity := range negativelist.Severities {
		b := p.Effects.Of(severity)
		out.Effects = append(out.Effects, &hqv1.SeverityEffects{Severity: string(severity), Rating: string(b.Rating), Limits: string(b.Limits),
			RelatedRating: string(b.RelatedRating), RelatedLimits: string(b.RelatedLimits)})
	}
	if !p.CreatedAt.IsZero() {
		out.CreatedAt = timestamppb.New(p.CreatedAt)
	}
	return out
}

// ToEntry is a listing as HQ sees it.
func ToEntry(e negativelist.Entry) *hqv1.NegativeEntry {
	out := &hqv1.NegativeEntry{
		Id: e.ID.String(), Uscc: string(e.USCC), CompanyName: e.CompanyName, ReasonCode: string(e.Reason), ReasonText: e.Text,
		Amount: int64(e.Amount), SubsidiaryName: e.TenantName, ListedBy: &commonv1.PersonRef{Id: e.ListedBy.String(), Name: e.ListedByName},
		ListedAt: timestamppb.New(e.ListedAt), Status: string(e.Status), RemovalReason: e.RemovalReason, SubsidiariesAffected: int32(e.AffectedCount),
		Severity: string(e.Severity), ProposedAt: timestamppb.New(e.ProposedAt), DecidedBy: e.DecidedByName, DecisionReason: e.DecisionReason,
		ReviewOn: e.ReviewOn.String(), ReviewDue: e.ReviewDue, RepairedAmount: int64(e.Repaired),
		OpenObjections: int32(e.Objections), OpenRepairs: int32(e.Repairs), Version: e.Version,
	}
	if len(e.Evidence) > 0 {
		out.EvidenceName = e.Evidence[0].Name
	}
	if e.DecidedAt != nil {
		out.DecidedAt = timestamppb.New(*e.DecidedAt)
	}
	if e.RemovedAt != nil {
		out.RemovedAt = timestamppb.New(*e.RemovedAt)
	}
	return out
}
