package directory

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"zhuxin/shared/event"
)

// Courier sends the mails of invitations; a job calls it.
type Courier struct {
	*Members
	mailer InvitationMailer
}

// NewCourier makes a Courier.
func NewCourier(m *Members, mailer InvitationMailer) *Courier { return &Courier{m, mailer} }

// Send sends the invitation's mail, once: a second call finds it sent. The token
// is stored before the mail leaves, in a transaction of its own, because a mail
// server has no place inside one. A send that breaks off is tried again with a
// new token, which replaces the first.
func (c *Courier) Send(ctx context.Context, id uuid.UUID) error {
	token := randomToken()
	var mail *InvitationMail
	err := c.HQ.InTx(ctx, func(ctx context.Context) error {
		mail = nil
		i, err := c.Store.Invitations.Lock(ctx, id)
		if err != nil || i.SentAt != nil || i.State(c.Clock.Now()) != InvitationOpen {
			return err
		}
		o, err := c.offer(ctx, i)
		if err != nil {
			return err
		}
		mail = &InvitationMail{Email: i.Email, Name: i.Name, TenantName: o.TenantName, InvitedBy: o.InvitedBy,
			Roles: i.Roles, Token: token, ExpiresAt: i.ExpiresAt}
		return c.Store.Invitations.SetToken(ctx, id, hashOf(token))
	})
	if err != nil || mail == nil {
		return err
	}
	if err := c.mailer.SendInvitation(ctx, *mail); err != nil {
		return err
	}
	return c.HQ.InTx(ctx, func(ctx context.Context) error {
		return c.Store.Invitations.SetSent(ctx, id, c.Clock.Now())
	})
}

// CourierHandler is the name under which Handle is registered for
// TopicMemberInvited.
const CourierHandler = "directory.courier"

// Handle sends the mail of an event's invitation. It needs no record of handled
// events: the invitation itself says whether it was sent.
func (c *Courier) Handle(ctx context.Context, d event.Delivered) error {
	var p InvitationPayload
	if err := json.Unmarshal(d.Payload, &p); err != nil {
		return fmt.Errorf("payload of %s: %w", d.Topic, err)
	}
	return c.Send(ctx, p.InvitationID)
}
