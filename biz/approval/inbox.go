package approval

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/paging"
)

// Viewer is who looks: what he may see, and what he may act on.
type Viewer struct {
	Person  uuid.UUID
	OwnOnly bool // only what he submitted, what is about his own customers, and what waits for him
	CanAct  bool
	Roles   []access.Role
	Today   calendar.Date // of the tenant, for delegations
}

// Query selects a page of a box, newest submission first. Empty fields do not
// narrow.
type Query struct {
	Box     Box
	Viewer  Viewer
	Kind    Kind
	Overdue bool // only what waits longer than its step allows
	paging.Window
}

// Page is a part of a box, with how many the boxes hold.
type Page struct {
	Approvals []Approval
	Total     int64
	Counts    map[Box]int64
	Overdue   int64 // of what is to do
}

// Repository keeps submissions with their courses; its methods run inside a unit
// of work.
type Repository interface {
	// Insert stores a pending submission; ErrAlreadyExists when its subject has one.
	Insert(ctx context.Context, a Approval) error
	// ExpiredPapers gives the kinds of paper of which a customer's newest is past its day,
	// the longest first; papers of single projects are not among them.
	ExpiredPapers(ctx context.Context, customerID uuid.UUID, today calendar.Date) ([]Paper, error)
	// Get reads a submission the viewer may see; ErrNotFound.
	Get(ctx context.Context, id uuid.UUID, v Viewer) (Approval, error)
	// Lock is Get and holds the row until the end of the transaction.
	Lock(ctx context.Context, id uuid.UUID, v Viewer) (Approval, error)
	List(ctx context.Context, q Query) (Page, error)
	// Save stores what an act has changed: status, decision, version, steps, slots,
	// and the acts of the new version.
	Save(ctx context.Context, a Approval) error
	// Earlier gives the ended submissions of a subject, newest first, without facts.
	Earlier(ctx context.Context, subjectID, except uuid.UUID) ([]Approval, error)

	Flows
	Delegations
	Policies
	Overdues
	// Members gives the tenant's members, former ones too.
	Members(ctx context.Context) ([]Member, error)
}
