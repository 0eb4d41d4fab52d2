package notify

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/todo"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/news"
	"zhuxin/shared/paging"
)

// Audience is whose address a delivery goes to.
type Audience string

// The audiences.
const (
	ToPerson   Audience = "person"
	ToChat     Audience = "chat"
	ToCustomer Audience = "customer"
)

// State of a delivery. Failed is tried again, GaveUp is not.
type State string

// The states.
const (
	Queued State = "queued"
	Sent   State = "sent"
	Failed State = "failed"
	GaveUp State = "gave_up"
)

// Delivery is one message to the outside with its attempts.
type Delivery struct {
	ID        uuid.UUID
	EventKey  string
	Audience  Audience
	Recipient uuid.UUID // zero for a chat
	Channel   ChannelKind
	Kind      Kind
	Title     string
	Text      string
	Link      todo.Link
	Template  string
	Params    []Param
	LetterID  uuid.UUID // whose PDF goes with a mail; zero is none
	Digest    bool
	State     State
	Attempts  int
	NextAt    time.Time
	Lost      bool // claimed before by somebody who did not come back
	Trouble   Trouble
	Code      string
	Reason    string
	Receipt   string
	CreatedAt time.Time
	SentAt    *time.Time
	Name      string // of the recipient; only in lists
}

// Notification is a piece of news on a person's page.
type Notification struct {
	ID        uuid.UUID
	Person    uuid.UUID
	Kind      Kind
	EventKey  string
	Parts     map[string]string
	Link      todo.Link
	CreatedAt time.Time
	ReadAt    *time.Time
}

// AccountState is a tenant's channel as its settings show it.
type AccountState struct {
	Kind       ChannelKind
	Credential map[string]string // only where asked for
	Hint       string
	Enabled    bool
	Kinds      []Kind // of news that go there; empty is all
	Version    int64  // 0: not set up
	Offered    bool   // by this installation
	Last       Last
}

// Last is what became of a channel's last messages.
type Last struct {
	SentAt   *time.Time
	FailedAt *time.Time // of the last failure after the last success
	Trouble  Trouble
	Reason   string
}

// takes says whether news of the kind go to the channel.
func (a AccountState) takes(k Kind) bool {
	if !a.Enabled {
		return false
	}
	for _, x := range a.Kinds {
		if x == k {
			return true
		}
	}
	return len(a.Kinds) == 0
}

// Repository keeps all this, on the transaction of the context.
type Repository interface {
	Mailbox

	// Waiting tells for whom approvals wait that are pending still.
	Waiting(ctx context.Context, ids []uuid.UUID) ([]Item, error)
	// Warnings tells whom warnings that are not closed concern.
	Warnings(ctx context.Context, ids []uuid.UUID) ([]Item, error)
	// Statements tells whom open statements concern: the salesperson, and his superior
	// when they are late.
	Statements(ctx context.Context, ids []uuid.UUID, late bool) ([]Item, error)
	// Ratings tells whom lapsed ratings concern that have no successor.
	Ratings(ctx context.Context, ids []uuid.UUID) ([]Item, error)
	// ERPConnections tells whom stopped connections concern: the administrators.
	ERPConnections(ctx context.Context, ids []uuid.UUID) ([]Item, error)
	// Letters tells whom letters concern.
	Letters(ctx context.Context, ids []uuid.UUID) ([]Item, error)

	// Arrived tells for whom submissions wait, with who submitted them.
	Arrived(ctx context.Context, ids []uuid.UUID) ([]Item, error)
	// Concerned tells whom published news concern, of what is still so.
	Concerned(ctx context.Context, k news.Kind, ids []uuid.UUID) ([]Subject, error)
	// Listed tells whom a listing of the company concerns: who serve it.
	Listed(ctx context.Context, uscc string) ([]Subject, error)
	// Members gives who has the role, and the person where he is one still.
	Members(ctx context.Context, role string, person uuid.UUID) ([]uuid.UUID, error)
	// Told gives who has news with these keys on his page.
	Told(ctx context.Context, keys []string) (map[Hearing]bool, error)
	// Dated gives what the date itself brings: follow-ups asked, near their deadline
	// or past it, promises broken, limits that end so many days later.
	Dated(ctx context.Context, on calendar.Date, limitDays []int) (map[news.Kind][]uuid.UUID, error)

	// Phones gives the masked numbers on which people want SMS; who has none is absent.
	Phones(ctx context.Context, people []uuid.UUID) (map[uuid.UUID]string, error)
	// SavePhone keeps a person's number, sealed; an empty one forgets it.
	SavePhone(ctx context.Context, person uuid.UUID, phone string, now time.Time) error

	// Enqueue adds deliveries; one that is there already stays as it is.
	Enqueue(ctx context.Context, list []Delivery) error
	// Claim takes up to limit that are due, and those whose claim has lapsed.
	Claim(ctx context.Context, now, until time.Time, limit int) ([]Delivery, error)
	Finish(ctx context.Context, list []Delivery) error
	Deliveries(ctx context.Context, q DeliveryQuery) ([]Delivery, error)
	// Delivery locks one; ErrNoDelivery.
	Delivery(ctx context.Context, id uuid.UUID) (Delivery, error)
	// Requeue has one that nobody is sending sent again; ErrNotFailed.
	Requeue(ctx context.Context, id uuid.UUID, at time.Time) error
	// Contact gives how the recipient is reached; nobody is an empty one.
	Contact(ctx context.Context, to Audience, id uuid.UUID) (Recipient, error)

	Accounts(ctx context.Context) ([]AccountState, error)
	// Last gives what became of each channel's last messages.
	Last(ctx context.Context) (map[ChannelKind]Last, error)
	// Credential opens the credential of one channel.
	Credential(ctx context.Context, k ChannelKind) (map[string]string, error)
	// SaveAccount keeps the credential that is there when a has none.
	SaveAccount(ctx context.Context, a AccountState, now time.Time) error

	Settings(ctx context.Context) (Settings, error)
	SaveSettings(ctx context.Context, s Settings, by uuid.UUID, now time.Time) error
}

// DeliveryQuery selects deliveries, newest first.
type DeliveryQuery struct {
	State    State // empty: all
	Channel  ChannelKind
	Audience Audience
	Customer uuid.UUID // zero: all
	After    *paging.Key
	Limit    int
}

// Faults.
var (
	ErrChanged = fault.Conflict("VERSION_CONFLICT", "somebody changed this meanwhile; look at it again")
	ErrChannel = fault.New(fault.KindInvalid, "CHANNEL_UNKNOWN", "there is no such channel, or this installation does not have it")

	ErrNotSetUp   = fault.Conflict("CHANNEL_NOT_SET_UP", "the channel is not set up; save it first")
	ErrNoNews     = fault.NotFound("NOTIFICATION_NOT_FOUND", "there is no such news for you")
	ErrNoDelivery = fault.NotFound("DELIVERY_NOT_FOUND", "there is no such delivery")
	ErrNotFailed  = fault.Conflict("DELIVERY_NOT_FAILED", "it was sent, waits to be sent or is being sent; only what has failed is sent again")
	ErrUncertain  = fault.Conflict("DELIVERY_UNCERTAIN", "nobody knows whether the first message arrived; say that it may arrive twice")
)
