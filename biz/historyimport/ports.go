package historyimport

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
)

// Repository keeps imports, and looks at what they brought; its methods run inside a
// unit of work.
type Repository interface {
	// Lock lets one check or application of the subsidiary run at a time.
	Lock(ctx context.Context) error
	Insert(ctx context.Context, i Import) error
	// Get gives an import, or ErrNotFound.
	Get(ctx context.Context, id uuid.UUID) (Import, error)
	// Hold is Get, and nobody else changes it before the transaction ends.
	Hold(ctx context.Context, id uuid.UUID) (Import, error)
	// List gives a page, newest first, without results.
	List(ctx context.Context, w paging.Window) ([]Import, int64, error)
	// Save writes what can change and counts the version up; ErrVersion when it is not
	// the stored one.
	Save(ctx context.Context, i Import) error
	// Tell writes how far a check or an application is; the version stays.
	Tell(ctx context.Context, id uuid.UUID, p Progress) error
	// SetProtocol notes where the protocol lies; only once.
	SetProtocol(ctx context.Context, id, documentID uuid.UUID) error

	// Names gives the number of each company with a code that has one of the names.
	Names(ctx context.Context, names []string) (map[string]string, error)
	// Survey looks at everything of the source, as the transaction sees it.
	Survey(ctx context.Context, in Look) (Survey, error)
}

// Look is what a survey is asked for.
type Look struct {
	Source     string
	Currency   money.Currency
	AsOf       calendar.Date
	Limitation calendar.Date // what is due before it is beyond the term
	Debtors    int           // how many of the largest
	Samples    int           // how many of each finding
}

// Survey is what there is of a source.
type Survey struct {
	Dues      map[calendar.Date]money.Amount // what is open, by due date
	Owing     int64
	OwingLate int64
	Debtors   []Debtor
	Findings  []Finding
}

// Printer puts the protocol of an applied import on paper, as PDF.
type Printer interface {
	Print(ctx context.Context, i Import) ([]byte, error)
}
