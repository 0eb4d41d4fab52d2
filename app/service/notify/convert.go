package notify

import (
	"context"

	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	notifyv1 "zhuxin/app/api/notify/v1"
	"zhuxin/app/service/asked"
	"zhuxin/biz/notify"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
)

func stamp(t *time.Time) *timestamppb.Timestamp {
	if t == nil {
		return nil
	}
	return timestamppb.New(*t)
}

func toUnread(n int, err error) (*notifyv1.UnreadReply, error) {
	if err != nil {
		return nil, err
	}
	return &notifyv1.UnreadReply{Unread: int32(n)}, nil
}

func toNotification(ctx context.Context, n notify.Notification) *notifyv1.Notification {
	parts, codes := asked.Parts(ctx, n.Parts)
	return &notifyv1.Notification{Id: n.ID.String(), Kind: string(n.Kind), Parts: parts, Codes: codes, Route: n.Link.Route, Params: n.Link.Params, Query: n.Link.Query,
		CreatedAt: timestamppb.New(n.CreatedAt), ReadAt: stamp(n.ReadAt)}
}

func toChannel(a notify.AccountState) *notifyv1.Channel {
	out := &notifyv1.Channel{Kind: string(a.Kind), Hint: a.Hint, Enabled: a.Enabled, Version: a.Version, Offered: a.Offered, Trouble: string(a.Last.Trouble),
		TroubleText: a.Last.Reason, FailedAt: stamp(a.Last.FailedAt), SentAt: stamp(a.Last.SentAt)}
	for _, k := range a.Kinds {
		out.Kinds = append(out.Kinds, string(k))
	}
	return out
}

func toSettings(s notify.Settings) *notifyv1.Settings {
	out := &notifyv1.Settings{Version: s.Version, QuietFrom: int32(s.QuietFrom), QuietTo: int32(s.QuietTo), DigestAt: int32(s.DigestAt)}
	for _, w := range s.QuietWeekdays {
		out.QuietWeekdays = append(out.QuietWeekdays, int32(w))
	}
	for _, d := range s.QuietDates {
		out.QuietDates = append(out.QuietDates, d.String())
	}
	return out
}

func fromSettings(r *notifyv1.Settings) (notify.Settings, error) {
	var c fault.Checks
	s := notify.Settings{Version: r.GetVersion(), QuietFrom: int(r.GetQuietFrom()), QuietTo: int(r.GetQuietTo()), DigestAt: int(r.GetDigestAt())}
	for _, w := range r.GetQuietWeekdays() {
		s.QuietWeekdays = append(s.QuietWeekdays, time.Weekday(w))
	}
	for _, text := range r.GetQuietDates() {
		d, err := calendar.Parse(text)
		c.Require(err == nil, "quiet_dates", "BAD_FORM", "yyyy-MM-dd")
		s.QuietDates = append(s.QuietDates, d)
	}
	return s, c.Err()
}

func toDelivery(d notify.Delivery) *notifyv1.Delivery {
	out := &notifyv1.Delivery{Id: d.ID.String(), Audience: string(d.Audience), Recipient: d.Name, Channel: string(d.Channel), Kind: string(d.Kind), Title: d.Title,
		State: string(d.State), Attempts: int32(d.Attempts), NextAt: timestamppb.New(d.NextAt), Trouble: string(d.Trouble), TroubleCode: d.Code, TroubleText: d.Reason,
		CreatedAt: timestamppb.New(d.CreatedAt), SentAt: stamp(d.SentAt)}
	if d.Audience == notify.ToCustomer {
		out.CustomerId = d.Recipient.String()
	}
	return out
}
