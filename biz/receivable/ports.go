package receivable

import (
	"context"
	"io"
	"iter"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/document"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
)

// File is a stored file of the tenant.
type File struct {
	ID          uuid.UUID
	Name        string
	ContentType string
	Size        int64
	SHA256      []byte
}

// NewFile is a file to store.
type NewFile struct {
	Kind              document.Kind
	Name, ContentType string
	Size              int64 // -1 when it is not known
	Body              io.Reader
}

// Files keeps files of the tenant, encrypted. It is called outside of a unit of
// work and opens those that it needs.
type Files interface {
	Store(ctx context.Context, f NewFile) (File, error)
	// Open gives a file of the kind, or ErrFileNotFound; the caller closes the body.
	Open(ctx context.Context, id uuid.UUID, kind document.Kind) (File, io.ReadCloser, error)
}

// Table is a file taken apart into rows.
type Table interface {
	Head() []string
	// Next gives the next row that is not blank, and io.EOF behind the last one.
	Next() (Line, error)
	// Epoch is day 0 of a spreadsheet's dates; zero for a text file.
	Epoch() calendar.Date
	Close() error
}

// Spool is a file on local disk.
type Spool interface {
	// Table reads it from its beginning, row by row.
	Table() (Table, error)
	Close() error
}

// Sheets takes files apart.
type Sheets interface {
	// Look reads the head and the first rows of a file from its beginning; whole
	// gives all its bytes again and must be closed. Faults: ErrFileEmpty,
	// ErrFileType, ErrFileBroken, ErrFileTooLarge.
	Look(r io.Reader, rows int) (look Look, whole io.ReadCloser, err error)
	// Open copies the file to local disk; sum is the SHA-256 of its bytes. Faults as Look.
	Open(r io.Reader) (s Spool, sum []byte, err error)
	// Template gives a template as csv or xlsx with its content type, or
	// ErrTemplateFormat.
	Template(f Form, format string) (body []byte, contentType string, err error)
	// Errors starts an error file.
	Errors() (ErrorFile, error)
}

// CellForm says how a column of a template is laid out.
type CellForm int

// The forms. Text keeps leading zeros and long numbers.
const (
	CellText CellForm = iota
	CellDate
	CellNumber
)

// FormColumn is a column of a template. Zh and En say what goes in.
type FormColumn struct {
	Field, Head, Zh, En string
	Form                CellForm
}

// Form is a template: an empty sheet, and one that explains it.
type Form struct {
	Sheet   string
	Columns []FormColumn
	Example []string // a row under the heads; none leaves the sheet empty
}

// Look is the beginning of a file.
type Look struct {
	ContentType string
	Head        []string
	Sample      [][]string
	Epoch       calendar.Date
}

// ErrorFile collects refused rows on local disk: a CSV that a spreadsheet can
// open without running anything that stands in it.
type ErrorFile interface {
	Add(e RowError) error
	// Body gives what was added; the file lives until Close.
	Body() (io.Reader, error)
	Close() error
}

// StagedRow is a row on its way into the ledger.
type StagedRow struct {
	Row
	FirstOfCustomer bool // the first of its customer number and code in the file
	PerhapsTwice    bool // its document number may stand further up
}

// LedgerTotal is the ledger of one currency.
type LedgerTotal struct {
	Rows int64
	Open money.Amount
}

// Comparison sets the good rows of the staging against the ledger.
type Comparison struct {
	New, Changed, Unchanged int64
	OpenOfNew               money.Amount
	Delta                   money.Amount // of the changed ones' open amounts
}

// RefusedRow is a staged row that is not taken, with what it has to be explained.
type RefusedRow struct {
	No                   int64
	Faults               []Fault
	CustomerNumber, USCC string
	DocumentNo           string
	CustomerProblem      string // a reason; empty when the customer was found
	KnownUSCC            string // of the customer of that number, for a mismatch
	DuplicateOf          int64  // row that has the document number; 0 for none
}

// NewCustomer is a customer that the import made.
type NewCustomer struct {
	ID           uuid.UUID
	Number, Name string
}

// Staging is the way of rows into the ledger, in one transaction. The methods are
// called in their order here.
type Staging interface {
	// Lock waits for the tenant's other imports and empties the staging.
	Lock(ctx context.Context) error
	// LedgerTotals sums the whole ledger, by currency.
	LedgerTotals(ctx context.Context) (map[money.Currency]LedgerTotal, error)
	Stage(ctx context.Context, rows iter.Seq2[StagedRow, error]) (int64, error)
	// ResolveCustomers finds each staged customer by number, else by code. With
	// create, those whose number nobody has are made: at most `most`, else ErrTooManyNew.
	// unresolved is how many are still unknown, or contradict themselves.
	ResolveCustomers(ctx context.Context, create bool, most int, now time.Time, by *uuid.UUID) (created []NewCustomer, unresolved int64, err error)
	// MarkDuplicates refuses good rows whose document number a good row further up has.
	MarkDuplicates(ctx context.Context) (marked int64, err error)
	// RefuseApplied refuses good void rows of items of the source that something was
	// applied to here.
	RefuseApplied(ctx context.Context, source string, f Fault) (marked int64, err error)
	// Refused gives the rows that are not taken, in the order of the file.
	Refused(ctx context.Context, each func(RefusedRow) error) error
	Accepted(ctx context.Context) (LedgerTotal, error)
	// Compare sets the accepted rows against the ledger.
	Compare(ctx context.Context, to Target, accepted LedgerTotal) (Comparison, error)
	// Merge writes what is new and what has changed, and nothing else.
	Merge(ctx context.Context, to Target, c Comparison) (m Merged, err error)
	// Clear empties the staging.
	Clear(ctx context.Context) error
	// Trial runs fn and undoes what it wrote, whatever fn answers.
	Trial(ctx context.Context, fn func(ctx context.Context) error) error
}

// Target is where staged rows go.
type Target struct {
	ImportID uuid.UUID
	Source   string
	Currency money.Currency
	Now      time.Time
	// AppliedHere means that the file says nothing of what is open: then it is the
	// amount less what was applied here. A file that gives open amounts is right.
	AppliedHere bool
}

// Merged is what Merge wrote.
type Merged struct {
	Inserted, Updated int64
	// Touched are the customers of what was written, and those that lost a
	// receivable to another one.
	Touched []uuid.UUID
}

// Runs keeps the imports; its methods run inside a unit of work.
type Runs interface {
	Insert(ctx context.Context, i Import, by *uuid.UUID) error
	Get(ctx context.Context, id uuid.UUID) (Import, error)
	List(ctx context.Context, w paging.Window) ([]Import, int64, error)
	// Begin marks a run as running, at row 0.
	Begin(ctx context.Context, id uuid.UUID, now time.Time) error
	// Progress tells how many rows were read.
	Progress(ctx context.Context, id uuid.UUID, read int64, now time.Time) error
	// Settle stores what became of the rows, in the transaction of the ledger.
	Settle(ctx context.Context, i Import, now time.Time) error
	// Finish ends a run; failure is empty for a good end.
	Finish(ctx context.Context, id uuid.UUID, failure string, errorFile uuid.UUID, now time.Time) error
	// Retry notes why an attempt failed that is made again.
	Retry(ctx context.Context, id uuid.UUID, failure string, now time.Time) error
	// Abandoned ends runs that nobody works on any more: running, without an event
	// that would bring them back, and silent since the time.
	Abandoned(ctx context.Context, silentSince time.Time, failure string, now time.Time) (int64, error)

	Mappings(ctx context.Context) ([]NamedMapping, error)
	SaveMapping(ctx context.Context, m NamedMapping, now time.Time, by *uuid.UUID) (before *Mapping, err error)
}

// Terms divides items by the payment terms of their contracts (biz/contract).
type Terms interface {
	// Imported does so for the items that the import inserted or changed.
	Imported(ctx context.Context, importID uuid.UUID) error
}
