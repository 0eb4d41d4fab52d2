package segment

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/paging"
)

// Repository keeps segments, what is stored of dimensions, and labels; its methods run
// inside a unit of work.
type Repository interface {
	List(ctx context.Context) ([]Segment, error)
	Get(ctx context.Context, id uuid.UUID) (Segment, error)
	// Insert and Update store one; ErrExists for a name that is taken. Update stores
	// where the version is the one before; ErrVersion.
	Insert(ctx context.Context, s Segment, by uuid.UUID) error
	Update(ctx context.Context, s Segment) error
	Delete(ctx context.Context, id uuid.UUID) error
	// Stored are the labels and the bands of the subsidiary's own.
	Stored(ctx context.Context) ([]Dimension, error)
	// Store writes one whose version is the one before, 1 for a new one; ErrVersion.
	Store(ctx context.Context, d Dimension, at time.Time) error
	// Drop deletes what is stored of a dimension, and the label of every customer.
	Drop(ctx context.Context, code Code) error
	// Labelled says whether a customer has the value.
	Labelled(ctx context.Context, code Code, value string) (bool, error)
	// SetLabel gives a customer a value, or takes it with an empty one, and gives the
	// one before.
	SetLabel(ctx context.Context, customerID uuid.UUID, code Code, value string) (before string, err error)
	Labels(ctx context.Context, customerID uuid.UUID) (map[Code]string, error)
}

// Reader judges customers. A nil onlyOf is all of them.
type Reader interface {
	// Facts reads what active customers are judged by, in one statement.
	Facts(ctx context.Context, today calendar.Date, onlyOf *uuid.UUID) ([]Facts, error)
	// Members gives the active customers who meet the conditions, by number.
	Members(ctx context.Context, cs Conditions, today calendar.Date, onlyOf *uuid.UUID) ([]uuid.UUID, error)
	// Page gives a part of them with their facts, the largest receivable first, and
	// what all of them come to.
	Page(ctx context.Context, cs Conditions, today calendar.Date, onlyOf *uuid.UUID, w paging.Window) ([]Facts, Cell, error)
	// Regions and People are the values that customers have.
	Regions(ctx context.Context) ([]Choice, error)
	People(ctx context.Context) ([]Choice, error)
}
