// Package exposure is what a customer owes and may owe, in one row: the credit
// account, which an order check locks and decides by.
//
// It owns the account's meaning and the port that keeps it. It does not own the
// things the account is made from: limits (biz/limit), collateral (biz/collateral), ratings (biz/rating),
// receivables (biz/receivable), payments and drafts (biz/collection), deliveries
// and statements (biz/reconciliation), reservations (biz/creditcheck). Whoever changes
// one of those calls Accounts.Recompute in the same transaction; the order check
// alone moves the reserved sum itself, under the same row lock.
//
// Dates. An account is right for the business dates AsOf through ValidThrough:
// the days on which no due date passes and no limit or cover begins or ends. A reader on
// any other day recomputes first, so that a missed nightly run changes nothing.
//
// Credit notes are receivables with a negative open amount. They lower what is
// receivable at once. They lower what is overdue from the day after their own
// due date, like any item, and never below zero: a surplus of overdue credit is
// no overdue. The oldest due date is the first past one whose items still add up
// to more than zero.
//
// Lock order: whoever locks accounts locks them before reservations and in the
// order of their ids; whoever locks several takes the tenant's account lock
// before (the implementation does), so that no two can wait for each other.
package exposure

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
)

// LimitKind says what sort of limit a customer has (ruling 14).
type LimitKind string

// The kinds. Zero is an amount and blocks; a missing limit is none, never "not checked".
const (
	LimitNone      LimitKind = "none"      // no credit at all
	LimitAmount    LimitKind = "amount"    // up to Standing + Temporary + Cover
	LimitUnlimited LimitKind = "unlimited" // no bound
)

// Account is one customer's credit account on a business date. Amounts are fen
// of the tenant's currency.
type Account struct {
	CustomerID       uuid.UUID
	LimitKind        LimitKind
	Standing         money.Amount
	Temporary        money.Amount  // what active temporary limits add; negative when one replaces by less (ruling 3)
	Cover            money.Amount  // what collateral in force adds to a limit of kind amount (003-64); 0 for the other kinds
	Grade            string        // of the effective rating; empty for an unrated customer
	MaxOverdueAmount *money.Amount // of the grade; nil without an effective rating
	MaxOverdueDays   *int
	Receivable       money.Amount  // open receivables less open credit notes
	Overdue          money.Amount  // open and past due, never below zero
	OldestDueOn      calendar.Date // zero when nothing is overdue
	Reserved         money.Amount  // ordered, not delivered: held by open and committed reservations
	Delivered        money.Amount  // delivered, not reconciled
	Reconciled       money.Amount  // reconciled, not invoiced
	Drafts           money.Amount  // acceptance drafts not honoured
	Advances         money.Amount  // received and not applied; lowers the exposure
	Disputed         money.Amount  // the part of Receivable that is in dispute
	Frozen           bool
	FrozenReason     string
	AsOf             calendar.Date // business date of the figures
	ValidThrough     calendar.Date // last business date on which they still hold
	Version          int64         // grows with each change
}

// Exposure is the full formula (rulings, Formulas): ordered not delivered +
// delivered not reconciled + reconciled not invoiced + invoiced not paid + drafts
// not honoured − advances.
func (a Account) Exposure() money.Amount {
	return a.Reserved + a.Delivered + a.Reconciled + a.Receivable + a.Drafts - a.Advances
}

// Limit is the standing limit with active temporary limits, 0 for kind none;
// it means nothing for kind unlimited.
func (a Account) Limit() money.Amount {
	if a.LimitKind == LimitNone {
		return 0
	}
	return a.Standing + a.Temporary
}

// Bound is what may be owed and held: the limit and what collateral adds to it, 0
// for kind none, which no collateral makes a limit of; it means nothing for kind
// unlimited.
func (a Account) Bound() money.Amount {
	if a.LimitKind == LimitNone {
		return 0
	}
	return a.Standing + a.Temporary + a.Cover
}

// Headroom is what the bound still leaves; negative when already over. It means
// nothing for kind unlimited.
func (a Account) Headroom() money.Amount { return a.Bound() - a.Exposure() }

// OverdueDays counts from the oldest due date; 0 when nothing is overdue.
func (a Account) OverdueDays(today calendar.Date) int {
	if a.OldestDueOn.IsZero() {
		return 0
	}
	return max(0, today.DaysSince(a.OldestDueOn))
}

// ValidOn says whether the figures hold on the business date.
func (a Account) ValidOn(today calendar.Date) bool {
	return a.AsOf <= today && today <= a.ValidThrough
}

// OverLimit says whether what is owed and held exceeds the bound.
func (a Account) OverLimit() bool {
	return a.LimitKind != LimitUnlimited && a.Exposure() > a.Bound()
}

// Forever is the ValidThrough of an account that no date will change.
var Forever = calendar.NewDate(9999, 12, 31)

// TopicAccountChanged tells that figures of accounts have changed; its payload
// is a Changed.
const TopicAccountChanged event.Topic = "account.changed"

// Changed names the customers whose account changed, or all of the tenant's.
type Changed struct {
	CustomerIDs []uuid.UUID `json:"customer_ids,omitempty"`
	All         bool        `json:"all,omitempty"`
}

// MergeChanged makes one Changed out of several: whoever looks at an account reads
// it as it is then, so one look serves them all.
func MergeChanged(payloads []json.RawMessage) (any, error) {
	var all Changed
	seen := map[uuid.UUID]bool{}
	for _, p := range payloads {
		var one Changed
		if err := json.Unmarshal(p, &one); err != nil {
			return nil, fmt.Errorf("exposure: payload of %s: %w", TopicAccountChanged, err)
		}
		all.All = all.All || one.All
		for _, id := range one.CustomerIDs {
			if !seen[id] {
				seen[id] = true
				all.CustomerIDs = append(all.CustomerIDs, id)
			}
		}
	}
	if all.All {
		all.CustomerIDs = nil
	}
	return all, nil
}

// ErrNoAccount means that there is no such customer in this tenant.
var ErrNoAccount = fault.NotFound("CUSTOMER_NOT_FOUND", "there is no such customer")

// Accounts keeps the credit accounts of the tenant that ctx is bound to, in the
// transaction of ctx. Every method needs one, also those that only read: they
// bring a stale account up to date first.
type Accounts interface {
	// Open makes the account of a new customer, in the transaction that makes him.
	Open(ctx context.Context, customerID uuid.UUID) error
	// Recompute makes the accounts anew from limits, collateral, effective rating,
	// receivables and reservations, set-based; without ids for all customers of the tenant.
	// Version grows where a figure changed; TopicAccountChanged is published.
	Recompute(ctx context.Context, customerIDs ...uuid.UUID) error
	// Get gives the account for today's business date, or ErrNoAccount.
	Get(ctx context.Context, customerID uuid.UUID) (Account, error)
	// Aging sums the open receivables of a customer, or with uuid.Nil of the whole
	// tenant, by how long they are past due today.
	Aging(ctx context.Context, customerID uuid.UUID) (Aging, error)
}

// Biller hands what delivered orders hold over to the receivables that take
// their place.
type Biller interface {
	// BillCommitted ends each committed reservation whose receivable (source and
	// document number) or delivery (source and ticket number) is there now, and says
	// how many. With the id of an import
	// it looks only at receivables which that run inserted or changed; uuid.Nil
	// looks at all. The caller recomputes the accounts afterwards.
	BillCommitted(ctx context.Context, importID uuid.UUID) (int64, error)
}

// Refresher brings accounts over a date boundary without waiting for a reader,
// so that what is projected from them (rollups) ages with the calendar.
type Refresher interface {
	// RefreshStale recomputes the accounts that do not hold for today and says
	// how many there were.
	RefreshStale(ctx context.Context) (int64, error)
}
