// Package approval is the inbox in which others decide what one has submitted, and
// the engine that says who they are (000-48, 54, 57, 60, 63, 65, 76; 003-45 to
// 47, 69; ruling 11).
//
// It owns the submission, the tenant's flows, the course a submission takes
// through its steps, who may act on it and when, authority amounts, delegations,
// deadlines, and the trail. It does not own what becomes of the thing submitted:
// each kind registers a Subject, which acts in the same transaction as the
// decision, so that a template, a rating or a limit is never approved and yet not
// in force.
//
// A flow is configured per kind, in versions; a submission is built by the one in
// force and keeps its steps. Without a flow there is one step: an approver, not
// the submitter. Steps run in order, reviews before approvals, none jumped over.
// Each person has a hand in a submission once: as submitter, by deciding, or
// because somebody decided in his place. The database holds this as well.
//
// Life: pending → approved | rejected | returned | withdrawn, once. What was
// returned is submitted anew, as a submission of its own.
//
// Lock order: the approval's row first, then what its subject locks (template or
// rating, then customer's limits, then the credit account).
package approval

import (
	"context"
	"encoding/json"
	"math"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
)

// Kind says what is submitted.
type Kind string

// The kinds of submission.
const (
	KindAgreementCure   Kind = "agreement_cure"
	KindCreditAgreement Kind = "credit_agreement"
	KindRatingTemplate  Kind = "rating_template"
	KindRating          Kind = "rating"
	KindCustomerChange  Kind = "customer_change"
	KindTemporaryLimit  Kind = "temporary_limit"
	KindLimitAdjustment Kind = "limit_adjustment"
	KindLimitBatch      Kind = "limit_batch"
	KindSharedLimit     Kind = "shared_limit"
	KindOrderRelease    Kind = "order_release"
	KindSupplyResume    Kind = "supply_resume"
	KindWriteOff        Kind = "write_off"
	KindFollowUp        Kind = "follow_up"
	KindCollateral      Kind = "collateral"
	KindNegativeListing Kind = "negative_listing"
)

// Status is where a submission stands.
type Status string

// The statuses; all but pending are final.
const (
	StatusPending   Status = "pending"
	StatusApproved  Status = "approved"
	StatusRejected  Status = "rejected"
	StatusReturned  Status = "returned" // to its submitter, to be changed and submitted anew
	StatusWithdrawn Status = "withdrawn"
)

// Action is what the caller can do with a submission.
type Action string

// The actions.
const (
	ActionDecide   Action = "decide" // approve, reject, return, transfer, add an approver
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
	Amount      money.Amount // fen that would be granted; Unbounded without a bound
	Grade       string       // that it would come to; empty where there is none
	Previous    *money.Amount
	FlowNumber  int // version of the tenant's flow; 0: the product's own
	SubmittedBy party.Person
	SubmittedAt time.Time
	Status      Status
	DecidedBy   *party.Person // he who withdrew it, for a withdrawn one
	DecidedAt   *time.Time
	Comment     string
	Version     int64
	Steps       []Step
	Acts        []Act
	Actions     []Action // of the caller
}

// Unbounded is the amount of what has none: an unlimited limit, the end of a cap. It is
// above every authority and meets every condition "from an amount on".
const Unbounded money.Amount = math.MaxInt64

// Submission is what a domain puts into the inbox. Grade and Previous serve the
// conditions of flows: a step whose condition cannot be judged for want of them
// applies.
type Submission struct {
	Kind       Kind
	SubjectID  uuid.UUID
	CustomerID *uuid.UUID
	Title      string
	Facts      any // encodes to a JSON object; int64 as strings
	Amount     money.Amount
	Grade      string        // that it would come to
	Previous   *money.Amount // fen in force so far; nil where that makes no sense
}

// Subject acts on a decision, inside its transaction. An error undoes the
// decision as well. What was returned stays as the approver saw it, and lets its
// submitter go on from there: what he submits then is a round after it (Earlier).
type Subject interface {
	Approved(ctx context.Context, a Approval) error
	Rejected(ctx context.Context, a Approval) error
	Returned(ctx context.Context, a Approval) error
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
	ErrTwice         = fault.Forbidden("APPROVAL_ACTED_ALREADY", "nobody acts twice on one submission, not through a delegation either; another person has to take this step")
	ErrNotYours      = fault.Forbidden("APPROVAL_NOT_YOURS", "this step is not yours; it waits for somebody else")
	ErrAuthority     = fault.Forbidden("APPROVAL_BEYOND_AUTHORITY", "the amount is beyond your authority, and nobody after you in its course has enough; add an approver who has")
	ErrNeededLater   = fault.Conflict("APPROVAL_NEEDED_LATER", "a later step has nobody but you; let somebody else take this one, or transfer the later step first")
	ErrNobodyCan     = fault.Conflict("APPROVAL_NOBODY_CAN", "nobody can approve this as the flow stands; an administrator has to change the flow, the members or their authority")
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
