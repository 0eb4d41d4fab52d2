package rating

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/limit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/indicator"
	"zhuxin/shared/paging"
	"zhuxin/shared/party"
)

// Status is where a rating stands.
type Status string

// The statuses. draft → submitted → effective → lapsed; a submission that is
// rejected or withdrawn stays as it was seen, and saving it again starts a new
// draft.
const (
	StatusDraft     Status = "draft"
	StatusSubmitted Status = "submitted"
	StatusEffective Status = "effective"
	StatusLapsed    Status = "lapsed"
	StatusRejected  Status = "rejected"
	StatusReturned  Status = "returned" // to its author, who goes on with its values
	StatusWithdrawn Status = "withdrawn"
)

// Statuses lists them.
var Statuses = []Status{StatusDraft, StatusSubmitted, StatusEffective, StatusLapsed, StatusRejected, StatusReturned, StatusWithdrawn}

// turnedDown says that the author can go on with the values in a new draft.
func (s Status) turnedDown() bool {
	return s == StatusRejected || s == StatusReturned || s == StatusWithdrawn
}

// Rating is one credit rating of a customer. It keeps the template it was made
// by and every value it saw, so it can be read when both have moved on.
type Rating struct {
	ID              uuid.UUID
	CustomerID      uuid.UUID
	CustomerName    string
	TemplateID      uuid.UUID
	TemplateNumber  int
	TemplateName    string
	Definition      Definition // of the template, to name indicators and choices
	Status          Status
	Result          Result
	Remark          string
	CreatedAt       time.Time
	CreatedBy       *party.Person
	EffectiveAt     *time.Time
	DueOn           calendar.Date // last business date on which it holds; zero before it is effective
	LapsedAt        *time.Time
	LapseReason     LapseReason
	DecisionFile    *uuid.UUID // the document, once it is stored
	DecisionComment string
	Version         int64
}

// LapseReason says why a rating has lapsed.
type LapseReason string

// The reasons: a newer rating took over, or none came by its due date.
const (
	LapseSuperseded LapseReason = "superseded"
	LapseExpired    LapseReason = "expired"
)

// TopicLapsed tells that a rating has expired without a successor; its payload is an
// Effective.
const TopicLapsed event.Topic = "rating.lapsed"

// TopicEffective tells that a rating has become effective; its payload is an
// Effective.
const TopicEffective event.Topic = "rating.effective"

// Effective names the rating; the reader looks it up in the tenant.
type Effective struct {
	RatingID uuid.UUID `json:"rating_id"`
}

// Faults of ratings.
var (
	ErrNotFound        = fault.NotFound("RATING_NOT_FOUND", "there is no such rating, or it is not one of your customers'")
	ErrVersion         = fault.Conflict("VERSION_CONFLICT", "the rating was changed meanwhile; load it again and repeat your change")
	ErrNotDraft        = fault.Conflict("RATING_NOT_DRAFT", "only a draft can be changed or submitted; start a new rating")
	ErrInApproval      = fault.Conflict("RATING_IN_APPROVAL", "another rating of this customer is in approval; it has to be decided or withdrawn first")
	ErrState           = fault.Conflict("RATING_STATE_CHANGED", "the rating is no longer in approval; load it again")
	ErrTemplateChanged = fault.Conflict("TEMPLATE_CHANGED", "a new rating template is in force since this draft was saved; open the rating form again, complete the values and save it")
	ErrUSCCMissing     = fault.Conflict("CUSTOMER_USCC_MISSING", "this customer has no unified social credit code yet and cannot be rated; add the code to the customer first")
)

// Query selects a page of ratings, newest first.
type Query struct {
	CustomerID *uuid.UUID
	Status     Status     // empty for all
	OnlyOf     *uuid.UUID // the data scope
	paging.Window
}

// Repository keeps ratings; its methods run inside a unit of work.
type Repository interface {
	List(ctx context.Context, q Query) ([]Rating, int64, error)
	// Get reads a rating of a customer in the scope; ErrNotFound.
	Get(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (Rating, error)
	// Lock is Get and holds the row until the end of the transaction.
	Lock(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (Rating, error)
	// Latest reads the customer's newest rating in one of the statuses; nil without one.
	Latest(ctx context.Context, customerID uuid.UUID, of ...Status) (*Rating, error)
	// Before reads the rating that was in force when this one became effective or was
	// turned down; for one that is not decided, the one in force now, or the last that
	// was. nil without one.
	Before(ctx context.Context, id uuid.UUID) (*Rating, error)
	Insert(ctx context.Context, r Rating) error
	// SaveDraft stores result, remark and version of a draft.
	SaveDraft(ctx context.Context, r Rating) error
	Delete(ctx context.Context, id uuid.UUID) error
	// SetStatus stores status, both times, due date, reason of the lapse and version;
	// ErrInApproval when another rating of the customer is submitted.
	SetStatus(ctx context.Context, r Rating) error
	// SetDecisionFile stores the document of the decision; one that is there stays.
	SetDecisionFile(ctx context.Context, id, document uuid.UUID) error
	// Date gives every effective rating without a due date one by its template's bands,
	// not before earliest, and says how many there were.
	Date(ctx context.Context, presets map[Grade]int, zone *time.Location, earliest calendar.Date) (int64, error)
	// LockExpired reads up to most effective ratings whose due date is before on, those
	// due first, and holds them.
	LockExpired(ctx context.Context, on calendar.Date, most int) ([]Rating, error)
}

// Subject is whom a data source measures.
type Subject struct {
	CustomerID uuid.UUID
	USCC       string
}

// DataSource measures what the tenant's own data say of a customer on a business
// date. Each source of the tenant's own books is in the answer; one without a base
// is zero and says so. What nobody has asked an outside registry for is left out.
type DataSource interface {
	Measure(ctx context.Context, s Subject, today calendar.Date, sources []indicator.DataSource) (Measurements, error)
}

// Findings are what an outside registry knows of companies, by their code; a source of
// which nothing was asked yet is left out. Without codes it answers for every customer
// of the tenant, in one read either way. A zero on is now; an earlier day has what held
// then, by the register's own dates.
type Findings interface {
	Findings(ctx context.Context, sources []indicator.DataSource, on calendar.Date, codes ...string) (map[string]Measurements, error)
}

// Limits sets standing limits (biz/limit).
type Limits interface {
	SetStanding(ctx context.Context, in limit.StandingInput) (limit.Limit, error)
	// InForce gives the standing version of a customer in force today, held; nil for none.
	InForce(ctx context.Context, customerID uuid.UUID) (*limit.Limit, error)
}

// Form is what a person rates by.
type Form struct {
	CustomerID   uuid.UUID
	CustomerName string
	Template     Template
	Data         Result  // the data values alone, scored
	Previous     *Rating // the effective one; nil for a first rating
	Draft        *Rating // to go on with: a draft, or the last one if it was turned down
}
