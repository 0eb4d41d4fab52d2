// Package approval is the inbox in which a second person decides what another
// one has submitted (000-48, 54, 60 to 65; ruling 11).
//
// It owns the submission, who may decide on it and when, and its trail. It does
// not own what becomes of the thing submitted: each kind registers a Subject,
// which acts in the same transaction as the decision, so that a template, a
// rating or a limit is never approved and yet not in force.
//
// Life: pending → approved | rejected | withdrawn, once. Nobody decides on what
// he submitted himself, whatever his roles are; the database refuses it as well.
//
// Lock order: the approval's row first, then what its subject locks (template or
// rating, then customer's limits, then the credit account).
package approval

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
	"zhuxin/shared/party"
)

// Kind says what is submitted.
type Kind string

// The kinds of submission.
const (
	KindRatingTemplate  Kind = "rating_template"
	KindRating          Kind = "rating"
	KindTemporaryLimit  Kind = "temporary_limit"
	KindLimitAdjustment Kind = "limit_adjustment"
)

// Status is where a submission stands.
type Status string

// The statuses; all but pending are final.
const (
	StatusPending   Status = "pending"
	StatusApproved  Status = "approved"
	StatusRejected  Status = "rejected"
	StatusWithdrawn Status = "withdrawn"
)

// Action is what the caller can do with a submission.
type Action string

// The actions.
const (
	ActionDecide   Action = "decide"
	ActionWithdraw Action = "withdraw"
)

// Approval is one submission and, later, its decision. Facts are what was
// submitted, new against old, frozen; their shape follows the kind and is
// described where they are made (biz/rating, biz/limit).
type Approval struct {
	ID          uuid.UUID
	Kind        Kind
	SubjectID   uuid.UUID
	CustomerID  *uuid.UUID // nil for a template
	Title       string     // names only, no words: it reads in any language
	Facts       json.RawMessage
	Amount      money.Amount // fen that would be granted
	SubmittedBy party.Person
	SubmittedAt time.Time
	Status      Status
	DecidedBy   *party.Person // he who withdrew it, for a withdrawn one
	DecidedAt   *time.Time
	Comment     string
	Version     int64
	Actions     []Action // of the caller
}

// Submission is what a domain puts into the inbox.
type Submission struct {
	Kind       Kind
	SubjectID  uuid.UUID
	CustomerID *uuid.UUID
	Title      string
	Facts      any // encodes to a JSON object; int64 as strings
	Amount     money.Amount
}

// Subject acts on a decision, inside its transaction. An error undoes the
// decision as well.
type Subject interface {
	Approved(ctx context.Context, a Approval) error
	Rejected(ctx context.Context, a Approval) error
	Withdrawn(ctx context.Context, a Approval) error
}

// Faults of the inbox.
var (
	ErrNotFound      = fault.NotFound("APPROVAL_NOT_FOUND", "there is no such submission, or it is not yours to see")
	ErrAlreadyExists = fault.Conflict("ALREADY_SUBMITTED", "this is in approval already")
	ErrDecided       = fault.Conflict("ALREADY_DECIDED", "somebody else has decided on this meanwhile")
	ErrOwn           = fault.Forbidden("APPROVAL_OWN_SUBMISSION", "nobody decides on what he submitted himself; ask another approver")
	ErrNotSubmitter  = fault.Forbidden("APPROVAL_NOT_SUBMITTER", "only the one who submitted it can withdraw it")
	ErrPersonOnly    = fault.Forbidden("APPROVAL_PERSON_ONLY", "only a logged-in person submits and decides")
	ErrVersion       = fault.Conflict("VERSION_CONFLICT", "the submission was changed meanwhile; load it again")
)

// Box selects submissions.
type Box string

// The boxes: waiting and mine to decide; submitted by me; decided, by anybody;
// all that I may see.
const (
	BoxTodo Box = "todo"
	BoxMine Box = "mine"
	BoxDone Box = "done"
	BoxAll  Box = "all"
)

// Boxes lists them.
var Boxes = []Box{BoxTodo, BoxMine, BoxDone, BoxAll}

// Viewer is who looks: what he may see and decide.
type Viewer struct {
	Person    uuid.UUID
	OwnOnly   bool // only what he submitted, and what is about his own customers
	CanDecide bool
}

// Query selects a page of a box, newest submission first.
type Query struct {
	Box    Box
	Viewer Viewer
	paging.Window
}

// Page is a part of a box, with how many the boxes hold.
type Page struct {
	Approvals []Approval
	Total     int64
	Counts    map[Box]int64
}

// Repository keeps submissions; its methods run inside a unit of work.
type Repository interface {
	// Insert stores a pending submission; ErrAlreadyExists when its subject has one.
	Insert(ctx context.Context, a Approval) error
	// Get reads a submission the viewer may see; ErrNotFound.
	Get(ctx context.Context, id uuid.UUID, v Viewer) (Approval, error)
	// Lock is Get and holds the row until the end of the transaction.
	Lock(ctx context.Context, id uuid.UUID, v Viewer) (Approval, error)
	List(ctx context.Context, q Query) (Page, error)
	// SetDecision stores status, decision and version.
	SetDecision(ctx context.Context, a Approval) error
}
