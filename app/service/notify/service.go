// Package notify answers a subsidiary's routes about news, channels and deliveries.
package notify

import (
	"context"
	"slices"

	"github.com/google/uuid"

	commonv1 "zhuxin/app/api/common/v1"
	notifyv1 "zhuxin/app/api/notify/v1"
	"zhuxin/biz/customer"
	"zhuxin/biz/notify"
)

// Service implements NotifyServiceHTTPServer.
type Service struct {
	newsroom
	biz *notify.Service
}

var _ notifyv1.NotifyServiceHTTPServer = (*Service)(nil)

// New makes the service.
func New(s *notify.Service) *Service { return &Service{newsroom{s.Box}, s} }

// ListChannels gives every channel.
func (s *Service) ListChannels(ctx context.Context, _ *notifyv1.ListChannelsRequest) (*notifyv1.ListChannelsReply, error) {
	list, err := s.biz.Channels(ctx)
	if err != nil {
		return nil, err
	}
	out := &notifyv1.ListChannelsReply{}
	for _, a := range list {
		out.Channels = append(out.Channels, toChannel(a))
	}
	return out, nil
}

// SaveChannel sets one up or changes it.
func (s *Service) SaveChannel(ctx context.Context, r *notifyv1.SaveChannelRequest) (*notifyv1.Channel, error) {
	a := notify.AccountState{Kind: notify.ChannelKind(r.GetKind()), Credential: r.GetCredential(), Hint: r.GetHint(), Enabled: r.GetEnabled(), Version: r.GetVersion()}
	for _, k := range r.GetKinds() {
		a.Kinds = append(a.Kinds, notify.Kind(k))
	}
	if err := s.biz.SaveAccount(ctx, a); err != nil {
		return nil, err
	}
	list, err := s.biz.Channels(ctx)
	if err != nil {
		return nil, err
	}
	return toChannel(list[slices.IndexFunc(list, func(x notify.AccountState) bool { return x.Kind == a.Kind })]), nil
}

// TestChannel sends the caller a message.
func (s *Service) TestChannel(ctx context.Context, r *notifyv1.TestChannelRequest) (*notifyv1.ChannelTestReply, error) {
	t, err := s.biz.Test(ctx, notify.ChannelKind(r.GetKind()), r.GetPhone())
	if err != nil {
		return nil, err
	}
	return &notifyv1.ChannelTestReply{Works: t.Trouble == "", Trouble: string(t.Trouble), Text: t.Text}, nil
}

// GetSettings gives the quiet times.
func (s *Service) GetSettings(ctx context.Context, _ *notifyv1.GetSettingsRequest) (*notifyv1.Settings, error) {
	set, err := s.biz.Settings(ctx)
	if err != nil {
		return nil, err
	}
	return toSettings(set), nil
}

// SaveSettings changes them.
func (s *Service) SaveSettings(ctx context.Context, r *notifyv1.Settings) (*notifyv1.Settings, error) {
	set, err := fromSettings(r)
	if err != nil {
		return nil, err
	}
	if err := s.biz.SaveSettings(ctx, set); err != nil {
		return nil, err
	}
	return s.GetSettings(ctx, nil)
}

// ListDeliveries gives what was sent and what was not.
func (s *Service) ListDeliveries(ctx context.Context, r *notifyv1.ListDeliveriesRequest) (*notifyv1.ListDeliveriesReply, error) {
	in := notify.DeliveryInput{State: notify.State(r.GetState()), Channel: notify.ChannelKind(r.GetChannel()), Audience: notify.Audience(r.GetAudience()), Cursor: r.GetCursor(), Size: r.GetPageSize()}
	if text := r.GetCustomerId(); text != "" {
		id, err := uuid.Parse(text)
		if err != nil || id == uuid.Nil {
			return nil, customer.ErrNotFound
		}
		in.Customer = id
	}
	list, next, err := s.biz.Deliveries(ctx, in)
	if err != nil {
		return nil, err
	}
	out := &notifyv1.ListDeliveriesReply{NextCursor: next.String()}
	for _, d := range list {
		out.Deliveries = append(out.Deliveries, toDelivery(d))
	}
	return out, nil
}

// RetryDelivery tries one again.
func (s *Service) RetryDelivery(ctx context.Context, r *notifyv1.RetryDeliveryRequest) (*commonv1.EmptyReply, error) {
	id, err := uuid.Parse(r.GetId())
	if err != nil {
		return nil, notify.ErrNoDelivery
	}
	if err := s.biz.Retry(ctx, id, r.GetEvenTwice()); err != nil {
		return nil, err
	}
	return &commonv1.EmptyReply{}, nil
}

// GetPhone gives where the caller gets SMS.
func (s *Service) GetPhone(ctx context.Context, _ *notifyv1.GetPhoneRequest) (*notifyv1.Phone, error) {
	return toPhone(s.biz.Phone(ctx))
}

// SetPhone changes it.
func (s *Service) SetPhone(ctx context.Context, r *notifyv1.SetPhoneRequest) (*notifyv1.Phone, error) {
	return toPhone(s.biz.SetPhone(ctx, r.GetPhone()))
}

func toPhone(p notify.Phone, err error) (*notifyv1.Phone, error) {
	if err != nil {
		return nil, err
	}
	return &notifyv1.Phone{Masked: p.Masked, Ready: p.Ready}, nil
}
