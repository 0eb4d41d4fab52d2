package proposal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/event"
	"zhuxin/shared/negativelist"
	"zhuxin/shared/news"
	"zhuxin/shared/tenant"
)

// TopicAgreed says that the subsidiary has agreed to a proposal: HQ's transaction
// cannot be the subsidiary's. Payload: Agreed.
const TopicAgreed event.Topic = "negative_proposal.agreed"

// Agreed names the approval.
type Agreed struct {
	ApprovalID uuid.UUID `json:"approval_id"`
}

// Handler is the name under which Deliver is registered.
const Handler = "negative_proposal.deliver"

var _ approval.Subject = (*Service)(nil)

// Approved has the proposal brought before HQ once the decision is committed.
func (s *Service) Approved(ctx context.Context, a approval.Approval) error {
	return s.Events.Publish(ctx, event.Event{Topic: TopicAgreed, Payload: Agreed{ApprovalID: a.ID}})
}

// Rejected leaves nothing at HQ.
func (s *Service) Rejected(context.Context, approval.Approval) error { return nil }

// Returned leaves nothing at HQ; who proposed it changes it and submits it anew.
func (s *Service) Returned(context.Context, approval.Approval) error { return nil }

// Withdrawn leaves nothing at HQ.
func (s *Service) Withdrawn(context.Context, approval.Approval) error { return nil }

// Deliver brings an agreed proposal before HQ, once, in the name of who made it. A
// company that the subsidiary has got listed for the same reason meanwhile is not
// proposed twice; he is told.
func (s *Service) Deliver(ctx context.Context, d event.Delivered) error {
	var payload Agreed
	if err := json.Unmarshal(d.Payload, &payload); err != nil {
		return fmt.Errorf("payload of %s: %w", d.Topic, err)
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return err
	}
	var h Held
	err = s.Tenants.InTx(ctx, func(ctx context.Context) error {
		h, err = s.Repo.Get(ctx, payload.ApprovalID)
		return err
	})
	if err != nil {
		return err
	}
	if h.Status != approval.StatusApproved {
		return fmt.Errorf("proposal %s is %s; only what is approved goes to headquarters", h.ID, h.Status)
	}
	asked := access.With(ctx, access.Actor{Kind: access.KindPerson, ID: h.By.ID, Name: h.By.Name, TenantID: t.ID, RequestID: d.ID.String()})
	err = s.HQ.InTx(asked, func(ctx context.Context) error {
		return s.Once(ctx, d, Handler, func(ctx context.Context) error {
			_, err := s.List.Propose(ctx, negativelist.Proposal{ID: h.ID, USCC: h.Facts.USCC, CompanyName: h.Facts.CompanyName, Reason: h.Facts.Reason, Text: h.Facts.Text,
				Amount: h.Facts.Amount, Evidence: h.Facts.Evidence, By: h.By.ID})
			return err
		})
	})
	if errors.Is(err, negativelist.ErrAlreadyListed) {
		return s.repeated(ctx, d, h)
	}
	return err
}

// repeated ends a proposal that HQ has already.
func (s *Service) repeated(ctx context.Context, d event.Delivered, h Held) error {
	return s.Tenants.InTx(ctx, func(ctx context.Context) error {
		return s.Once(ctx, d, Handler, func(ctx context.Context) error {
			err := s.Audit.Record(ctx, audit.Entry{Action: "negative_proposal.repeated", ObjectType: "approval", ObjectID: h.ID.String(),
				After: map[string]any{"uscc": h.Facts.USCC, "reason": h.Facts.Reason, "fault": negativelist.ErrAlreadyListed.Reason}})
			if err != nil {
				return err
			}
			return news.Tell(ctx, s.Events, news.NegativeRepeated, "", h.ID)
		})
	})
}
