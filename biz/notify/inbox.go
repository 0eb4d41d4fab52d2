package notify

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
	"zhuxin/shared/uow"
)

// mostNews is where counting stops: the badge says 99+.
const mostNews = 100

// Mailbox keeps the news of one side's people and what they want to hear, on the
// transaction of the context.
type Mailbox interface {
	Wants(ctx context.Context, people []uuid.UUID) (map[uuid.UUID][]Preference, error)
	SavePreferences(ctx context.Context, p Preferences, now time.Time) error

	// Tell puts news on pages; a person's that are there already stay as they are.
	Tell(ctx context.Context, list []Notification) error
	Inbox(ctx context.Context, q InboxQuery) ([]Notification, error)
	Unread(ctx context.Context, person uuid.UUID, most int) (int, error)
	// Own checks that the news are all a person's; ErrNoNews.
	Own(ctx context.Context, person uuid.UUID, ids []uuid.UUID) error
	// Read marks a person's news as read; none of ids is all.
	Read(ctx context.Context, person uuid.UUID, ids []uuid.UUID, now time.Time) (int64, error)
}

// Box is what people of one side, a subsidiary's or HQ's, do with their news.
type Box struct {
	tx     uow.Tx
	repo   Mailbox
	clock  calendar.Clock
	needs  access.Permission
	kinds  []Kind
	ways   []Outside
	preset func(k Kind) Preference
}

func (b *Box) wanted(list []Preference, k Kind) Preference {
	for _, p := range list {
		if p.Kind == k {
			return p
		}
	}
	return b.preset(k)
}

// InboxInput asks for a part of the caller's news. Zero values: everything, from the
// beginning, twenty pieces.
type InboxInput struct {
	View   string // all or unread; empty is all
	Kind   Kind
	Cursor string
	Size   int32
}

// InboxQuery selects a person's news: unread before read, then newest first.
type InboxQuery struct {
	Person uuid.UUID
	Unread bool
	Kind   Kind
	After  *Mark
	Limit  int
}

// Mark is the last piece of news of a part of the list.
type Mark struct {
	Read bool
	paging.Key
}

// String is the mark as a client carries it.
func (m *Mark) String() string {
	if m == nil {
		return ""
	}
	if m.Read {
		return "r" + m.Key.String()
	}
	return "u" + m.Key.String()
}

func parseMark(c *fault.Checks, s string) *Mark {
	if s == "" {
		return nil
	}
	if s[0] != 'r' && s[0] != 'u' {
		s = " " // the key is refused by ParseKey, in the same words
	}
	k := paging.ParseKey(c, "cursor", s[1:])
	if k == nil {
		c.Require(len(s) > 1, "cursor", "BAD_CURSOR", "this is not a place in the list; load the list from its beginning")
		return nil
	}
	return &Mark{s[0] == 'r', *k}
}

// Inbox is a part of a person's news.
type Inbox struct {
	News   []Notification
	Unread int // of all, up to 100
	Next   *Mark
}

// Inbox gives a part of the caller's news, and how many are unread.
func (b *Box) Inbox(ctx context.Context, in InboxInput) (out Inbox, err error) {
	a, err := access.Require(ctx, b.needs)
	if err != nil {
		return out, err
	}
	var c fault.Checks
	c.Require(slices.Contains([]string{"", "all", "unread"}, in.View), "view", "UNKNOWN", "all or unread")
	c.Require(in.Kind == "" || slices.Contains(b.kinds, in.Kind), "kind", "UNKNOWN", "there is no news of this kind")
	q := InboxQuery{Person: a.ID, Unread: in.View == "unread", Kind: in.Kind, After: parseMark(&c, in.Cursor), Limit: paging.Size(&c, in.Size) + 1}
	if err := c.Err(); err != nil {
		return out, err
	}
	err = b.tx.InTx(ctx, func(ctx context.Context) error {
		if out.News, err = b.repo.Inbox(ctx, q); err != nil {
			return err
		}
		out.Unread, err = b.repo.Unread(ctx, a.ID, mostNews)
		return err
	})
	if len(out.News) == q.Limit {
		out.News = out.News[:q.Limit-1]
		last := out.News[len(out.News)-1]
		out.Next = &Mark{last.ReadAt != nil, paging.Key{At: last.CreatedAt, ID: last.ID}}
	}
	return out, err
}

// Unread counts the caller's unread news, up to 100.
func (b *Box) Unread(ctx context.Context) (n int, err error) {
	a, err := access.Require(ctx, b.needs)
	if err != nil {
		return 0, err
	}
	err = b.tx.InTx(ctx, func(ctx context.Context) error {
		n, err = b.repo.Unread(ctx, a.ID, mostNews)
		return err
	})
	return n, err
}

// MarkRead marks the caller's news as read, those named or all, and gives how many
// are unread then. Faults: INVALID_INPUT, NOTIFICATION_NOT_FOUND for another's.
func (b *Box) MarkRead(ctx context.Context, ids []uuid.UUID, all bool) (unread int, err error) {
	a, err := access.Require(ctx, b.needs)
	if err != nil {
		return 0, err
	}
	var c fault.Checks
	c.Require(all != (len(ids) > 0), "ids", "REQUIRED", "name the news, or say all, and not both")
	if err := c.Err(); err != nil {
		return 0, err
	}
	err = b.tx.InTx(ctx, func(ctx context.Context) error {
		if !all {
			if err := b.repo.Own(ctx, a.ID, ids); err != nil {
				return err
			}
		}
		if _, err := b.repo.Read(ctx, a.ID, ids, b.clock.Now()); err != nil {
			return err
		}
		unread, err = b.repo.Unread(ctx, a.ID, mostNews)
		return err
	})
	return unread, err
}

// Preferences gives what the caller wants to hear, of every kind.
func (b *Box) Preferences(ctx context.Context) (out []Preference, err error) {
	a, err := access.Require(ctx, b.needs)
	if err != nil {
		return nil, err
	}
	err = b.tx.InTx(ctx, func(ctx context.Context) error {
		wants, err := b.repo.Wants(ctx, []uuid.UUID{a.ID})
		out = nil
		for _, k := range b.kinds {
			out = append(out, b.wanted(wants[a.ID], k))
		}
		return err
	})
	return out, err
}

// Prefer changes what the caller wants to hear of the kinds named.
func (b *Box) Prefer(ctx context.Context, list []Preference) error {
	a, err := access.Require(ctx, b.needs)
	if err != nil {
		return err
	}
	p := Preferences{a.ID, list}
	if err := p.Validate(b.kinds, b.ways); err != nil {
		return err
	}
	return b.tx.InTx(ctx, func(ctx context.Context) error { return b.repo.SavePreferences(ctx, p, b.clock.Now()) })
}
