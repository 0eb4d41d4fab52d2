package wiring

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/notify"
	"zhuxin/biz/todo"
	"zhuxin/data/hqrepo/groupcap"
	"zhuxin/data/hqrepo/negativelist"
	hqnotify "zhuxin/data/hqrepo/notify"
	reachrepo "zhuxin/data/hqrepo/reach"
	"zhuxin/data/jobs"
	"zhuxin/shared/access"
	"zhuxin/shared/event"
	groupcaps "zhuxin/shared/groupcap"
	negative "zhuxin/shared/negativelist"
	"zhuxin/shared/news"
)

// groupNews brings what HQ publishes to the subsidiaries that it concerns, and to
// HQ's own people.
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
		case news.NegativePublished, news.NegativeChanged, news.NegativeRemoved:
			err = g.listing(ctx, d, p.Kind, id)
		case news.NegativeRefused, news.NegativeAnswered, news.ExemptionDecided:
			err = g.answer(ctx, d, p.Kind, id)
		case news.QuotaAsked, news.QuotaAnswered:
			err = g.move(ctx, d, p.Kind, id)
		default:
			if !g.Notify.Group.Told(p.Kind) {
				return fmt.Errorf("nobody is told of %s", p.Kind)
			}
			err = g.Notify.Group.Tell(ctx, d, p.Kind, id)
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
	if (k == news.NegativeRemoved) == (e.Status == negative.Listed) {
		return nil // overtaken by what came after it
	}
	return g.each(ctx, d, at, func(ctx context.Context) error {
		return g.Notify.Service.Listed(ctx, d, k, notify.Listing{ID: id, USCC: string(e.USCC), Reason: string(e.Reason), Severity: string(e.Severity)})
	})
}

// answer tells a subsidiary HQ's word on what it brought.
func (g groupNews) answer(ctx context.Context, d event.Delivered, k news.Kind, id uuid.UUID) error {
	var a notify.Answer
	var at uuid.UUID
	err := g.Pool.HQ().InTx(ctx, func(ctx context.Context) (err error) {
		a, at, err = answered(ctx, k, id)
		return err
	})
	if err != nil {
		return err
	}
	return g.each(ctx, d, []uuid.UUID{at}, func(ctx context.Context) error { return g.Notify.Service.Answered(ctx, d, k, a) })
}

func answered(ctx context.Context, k news.Kind, id uuid.UUID) (a notify.Answer, at uuid.UUID, err error) {
	repo := negativelist.Repo{}
	if k == news.ExemptionDecided {
		x, err := repo.LockExemption(ctx, id)
		return notify.Answer{ID: id, Page: id, Person: x.AskedBy, Company: x.CompanyName, Status: string(x.Status), Comment: x.DecisionReason}, x.TenantID, err
	}
	entry := id
	var c negative.Claim
	if k == news.NegativeAnswered {
		if c, err = repo.Claim(ctx, id); err != nil {
			return a, at, err
		}
		entry = c.EntryID
	}
	e, err := repo.Get(ctx, entry)
	a = notify.Answer{ID: id, Page: entry, Person: e.ListedBy, Company: e.CompanyName, Status: string(e.Status), Comment: e.DecisionReason}
	if at = e.TenantID; k == news.NegativeAnswered {
		a.Person, a.Claim, a.Status, a.Comment, at = c.RaisedBy, string(c.Kind), string(c.Status), c.Answer, c.TenantID
	}
	return a, at, err
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
		if m.Status == groupcaps.MoveLent {
			if err := g.Notify.Group.Tell(ctx, d, news.QuotaLent, id); err != nil {
				return err
			}
		}
		one.Person = m.AskedBy
		return g.each(ctx, d, []uuid.UUID{m.To}, func(ctx context.Context) error { return g.Notify.Service.Quota(ctx, d, k, one) })
	}
	if m.From == nil {
		return g.Notify.Group.Tell(ctx, d, k, id)
	}
	return g.each(ctx, d, []uuid.UUID{*m.From}, func(ctx context.Context) error { return g.Notify.Service.Quota(ctx, d, k, one) })
}

func (g groupNews) each(ctx context.Context, d event.Delivered, tenants []uuid.UUID, tell func(ctx context.Context) error) error {
	return jobs.Each(ctx, g.Pool.Tenant(), g.bind, d, "notify.group", tenants, tell)
}

// groupPaths are the console's, where a route's name is not its path.
var groupPaths = map[string]string{"hq-negative-case": "negative-list", "hq-negative-exemptions": "negative-exemptions", "hq-quota-moves": "quota-moves", "hqApplications": "applications"}

func (a *App) newGroupNews() *notify.Group {
	return notify.NewGroup(notify.GroupConfig{Tx: a.Pool.HQ(), Repo: hqnotify.Repo{}, Clock: a.Clock, Events: a.Outbox.HQ, Mail: a.Notify.Service.Makers[notify.Mail],
		Members: a.hqColleagues,
		Page: func(l todo.Link) string {
			path := strings.TrimRight(a.Conf.PublicURL, "/") + "/hq/" + groupPaths[l.Route]
			if id := l.Params["id"]; id != "" {
				path += "/" + id
			}
			return path
		}})
}

func (a *App) hqColleagues(ctx context.Context) (out []notify.Colleague, err error) {
	members, err := a.Directory.Deps.Store.Memberships.List(ctx, nil)
	for _, m := range members {
		if m.Status == "active" {
			out = append(out, notify.Colleague{ID: m.PersonID, Name: m.Name, Email: m.Email, Roles: m.Roles})
		}
	}
	return out, err
}

// registerGroupNews has HQ's news told as they come, and what a date brings.
func (a *App) registerGroupNews(m *jobs.Mux) {
	m.Handle(news.GroupTopic, "notify.group", a.groupNews().Handle)
	m.Periodic("negative.review", 10*time.Minute, a.Notify.Group.Daily)
}
