// Package groupcap answers the routes about limits that several share: HQ's caps
// and the quotas of subsidiaries, and a subsidiary's own shared limits.
package groupcap

import (
	"context"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	groupcapv1 "zhuxin/app/api/groupcap/v1"
	"zhuxin/app/service/page"
	"zhuxin/shared/groupcap"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
	"zhuxin/shared/party"
)

// Service implements GroupCapServiceHTTPServer: HQ's routes.
type Service struct{ caps *groupcap.Service }

var _ groupcapv1.GroupCapServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(caps *groupcap.Service) *Service { return &Service{caps} }

// ListCaps gives a page of caps.
func (s *Service) ListCaps(ctx context.Context, r *groupcapv1.ListCapsRequest) (*groupcapv1.ListCapsReply, error) {
	q := groupcap.Query{Text: r.GetQ()}
	q.Limit, q.Offset = page.Window(r.GetPage(), r.GetPageSize())
	caps, total, err := s.caps.List(ctx, q)
	if err != nil {
		return nil, err
	}
	out := &groupcapv1.ListCapsReply{Total: total}
	for _, c := range caps {
		out.Caps = append(out.Caps, toCap(c))
	}
	return out, nil
}

// GetCap gives one.
func (s *Service) GetCap(ctx context.Context, r *groupcapv1.GetCapRequest) (*groupcapv1.Cap, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, groupcap.ErrNotFound
	}
	return answer(s.caps.Get(ctx, id))
}

// ListCapSubsidiaries lists who can be given a quota.
func (s *Service) ListCapSubsidiaries(ctx context.Context, r *groupcapv1.ListCapSubsidiariesRequest) (*groupcapv1.ListCapSubsidiariesReply, error) {
	all, err := s.caps.Subsidiaries(ctx, money.Currency(r.GetCurrency()))
	if err != nil {
		return nil, err
	}
	out := &groupcapv1.ListCapSubsidiariesReply{}
	for _, q := range all {
		out.Subsidiaries = append(out.Subsidiaries, toQuota(q))
	}
	return out, nil
}

// CreateCap sets a cap.
func (s *Service) CreateCap(ctx context.Context, r *groupcapv1.CreateCapRequest) (*groupcapv1.Cap, error) {
	in, err := input(r.GetName(), r.GetNote(), r.GetAmount(), r.GetFreeMove(), r.GetMembers(), r.GetQuotas())
	if err != nil {
		return nil, err
	}
	in.Currency = money.Currency(r.GetCurrency())
	return answer(s.caps.Create(ctx, in))
}

// UpdateCap changes one.
func (s *Service) UpdateCap(ctx context.Context, r *groupcapv1.UpdateCapRequest) (*groupcapv1.Cap, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, groupcap.ErrNotFound
	}
	in, err := input(r.GetName(), r.GetNote(), r.GetAmount(), r.GetFreeMove(), r.GetMembers(), r.GetQuotas())
	if err != nil {
		return nil, err
	}
	return answer(s.caps.Update(ctx, id, r.GetVersion(), in))
}

// DeleteCap takes one away.
func (s *Service) DeleteCap(ctx context.Context, r *groupcapv1.DeleteCapRequest) (*groupcapv1.DeleteCapReply, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, groupcap.ErrNotFound
	}
	return &groupcapv1.DeleteCapReply{}, s.caps.Delete(ctx, id, r.GetVersion())
}

// ListGroupMoves lists the requests of all subsidiaries.
func (s *Service) ListGroupMoves(ctx context.Context, r *groupcapv1.ListMovesRequest) (*groupcapv1.ListMovesReply, error) {
	moves, total, err := s.caps.GroupMoves(ctx, moveQuery(r))
	return toMoves(moves, total, uuid.Nil), err
}

// DecideMove is HQ's word on a request.
func (s *Service) DecideMove(ctx context.Context, r *groupcapv1.DecideMoveRequest) (*groupcapv1.Move, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, groupcap.ErrMoveNotFound
	}
	m, err := s.caps.Decide(ctx, id, r.GetAgree(), r.GetReason())
	if err != nil {
		return nil, err
	}
	return toMove(m, uuid.Nil), nil
}

func moveQuery(r *groupcapv1.ListMovesRequest) groupcap.MoveQuery {
	q := groupcap.MoveQuery{Open: r.GetOpen(), Window: paging.Window{}}
	q.Limit, q.Offset = page.Window(r.GetPage(), r.GetPageSize())
	return q
}

func input(name, note string, amount, free int64, members []*groupcapv1.Member, quotas []*groupcapv1.QuotaInput) (groupcap.Input, error) {
	in := groupcap.Input{Name: name, Note: note, Amount: money.Amount(amount), FreeMove: money.Amount(free)}
	for _, m := range members {
		in.Members = append(in.Members, groupcap.Member{USCC: party.USCC(m.GetUscc()), Name: m.GetCompanyName()})
	}
	for _, q := range quotas {
		id, err := uuid.Parse(q.GetTenantId())
		if err != nil {
			return in, groupcap.ErrCurrency.With("tenant_id", q.GetTenantId())
		}
		in.Quotas = append(in.Quotas, groupcap.QuotaInput{TenantID: id, Amount: money.Amount(q.GetAmount())})
	}
	return in, nil
}

func answer(c groupcap.Cap, err error) (*groupcapv1.Cap, error) {
	if err != nil {
		return nil, err
	}
	return toCap(c), nil
}

func toCap(c groupcap.Cap) *groupcapv1.Cap {
	out := &groupcapv1.Cap{Id: c.ID.String(), Name: c.Name, Currency: string(c.Currency), Amount: int64(c.Amount), FreeMove: int64(c.FreeMove), Note: c.Note,
		Free: int64(c.Free()), Used: int64(c.Used()), Lent: int64(c.Lent), UpdatedAt: timestamppb.New(c.UpdatedAt), Version: c.Version}
	for _, m := range c.Members {
		out.Members = append(out.Members, &groupcapv1.Member{Uscc: string(m.USCC), CompanyName: m.Name})
	}
	for _, q := range c.Quotas {
		out.Quotas = append(out.Quotas, toQuota(q))
	}
	return out
}

func toQuota(q groupcap.Quota) *groupcapv1.Quota {
	out := &groupcapv1.Quota{TenantId: q.TenantID.String(), Subsidiary: q.Tenant, Amount: int64(q.Amount), Committed: int64(q.Committed), Used: int64(q.Used), Slug: q.Slug,
		Limits: int64(q.Limits), Lendable: int64(q.Unused())}
	if !q.AsOf.IsZero() {
		out.AsOf = q.AsOf.String()
	}
	return out
}

func toMoves(moves []groupcap.Move, total int64, self uuid.UUID) *groupcapv1.ListMovesReply {
	out := &groupcapv1.ListMovesReply{Total: total}
	for _, m := range moves {
		out.Moves = append(out.Moves, toMove(m, self))
	}
	return out
}

// toMove gives a move as the subsidiary self sees it; Nil for HQ.
func toMove(m groupcap.Move, self uuid.UUID) *groupcapv1.Move {
	out := &groupcapv1.Move{Id: m.ID.String(), CapId: m.CapID.String(), CapName: m.CapName, Currency: string(m.Currency), FromSubsidiary: m.FromName,
		FromSlug: m.FromSlug, ToSlug: m.ToSlug, ToSubsidiary: m.ToName, Amount: int64(m.Amount), Reason: m.Reason, Status: string(m.Status),
		AskedAt: timestamppb.New(m.AskedAt), DecisionReason: m.DecisionReason, Version: m.Version}
	if m.From != nil {
		out.Lends = *m.From == self
	}
	// Who asked is its own subsidiary's, and HQ's, to know.
	if self == uuid.Nil || m.To == self {
		out.AskedBy = m.AskedByName
	}
	if m.LentAt != nil {
		out.LentAt = timestamppb.New(*m.LentAt)
	}
	if m.DecidedAt != nil {
		out.DecidedAt = timestamppb.New(*m.DecidedAt)
	}
	return out
}
