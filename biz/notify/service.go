package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/erp"
	"zhuxin/biz/letter"
	"zhuxin/biz/rating"
	"zhuxin/biz/statement"
	"zhuxin/biz/todo"
	"zhuxin/biz/warning"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/news"
	"zhuxin/shared/uow"
)

// Config is what Service works with.
type Config struct {
	Tx    uow.Tenant
	Repo  Repository
	Audit audit.Recorder
	Clock calendar.Clock
	// Events is the subsidiary's outbox; Touched counts for the daily run.
	Events event.Publisher
	// Paper gives the PDF of a letter; nil while it is not made yet.
	Paper   func(ctx context.Context, letterID uuid.UUID) (*File, error)
	Touched func(ctx context.Context, n int64)
	// Makers are the channels of this installation.
	Makers map[ChannelKind]Maker
	// Page gives the absolute address of a page; empty where there is none.
	Page func(ctx context.Context, l todo.Link) string
}

// Service tells people what concerns them.
type Service struct {
	Config
	*Box
}

// New makes the service.
func New(c Config) *Service {
	return &Service{c, &Box{c.Tx, c.Repo, c.Clock, access.WorkbenchRead, Kinds, Ways, Wanted}}
}

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
	case statement.TopicReminder, statement.TopicOverdue:
		n.Kind = KindStatementReminder
		if d.Topic == statement.TopicOverdue {
			n.Kind = KindStatementOverdue
		}
		var p statement.Waiting
		if err = json.Unmarshal(d.Payload, &p); err == nil {
			n.Items, err = s.Repo.Statements(ctx, p.StatementIDs, d.Topic == statement.TopicOverdue)
		}
	case rating.TopicLapsed:
		n.Kind = KindRatingLapsed
		var p rating.Effective
		if err = json.Unmarshal(d.Payload, &p); err == nil {
			n.Items, err = s.Repo.Ratings(ctx, []uuid.UUID{p.RatingID})
		}
	case letter.TopicIssued:
		n.Kind = KindLetter
		var p letter.Issued
		if err = json.Unmarshal(d.Payload, &p); err == nil {
			n.Items, err = s.Repo.Letters(ctx, []uuid.UUID{p.LetterID})
		}
	case erp.TopicStopped:
		n.Kind = KindERPStopped
		var p erp.StoppedEvent
		if err = json.Unmarshal(d.Payload, &p); err == nil {
			n.Items, err = s.Repo.ERPConnections(ctx, []uuid.UUID{p.ConnectionID})
		}
	case news.Topic:
		var p news.About
		if err = json.Unmarshal(d.Payload, &p); err == nil {
			n.Kind, n.Same = Kind(p.Kind), p.Key
			n.Items, err = s.items(ctx, p)
		}
	default:
		err = fmt.Errorf("notify: nothing is told about %s", d.Topic)
	}
	if err != nil {
		return fmt.Errorf("event of %s: %w", d.Topic, err)
	}
	return s.Tell(ctx, n)
}

// items finds whom published news concern.
func (s *Service) items(ctx context.Context, p news.About) ([]Item, error) {
	if _, ok := forms[p.Kind]; !ok {
		return nil, fmt.Errorf("notify: there is no news of kind %s", p.Kind)
	}
	if p.Kind == news.ApprovalArrived {
		return s.Repo.Arrived(ctx, p.IDs)
	}
	list, err := s.Repo.Concerned(ctx, p.Kind, p.IDs)
	return Compose(p.Kind, list), err
}

// Tell puts news on the pages of those whom they concern, and queues the messages
// to the outside: for each person one over each channel that reaches persons, and
// one for the chat of each robot. It runs in the transaction of its caller.
func (s *Service) Tell(ctx context.Context, n News) error {
	if n.Same != "" && len(n.Items) > 0 {
		keys := make([]string, len(n.Items))
		for i, x := range n.Items {
			keys[i] = n.page(x)
		}
		told, err := s.Repo.Told(ctx, keys)
		if err != nil {
			return err
		}
		n.Items = n.unheard(told)
	}
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
	texting, phones, err := s.texting(ctx, n.Kind, people, wants, accounts)
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
		w := s.wanted(wants[p], n.Kind)
		for _, i := range readers[p] {
			if w.OnPage {
				page = append(page, Notification{ID: newID(), Person: p, Kind: n.Kind, EventKey: n.page(i), Parts: i.Parts, Link: i.Link, CreatedAt: when.now})
			}
		}
		for _, a := range accounts {
			if a.Kind == Mail && a.takes(n.Kind) && w.Outside != Off {
				add(ToPerson, p, a.Kind, readers[p], w.Outside == Digest)
			}
		}
		if w.SMS && phones[p] != "" {
			add(ToPerson, p, texting, readers[p], false)
			last := &out[len(out)-1]
			last.Template, last.Params = staffTemplate, brief(n.Kind.Title(), readers[p])
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
	Kind     Kind // KindDunning where it is empty
	Customer uuid.UUID
	Title    string
	Text     string
	Template string
	Params   []Param
	LetterID uuid.UUID // whose PDF goes with a mail; zero is none
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
	if l.Kind == "" {
		l.Kind = KindDunning
	}
	var out []Delivery
	for _, a := range accounts {
		if slices.Contains(channels, a.Kind) && a.Enabled && !a.Kind.Robot() {
			out = append(out, Delivery{ID: newID(), EventKey: l.Key, Audience: ToCustomer, Recipient: l.Customer, Channel: a.Kind, Kind: l.Kind,
				Title: l.Title, Text: l.Text, Template: l.Template, Params: l.Params, LetterID: l.LetterID, State: Queued, NextAt: when.next, CreatedAt: when.now})
		}
	}
	return len(out), s.Repo.Enqueue(ctx, out)
}

// ToCustomers gives the channels that the tenant has switched on and that reach
// customers. It runs in the transaction of its caller.
func (s *Service) ToCustomers(ctx context.Context) (out []ChannelKind, err error) {
	accounts, err := s.Repo.Accounts(ctx)
	for _, a := range accounts {
		if a.Enabled && !a.Kind.Robot() {
			out = append(out, a.Kind)
		}
	}
	return out, err
}

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
