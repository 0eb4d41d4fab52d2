package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/todo"
	"zhuxin/biz/warning"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/uow"
)

// Config is what Service works with.
type Config struct {
	Tx    uow.Tenant
	Repo  Repository
	Audit audit.Recorder
	Clock calendar.Clock
	// Makers are the channels of this installation.
	Makers map[ChannelKind]Maker
	// Page gives the absolute address of a page; empty where there is none.
	Page func(ctx context.Context, l todo.Link) string
}

// Service tells people what concerns them.
type Service struct{ Config }

// New makes the service.
func New(c Config) *Service { return &Service{c} }

// Handle tells the news of an event. It runs in the transaction of its caller, who
// sees to it that it takes effect once.
func (s *Service) Handle(ctx context.Context, d event.Delivered) error {
	n := News{Key: d.ID.String()}
	var err error
	switch d.Topic {
	case approval.TopicReminder, approval.TopicOverdue:
		n.Kind = KindApprovalReminder
		if d.Topic == approval.TopicOverdue {
			n.Kind = KindApprovalOverdue
		}
		var p approval.Waiting
		if err = json.Unmarshal(d.Payload, &p); err == nil {
			n.Items, err = s.Repo.Waiting(ctx, p.ApprovalIDs)
		}
	case warning.TopicRaised:
		n.Kind = KindWarning
		var p warning.Raised
		if err = json.Unmarshal(d.Payload, &p); err == nil {
			n.Items, err = s.Repo.Warnings(ctx, p.WarningIDs)
		}
	default:
		err = fmt.Errorf("notify: nothing is told about %s", d.Topic)
	}
	if err != nil {
		return fmt.Errorf("event of %s: %w", d.Topic, err)
	}
	return s.Tell(ctx, n)
}

// Tell puts news on the pages of those whom they concern, and queues the messages
// to the outside: for each person one over each channel that reaches persons, and
// one for the chat of each robot. It runs in the transaction of its caller.
func (s *Service) Tell(ctx context.Context, n News) error {
	readers := n.readers()
	if len(readers) == 0 {
		return nil
	}
	people := slices.SortedFunc(maps.Keys(readers), func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	wants, err := s.Repo.Wants(ctx, people)
	if err != nil {
		return err
	}
	accounts, err := s.Repo.Accounts(ctx)
	if err != nil {
		return err
	}
	when, err := s.times(ctx)
	if err != nil {
		return err
	}
	var page []Notification
	var out []Delivery
	add := func(to Audience, who uuid.UUID, c ChannelKind, items []Item, digest bool) {
		d := Delivery{ID: newID(), EventKey: n.Key, Audience: to, Recipient: who, Channel: c, Kind: n.Kind, Title: n.Kind.Title(), Text: text(items),
			Link: where(items), Digest: digest, State: Queued, NextAt: when.next, CreatedAt: when.now}
		if digest {
			d.NextAt = when.digest
		}
		out = append(out, d)
	}
	for _, p := range people {
		w := wanted(wants[p], n.Kind)
		for _, i := range readers[p] {
			if w.OnPage {
				page = append(page, Notification{ID: newID(), Person: p, Kind: n.Kind, EventKey: n.Key + ":" + i.Subject.String(), Parts: i.Parts, Link: i.Link, CreatedAt: when.now})
			}
		}
		for _, a := range accounts {
			if a.Kind == Mail && a.takes(n.Kind) && w.Outside != Off {
				add(ToPerson, p, a.Kind, readers[p], w.Outside == Digest)
			}
		}
	}
	for _, a := range accounts {
		if a.Kind.Robot() && a.takes(n.Kind) {
			add(ToChat, uuid.Nil, a.Kind, n.Items, false)
		}
	}
	if err := s.Repo.Tell(ctx, page); err != nil {
		return err
	}
	return s.Repo.Enqueue(ctx, out)
}

// Letter is a message to a customer.
type Letter struct {
	Key      string
	Customer uuid.UUID
	Title    string
	Text     string
	Template string
	Params   []Param
}

// Write queues a letter over the given channels, as far as the tenant has them. It
// runs in the transaction of its caller and says how many it queued.
func (s *Service) Write(ctx context.Context, l Letter, channels []ChannelKind) (int, error) {
	accounts, err := s.Repo.Accounts(ctx)
	if err != nil {
		return 0, err
	}
	when, err := s.times(ctx)
	if err != nil {
		return 0, err
	}
	var out []Delivery
	for _, a := range accounts {
		if slices.Contains(channels, a.Kind) && a.Enabled && !a.Kind.Robot() {
			out = append(out, Delivery{ID: newID(), EventKey: l.Key, Audience: ToCustomer, Recipient: l.Customer, Channel: a.Kind, Kind: KindDunning,
				Title: l.Title, Text: l.Text, Template: l.Template, Params: l.Params, State: Queued, NextAt: when.next, CreatedAt: when.now})
		}
	}
	return len(out), s.Repo.Enqueue(ctx, out)
}

func wanted(list []Preference, k Kind) Preference {
	for _, p := range list {
		if p.Kind == k {
			return p
		}
	}
	return Wanted(k)
}

// Preferences gives what the caller wants to hear, of every kind.
func (s *Service) Preferences(ctx context.Context) (out []Preference, err error) {
	a, err := access.Require(ctx, access.WorkbenchRead)
	if err != nil {
		return nil, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		wants, err := s.Repo.Wants(ctx, []uuid.UUID{a.ID})
		out = nil
		for _, k := range Kinds {
			out = append(out, wanted(wants[a.ID], k))
		}
		return err
	})
	return out, err
}

// Prefer changes what the caller wants to hear of the kinds named.
func (s *Service) Prefer(ctx context.Context, list []Preference) error {
	a, err := access.Require(ctx, access.WorkbenchRead)
	if err != nil {
		return err
	}
	p := Preferences{a.ID, list}
	if err := p.Validate(); err != nil {
		return err
	}
	return s.Tx.InTx(ctx, func(ctx context.Context) error { return s.Repo.SavePreferences(ctx, p, s.Clock.Now()) })
}

const (
	pageSize = 50
	mostNews = 100 // counting stops there: the badge says 99+
)

// Inbox gives a part of the caller's news, newest first, and how many are unread.
func (s *Service) Inbox(ctx context.Context, unread bool, before *Mark) (list []Notification, count int, err error) {
	a, err := access.Require(ctx, access.WorkbenchRead)
	if err != nil {
		return nil, 0, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if list, err = s.Repo.Inbox(ctx, a.ID, unread, before, pageSize); err != nil {
			return err
		}
		count, err = s.Repo.Unread(ctx, a.ID, mostNews)
		return err
	})
	return list, count, err
}

// Unread counts the caller's unread news, up to 100.
func (s *Service) Unread(ctx context.Context) (n int, err error) {
	a, err := access.Require(ctx, access.WorkbenchRead)
	if err != nil {
		return 0, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		n, err = s.Repo.Unread(ctx, a.ID, mostNews)
		return err
	})
	return n, err
}

// MarkRead marks the caller's news as read; without ids all of them. Another's are
// left alone without a word.
func (s *Service) MarkRead(ctx context.Context, ids []uuid.UUID) (n int64, err error) {
	a, err := access.Require(ctx, access.WorkbenchRead)
	if err != nil {
		return 0, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		n, err = s.Repo.Read(ctx, a.ID, ids, s.Clock.Now())
		return err
	})
	return n, err
}

// SaveAccount sets a channel up or changes it. Without a credential the one that is
// kept stays.
func (s *Service) SaveAccount(ctx context.Context, a AccountState) error {
	if _, err := access.Require(ctx, access.PolicyWrite); err != nil {
		return err
	}
	mk := s.Makers[a.Kind]
	if mk == nil {
		return ErrChannel
	}
	if len(a.Credential) > 0 || a.Version == 0 {
		if _, err := mk(Account{a.Kind, a.Credential}); err != nil {
			return fault.Mismatch("CHANNEL_CREDENTIAL", strings.TrimPrefix(err.Error(), "notify: ")).Wrap(err)
		}
	}
	for _, k := range a.Kinds {
		if !slices.Contains(Kinds, k) {
			return fault.New(fault.KindInvalid, "UNKNOWN_KIND", "there is no news of this kind")
		}
	}
	return s.Tx.InTx(ctx, func(ctx context.Context) error {
		if err := s.Repo.SaveAccount(ctx, a, s.Clock.Now()); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Entry{Action: "notify_account.saved", ObjectType: "notify_account", ObjectID: string(a.Kind),
			After: map[string]any{"enabled": a.Enabled, "kinds": a.Kinds, "credential_changed": len(a.Credential) > 0}})
	})
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

// Deliveries shows what was sent and what was not, and why.
func (s *Service) Deliveries(ctx context.Context, q DeliveryQuery) (list []Delivery, err error) {
	if _, err := access.Require(ctx, access.PolicyRead); err != nil {
		return nil, err
	}
	q.Limit = pageSize
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		list, err = s.Repo.Deliveries(ctx, q)
		return err
	})
	return list, err
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
