package notify

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/todo"
	"zhuxin/shared/tenant"
)

const (
	batch = 50
	lease = 5 * time.Minute // longer than any channel takes for a batch
	tries = 6
)

// backoff is the wait after the n-th failed attempt.
var backoff = [tries]time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 4 * time.Hour, 12 * time.Hour}

type moments struct{ now, next, digest time.Time }

// times gives when something said now may be sent.
func (s *Service) times(ctx context.Context) (m moments, err error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return m, err
	}
	set, err := s.Repo.Settings(ctx)
	if err != nil {
		return m, err
	}
	m.now = s.Clock.Now()
	m.next, m.digest = set.Next(m.now, t.Zone), set.Digest(m.now, t.Zone)
	return m, nil
}

// Flush sends what is due: it claims a part, sends it outside of any transaction,
// and writes down the outcome. It says how many messages went out. While the tenant
// has quiet nothing does, whatever was planned before.
func (s *Service) Flush(ctx context.Context) (sent int, err error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return 0, err
	}
	var (
		set      Settings
		list     []Delivery
		accounts []AccountState
	)
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		list = nil
		now := s.Clock.Now()
		if set, err = s.Repo.Settings(ctx); err != nil || set.Quiet(now, t.Zone) {
			return err
		}
		if accounts, err = s.Repo.Accounts(ctx); err != nil {
			return err
		}
		list, err = s.Repo.Claim(ctx, now, now.Add(lease), batch)
		return err
	})
	if err != nil || len(list) == 0 {
		return 0, err
	}
	open := map[ChannelKind]opened{}
	for _, group := range digests(list) {
		s.deliver(ctx, group, accounts, open)
		now := s.Clock.Now()
		for i := range group {
			settle(&group[i], set, now, t.Zone)
			if group[i].State == Sent {
				sent++
			}
		}
		// Written down at once, and also when the worker is being stopped: what went
		// out must not go out again.
		if err := s.Tx.InTx(context.WithoutCancel(ctx), func(ctx context.Context) error { return s.Repo.Finish(ctx, group) }); err != nil {
			return sent, err
		}
		if ctx.Err() != nil {
			return sent, ctx.Err()
		}
	}
	return sent, nil
}

// digests joins the deliveries of one receiver and channel that go into a digest;
// the others stand alone.
func digests(list []Delivery) [][]Delivery {
	type key struct {
		who  uuid.UUID
		over ChannelKind
	}
	var out [][]Delivery
	at := map[key]int{}
	slices.SortStableFunc(list, func(a, b Delivery) int { return cmp.Compare(a.CreatedAt.UnixNano(), b.CreatedAt.UnixNano()) })
	for _, d := range list {
		k := key{d.Recipient, d.Channel}
		if i, ok := at[k]; ok && d.Digest && !d.Lost {
			out[i] = append(out[i], d)
			continue
		}
		if d.Digest && !d.Lost {
			at[k] = len(out)
		}
		out = append(out, []Delivery{d})
	}
	return out
}

type opened struct {
	channel Channel
	err     error
}

// deliver sends one message for the group and puts the outcome into each.
func (s *Service) deliver(ctx context.Context, group []Delivery, accounts []AccountState, open map[ChannelKind]opened) {
	first := group[0]
	receipt, err := Receipt{}, error(nil)
	switch {
	case first.Lost && !first.Channel.Repeatable():
		err = Fail(Uncertain, "", "the worker ended while it sent the message; it may have been sent")
	case !slices.ContainsFunc(accounts, func(a AccountState) bool { return a.Kind == first.Channel && a.Enabled }):
		err = Fail(AccountRefused, "", "the channel was switched off")
	default:
		o, ok := open[first.Channel]
		if !ok {
			o.channel, o.err = s.open(ctx, first.Channel)
			open[first.Channel] = o
		}
		if err = o.err; err == nil {
			var m Message
			if m, err = s.message(ctx, group); err == nil {
				receipt, err = o.channel.Send(ctx, m)
			}
		}
	}
	for i := range group {
		d := &group[i]
		d.Receipt, d.Trouble, d.Code, d.Reason = receipt.ID, "", "", ""
		var e *Error
		switch {
		case err == nil:
			d.State = Sent
		case errors.As(err, &e):
			d.State, d.Trouble, d.Code, d.Reason = GaveUp, e.Trouble, e.Code, e.Text
			if e.Temporary() || e.Trouble == Uncertain && d.Channel.Repeatable() {
				d.State = Failed
			}
			d.NextAt = s.Clock.Now().Add(e.RetryAfter)
		default: // ours: the database, or the end of the worker before anything was sent
			d.State, d.Trouble, d.Reason, d.NextAt = Failed, Unreachable, "the program could not send it", time.Time{}
		}
	}
}

// settle sets when it is tried again, or that it is not.
func settle(d *Delivery, set Settings, now time.Time, zone *time.Location) {
	switch d.State {
	case Sent:
		d.SentAt = &now
	case Failed:
		if d.Attempts >= tries {
			d.State = GaveUp
			return
		}
		wait := now.Add(backoff[max(d.Attempts, 1)-1])
		if d.NextAt.Before(wait) {
			d.NextAt = wait
		}
		d.NextAt = set.Next(d.NextAt, zone)
	}
}

func (s *Service) open(ctx context.Context, k ChannelKind) (c Channel, err error) {
	mk := s.Makers[k]
	if mk == nil {
		return nil, Fail(AccountRefused, "", "this installation does not have the channel")
	}
	var credential map[string]string
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		credential, err = s.Repo.Credential(ctx, k)
		return err
	})
	if err != nil {
		return nil, err
	}
	return mk(Account{k, credential})
}

// message joins a group; its receiver is looked up now, so that a changed address counts.
func (s *Service) message(ctx context.Context, group []Delivery) (m Message, err error) {
	d := group[0]
	m = Message{Key: d.ID.String(), Title: d.Title, Text: d.Text, Template: d.Template, Params: d.Params}
	if s.Page != nil && d.Link.Route != "" {
		m.Link = s.Page(ctx, d.Link)
	}
	if len(group) > 1 {
		var b []string
		for _, x := range group {
			b = append(b, "【"+x.Title+"】\n"+x.Text)
		}
		m.Title, m.Text, m.Link = "信用管理摘要", strings.Join(b, "\n\n"), ""
		// Joined news of a person are all in his inbox.
		if s.Page != nil && d.Audience == ToPerson {
			m.Link = s.Page(ctx, todo.Link{Route: "inbox"})
		}
	}
	if d.LetterID != uuid.Nil && d.Channel == Mail && s.Paper != nil {
		f, err := s.Paper(ctx, d.LetterID)
		if err != nil {
			return m, err
		}
		if f == nil {
			return m, Fail(Unreachable, "", "the letter's PDF is not made yet")
		}
		m.Files = append(m.Files, *f)
	}
	if d.Audience == ToChat {
		return m, nil
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		m.To, err = s.Repo.Contact(ctx, d.Audience, d.Recipient)
		return err
	})
	return m, err
}
