package receivable

import (
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
)

// TopicImportRequested asks a worker to run an import; its payload is ImportRequested.
const TopicImportRequested event.Topic = "receivable_import.requested"

// ImportRequested names the import to run.
type ImportRequested struct {
	ImportID uuid.UUID `json:"import_id"`
}

// Bounds of an import.
const (
	MaxFileBytes    = 300 << 20
	MaxRows         = 2_000_000
	MaxNewCustomers = 20_000
	ErrorsShown     = 50
	SampleRows      = 20
)

// Status is where an import stands.
type Status string

// The statuses.
const (
	StatusQueued  Status = "queued"
	StatusRunning Status = "running"
	StatusDone    Status = "done"
	StatusFailed  Status = "failed"
)

// Over says that nothing will happen to it any more.
func (s Status) Over() bool { return s == StatusDone || s == StatusFailed }

// Counts is what became of the rows of a file that are meant. Once the import is
// done, Read = Inserted + Updated + Unchanged + Refused.
type Counts struct {
	Read, Inserted, Updated, Unchanged, Refused int64
}

// ControlTotal sets file and ledger side by side in one currency: numbers of rows
// and sums of open amounts, in fen.
type ControlTotal struct {
	Currency      money.Currency `json:"currency"`
	FileRows      int64          `json:"file_rows"`
	FileOpen      money.Amount   `json:"file_open_sum"` // of the rows whose amount could be read
	AcceptedRows  int64          `json:"accepted_rows"`
	AcceptedOpen  money.Amount   `json:"accepted_open_sum"`
	LedgerRows    int64          `json:"ledger_rows_before"`
	LedgerOpen    money.Amount   `json:"ledger_open_sum_before"`
	LedgerRowsNow int64          `json:"ledger_rows_after"`
	LedgerOpenNow money.Amount   `json:"ledger_open_sum_after"`
}

// RowError is one reason why a row was refused.
type RowError struct {
	Row int64 `json:"row"`
	Fault
}

// Import is one run of a file, dry or for real.
type Import struct {
	ID          uuid.UUID
	FileID      uuid.UUID
	FileName    string
	FileSHA256  []byte
	Mapping     Mapping
	DryRun      bool
	Status      Status
	Failure     string // why it failed, or why the last attempt did
	Counts      Counts
	RowsTotal   int64 // rows meant; 0 until the file was read to its end
	Totals      []ControlTotal
	Errors      []RowError // the first ErrorsShown
	ErrorFileID uuid.UUID  // Nil without refused rows
	CreatedAt   time.Time
	FinishedAt  time.Time // zero until it is over
	CreatedBy   *party.Person
}

// settled says that the ledger's part is committed, though the error file may not
// be stored yet.
func (i Import) settled() bool { return i.Totals != nil }

// Faults of imports.
var (
	ErrImportNotFound = fault.NotFound("IMPORT_NOT_FOUND", "there is no such import")
	ErrFileNotFound   = fault.NotFound("FILE_NOT_FOUND", "there is no such uploaded file; upload it again")
	ErrNoErrorFile    = fault.NotFound("NO_ERROR_FILE", "no row of this import was refused")
	ErrFileEmpty      = fault.New(fault.KindInvalid, "FILE_EMPTY", "the file has no rows; export it again with its heads in the first row")
	ErrFileType       = fault.New(fault.KindInvalid, "FILE_TYPE_UNKNOWN", "the file is neither CSV nor XLSX; save it as one of them")
	ErrFileBroken     = fault.New(fault.KindInvalid, "FILE_BROKEN", "the file cannot be read; save it again, or as CSV")
	ErrFileTooLarge   = fault.New(fault.KindTooLarge, "FILE_TOO_LARGE", "the file is larger than what is taken; split it")
	ErrTooManyRows    = fault.New(fault.KindTooLarge, "TOO_MANY_ROWS", "the file has more than 2,000,000 rows; split it")
	ErrTooManyNew     = fault.New(fault.KindTooLarge, "TOO_MANY_NEW_CUSTOMERS", "the file would create more than 20,000 customers; is the customer number mapped to the right column?")
	ErrTemplateFormat = fault.New(fault.KindInvalid, "FORMAT_UNKNOWN", "the template comes as csv or xlsx")
	ErrPresetName     = fault.New(fault.KindInvalid, "NAME_OF_PRESET", "this is the name of a preset; choose another one")

	// ErrTotalsDoNotTie means that the ledger did not change by what the file says.
	// Everything was undone.
	ErrTotalsDoNotTie = fault.Conflict("TOTALS_DO_NOT_TIE", "the ledger did not change by what the file says, so nothing was kept")
	// errFileChanged means that the stored file is not the one that was uploaded.
	errFileChanged = fault.Conflict("FILE_CHANGED", "the stored file is not the one that was uploaded; upload it again")
)

func personID(p *party.Person) *uuid.UUID {
	if p == nil {
		return nil
	}
	return &p.ID
}
