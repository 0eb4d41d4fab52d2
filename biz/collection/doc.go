// Package collection owns what happens to an item after it is invoiced: money
// received and how it is applied (回款, 核销 as application), drafts until they are
// honoured, set-off, write-off, disputes and late fees (004-05, 06, 14 to 19, 24, 30).
//
// It does not own the items themselves (biz/receivable), their due dates
// (biz/contract), or what a customer owes altogether (biz/exposure, which is told
// of every change in the same transaction).
//
// # The book
//
// Every act is an entry: a payment applied, a credit note set off, a write-off.
// Entries are never changed or deleted; one is undone by a counter-entry of the
// negative amount, once. An item's open amount falls by its entries, and
//
//	Σ entries of a receipt ≤ the receipt,  Σ entries of an item ≤ the item.
//
// What is left of a receipt is unapplied cash: it lowers the customer's exposure
// as an advance until it is applied. Receipts that a feed brings in with open
// amounts of its own are applied there already and are not applied again.
//
// A draft (承兑汇票) pays the item when it is taken and stays the customer's risk
// until it is honoured; when it is dishonoured, everything it paid is open again.
//
// Lock order: the customer's credit account first, then items. So no two acts on
// one customer run at the same time, and sums read after the lock hold.
package collection

import (
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
)

// Faults.
var (
	ErrReceiptNotFound    = fault.NotFound("RECEIPT_NOT_FOUND", "there is no such receipt, or it is not yours to see")
	ErrReceiptExists      = fault.Conflict("RECEIPT_EXISTS", "a receipt with this number is booked already")
	ErrReceiptReversed    = fault.Conflict("RECEIPT_REVERSED", "this receipt was reversed; book a new one")
	ErrReceiptElsewhere   = fault.Conflict("RECEIPT_APPLIED_BY_SOURCE", "the system it came from has applied this receipt; its items show that already")
	ErrCounterEntry       = fault.Conflict("RECEIPT_IS_COUNTER_ENTRY", "this entry only undoes another receipt; there is nothing to confirm")
	ErrNoAddress          = fault.Conflict("CUSTOMER_HAS_NO_EMAIL", "the customer has no e-mail address; add one to its contact, or hand over the printed receipt")
	ErrNoMail             = fault.Conflict("NO_MAIL_CHANNEL", "no e-mail channel is switched on; the administrator sets one up under channels")
	ErrConfirmed          = fault.Conflict("RECEIPT_CONFIRMED", "the customer was sent a confirmation of this receipt already; its delivery is on the page of deliveries")
	ErrItemNotFound       = fault.NotFound("RECEIVABLE_NOT_FOUND", "there is no such receivable, or it is not yours to see")
	ErrOtherCustomer      = fault.Mismatch("RECEIVABLE_OTHER_CUSTOMER", "an item belongs to another customer than the payment")
	ErrNothingOpen        = fault.Conflict("NOTHING_TO_APPLY", "nothing is open that the rule would pay, or nothing is left of the receipt")
	ErrTooMuch            = fault.Conflict("APPLIED_TOO_MUCH", "more than is open would be applied; load the amounts again")
	ErrApplicationMissing = fault.NotFound("APPLICATION_NOT_FOUND", "there is no such entry")
	ErrReversedAlready    = fault.Conflict("APPLICATION_REVERSED", "this entry was reversed already, or is a reversal itself")
	ErrNotCredit          = fault.Mismatch("NOT_A_CREDIT_NOTE", "only a credit note with something left is set off")
	ErrDraftNotFound      = fault.NotFound("DRAFT_NOT_FOUND", "there is no such acceptance draft")
	ErrDraftSettled       = fault.Conflict("DRAFT_SETTLED", "this draft was honoured or dishonoured already")
	ErrDraftExists        = fault.Conflict("DRAFT_EXISTS", "a draft with this number is booked already")
	ErrWriteOffNotFound   = fault.NotFound("WRITE_OFF_NOT_FOUND", "there is no such write-off")
	ErrWriteOffState      = fault.Conflict("WRITE_OFF_NOT_APPROVED", "only an approved write-off can be reversed")
	ErrDisputed           = fault.Conflict("ALREADY_DISPUTED", "this item is in dispute already")
	ErrDisputeNotFound    = fault.NotFound("DISPUTE_NOT_FOUND", "there is no open dispute of this item")
)

const maxAmount = money.Amount(10_000_000_000_000)
