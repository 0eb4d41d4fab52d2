package wiring

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"zhuxin/biz/notify"
	"zhuxin/data/hqrepo/groupcap"
	"zhuxin/data/hqrepo/negativelist"
	reachrepo "zhuxin/data/hqrepo/reach"
	"zhuxin/data/jobs"
	"zhuxin/shared/access"
	"zhuxin/shared/event"
	groupcaps "zhuxin/shared/groupcap"
	negative "zhuxin/shared/negativelist"
	"zhuxin/shared/news"
)

// groupNews brings what HQ publishes to the subsidiaries that it concerns, and by
// mail to HQ's own people, who have no inbox.
type groupNews struct {
	*App
	bind func(ctx context.Context, tenantID uuid.UUID) (context.Context, error)
}

func (a *App) groupNews() groupNews {
	return groupNews{a, func(ctx context.Context, id uuid.UUID) (context.Context, error) {
		return bindAny(a.Base)(access.With(ctx, access.System(id, "news")), id)
	}}
}

// Handle takes news.group. In each subsidiary it takes effect once; what of one
// fails does not keep the others waiting.
func (g groupNews) Handle(ctx context.Context, d event.Delivered) error {
	var p news.About
	if err := json.Unmarshal(d.Payload, &p); err != nil {
		return fmt.Errorf("payload of %s: %w", d.Topic, err)
	}
	for _, id := range p.IDs {
		var err error
		switch p.Kind {
		case news.NegativeProposed, news.NegativePublished, news.NegativeRemoved:
			err = g.listing(ctx, d, p.Kind, id)
		case news.QuotaAsked, news.QuotaAnswered:
			err = g.move(ctx, d, p.Kind, id)
		default:
			err = fmt.Errorf("nobody is told of %s", p.Kind)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (g groupNews) listing(ctx context.Context, d event.Delivered, k news.Kind, id uuid.UUID) error {
	var e negative.Entry
	var at []uuid.UUID
	err := g.Pool.HQ().InTx(ctx, func(ctx context.Context) (err error) {
		if e, err = (negativelist.Repo{}).Get(ctx, id); err != nil {
			return err
		}
		at, err = reachrepo.Store{}.Holders(ctx, []string{string(e.USCC)})
		return err
	})
	if err != nil {
		return err
	}
	switch {
	case k == news.NegativeProposed:
		if e.Status != negative.Proposed {
			return nil // somebody was faster
		}
		return g.mail(ctx, d, access.HQNegativeManage, e.ListedBy, notify.Message{Title: "负面清单提议待审核",
			Text: fmt.Sprintf("%s（%s）被提议列入负面清单，请审核。", e.CompanyName, e.USCC), Link: g.hqPage("negative-list/" + id.String())})
	case (k == news.NegativePublished) != (e.Status == negative.Listed):
		return nil // overtaken by what came after it
	}
	return g.each(ctx, d, at, func(ctx context.Context) error {
		return g.Notify.Service.Listed(ctx, d, k, notify.Listing{ID: id, USCC: string(e.USCC), Reason: string(e.Reason)})
	})
}

func (g groupNews) move(ctx context.Context, d event.Delivered, k news.Kind, id uuid.UUID) error {
	var m groupcaps.Move
	err := g.Pool.HQ().InTx(ctx, func(ctx context.Context) (err error) {
		m, err = (groupcap.Repo{}).LockMove(ctx, id)
		return err
	})
	if err != nil {
		return err
	}
	one := notify.QuotaMove{ID: id, Cap: m.CapName, Tenant: m.ToName, Amount: m.Amount, Status: string(m.Status)}
	if k == news.QuotaAnswered {
		one.Person = m.AskedBy
		return g.each(ctx, d, []uuid.UUID{m.To}, func(ctx context.Context) error { return g.Notify.Service.Quota(ctx, d, k, one) })
	}
	if m.From == nil {
		return g.mail(ctx, d, access.HQGroupCapManage, m.AskedBy, notify.Message{Title: "额度调剂申请待处理",
			Text: fmt.Sprintf("%s：%s 申请 %s 元。", m.CapName, m.ToName, m.Amount.Grouped()), Link: g.hqPage("quota-moves")})
	}
	return g.each(ctx, d, []uuid.UUID{*m.From}, func(ctx context.Context) error { return g.Notify.Service.Quota(ctx, d, k, one) })
}

func (g groupNews) each(ctx context.Context, d event.Delivered, tenants []uuid.UUID, tell func(ctx context.Context) error) error {
	return jobs.Each(ctx, g.Pool.Tenant(), g.bind, d, "notify.group", tenants, tell)
}

// mail writes to HQ's people who may act on it, but not to who brought it. A run that
// breaks off sends all again, which the message's id shows the receiver's server.
func (g groupNews) mail(ctx context.Context, d event.Delivered, p access.Permission, but uuid.UUID, m notify.Message) error {
	maker := g.Notify.Service.Makers[notify.Mail]
	if maker == nil {
		return nil // without a mail server, the pages tell
	}
	channel, err := maker(notify.Account{Kind: notify.Mail})
	if err != nil {
		return err
	}
	var to []notify.Recipient
	err = g.Pool.HQ().InTx(ctx, func(ctx context.Context) error {
		members, err := g.Directory.Deps.Store.Memberships.List(ctx, nil)
		to = nil
		for _, one := range members {
			if one.PersonID != but && one.Status == "active" && slices.Contains(access.Of(one.Roles), p) {
				to = append(to, notify.Recipient{Name: one.Name, Email: one.Email})
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, who := range to {
		m.Key, m.To = d.ID.String()+":"+who.Email, who
		if _, err := channel.Send(ctx, m); err != nil {
			var e *notify.Error
			if errors.As(err, &e) && !e.Temporary() {
				continue // this address takes no mail; the others do
			}
			return err
		}
	}
	return nil
}

func (g groupNews) hqPage(path string) string {
	return strings.TrimRight(g.Conf.PublicURL, "/") + "/hq/" + path
}
