package registry

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/party"
)

// Credential opens an account: Tianyancha has a token (Key), Qichacha a key and a secret.
type Credential struct {
	Key    string `json:"key"`
	Secret string `json:"secret,omitempty"`
}

// Ask is one question to a provider. Spend is called before each request that
// leaves, and its error ends the question.
type Ask struct {
	Credential Credential
	USCC       party.USCC
	Names      []string // known names of the company
	Spend      func(ctx context.Context) error
}

// Adapter speaks to one provider. Its errors are *Error.
type Adapter interface {
	// Offers says whether the provider has this kind.
	Offers(kind Kind) bool
	Look(ctx context.Context, a Ask, kind Kind) (Answer, error)
	// Belongs says whether the name is registered under the code.
	Belongs(ctx context.Context, a Ask, name string) (bool, error)
	// Probe makes the cheapest request that proves the credential.
	Probe(ctx context.Context, a Ask) error
}

// Account is an account at a provider.
type Account struct {
	Provider      ProviderName
	Credential    Credential
	Hint          string // last four characters of the key; empty without a credential
	Enabled       bool
	StoppedReason Trouble
	StoppedUntil  *time.Time
	Version       int64
}

// stopped says that no call is to be made now.
func (a Account) stopped(now time.Time) bool {
	return a.StoppedUntil != nil && now.Before(*a.StoppedUntil)
}

// Accounts keeps the accounts of one side, in its unit of work.
type Accounts interface {
	// List gives them with their credentials opened.
	List(ctx context.Context) ([]Account, error)
	// Save stores one whose stored version is a.Version, 0 for a first one; ErrChanged.
	Save(ctx context.Context, a Account) error
	// Stop leaves the account alone until then.
	Stop(ctx context.Context, p ProviderName, reason Trouble, until time.Time) error
}

// Shelf keeps looks, snapshots and findings, in HQ's unit of work. Reading works
// in a tenant's as well.
type Shelf interface {
	Looks(ctx context.Context, uscc party.USCC) (map[Kind]Look, error)
	Findings(ctx context.Context, uscc party.USCC) ([]Kept, error)
	// Claim takes the kind for oneself until then, unless somebody else has it, or
	// looked at olderThan or after: then it is fresh.
	Claim(ctx context.Context, uscc party.USCC, kind Kind, now, until, olderThan time.Time) (mine, fresh bool, err error)
	// Failed notes a try without an answer and lets go of the claim.
	Failed(ctx context.Context, uscc party.USCC, kind Kind, at time.Time, e *Error) error
	// Answered notes an answer and lets go of the claim.
	Answered(ctx context.Context, s Snapshot, changed bool) error
	// Store writes new findings and changed ones.
	Store(ctx context.Context, uscc party.USCC, added, changed []Kept) error
}

// Snapshot is one answer to be kept.
type Snapshot struct {
	ID       uuid.UUID
	USCC     party.USCC
	Kind     Kind
	Provider ProviderName
	TakenAt  time.Time
	TenantID uuid.UUID // whose budget paid
	Digest   []byte
	Answer
}

// Watches keeps settings, budget and schedule of a tenant, in its unit of work.
type Watches interface {
	Settings(ctx context.Context) (Settings, error)
	// AddSettings stores a new version; ErrChanged when it is taken.
	AddSettings(ctx context.Context, s Settings, by uuid.UUID) error
	// Spend takes a request from the day's budget; false when nothing is left.
	Spend(ctx context.Context, on calendar.Date, budget int) (bool, error)
	Spent(ctx context.Context, on calendar.Date) (int, error)
	// Sync begins to watch every active customer with a code, and every owner with one
	// who has a live project and is no such customer, that is not watched yet.
	Sync(ctx context.Context, today calendar.Date) error
	// Due gives those whose look is due, the longest waiting first.
	Due(ctx context.Context, today calendar.Date, limit int) ([]Subject, error)
	Subject(ctx context.Context, customerID uuid.UUID, only *uuid.UUID) (Subject, error)
	// Owner gives an owner, whether he is watched or not; owners are everybody's.
	Owner(ctx context.Context, id uuid.UUID) (Subject, error)
	SetWatch(ctx context.Context, w Watch) error
	List(ctx context.Context, q WatchQuery) ([]Watch, int64, error)
}

// Watch is when a customer or an owner was looked at and will be.
type Watch struct {
	Subject
	NextOn      calendar.Date
	LookedAt    *time.Time
	Outcome     string // answered, partly, or a trouble; empty before the first look
	TroubleText string
	Failures    int
	Active      int      // findings that hold
	Worst       Severity // of them
}

// WatchQuery selects what is watched.
type WatchQuery struct {
	Kind   SubjectKind // empty for both
	USCC   party.USCC  // empty for any
	View   string      // all, due, trouble, found
	Text   string
	Today  calendar.Date
	Only   *uuid.UUID // salesperson to whose customers it is confined
	Limit  int
	Offset int
}

// Router turns what is on the shelf into warnings of the tenant, in its unit of
// work: those of one company, or of all when the code is empty. It is called again
// without harm.
type Router interface {
	RouteFindings(ctx context.Context, of party.USCC) (int, error)
}
