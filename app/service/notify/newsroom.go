package notify

import (
	"context"

	"github.com/google/uuid"

	notifyv1 "zhuxin/app/api/notify/v1"
	"zhuxin/biz/notify"
)

// newsroom answers the routes about people's own news, of a subsidiary and of HQ.
type newsroom struct{ box *notify.Box }

// Group implements GroupNewsServiceHTTPServer.
type Group struct{ newsroom }

var _ notifyv1.GroupNewsServiceHTTPServer = (*Group)(nil)

// NewGroup makes HQ's service.
func NewGroup(g *notify.Group) *Group { return &Group{newsroom{g.Box}} }

// ListNotifications gives a part of the caller's news.
func (s newsroom) ListNotifications(ctx context.Context, r *notifyv1.ListNotificationsRequest) (*notifyv1.ListNotificationsReply, error) {
	in, err := s.box.Inbox(ctx, notify.InboxInput{View: r.GetView(), Kind: notify.Kind(r.GetKind()), Cursor: r.GetCursor(), Size: r.GetPageSize()})
	if err != nil {
		return nil, err
	}
	out := &notifyv1.ListNotificationsReply{Unread: int32(in.Unread), NextCursor: in.Next.String()}
	for _, n := range in.News {
		out.Notifications = append(out.Notifications, toNotification(ctx, n))
	}
	return out, nil
}

// CountUnread counts the caller's unread news.
func (s newsroom) CountUnread(ctx context.Context, _ *notifyv1.CountUnreadRequest) (*notifyv1.UnreadReply, error) {
	return toUnread(s.box.Unread(ctx))
}

// MarkRead marks the caller's news as read.
func (s newsroom) MarkRead(ctx context.Context, r *notifyv1.MarkReadRequest) (*notifyv1.UnreadReply, error) {
	var ids []uuid.UUID
	for _, text := range r.GetIds() {
		id, err := uuid.Parse(text)
		if err != nil {
			id = uuid.Nil // as another's: nobody has it
		}
		ids = append(ids, id)
	}
	return toUnread(s.box.MarkRead(ctx, ids, r.GetAll()))
}

// GetPreferences gives what the caller wants to hear.
func (s newsroom) GetPreferences(ctx context.Context, _ *notifyv1.GetPreferencesRequest) (*notifyv1.Preferences, error) {
	list, err := s.box.Preferences(ctx)
	if err != nil {
		return nil, err
	}
	out := &notifyv1.Preferences{}
	for _, p := range list {
		out.Preferences = append(out.Preferences, &notifyv1.Preference{Kind: string(p.Kind), OnPage: p.OnPage, Outside: string(p.Outside), Sms: p.SMS})
	}
	return out, nil
}

// SavePreferences changes it.
func (s newsroom) SavePreferences(ctx context.Context, r *notifyv1.Preferences) (*notifyv1.Preferences, error) {
	var list []notify.Preference
	for _, p := range r.GetPreferences() {
		list = append(list, notify.Preference{Kind: notify.Kind(p.GetKind()), OnPage: p.GetOnPage(), Outside: notify.Outside(p.GetOutside()), SMS: p.GetSms()})
	}
	if err := s.box.Prefer(ctx, list); err != nil {
		return nil, err
	}
	return s.GetPreferences(ctx, nil)
}
