// Package historyimport owns the import of history (历史导入): what a subsidiary's old
// books say of customers, contracts, receivables and receipts, taken over once at
// roll-out, checked, and signed by a second person (004-32).
//
// One import is a package: a cut-over date, up to one file for each kind, and the
// control figures that the uploader reads off the old books.
//
//	draft ─▶ checking ─▶ checked ─▶ submitted ─▶ applying ─▶ applied
//	  ▲                    │            │            └─▶ failed ─┐
//	  └──── any change ────┴─ returned ◀┘                        │
//	  └──────────────────────────────────────────────────────────┘
//
// The check is the import itself, in one transaction that is undone at its end, so it
// says exactly what the signing will do. It leaves out the credit accounts, so that no
// order waits for it. Applying does it again in one transaction for all files; what
// is then stored must be what was checked, else all of it is undone. Records keep
// their numbers under the source "history", so none comes twice.
//
// It does not own the records: customers, contracts and receipts go in by biz/feed,
// receivables by biz/receivable, with the rules of these.
package historyimport

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/receivable"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
)

// Source is the first part of the identity of what is imported.
const Source = "history"

// Kind is a kind of file.
type Kind string

// The kinds, in the order in which they build on each other.
const (
	Customers   Kind = "customers"
	Contracts   Kind = "contracts"
	Receivables Kind = "receivables"
	Receipts    Kind = "receipts"
)

// Kinds lists them.
var Kinds = []Kind{Customers, Contracts, Receivables, Receipts}

// Known says whether k is a kind.
func (k Kind) Known() bool { return slices.Contains(Kinds, k) }

// counted says whether rows of the kind have an amount that the old books total.
func (k Kind) counted() bool { return k == Receivables || k == Receipts }

// File is an uploaded file of the package.
type File struct {
	Kind       Kind         `json:"kind"`
	DocumentID uuid.UUID    `json:"document_id"`
	Name       string       `json:"name"`
	Size       int64        `json:"size"`
	SHA256     string       `json:"sha256"` // hex
	Heads      []string     `json:"heads"`
	UploadedBy party.Person `json:"uploaded_by"`
	UploadedAt time.Time    `json:"uploaded_at"`
}

// Control is what the old books say of a kind: the number of rows and, by currency,
// what is open (receivables) or was received (receipts).
type Control struct {
	Kind Kind                            `json:"kind"`
	Rows int64                           `json:"rows"`
	Sums map[money.Currency]money.Amount `json:"sums,omitempty"`
}

// Answer says why a finding stands.
type Answer struct {
	Key    Key          `json:"key"`
	Reason string       `json:"reason"`
	Stamp  string       `json:"stamp"` // of the finding that it answers
	By     party.Person `json:"by"`
	At     time.Time    `json:"at"`
}

// Mark is who did something, and when.
type Mark struct {
	By party.Person `json:"by"`
	At time.Time    `json:"at"`
}

// Progress is how far a check or an application is.
type Progress struct {
	Kind        Kind // at work; empty while nothing is
	Done, Total int64
}

// Import is one import of history.
type Import struct {
	ID              uuid.UUID
	AsOf            calendar.Date // cut-over: the old books close with this day
	Note            string
	LimitationYears int // items due longer ago are pointed at (诉讼时效)
	Status          Status
	Version         int64
	Files           []File
	Controls        []Control
	Result          *Result // of the last check; nil before, and after a change
	Answers         []Answer
	Authors         []uuid.UUID // who put anything in; none of them signs
	Progress        Progress
	Failure         string // why the last check or application failed
	Created         Mark
	UpdatedAt       time.Time
	Submitted       *Mark
	Decided         *Mark // who signed, or returned
	Decision        string
	Applied         time.Time
	ProtocolID      uuid.UUID // Nil until the protocol is stored
}

// File gives the file of a kind.
func (i Import) File(k Kind) (File, bool) {
	n := slices.IndexFunc(i.Files, func(f File) bool { return f.Kind == k })
	if n < 0 {
		return File{}, false
	}
	return i.Files[n], true
}

func (i Import) control(k Kind) (Control, bool) {
	n := slices.IndexFunc(i.Controls, func(c Control) bool { return c.Kind == k })
	if n < 0 {
		return Control{}, false
	}
	return i.Controls[n], true
}

// Answer gives the answer to a finding as it is; one to other figures is none.
func (i Import) Answer(f Finding) (Answer, bool) {
	n := slices.IndexFunc(i.Answers, func(a Answer) bool { return a.Key == f.Key && a.Stamp == f.stamp() })
	if n < 0 {
		return Answer{}, false
	}
	return i.Answers[n], true
}

// Unanswered are the findings that still block the submission.
func (i Import) Unanswered() (left []Finding) {
	if i.Result == nil {
		return nil
	}
	for _, f := range i.Result.Findings {
		if _, ok := i.Answer(f); !ok {
			left = append(left, f)
		}
	}
	return left
}

func (i *Import) author(p party.Person) {
	if !slices.Contains(i.Authors, p.ID) {
		i.Authors = append(i.Authors, p.ID)
	}
}

// edited takes back what was checked, because the package is another one now.
func (i *Import) edited() {
	i.Status, i.Result, i.Failure, i.Submitted, i.Decided, i.Decision = StatusDraft, nil, "", nil, nil, ""
	i.Progress = Progress{}
}

// Topics. The payload of each is Requested.
const (
	TopicCheck   event.Topic = "history_import.check_requested"
	TopicApply   event.Topic = "history_import.signed"
	TopicApplied event.Topic = "history_import.applied"
)

// Requested names an import.
type Requested struct {
	ImportID uuid.UUID `json:"import_id"`
}

// Faults.
var (
	ErrNotFound    = fault.NotFound("HISTORY_IMPORT_NOT_FOUND", "there is no such import of history")
	ErrVersion     = fault.Conflict("VERSION_CONFLICT", "the import was changed meanwhile; load it again")
	ErrState       = fault.Conflict("STATE_CONFLICT", "the import is not in a state for this any more; load it again")
	ErrOwnWork     = fault.Forbidden("HISTORY_OWN_WORK", "whoever uploaded, entered or submitted anything of this import cannot sign or return it; a second person must")
	ErrNotOwn      = fault.Forbidden("HISTORY_NOT_OWN_WORK", "only who prepared or submitted the import takes it back; return it with a reason instead")
	ErrPeopleOnly  = fault.Forbidden("PERSON_REQUIRED", "this needs a person who is logged in, so that two persons answer for the figures")
	ErrNoFiles     = fault.Conflict("HISTORY_NO_FILES", "upload at least one file first")
	ErrUnanswered  = fault.Conflict("HISTORY_FINDINGS_OPEN", "each finding needs a reason before the import can be submitted")
	ErrNoFinding   = fault.NotFound("HISTORY_FINDING_GONE", "the last check has no such finding; load the import again")
	ErrSeal        = fault.Conflict("HISTORY_SEAL_DIFFERS", "what you saw is not what is stored now; load the import again and look at it once more")
	ErrFileMissing = fault.NotFound("HISTORY_FILE_NOT_FOUND", "the import has no such file")
	ErrNoProtocol  = fault.NotFound("HISTORY_NO_PROTOCOL", "there is no protocol yet; it is made once the import is applied")
	ErrDiffers     = fault.Conflict("HISTORY_DIFFERS", "what would be stored is not what was signed, because the books changed meanwhile; everything was undone, check it again")
	errFileChanged = fault.Conflict("FILE_CHANGED", "the stored file is not the one that was uploaded; upload it again")
	errTooMany     = fault.New(fault.KindTooLarge, "TOO_MANY_ROWS", "a file of customers, contracts or receipts has at most 500,000 rows; split the import")
)

const (
	maxRecords = 500_000
	maxText    = 500
	samples    = 5
	debtors    = 20
	// presetLimitation is the term of the Civil Code (民法典第一百八十八条), in years.
	presetLimitation = 3
)

// RowError is one reason why a row was refused.
type RowError = receivable.RowError
