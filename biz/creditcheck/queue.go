package creditcheck

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/limit"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/news"
	"zhuxin/shared/paging"
	"zhuxin/shared/party"
	"zhuxin/shared/tenant"
	"zhuxin/shared/volume"
)

// Submitter puts a submission into the approval inbox (biz/approval).
type Submitter interface {
	Submit(ctx context.Context, in approval.Submission) (approval.Approval, error)
}

// Queue is the held orders and their releases. It is the inbox's subject of
// releases.
type Queue struct {
	Checks    *Service
	Store     HoldStore
	Approvals Submitter
}

var _ approval.Subject = (*Queue)(nil)

// ListHoldsInput asks for held orders. Status is held where it is empty, all for all.
type ListHoldsInput struct {
	Status     string
	CustomerID uuid.UUID
	Search     string // part of the order's number, or of the customer's name or number
	Page, Size int32
}

// List gives a page of held orders, the oldest first, and how many there are. It
// needs access.CreditCheck.
func (q *Queue) List(ctx context.Context, in ListHoldsInput) (hs []OrderHold, total int64, err error) {
	actor, err := access.Require(ctx, access.CreditCheck)
	if err != nil {
		return nil, 0, err
	}
	var c fault.Checks
	in.Search = strings.TrimSpace(in.Search)
	c.Require(utf8.RuneCountInString(in.Search) <= 60 && !strings.ContainsRune(in.Search, 0), "q", "TOO_LONG", "at most 60 characters")
	query := HoldQuery{Search: in.Search, CustomerID: in.CustomerID, OwnedBy: ownedBy(actor), Window: paging.Of(&c, in.Page, in.Size)}
	switch s := HoldStatus(in.Status); s {
	case "":
		query.Status = HoldWaits
	case HoldWaits, HoldReleased, HoldCleared, HoldCancelled:
		query.Status = s
	case "all":
	default:
		c.Add("status", "UNKNOWN", "held, released, cleared, cancelled or all")
	}
	if err := c.Err(); err != nil {
		return nil, 0, err
	}
	err = q.Checks.Tx.InTx(ctx, func(ctx context.Context) error {
		hs, total, err = q.Store.Holds(ctx, query)
		return err
	})
	return hs, total, err
}

// AskInput asks for a release. Amount 0 is the order's.
type AskInput struct {
	HoldID uuid.UUID
	Amount money.Amount
	Volume volume.M3
	EndsOn calendar.Date
	Reason string
}

const maxReleaseReason = 500

func (in AskInput) validate(today calendar.Date, days int) error {
	var c fault.Checks
	c.Require(in.Amount >= 0 && in.Amount <= MaxAmount, "amount", "OUT_OF_RANGE", "zero, for the whole order, or more")
	c.Require(in.Volume >= 0 && in.Volume <= maxVolume, "volume", "OUT_OF_RANGE", "zero or more, in thousandths of m³")
	c.Require(!in.EndsOn.IsZero(), "ends_on", "REQUIRED", "give the last day")
	c.Require(in.EndsOn.IsZero() || (in.EndsOn >= today && in.EndsOn.DaysSince(today) < days), "ends_on", "OUT_OF_RANGE", fmt.Sprintf("from today on, at most %d days", days))
	n := utf8.RuneCountInString(strings.TrimSpace(in.Reason))
	c.Require(n > 0, "reason", "REQUIRED", "say why it should go on")
	c.Require(n <= maxReleaseReason, "reason", "TOO_LONG", fmt.Sprintf("at most %d characters", maxReleaseReason))
	return c.Err()
}

// ReleaseAsked are what the one who agrees sees. Amounts are fen, as strings.
type ReleaseAsked struct {
	OrderNo    string        `json:"order_no"`
	Customer   string        `json:"customer"`
	Project    string        `json:"project,omitempty"`
	Checkpoint Checkpoint    `json:"checkpoint"`
	Order      money.Amount  `json:"order,string"`
	Amount     money.Amount  `json:"amount,string"`
	Volume     volume.M3     `json:"volume,string"`
	EndsOn     calendar.Date `json:"ends_on"`
	Reason     string        `json:"reason"`
	Reasons    []Reason      `json:"reasons"`
	// Who it is and how he stands, with each part of what he uses.
	Who       limit.CustomerFacts `json:"who"`
	ProjectID uuid.UUID           `json:"project_id,omitzero"`
	Account   limit.AccountFacts  `json:"account"`
}

// Ask asks for the one-time release of a held order, for all that stops it. It
// needs access.CreditCheck; ErrHoldClosed, ErrNotReleasable, ErrAsked.
func (q *Queue) Ask(ctx context.Context, in AskInput) (OrderRelease, error) {
	actor, err := access.Require(ctx, access.CreditCheck)
	if err != nil {
		return OrderRelease{}, err
	}
	today, err := tenant.Today(ctx, q.Checks.Clock)
	if err != nil {
		return OrderRelease{}, err
	}
	r := OrderRelease{ID: newID(), HoldID: in.HoldID, Amount: in.Amount, Volume: in.Volume, EndsOn: in.EndsOn, Reason: strings.TrimSpace(in.Reason),
		Status: ReleaseSubmitted, AskedBy: party.Person{ID: actor.ID, Name: actor.Name}, AskedAt: q.Checks.Clock.Now()}
	err = q.Checks.Tx.InTx(ctx, func(ctx context.Context) error {
		p, err := q.Checks.policy(ctx)
		if err != nil {
			return err
		}
		if err := in.validate(today, p.Rules.ReleaseDays); err != nil {
			return err
		}
		h, err := q.Store.LockHold(ctx, in.HoldID, ownedBy(actor))
		if err != nil {
			return err
		}
		if h.Status != HoldWaits {
			return ErrHoldClosed.With("status", string(h.Status))
		}
		if r.Codes = h.Releasable(); len(r.Codes) == 0 {
			return ErrNotReleasable
		}
		if r.Amount == 0 {
			r.Amount = h.Amount
		}
		r.CustomerID, r.OrderNo = h.CustomerID, h.OrderNo
		if err := q.Store.AskRelease(ctx, r); err != nil {
			return err
		}
		if err := q.submit(ctx, h, r); err != nil {
			return err
		}
		return q.record(ctx, "release.asked", nil, r)
	})
	if err != nil {
		return OrderRelease{}, err
	}
	return r, nil
}

// submit puts a release into the inbox, with how the customer stands.
func (q *Queue) submit(ctx context.Context, h OrderHold, r OrderRelease) error {
	a, err := q.Checks.Accounts.Get(ctx, r.CustomerID)
	if err != nil {
		return err
	}
	_, err = q.Approvals.Submit(ctx, approval.Submission{Kind: approval.KindOrderRelease, SubjectID: r.ID, CustomerID: &r.CustomerID,
		Title: h.CustomerName + " · " + h.OrderNo, Amount: r.Amount, Grade: a.Grade, Facts: ReleaseAsked{OrderNo: h.OrderNo, Customer: h.CustomerName,
			Project: h.ProjectName, ProjectID: h.ProjectID, Checkpoint: h.Checkpoint, Order: h.Amount, Amount: r.Amount, Volume: r.Volume, EndsOn: r.EndsOn,
			Reason: r.Reason, Reasons: h.Reasons, Who: limit.CustomerFacts{Number: h.CustomerNumber, Name: h.CustomerName}, Account: limit.AccountFactsOf(a)}})
	return err
}

// Cancel takes an order out of the queue. It needs access.CreditReserve.
func (q *Queue) Cancel(ctx context.Context, id uuid.UUID, note string) (OrderHold, error) {
	actor, err := access.Require(ctx, access.CreditReserve)
	if err != nil {
		return OrderHold{}, err
	}
	var c fault.Checks
	checkText(&c, "note", note, false, 200)
	if err := c.Err(); err != nil {
		return OrderHold{}, err
	}
	var h OrderHold
	err = q.Checks.Tx.InTx(ctx, func(ctx context.Context) error {
		if h, err = q.Store.LockHold(ctx, id, ownedBy(actor)); err != nil {
			return err
		}
		if h.Status != HoldWaits && h.Status != HoldReleased {
			return ErrHoldClosed.With("status", string(h.Status))
		}
		now := q.Checks.Clock.Now()
		if err := q.Store.CancelHold(ctx, id, note, now); err != nil {
			return err
		}
		before := h.Status
		h.Status, h.ClosingNote, h.ClosedAt = HoldCancelled, note, &now
		return q.Checks.Audit.Record(ctx, audit.Entry{Action: "order.hold_cancelled", ObjectType: "order_hold", ObjectID: id.String(),
			Before: map[string]any{"status": before}, After: map[string]any{"status": h.Status, "note": note}})
	})
	if err != nil {
		return OrderHold{}, err
	}
	return h, nil
}

// Approved grants a release, when the one who agrees may release each reason for
// the amount; ErrNoAuthority undoes his decision.
func (q *Queue) Approved(ctx context.Context, a approval.Approval) error {
	actor, err := access.Require(ctx, access.CreditRelease)
	if err != nil {
		return err
	}
	p, err := q.Checks.policy(ctx)
	if err != nil {
		return err
	}
	today, err := tenant.Today(ctx, q.Checks.Clock)
	if err != nil {
		return err
	}
	return q.end(ctx, a, ReleaseGranted, func(r *OrderRelease) error {
		if r.EndsOn < today {
			return ErrReleaseOver.With("ends_on", r.EndsOn.String())
		}
		for _, code := range r.Codes {
			if most := p.Rules.MayRelease(actor.Roles, code); most < r.Amount {
				return ErrNoAuthority.With("code", string(code)).With("most", fmt.Sprint(int64(most)))
			}
		}
		h, err := q.Store.LockHold(ctx, r.HoldID, uuid.Nil)
		if err != nil {
			return err
		}
		if h.Status != HoldWaits {
			return ErrHoldClosed.With("status", string(h.Status))
		}
		r.AgreedBy = &party.Person{ID: actor.ID, Name: actor.Name}
		return nil
	})
}

// Rejected leaves the order waiting.
func (q *Queue) Rejected(ctx context.Context, a approval.Approval) error {
	return q.end(ctx, a, ReleaseRejected, nil)
}

// Returned leaves the order waiting; who asked can ask anew.
func (q *Queue) Returned(ctx context.Context, a approval.Approval) error {
	return q.end(ctx, a, ReleaseReturned, nil)
}

// Withdrawn leaves the order waiting.
func (q *Queue) Withdrawn(ctx context.Context, a approval.Approval) error {
	return q.end(ctx, a, ReleaseWithdrawn, nil)
}

func (q *Queue) end(ctx context.Context, a approval.Approval, to ReleaseStatus, judge func(*OrderRelease) error) error {
	r, err := q.Store.LockRelease(ctx, a.SubjectID)
	if err != nil {
		return err
	}
	before := r
	if judge != nil {
		if err := judge(&r); err != nil {
			return err
		}
	}
	now := q.Checks.Clock.Now()
	r.Status, r.AgreedAt = to, &now
	if to != ReleaseGranted {
		r.AgreedAt = nil
	}
	if err := q.Store.EndRelease(ctx, r, now); err != nil {
		return err
	}
	if to == ReleaseGranted {
		if err := news.Tell(ctx, q.Checks.Events, news.OrderReleased, "", r.HoldID); err != nil {
			return err
		}
	}
	return q.record(ctx, "release."+string(to), &before, r)
}

func (q *Queue) record(ctx context.Context, action string, before *OrderRelease, after OrderRelease) error {
	trace := func(r OrderRelease) map[string]any {
		return map[string]any{"order_no": r.OrderNo, "codes": r.Codes, "amount": fmt.Sprint(int64(r.Amount)), "volume": fmt.Sprint(int64(r.Volume)),
			"ends_on": r.EndsOn, "status": r.Status, "reason": r.Reason, "asked_by": r.AskedBy.ID}
	}
	e := audit.Entry{Action: action, ObjectType: "order_release", ObjectID: after.ID.String(), After: trace(after)}
	if before != nil {
		e.Before = trace(*before)
	}
	return q.Checks.Audit.Record(ctx, e)
}
