package customer

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/biz/timeline"
	"zhuxin/shared/calendar"
	"zhuxin/shared/paging"
)

// Repository keeps customers and projects; its methods run inside a unit of work.
type Repository interface {
	Finder
	// List gives a page with the figures as the accounts hold them; the service has
	// brought stale ones up to date before.
	List(ctx context.Context, q Query) (Page, error)
	Get(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (Customer, error)
	// Lock is Get and holds the row until the end of the transaction.
	Lock(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (Customer, error)
	// NextNumber gives the next free customer number of the year: C, year, four
	// digits or more. It holds a lock of the tenant until the end of the transaction.
	NextNumber(ctx context.Context, year int) (string, error)
	// Insert stores a new customer; ErrExists when another one was faster.
	Insert(ctx context.Context, c Customer, s Sealed) error
	// Update stores the customer with its version as given; ErrExists as Insert.
	Update(ctx context.Context, c Customer, s Sealed) error
	// SetStatus stores status, time and version.
	SetStatus(ctx context.Context, c Customer) error
	// Presets gives what a new customer is offered.
	Presets(ctx context.Context) (Presets, error)
	// FindTaken says who has code, name or number; nil when all are free.
	FindTaken(ctx context.Context, i Identity) (*Taken, error)
	// EffectiveRating gives the id of the customer's effective rating, or nil.
	EffectiveRating(ctx context.Context, id uuid.UUID) (*uuid.UUID, error)
	// Negative gives the newest effective entry of the group's negative list for
	// the code, or nil.
	Negative(ctx context.Context, uscc string) (*NegativeHit, error)
	// ActiveMember gives the name of an active member of the subsidiary; ok is
	// false for anybody else.
	ActiveMember(ctx context.Context, person uuid.UUID) (name string, ok bool, err error)
	PersonNames(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error)

	// Events gives a part of a customer's timeline and the key of the last one where
	// there are more.
	timeline.Reader
	// SealedField gives a sealed personal field by its column; nil when nothing is stored.
	SealedField(ctx context.Context, id uuid.UUID, column string) ([]byte, error)
	// CustomerCards and ProjectCards give a part of the workbench's cards and the
	// key of the last one where there are more; one statement each.
	CustomerCards(ctx context.Context, q CardQuery) ([]Card, *paging.Key, error)
	ProjectCards(ctx context.Context, q CardQuery) ([]ProjectCard, *paging.Key, error)

	// Projects gives those of a customer; with seller those that he is named at.
	Projects(ctx context.Context, customerID uuid.UUID, seller *uuid.UUID) ([]Project, error)
	NextProjectNumber(ctx context.Context, year int) (string, error)
	InsertProject(ctx context.Context, p Project, by *uuid.UUID) error
	// InsertContract also files what came with the number under the project; CONTRACT_EXISTS,
	// CONTRACT_OTHER_CUSTOMER.
	InsertContract(ctx context.Context, project uuid.UUID, c Contract, by *uuid.UUID) error
}

// Segments gives a saved segment (biz/segment) as a filter in a scope, by the figures as
// they stand; it is called inside the unit of work.
type Segments interface {
	Cut(ctx context.Context, id uuid.UUID, today calendar.Date, onlyOf *uuid.UUID) (Cut, error)
}

// Elsewhere counts the other subsidiaries that know a company: a count, and
// nothing else of theirs. It is called outside of the tenant's unit of work.
type Elsewhere interface {
	Count(ctx context.Context, uscc string) (int, error)
}

// ElsewhereFunc lets a function be an Elsewhere.
type ElsewhereFunc func(ctx context.Context, uscc string) (int, error)

// Count implements Elsewhere.
func (f ElsewhereFunc) Count(ctx context.Context, uscc string) (int, error) { return f(ctx, uscc) }
