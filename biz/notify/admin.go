package notify

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
)

// Channels gives every kind of channel with how the tenant has set it up and what
// became of its last messages.
func (s *Service) Channels(ctx context.Context) (out []AccountState, err error) {
	if _, err := access.Require(ctx, access.PolicyRead); err != nil {
		return nil, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		list, err := s.Repo.Accounts(ctx)
		if err != nil {
			return err
		}
		last, err := s.Repo.Last(ctx)
		out = nil
		for _, k := range ChannelKinds {
			a := AccountState{Kind: k}
			if i := slices.IndexFunc(list, func(a AccountState) bool { return a.Kind == k }); i >= 0 {
				a = list[i]
			}
			a.Offered, a.Last = s.Makers[k] != nil, last[k]
			out = append(out, a)
		}
		return err
	})
	return out, err
}

const (
	maxHint   = 60
	maxSecret = 2000
	maxFields = 20
)

// Validate gives all faults of what is entered about a channel; what its credential
// has to hold is the channel's to say.
func (a AccountState) Validate() error {
	var c fault.Checks
	c.Require(utf8.RuneCountInString(a.Hint) <= maxHint, "hint", "TOO_LONG", fmt.Sprintf("at most %d characters", maxHint))
	c.Require(len(a.Credential) <= maxFields, "credential", "TOO_MANY", "more fields than any channel has")
	for name, v := range a.Credential {
		c.Require(len(name) <= maxHint && len(v) <= maxSecret, "credential", "TOO_LONG", fmt.Sprintf("at most %d bytes in a field", maxSecret))
	}
	for _, k := range a.Kinds {
		c.Require(slices.Contains(Kinds, k), "kinds", "UNKNOWN", "there is no news of this kind")
	}
	return c.Err()
}

// SaveAccount sets a channel up or changes it. Without a credential the one that is
// kept stays. Faults: INVALID_INPUT, CHANNEL_UNKNOWN, CHANNEL_CREDENTIAL,
// VERSION_CONFLICT.
func (s *Service) SaveAccount(ctx context.Context, a AccountState) error {
	if _, err := access.Require(ctx, access.PolicyWrite); err != nil {
		return err
	}
	mk := s.Makers[a.Kind]
	if mk == nil {
		return ErrChannel
	}
	a.Hint = strings.TrimSpace(a.Hint)
	if err := a.Validate(); err != nil {
		return err
	}
	if len(a.Credential) > 0 || a.Version == 0 {
		if _, err := mk(Account{a.Kind, a.Credential}); err != nil {
			return fault.Mismatch("CHANNEL_CREDENTIAL", strings.TrimPrefix(err.Error(), "notify: ")).Wrap(err)
		}
	}
	return s.Tx.InTx(ctx, func(ctx context.Context) error {
		if err := s.Repo.SaveAccount(ctx, a, s.Clock.Now()); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Entry{Action: "notify_account.saved", ObjectType: "notify_account", ObjectID: string(a.Kind),
			After: map[string]any{"enabled": a.Enabled, "kinds": a.Kinds, "hint": a.Hint, "credential_changed": len(a.Credential) > 0}})
	})
}

var phoneForm = regexp.MustCompile(`^(1[0-9]{10}|\+[0-9]{6,15})$`)

// Tested is what became of a test; Trouble is empty when it went out.
type Tested struct {
	Trouble Trouble
	Text    string
}

// Test sends a message to the caller: to his own address, to the phone that he names,
// or to the robot's chat. It goes at once, also in quiet hours. Faults:
// INVALID_INPUT, CHANNEL_UNKNOWN, CHANNEL_NOT_SET_UP.
func (s *Service) Test(ctx context.Context, k ChannelKind, phone string) (out Tested, err error) {
	actor, err := access.Require(ctx, access.PolicyWrite)
	if err != nil {
		return out, err
	}
	var c fault.Checks
	c.Require(!k.SMS() || phoneForm.MatchString(phone), "phone", "BAD_FORM", "a mobile number of 11 digits, or with + and its country code")
	if err := c.Err(); err != nil {
		return out, err
	}
	if s.Makers[k] == nil {
		return out, ErrChannel
	}
	m := Message{Key: "test:" + newID().String(), Title: "测试消息", Text: actor.Name + "，这是一条测试消息。收到它，说明通知渠道可以使用。", Template: "dunning.reminder",
		Params: []Param{{"customer", "测试客户"}, {"amount", "0.01"}, {"date", s.Clock.Now().Format("2006-01-02")}}}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		accounts, err := s.Repo.Accounts(ctx)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(accounts, func(a AccountState) bool { return a.Kind == k }) {
			return ErrNotSetUp
		}
		switch {
		case k.SMS():
			m.To = Recipient{Name: actor.Name, Phone: phone}
		case k == Mail:
			if m.To, err = s.Repo.Contact(ctx, ToPerson, actor.ID); err != nil {
				return err
			}
		}
		return s.Audit.Record(ctx, audit.Entry{Action: "notify_account.tested", ObjectType: "notify_account", ObjectID: string(k)})
	})
	if err != nil {
		return out, err
	}
	channel, err := s.open(ctx, k)
	if err == nil {
		_, err = channel.Send(ctx, m)
	}
	var e *Error
	if errors.As(err, &e) {
		return Tested{e.Trouble, e.Text}, nil
	}
	return out, err
}

// Settings gives the quiet times in force.
func (s *Service) Settings(ctx context.Context) (out Settings, err error) {
	if _, err := access.Require(ctx, access.PolicyRead); err != nil {
		return out, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		out, err = s.Repo.Settings(ctx)
		return err
	})
	return out, err
}

// SaveSettings puts a new version of the quiet times in force; what is queued keeps
// to them too, because nothing is sent while it is quiet.
func (s *Service) SaveSettings(ctx context.Context, in Settings) error {
	a, err := access.Require(ctx, access.PolicyWrite)
	if err != nil {
		return err
	}
	if err := in.Validate(); err != nil {
		return err
	}
	return s.Tx.InTx(ctx, func(ctx context.Context) error {
		if err := s.Repo.SaveSettings(ctx, in, a.ID, s.Clock.Now()); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Entry{Action: "notify_settings.saved", ObjectType: "notify_settings", ObjectID: fmt.Sprint(in.Version + 1),
			After: map[string]any{"quiet_from": in.QuietFrom, "quiet_to": in.QuietTo, "quiet_weekdays": in.QuietWeekdays, "quiet_dates": in.QuietDates, "digest_at": in.DigestAt}})
	})
}

// DeliveryInput asks for a part of the deliveries. Zero values: all, from the newest.
type DeliveryInput struct {
	State    State
	Channel  ChannelKind
	Audience Audience
	Customer uuid.UUID
	Cursor   string
	Size     int32
}

// Deliveries shows what was sent and what was not, and why. Next is nil at the end.
func (s *Service) Deliveries(ctx context.Context, in DeliveryInput) (list []Delivery, next *paging.Key, err error) {
	if _, err := access.Require(ctx, access.PolicyRead); err != nil {
		return nil, nil, err
	}
	var c fault.Checks
	c.Require(slices.Contains([]State{"", Queued, Sent, Failed, GaveUp}, in.State), "state", "UNKNOWN", "queued, sent, failed or gave_up")
	c.Require(in.Channel == "" || slices.Contains(ChannelKinds, in.Channel), "channel", "UNKNOWN", "there is no such channel")
	c.Require(slices.Contains([]Audience{"", ToPerson, ToChat, ToCustomer}, in.Audience), "audience", "UNKNOWN", "person, chat or customer")
	q := DeliveryQuery{State: in.State, Channel: in.Channel, Audience: in.Audience, Customer: in.Customer, After: paging.ParseKey(&c, "cursor", in.Cursor), Limit: paging.Size(&c, in.Size) + 1}
	if err := c.Err(); err != nil {
		return nil, nil, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		list, err = s.Repo.Deliveries(ctx, q)
		return err
	})
	if len(list) == q.Limit {
		list = list[:q.Limit-1]
		last := list[len(list)-1]
		next = &paging.Key{At: last.CreatedAt, ID: last.ID}
	}
	return list, next, err
}

// Retry queues a delivery again that did not go out. Where the outcome is unknown the
// caller has to accept that it arrives twice. Faults: DELIVERY_NOT_FOUND,
// DELIVERY_NOT_FAILED, DELIVERY_UNCERTAIN.
func (s *Service) Retry(ctx context.Context, id uuid.UUID, evenTwice bool) error {
	if _, err := access.Require(ctx, access.PolicyWrite); err != nil {
		return err
	}
	return s.Tx.InTx(ctx, func(ctx context.Context) error {
		d, err := s.Repo.Delivery(ctx, id)
		if err != nil {
			return err
		}
		if d.State != Failed && d.State != GaveUp {
			return ErrNotFailed
		}
		if d.Trouble == Uncertain && !d.Channel.Repeatable() && !evenTwice {
			return ErrUncertain
		}
		if err := s.Repo.Requeue(ctx, id, s.Clock.Now()); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Entry{Action: "notify_delivery.retried", ObjectType: "notify_delivery", ObjectID: id.String(),
			After: map[string]any{"channel": d.Channel, "trouble": d.Trouble}})
	})
}
