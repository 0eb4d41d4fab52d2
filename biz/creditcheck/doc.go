// Package creditcheck decides whether an order may go on credit, and holds
// headroom for it (004-13, 004-14, 000-55).
//
// It owns the decision (Decide, a pure function), the tenant's credit policy, the
// decisions as they were made, and the life of a reservation. It does not own the
// credit account it decides by (biz/exposure), nor the customer, his limits or
// his rating.
//
// # The life of a reservation
//
//	open ──commit──▶ committed ──its receivable is imported──▶ billed
//	  │                  └──────release──────▶ released
//	  ├──release──▶ released
//	  └──its time is over──▶ expired
//
// open and committed hold an amount, which counts as exposure; the others hold
// nothing. A commit below the reserved amount gives the rest back. An order has
// at most one reservation that is open or committed.
//
// # One decision at a time
//
// Deciding and holding happen under the lock of the customer's account row, and
// the row's own guard (used + held ≤ limit) is checked again where it is written,
// so a limit is never given twice (reliability F9). Requests that wait at the same
// moment share one transaction (combiner), those of one customer and those of
// several: rows are locked once and read once, each request is decided in order of
// arrival, all are written by one statement. Every one gets its own stored decision.
//
// # Repeats
//
// A command with an idempotency key is remembered in the transaction of its
// effect for KeysKept; a repeat gets the first answer, whatever has happened
// since. A command that was refused with a fault has changed nothing and is not
// remembered.
//
// Lock order: the account row, then its reservations (see biz/exposure).
package creditcheck
