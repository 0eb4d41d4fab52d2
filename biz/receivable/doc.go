// Package receivable owns what customers owe by document (应收账款), how it comes
// in by file (004-32), and the money received from them.
//
// It does not own what follows from the receivables: a customer's exposure,
// overdue and aging are biz/exposure's, which is told of each change in the same
// transaction. Nor the bytes of a file: those are documents (Files), taken apart
// by a reader of tables (Sheets).
//
// # Identity and dates
//
// A receivable is (source, document number). Source names the system it comes
// from; two systems may use the same number. The invoice date is when the debt
// arose, the due date the last day on which it is paid in time: the file's, or
// without one the invoice date plus the customer's credit term (ruling 5). Both
// are business dates. Amounts are fen of the subsidiary's currency, whole and
// still open; a credit note has both below zero.
//
// # The life of an import
//
//	queued ──a worker or the command line takes it──▶ running ──▶ done
//	                                                     └──────▶ failed
//
// The change of the ledger is one transaction: all good rows of the file are in,
// or, when anything but a row is wrong, none. A row that cannot be taken is
// refused with every reason and holds no other one up. The control totals of the
// file, of what was taken and of the ledger before and after must tie, else the
// transaction is undone. A dry run is the same transaction, undone on purpose; it
// leaves out the credit accounts, so that no order waits for it.
//
// Identical rows are not touched, so a second run writes nothing. A worker that
// dies leaves nothing behind but the state "running"; the job comes again and
// starts from the beginning. Imports of one subsidiary run one after the other.
//
// Lock order: the subsidiary's import lock, then the credit accounts as
// biz/exposure says.
package receivable
