package schedule

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/report"
)

// State is what became of a sending.
type State string

// The states. Waiting is tried, or tried again; the others are final.
const (
	Waiting    State = "waiting"
	Sent       State = "sent"       // to everybody who may have it
	Partly     State = "partly"     // some did not get it
	Failed     State = "failed"     // nobody got it
	Empty      State = "empty"      // there was nothing in it, and it is not to be sent then
	Nobody     State = "nobody"     // no recipient may have it any more
	Superseded State = "superseded" // a later date came before it could be sent, or it was paused or deleted
)

// Outcome is what became of one recipient's mail.
type Outcome struct {
	PersonID uuid.UUID `json:"person_id"`
	Name     string    `json:"name"`
	State    State     `json:"state"`         // waiting, sent, failed; nobody: left out
	Why      string    `json:"why,omitempty"` // no_permission, not_member, other_customers, refused
}

// Reasons why a member gets nothing.
const (
	WhyPermission = "no_permission"   // his roles do not carry what the report needs
	WhyGone       = "not_member"      // he is no active member any more
	WhyScope      = "other_customers" // he sees his own customers only, and the report has others
	WhyRefused    = "refused"         // the mail server does not take his address
)

// Send is one sending of a schedule.
type Send struct {
	ID         uuid.UUID
	ScheduleID uuid.UUID
	On         calendar.Date
	Number     int // 0 by the schedule; from 1 on asked for by hand
	State      State
	Missed     int // dates before that were not sent, because nothing ran
	Attempts   int
	NextAt     time.Time
	Claim      uuid.UUID
	File       string
	Size       int64
	Outcomes   []Outcome
	Reason     string // of a failure, a fault's
	Message    string
	CreatedAt  time.Time
	FinishedAt *time.Time
}

// Member is somebody of this side, or who was.
type Member struct {
	ID          uuid.UUID
	Name, Email string
	Roles       []access.Role
	Active      bool
}

// actor is the member as the one who acts.
func (m Member) actor(tenantID uuid.UUID, request string) access.Actor {
	return access.Actor{Kind: access.KindPerson, ID: m.ID, Name: m.Name, Email: m.Email, TenantID: tenantID, Roles: m.Roles, RequestID: request}
}

// Mail is a report on its way to one person.
type Mail struct {
	Key         string // the same key is the same mail
	To          Member
	Subject     string
	Text        string
	Link        string
	File        string
	ContentType string
	Body        []byte
}

// Mailer sends mails. It answers ErrRefused for what will never be taken; anything
// else is tried again.
type Mailer interface {
	SendReport(ctx context.Context, m Mail) error
}

// Reports makes the files.
type Reports interface {
	Kinds() []Kind
	// Check gives the faults of the filters, for the actor of the context: also when
	// what they name is not there.
	Check(ctx context.Context, s Spec) error
	// Make writes the report as the actor of the context sees it today.
	Make(ctx context.Context, s Spec, f report.Format, l report.Lang) (report.File, error)
}

// Repository keeps schedules and sendings, on the transaction of the context.
type Repository interface {
	// Members gives the members of this side, former ones too.
	Members(ctx context.Context) ([]Member, error)
	// List gives the schedules of an owner, or all, with LastOn and Last.
	List(ctx context.Context, owner *uuid.UUID) ([]Schedule, error)
	// Get locks one that is not deleted; ErrNotFound.
	Get(ctx context.Context, id uuid.UUID) (Schedule, error)
	Insert(ctx context.Context, s Schedule) error
	// Update writes all but owner and creation where the version is the seen one, and
	// raises it; ErrChanged.
	Update(ctx context.Context, s Schedule) error
	Delete(ctx context.Context, id uuid.UUID, at time.Time) error

	// Enqueue adds a sending; false when its date and number are there already. One by
	// hand (Number < 0) gets the next number of its date.
	Enqueue(ctx context.Context, s Send) (bool, error)
	// Supersede ends what still waits of earlier dates by the schedule.
	Supersede(ctx context.Context, scheduleID uuid.UUID, before calendar.Date, at time.Time) error
	// Claim takes up to limit sendings that are due, and those whose claim has lapsed.
	Claim(ctx context.Context, now, until time.Time, limit int) ([]Send, error)
	// Save keeps a claimed sending; false when somebody else has taken it over. A
	// sending that is final loses its claim.
	Save(ctx context.Context, s Send, until *time.Time) (bool, error)
	// Waits says whether a sending by hand still waits.
	Waits(ctx context.Context, scheduleID uuid.UUID) (bool, error)
	// Sends gives the newest sendings of one.
	Sends(ctx context.Context, scheduleID uuid.UUID, limit int) ([]Send, error)
}
