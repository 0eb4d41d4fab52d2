package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"zhuxin/biz/todo"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/news"
	"zhuxin/shared/uow"
)

// groupForm is how HQ's people are told: those who hold the permission.
type groupForm struct {
	form
	permission access.Permission
}

// groupForms holds what HQ's people are told of. Of applications they get a mail by
// shared/directory already.
var groupForms = map[news.Kind]groupForm{
	news.NegativeProposed:     {form{"负面清单提议待审核", "{tenant} 提议将 {company} 列入负面清单", "hq-negative-case", "", "page", Now}, access.HQNegativeManage},
	news.NegativeObjected:     {form{"负面清单异议待答复", "{tenant} 对 {company} 的列入提出异议", "hq-negative-case", "", "page", Now}, access.HQNegativeManage},
	news.NegativeRepaired:     {form{"信用修复待核实", "{tenant} 报告 {company} 已还款 {amount} 元", "hq-negative-case", "", "page", Now}, access.HQNegativeManage},
	news.NegativeReview:       {form{"负面清单到期复核", "{company} 应于 {date} 复核", "hq-negative-case", "", "page", Now}, access.HQNegativeManage},
	news.ExemptionAsked:       {form{"负面清单豁免待决定", "{tenant} 申请豁免 {company}，至 {date}", "hq-negative-exemptions", "", "none", Now}, access.HQNegativeManage},
	news.QuotaAsked:           {form{"额度调剂申请待处理", "{cap}：{tenant} 申请 {amount} 元", "hq-quota-moves", "", "none", Now}, access.HQGroupCapManage},
	news.QuotaLent:            {form{"额度调剂待总部确认", "{cap}：{lender} 同意借给 {tenant} {amount} 元", "hq-quota-moves", "", "none", Now}, access.HQGroupCapManage},
	news.ApplicationSubmitted: {form{"入驻申请待审核", "{company} 申请开通", "hqApplications", "", "none", Off}, access.HQTenantManage},
}

// GroupKinds lists them in the order of the preferences.
var GroupKinds = []Kind{
	Kind(news.NegativeProposed), Kind(news.NegativeObjected), Kind(news.NegativeRepaired), Kind(news.NegativeReview), Kind(news.ExemptionAsked),
	Kind(news.QuotaAsked), Kind(news.QuotaLent), Kind(news.ApplicationSubmitted),
}

func groupWanted(k Kind) Preference {
	return Preference{k, true, groupForms[news.Kind(k)].outside, false}
}

// GroupSubject is what one piece of HQ's news is about, and who brought it: he knows.
type GroupSubject struct {
	Subject
	By uuid.UUID
}

// Colleague is one of HQ's people.
type Colleague struct {
	ID          uuid.UUID
	Name, Email string
	Roles       []access.Role
}

// GroupRepository keeps HQ's news, on HQ's transaction of the context.
type GroupRepository interface {
	Mailbox
	// About reads what news are about, of what still waits for HQ.
	About(ctx context.Context, k news.Kind, ids []uuid.UUID) ([]GroupSubject, error)
	// Reviews gives the listings whose review date has come, each once for its date.
	Reviews(ctx context.Context, today calendar.Date) ([]uuid.UUID, error)
}

// GroupConfig is what Group works with.
type GroupConfig struct {
	Tx      uow.HQ
	Repo    GroupRepository
	Clock   calendar.Clock
	Events  event.Publisher // HQ's outbox
	Members func(ctx context.Context) ([]Colleague, error)
	Mail    Maker // nil: the pages tell
	Page    func(l todo.Link) string
}

// Group tells HQ's people what waits for them, on their pages and by mail.
type Group struct {
	GroupConfig
	*Box
}

// NewGroup makes the service.
func NewGroup(c GroupConfig) *Group {
	return &Group{c, &Box{c.Tx, c.Repo, c.Clock, access.HQOverviewRead, GroupKinds, groupWays, groupWanted}}
}

// Told says whether HQ's people are told of the kind.
func (g *Group) Told(k news.Kind) bool { _, ok := groupForms[k]; return ok }

// Tell puts news on the pages of those who may act on it, and then writes to them. A
// second delivery leaves the pages as they are; it sends mails again, which the
// message's key shows the receiver's server.
func (g *Group) Tell(ctx context.Context, d event.Delivered, k news.Kind, ids ...uuid.UUID) error {
	var mails []Message
	err := g.Tx.InTx(ctx, func(ctx context.Context) error {
		mails = nil
		subjects, err := g.GroupConfig.Repo.About(ctx, k, ids)
		if err != nil || len(subjects) == 0 {
			return err
		}
		members, err := g.Members(ctx)
		if err != nil {
			return err
		}
		members = slices.DeleteFunc(members, func(m Colleague) bool { return !slices.Contains(access.Of(m.Roles), groupForms[k].permission) })
		people := make([]uuid.UUID, len(members))
		for i, m := range members {
			people[i] = m.ID
		}
		wants, err := g.GroupConfig.Repo.Wants(ctx, people)
		if err != nil {
			return err
		}
		var page []Notification
		page, mails = g.compose(d, k, subjects, members, wants)
		return g.GroupConfig.Repo.Tell(ctx, page)
	})
	if err != nil {
		return err
	}
	return g.send(ctx, mails)
}

func (g *Group) compose(d event.Delivered, k news.Kind, subjects []GroupSubject, members []Colleague, wants map[uuid.UUID][]Preference) (page []Notification, mails []Message) {
	f := groupForms[k]
	for _, s := range subjects {
		i := f.compose([]Subject{s.Subject})[0]
		for _, m := range members {
			if m.ID == s.By {
				continue
			}
			key := d.ID.String() + ":" + s.ID.String()
			w := g.wanted(wants[m.ID], Kind(k))
			if w.OnPage {
				page = append(page, Notification{ID: newID(), Person: m.ID, Kind: Kind(k), EventKey: key, Parts: i.Parts, Link: i.Link, CreatedAt: g.Clock.Now()})
			}
			if w.Outside == Now && m.Email != "" {
				mails = append(mails, Message{Key: key + ":" + m.Email, To: Recipient{Name: m.Name, Email: m.Email}, Title: f.title, Text: i.Line, Link: g.Page(i.Link)})
			}
		}
	}
	return page, mails
}

func (g *Group) send(ctx context.Context, mails []Message) error {
	if g.Mail == nil || len(mails) == 0 {
		return nil
	}
	channel, err := g.Mail(Account{Kind: Mail})
	if err != nil {
		return err
	}
	for _, m := range mails {
		if _, err := channel.Send(ctx, m); err != nil {
			var e *Error
			if errors.As(err, &e) && !e.Temporary() {
				continue // this address takes no mail; the others do
			}
			return fmt.Errorf("mail to HQ: %w", err)
		}
	}
	return nil
}

// Daily has told which listings are to be looked at again today. It may be called as
// often as one likes: each date of a listing is told once.
func (g *Group) Daily(ctx context.Context) error {
	return g.Tx.InTx(ctx, func(ctx context.Context) error {
		ids, err := g.GroupConfig.Repo.Reviews(ctx, calendar.Of(g.Clock.Now(), calendar.Shanghai))
		if err != nil {
			return err
		}
		return news.TellGroup(ctx, g.Events, news.NegativeReview, "", ids...)
	})
}
