// Package related answers the routes of related parties.
package related

import (
	"context"

	"github.com/google/uuid"

	commonv1 "zhuxin/app/api/common/v1"
	relatedv1 "zhuxin/app/api/related/v1"
	"zhuxin/biz/customer"
	"zhuxin/biz/related"
	"zhuxin/shared/reach"
)

// Service implements relatedv1.RelatedServiceHTTPServer.
type Service struct{ related *related.Service }

var _ relatedv1.RelatedServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(s *related.Service) *Service { return &Service{s} }

// GetRelated gives what surrounds a customer.
func (s *Service) GetRelated(ctx context.Context, r *relatedv1.GetRelatedRequest) (*relatedv1.RelatedGraph, error) {
	id, err := uuid.Parse(r.GetCustomerId())
	if err != nil {
		return nil, customer.ErrNotFound
	}
	g, err := s.related.Of(ctx, id, r.GetDepth())
	if err != nil {
		return nil, err
	}
	out := &relatedv1.RelatedGraph{}
	if g.Start != uuid.Nil {
		out.Start = g.Start.String()
	}
	for _, p := range g.Parties {
		party := &relatedv1.RelatedParty{Id: p.ID.String(), Kind: string(p.Kind), Name: p.Name, Uscc: p.USCC, IdMask: p.IDMask, Listed: p.Listed}
		if p.CustomerID != nil {
			party.CustomerId = p.CustomerID.String()
		}
		out.Parties = append(out.Parties, party)
	}
	for _, rel := range g.Relations {
		out.Relations = append(out.Relations, toRelation(rel))
	}
	return out, nil
}

// ListListedRelated gives the listed companies that a customer is connected with.
func (s *Service) ListListedRelated(ctx context.Context, r *relatedv1.ListListedRelatedRequest) (*relatedv1.ListListedRelatedReply, error) {
	id, err := uuid.Parse(r.GetCustomerId())
	if err != nil {
		return nil, customer.ErrNotFound
	}
	hits, err := s.related.Listed(ctx, id)
	if err != nil {
		return nil, err
	}
	out := &relatedv1.ListListedRelatedReply{}
	for _, h := range hits {
		out.Items = append(out.Items, &relatedv1.ListedRelated{Uscc: h.USCC, CompanyName: h.Name, Severity: h.Severity, ReasonCode: h.ReasonCode, ReasonText: h.ReasonText,
			Action: h.Action, Counts: h.Counts, ExemptUntil: h.ExemptUntil.String(), Path: ToPath(h.Path)})
	}
	return out, nil
}

// ToPath is a way as all domains show it.
func ToPath(p reach.Path) *relatedv1.ReachPath {
	out := &relatedv1.ReachPath{}
	for _, n := range p.Nodes {
		out.Parties = append(out.Parties, &relatedv1.ReachParty{Name: n.Name, Uscc: n.USCC, Person: n.Person})
	}
	for _, s := range p.Steps {
		out.Steps = append(out.Steps, &relatedv1.ReachStep{Kind: string(s.Kind), Back: s.Back, Elsewhere: s.Elsewhere})
	}
	return out
}

// AddRelation enters a relation.
func (s *Service) AddRelation(ctx context.Context, r *relatedv1.AddRelationRequest) (*relatedv1.PartyRelation, error) {
	id, err := uuid.Parse(r.GetCustomerId())
	if err != nil {
		return nil, customer.ErrNotFound
	}
	o := r.GetOther()
	rel, err := s.related.Add(ctx, related.AddInput{CustomerID: id, Of: r.GetOfOther(), Kind: related.Kind(r.GetKind()), Share: r.GetShare(), SourceNote: r.GetSourceNote(),
		ValidFrom: r.GetValidFrom(), ValidThrough: r.GetValidThrough(),
		Other: related.PartyInput{Kind: related.PartyKind(o.GetKind()), Name: o.GetName(), USCC: o.GetUscc(), IDNumber: o.GetIdNumber()}})
	if err != nil {
		return nil, err
	}
	return toRelation(rel), nil
}

// EndRelation lets a relation end.
func (s *Service) EndRelation(ctx context.Context, r *relatedv1.EndRelationRequest) (*commonv1.EmptyReply, error) {
	of, err := uuid.Parse(r.GetCustomerId())
	if err != nil {
		return nil, customer.ErrNotFound
	}
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, related.ErrNotFound
	}
	return &commonv1.EmptyReply{}, s.related.End(ctx, of, id, r.GetThrough(), r.GetVersion())
}

func toRelation(r related.Relation) *relatedv1.PartyRelation {
	return &relatedv1.PartyRelation{Id: r.ID.String(), FromId: r.From.String(), ToId: r.To.String(), Kind: string(r.Kind), Share: int32(r.Share),
		Source: string(r.Source), SourceNote: r.SourceNote, ValidFrom: r.ValidFrom.String(), ValidThrough: r.ValidThrough.String(), Version: r.Version}
}
