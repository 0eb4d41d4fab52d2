package groupcap

import (
	"context"

	"github.com/google/uuid"
	"google.golang.org/protobuf/types/known/timestamppb"

	groupcapv1 "zhuxin/app/api/groupcap/v1"
	"zhuxin/biz/sharedlimit"
	"zhuxin/shared/groupcap"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

// Shared implements SharedLimitServiceHTTPServer: a subsidiary's routes.
type Shared struct {
	caps   *groupcap.Service
	limits *sharedlimit.Service
}

var _ groupcapv1.SharedLimitServiceHTTPServer = (*Shared)(nil)

// NewShared makes the service.
func NewShared(caps *groupcap.Service, limits *sharedlimit.Service) *Shared {
	return &Shared{caps, limits}
}

// ListQuotas lists the caps that own customers are under.
func (s *Shared) ListQuotas(ctx context.Context, _ *groupcapv1.ListQuotasRequest) (*groupcapv1.ListQuotasReply, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, err
	}
	own, err := s.caps.Mine(ctx)
	if err != nil {
		return nil, err
	}
	out := &groupcapv1.ListQuotasReply{}
	for _, o := range own {
		c := toCap(o.Cap)
		c.Used = 0
		c.Quotas = nil
		for _, q := range o.Cap.Quotas {
			if q.TenantID != t.ID && q.Unused() > 0 {
				c.Quotas = append(c.Quotas, &groupcapv1.Quota{Slug: q.Slug, Subsidiary: q.Tenant, Lendable: int64(q.Unused())})
			}
		}
		out.Quotas = append(out.Quotas, &groupcapv1.OwnQuota{Cap: c, Mine: toQuota(o.Mine)})
	}
	return out, nil
}

// ListMoves lists what the subsidiary asked for, and what it is asked for.
func (s *Shared) ListMoves(ctx context.Context, r *groupcapv1.ListMovesRequest) (*groupcapv1.ListMovesReply, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, err
	}
	moves, total, err := s.caps.Moves(ctx, moveQuery(r))
	return toMoves(moves, total, t.ID), err
}

// AskQuota asks for quota.
func (s *Shared) AskQuota(ctx context.Context, r *groupcapv1.AskQuotaRequest) (*groupcapv1.Move, error) {
	in := groupcap.AskInput{From: r.GetFromSlug(), Amount: money.Amount(r.GetAmount()), Reason: r.GetReason()}
	var err error
	if in.CapID, err = uuid.Parse(r.GetCapId()); err != nil {
		return nil, groupcap.ErrNotFound
	}
	return s.moved(ctx)(s.caps.Ask(ctx, in))
}

// AnswerMove is the lender's word.
func (s *Shared) AnswerMove(ctx context.Context, r *groupcapv1.AnswerMoveRequest) (*groupcapv1.Move, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, groupcap.ErrMoveNotFound
	}
	return s.moved(ctx)(s.caps.Answer(ctx, id, r.GetLend(), r.GetReason()))
}

// WithdrawMove takes a request back.
func (s *Shared) WithdrawMove(ctx context.Context, r *groupcapv1.WithdrawMoveRequest) (*groupcapv1.Move, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, groupcap.ErrMoveNotFound
	}
	return s.moved(ctx)(s.caps.Withdraw(ctx, id))
}

func (s *Shared) moved(ctx context.Context) func(groupcap.Move, error) (*groupcapv1.Move, error) {
	return func(m groupcap.Move, err error) (*groupcapv1.Move, error) {
		if err != nil {
			return nil, err
		}
		t, err := tenant.From(ctx)
		return toMove(m, t.ID), err
	}
}

// ListSharedLimits lists those in force or in approval.
func (s *Shared) ListSharedLimits(ctx context.Context, _ *groupcapv1.ListSharedLimitsRequest) (*groupcapv1.ListSharedLimitsReply, error) {
	all, err := s.limits.List(ctx)
	if err != nil {
		return nil, err
	}
	out := &groupcapv1.ListSharedLimitsReply{}
	for _, v := range all {
		out.Limits = append(out.Limits, toShared(v))
	}
	return out, nil
}

// SubmitSharedLimit puts one into approval.
func (s *Shared) SubmitSharedLimit(ctx context.Context, r *groupcapv1.SubmitSharedLimitRequest) (*groupcapv1.SharedLimit, error) {
	in := sharedlimit.Input{Name: r.GetName(), Amount: money.Amount(r.GetAmount()), Reason: r.GetReason()}
	if r.GetReplacesId() != "" {
		id, err := uuid.Parse(r.GetReplacesId())
		if err != nil {
			return nil, sharedlimit.ErrNotFound
		}
		in.Replaces = &id
	}
	for _, text := range r.GetCustomerIds() {
		id, err := uuid.Parse(text)
		if err != nil {
			return nil, sharedlimit.ErrCustomer
		}
		in.Customers = append(in.Customers, id)
	}
	v, err := s.limits.Submit(ctx, in)
	if err != nil {
		return nil, err
	}
	return toShared(v), nil
}

func toShared(v sharedlimit.SharedLimit) *groupcapv1.SharedLimit {
	out := &groupcapv1.SharedLimit{Id: v.ID.String(), Name: v.Name, Amount: int64(v.Amount), Reason: v.Reason, Status: string(v.Status), Used: int64(v.Used),
		CreatedAt: timestamppb.New(v.CreatedAt), ChangePending: v.Pending}
	if v.Replaces != nil {
		out.ReplacesId = v.Replaces.String()
	}
	if v.CreatedBy != nil {
		out.CreatedBy = v.CreatedBy.Name
	}
	if v.EffectiveAt != nil {
		out.EffectiveAt = timestamppb.New(*v.EffectiveAt)
	}
	for _, m := range v.Members {
		out.Members = append(out.Members, &groupcapv1.SharedMember{CustomerId: m.CustomerID.String(), Number: m.Number, Name: m.Name, Limit: int64(m.Limit), Unlimited: m.Unlimited, Used: int64(m.Used)})
	}
	return out
}
