// Package schedule sends reports by e-mail at set times (issue 4, item 11): to members
// of a subsidiary, or of HQ, who may read what the report shows.
//
// It owns when a report is due, who gets it, and the row of each sending. It does not
// own what a report says (Reports) nor how a mail travels (Mailer). The same service
// works for a subsidiary and for HQ, on the tables of either.
//
// Promises. A schedule is due once on a business date: the row of the date is unique
// and is claimed before anything is sent. What was missed while nothing ran is sent
// once, for the latest date. A report is made as its owner sees it on the day of
// sending, so a salesperson's holds his own customers. Each recipient's permission is
// looked at anew when it is sent; one who lost it is left out, and that is written
// down. A mail whose outcome is unknown is sent again under the same Message-ID.
package schedule

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/report"
)

// Spec names a report with its filters. Which filters a report takes is Reports' to
// say; empty ones are presets.
type Spec struct {
	Report        string    `json:"report"`
	TenantID      uuid.UUID `json:"tenant_id,omitzero"` // at HQ
	SalespersonID uuid.UUID `json:"salesperson_id,omitzero"`
	CustomerID    uuid.UUID `json:"customer_id,omitzero"`
	SegmentID     uuid.UUID `json:"segment_id,omitzero"` // in a subsidiary
	Currency      string    `json:"currency,omitempty"`  // at HQ
	Period        string    `json:"period,omitempty"`    // month, quarter, year
	Which         string    `json:"which,omitempty"`     // running or previous, as seen on the day of sending
	OrderBy       string    `json:"order_by,omitempty"`
	Step          string    `json:"step,omitempty"`   // of the cash-in forecast
	Scheme        string    `json:"scheme,omitempty"` // of the aging
	Bounds        string    `json:"bounds,omitempty"` // of the aging, where its scheme is custom
}

// The periods that a schedule can mean.
const (
	Running  = "running"
	Previous = "previous"
)

// Kind is a report that can be scheduled.
type Kind struct {
	Name       string
	ZH, EN     string
	Permission access.Permission // that its reader needs
	Formats    []report.Format
}

// Title is its name in a language.
func (k Kind) Title(l report.Lang) string { return l.Say(k.ZH, k.EN) }

// Schedule is a report that is sent again and again.
type Schedule struct {
	ID         uuid.UUID
	Version    int64
	OwnerID    uuid.UUID
	OwnerName  string
	Spec       Spec
	Format     report.Format
	Lang       report.Lang
	Timing     Timing
	Recipients []uuid.UUID // persons
	Subject    string
	SendEmpty  bool
	Paused     bool
	Since      time.Time // nothing that was due before is sent
	CreatedAt  time.Time

	LastOn calendar.Date // the newest date with a row; zero before the first
	NextAt time.Time     // zero while paused; only in lists
	Last   *Send         // the newest; only in lists
}

// Input is what a person says of a schedule.
type Input struct {
	Spec       Spec
	Format     report.Format
	Lang       report.Lang
	Timing     Timing
	Recipients []uuid.UUID
	Subject    string
	SendEmpty  bool
}

const (
	maxRecipients = 20
	maxSubject    = 80
	maxSchedules  = 50 // of one owner
)

func (in *Input) check(kinds []Kind) error {
	var c fault.Checks
	in.Subject = strings.TrimSpace(in.Subject)
	if in.Lang != report.EN {
		in.Lang = report.ZH
	}
	i := slices.IndexFunc(kinds, func(k Kind) bool { return k.Name == in.Spec.Report })
	c.Require(i >= 0, "report", "UNKNOWN", "choose one of the reports that can be sent")
	c.Require(i < 0 || slices.Contains(kinds[max(i, 0)].Formats, in.Format), "format", "UNKNOWN", "the report has no file of this kind")
	c.Require(slices.Contains([]string{"", Running, Previous}, in.Spec.Which), "which", "UNKNOWN", "running or previous")
	in.Timing.check(&c)
	c.Require(len(in.Recipients) >= 1 && len(in.Recipients) <= maxRecipients, "recipients", "OUT_OF_RANGE", "1 to 20 members")
	for n, id := range in.Recipients {
		c.Require(id != uuid.Nil && slices.Index(in.Recipients, id) == n, "recipients", "DUPLICATE", "each member once")
	}
	c.Require(in.Subject != "" && utf8.RuneCountInString(in.Subject) <= maxSubject && !strings.ContainsAny(in.Subject, "\r\n"), "subject", "LENGTH", "1 to 80 characters in one line")
	return c.Err()
}

func (s *Schedule) apply(in Input) {
	s.Spec, s.Format, s.Lang, s.Timing, s.Recipients, s.Subject, s.SendEmpty = in.Spec, in.Format, in.Lang, in.Timing, in.Recipients, in.Subject, in.SendEmpty
}

func (s Schedule) summary() map[string]any {
	return map[string]any{"spec": s.Spec, "format": s.Format, "timing": s.Timing, "recipients": s.Recipients, "subject": s.Subject, "paused": s.Paused}
}

// Faults.
var (
	ErrNotFound = fault.NotFound("SCHEDULE_NOT_FOUND", "there is no such schedule, or it is not yours")
	ErrChanged  = fault.Conflict("VERSION_CONFLICT", "somebody changed this meanwhile; look at it again")
	ErrTooMany  = fault.Conflict("TOO_MANY_SCHEDULES", "you have 50 schedules; delete one first")
	ErrNoMail   = fault.Conflict("MAIL_NOT_SET_UP", "this installation has no mail server, so nothing can be sent; ask its operator")
	ErrTwice    = fault.Conflict("SCHEDULE_SENDING", "it is being sent already; wait until that is done")

	// ErrRefused is what a Mailer answers when the mail server will never take the mail.
	ErrRefused = fault.New(fault.KindInvalid, "MAIL_REFUSED", "the mail server does not take the address or the mail")
)
