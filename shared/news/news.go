// Package news is the form in which a domain says that people have something to be
// told (000-80, 82). It owns the topic, the kinds and the payload. It does not own
// whom they concern, in what words they are told, nor over which channel
// (biz/notify).
package news

import (
	"context"
	"slices"

	"github.com/google/uuid"

	"zhuxin/shared/event"
)

// Topic carries About in a subsidiary's outbox, GroupTopic in HQ's: there the ids
// are HQ's, and the subsidiaries concerned are found from them.
const (
	Topic      event.Topic = "news.told"
	GroupTopic event.Topic = "news.group"
)

// Kind names what the news is about.
type Kind string

// The kinds; the comment says what the ids are.
const (
	FollowUpOpened   Kind = "follow_up.opened"   // follow-ups
	FollowUpReminder Kind = "follow_up.reminder" // follow-ups whose deadline is near
	FollowUpOverdue  Kind = "follow_up.overdue"  // follow-ups without an answer in time
	PromiseBroken    Kind = "promise.broken"     // follow-ups
	ApprovalArrived  Kind = "approval.arrived"   // submissions that came to a new step or person
	ApprovalDecided  Kind = "approval.decided"   // submissions
	ApprovalReturned Kind = "approval.returned"  // submissions
	ApprovalLate     Kind = "approval.escalated" // submissions, told to who submitted them
	CustomerFrozen   Kind = "customer.frozen"    // customers
	CustomerUnfrozen Kind = "customer.unfrozen"  // customers
	LimitEnding      Kind = "limit.ending"       // limits
	NegativeRepeated Kind = "negative.repeated"  // submissions: proposals that HQ had already
	OrderHeld        Kind = "order.held"         // held orders
	OrderReleased    Kind = "order.released"     // held orders
	SupplyStopLate   Kind = "supply_stop.late"   // supply stops whose next step was not taken in time
	ERPFailing       Kind = "erp.failing"        // connections

	StatementSubmitted  Kind = "statement.submitted"  // statements that wait for finance
	StatementRefused    Kind = "statement.refused"    // statements
	StatementReconciled Kind = "statement.reconciled" // statements
	WarningAssigned     Kind = "warning.assigned"     // warnings
	WarningLate         Kind = "warning.late"         // warnings whose day has passed

	// Of HQ's.
	NegativeProposed  Kind = "negative.proposed"  // listings
	NegativePublished Kind = "negative.published" // listings
	NegativeRemoved   Kind = "negative.removed"   // listings
	NegativeRefused   Kind = "negative.refused"   // listings that HQ did not publish
	NegativeChanged   Kind = "negative.changed"   // listings of another severity
	NegativeObjected  Kind = "negative.objected"  // claims
	NegativeRepaired  Kind = "negative.repaired"  // claims
	NegativeAnswered  Kind = "negative.answered"  // claims
	NegativeReview    Kind = "negative.review"    // listings whose review date has come
	ExemptionAsked    Kind = "exemption.asked"    // exemptions
	ExemptionDecided  Kind = "exemption.decided"  // exemptions
	QuotaAsked        Kind = "quota.asked"        // moves of quota
	QuotaAnswered     Kind = "quota.answered"     // moves of quota
	QuotaLent         Kind = "quota.lent"         // moves of quota that wait for HQ

	ApplicationSubmitted Kind = "application.submitted" // applications
)

// About is the payload. Key makes the same news of the same subject one, however
// often it is published; without it each event is told.
type About struct {
	Kind Kind        `json:"kind"`
	IDs  []uuid.UUID `json:"ids"`
	Key  string      `json:"key,omitempty"`
}

// most bounds the payload of one event.
const most = 500

// Tell publishes news into the subsidiary's outbox, in the transaction of the
// change. No ids publish nothing, and neither does a nil publisher.
func Tell(ctx context.Context, p event.Publisher, k Kind, key string, ids ...uuid.UUID) error {
	return publish(ctx, p, Topic, k, key, ids)
}

// TellGroup publishes news into HQ's outbox.
func TellGroup(ctx context.Context, p event.Publisher, k Kind, key string, ids ...uuid.UUID) error {
	return publish(ctx, p, GroupTopic, k, key, ids)
}

func publish(ctx context.Context, p event.Publisher, t event.Topic, k Kind, key string, ids []uuid.UUID) error {
	if p == nil {
		return nil
	}
	for part := range slices.Chunk(ids, most) {
		if err := p.Publish(ctx, event.Event{Topic: t, Payload: About{Kind: k, IDs: part, Key: key}}); err != nil {
			return err
		}
	}
	return nil
}
