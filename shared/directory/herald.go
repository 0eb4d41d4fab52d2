package directory

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/event"
	"zhuxin/shared/news"
)

// TopicApplicationChanged says that an application has come to a status somebody
// waits for; its payload is an ApplicationNews.
const TopicApplicationChanged event.Topic = "application.changed"

// ApplicationNews is the payload of TopicApplicationChanged.
type ApplicationNews struct {
	ApplicationID uuid.UUID `json:"application_id"`
	Status        Status    `json:"status"`
}

// ApplicationMail tells a person how an application stands.
type ApplicationMail struct {
	Email, Name string
	ForHQ       bool // the receiver decides on applications; otherwise it is his own
	Company     string
	Status      Status
	Reason      string
	ID          uuid.UUID
	TenantSlug  string // of an active one
}

// ApplicationMailer sends it; the error is temporary unless the address is refused.
// The same news to the same address is the same message, should it leave twice.
type ApplicationMailer interface {
	SendApplication(ctx context.Context, m ApplicationMail) error
}

// tell has the people concerned informed, once the change is committed.
func (d Deps) tell(ctx context.Context, a Application) error {
	if a.Status == StatusSubmitted {
		if err := news.TellGroup(ctx, d.Events, news.ApplicationSubmitted, "", a.ID); err != nil {
			return err
		}
	}
	switch a.Status {
	case StatusSubmitted, StatusActive, StatusRejected, StatusDuplicate, StatusFailed:
		return d.Events.Publish(ctx, event.Event{Topic: TopicApplicationChanged, Payload: ApplicationNews{a.ID, a.Status}})
	}
	return nil
}

// Herald mails the news of applications: to the applicant what became of his, to
// HQ's administrators that one waits or has failed. A job calls it.
type Herald struct {
	Deps
	mailer ApplicationMailer
}

// NewHerald makes a Herald.
func NewHerald(d Deps, mailer ApplicationMailer) *Herald { return &Herald{d, mailer} }

// HeraldHandler is the name under which Handle is registered.
const HeraldHandler = "directory.herald"

// Handle sends the mails of an event. News that something newer has overtaken is
// not sent. A run that breaks off sends all again, which the message's id shows
// the receiver's server.
func (h *Herald) Handle(ctx context.Context, d event.Delivered) error {
	var news ApplicationNews
	if err := json.Unmarshal(d.Payload, &news); err != nil {
		return fmt.Errorf("payload of %s: %w", d.Topic, err)
	}
	var mails []ApplicationMail
	err := h.HQ.InTx(ctx, func(ctx context.Context) (err error) {
		mails, err = h.mails(ctx, news)
		return err
	})
	if err != nil {
		return err
	}
	for _, m := range mails {
		if err := h.mailer.SendApplication(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

func (h *Herald) mails(ctx context.Context, news ApplicationNews) ([]ApplicationMail, error) {
	a, err := h.Store.Applications.Get(ctx, news.ApplicationID)
	if err != nil || a.Status != news.Status {
		return nil, err
	}
	applicant, err := h.Store.People.Get(ctx, a.PersonID)
	if err != nil {
		return nil, err
	}
	m := ApplicationMail{Email: applicant.Email, Name: applicant.Name, Company: a.Name,
		Status: a.Status, Reason: a.StatusReason, ID: a.ID, TenantSlug: a.TenantSlug}
	var out []ApplicationMail
	if a.Status != StatusSubmitted {
		out = append(out, m)
	}
	if a.Status != StatusSubmitted && a.Status != StatusFailed {
		return out, nil
	}
	members, err := h.Store.Memberships.List(ctx, nil)
	for _, one := range members {
		if one.Status == MemberActive && slices.Contains(access.Of(one.Roles), access.HQTenantManage) {
			m.Email, m.Name, m.ForHQ = one.Email, one.Name, true
			out = append(out, m)
		}
	}
	return out, err
}
