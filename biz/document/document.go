// Package document keeps the files of a subsidiary: customers' papers, evidence
// for the negative list, files of imports. It decides what a file must be to be
// taken, who may put and get it, and in which order bytes and record are written.
//
// The life of a file: its bytes go to the store first, encrypted there with the
// tenant's own keys, and are inspected on the way; the record follows in one
// transaction with its audit row. A file that is refused is taken out of the store
// again. A crash in between leaves bytes without a record, never the other way
// round. Records are never changed: a newer paper is a new revision.
//
// It owns kinds, checks and access. It does not own the store, the keys, or what a
// file means to those who ask for it.
package document

import (
	"context"
	"io"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
)

// Kind says what a file is.
type Kind string

// The kinds of file.
const (
	KindBusinessLicence       Kind = "business_licence"
	KindLegalRepresentativeID Kind = "legal_representative_id"
	KindPowerOfAttorney       Kind = "power_of_attorney"
	KindNegativeEvidence      Kind = "negative_evidence"
	KindImportSource          Kind = "import_source"
	KindImportErrors          Kind = "import_errors"
	KindLetter                Kind = "letter" // to the customer, written by the server
	KindQualification         Kind = "qualification"
	KindContract              Kind = "contract"
	KindRatingDecision        Kind = "rating_decision"
	KindSupplyStopEvidence    Kind = "supply_stop_evidence" // a notice delivered, the plant's word
	KindHistoryProtocol       Kind = "history_protocol"
	KindCollateral            Kind = "collateral" // proves a guarantee, a mortgage, a deposit
	KindOther                 Kind = "other"
)

// Valid says whether the kind exists.
func (k Kind) Valid() bool { _, ok := rules[k]; return ok }

// Document is the record of a stored file.
type Document struct {
	ID          uuid.UUID
	CustomerID  *uuid.UUID // nil for files of the subsidiary itself
	Kind        Kind
	FileName    string
	ContentType string // by its content
	SizeBytes   int64
	SHA256      []byte
	Revision    int           // counts up per customer, project and kind
	ProjectID   *uuid.UUID    // of a paper of one project of the customer
	IssuedOn    calendar.Date // zero: not known
	ExpiresOn   calendar.Date // zero: never, or not known
	Historical  bool          // was expired already when it was filed
	CreatedAt   time.Time
	CreatedBy   uuid.UUID // uuid.Nil for the system

	ObjectKey string // where the bytes are; never leaves the server
}

// Faults of files.
var (
	ErrNotFound    = fault.NotFound("DOCUMENT_NOT_FOUND", "there is no such file")
	ErrTooLarge    = fault.New(fault.KindTooLarge, "FILE_TOO_LARGE", "the file is larger than is taken here")
	ErrEmpty       = fault.New(fault.KindInvalid, "FILE_EMPTY", "the file is empty; choose it again")
	ErrType        = fault.New(fault.KindInvalid, "FILE_TYPE_NOT_TAKEN", "files of this type are not taken here")
	ErrMismatch    = fault.New(fault.KindInvalid, "FILE_TYPE_MISMATCH", "the file is not what its name says; save it again in its own format")
	ErrExpired     = fault.New(fault.KindInvalid, "DOCUMENT_EXPIRED", "the paper is expired already; file the one in force, or file this one as a historical paper")
	ErrDamaged     = fault.New(fault.KindInvalid, "FILE_DAMAGED", "the file is incomplete or damaged; save it again and choose it anew")
	ErrMalicious   = fault.New(fault.KindInvalid, "FILE_MALICIOUS", "the file contains something harmful and was not taken")
	ErrSizeUnequal = fault.New(fault.KindInvalid, "FILE_INCOMPLETE", "the file arrived incomplete; send it again")
)

// Repository keeps the records; it works inside a unit of work.
type Repository interface {
	// Add stores the record and gives its revision.
	Add(ctx context.Context, d Document) (revision int, err error)
	// Get gives one record, or ErrNotFound.
	Get(ctx context.Context, id uuid.UUID) (Document, error)
	// List gives the records of a customer, newest first; uuid.Nil those of none.
	List(ctx context.Context, customerID uuid.UUID) ([]Document, error)
}

// Store keeps the bytes of the tenant that ctx is bound to. It is used outside of
// units of work.
type Store interface {
	// Put takes size bytes from body, or all of them when size is -1, and gives the key.
	Put(ctx context.Context, body io.Reader, size int64) (key string, err error)
	// Get gives the bytes; a key of another tenant is not found.
	Get(ctx context.Context, key string) (io.ReadCloser, error)
	Delete(ctx context.Context, key string) error
}

// CustomerAccess says whether the actor may see a customer; it works inside a unit
// of work and answers as if a customer out of his sight did not exist.
type CustomerAccess interface {
	CanSee(ctx context.Context, customerID uuid.UUID) error
	// HasProject is nil when the project is one of the customer's.
	HasProject(ctx context.Context, customerID, projectID uuid.UUID) error
}

// rule is what is asked of a file of a kind.
type rule struct {
	most        int64
	types       []fileType
	read, write access.Permission
	customer    bool // belongs to a customer
	server      bool // made by the server, not uploaded by people
}

const (
	mib = 1 << 20
	// MaxPaper and MaxImport bound a paper and an imported file, in bytes (the
	// routes' max_body_bytes are the same).
	MaxPaper  = 20 * mib
	MaxImport = 300 * mib
)

var (
	paper = rule{most: MaxPaper, types: []fileType{pdf, jpeg, png}, read: access.DocumentRead, write: access.DocumentWrite, customer: true}

	rules = map[Kind]rule{
		KindBusinessLicence: paper, KindLegalRepresentativeID: paper, KindPowerOfAttorney: paper, KindOther: paper,
		KindLetter:        {most: MaxPaper, types: []fileType{pdf}, read: access.DocumentRead, write: access.DocumentWrite, customer: true, server: true},
		KindQualification: paper, KindContract: paper, KindCollateral: paper,
		KindNegativeEvidence: {most: MaxPaper, types: []fileType{pdf, jpeg, png}, read: access.NegativeRead, write: access.NegativeWrite},
		// The plant's dispatcher may check orders, and adds what proves that nothing leaves.
		KindSupplyStopEvidence: {most: MaxPaper, types: paper.types, read: access.LimitRead, write: access.CreditCheck, customer: true},
		KindRatingDecision:     {most: MaxPaper, types: []fileType{pdf}, read: access.DocumentRead, write: access.DocumentWrite, customer: true, server: true},
		KindImportSource:       {most: MaxImport, types: []fileType{csv, xlsx}, read: access.ReceivableImport, write: access.ReceivableImport},
		KindImportErrors:       {most: MaxImport, types: []fileType{csv}, read: access.ReceivableImport, write: access.ReceivableImport, server: true},
		KindHistoryProtocol:    {most: MaxPaper, types: []fileType{pdf}, read: access.HistoryImport, write: access.HistoryImport, server: true},
	}
)
