package notify

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/news"
)

// Settings is when a tenant's people and customers are left in peace, and when
// digests go out. Minutes are counted from midnight of the tenant's day.
type Settings struct {
	Version       int64
	QuietFrom     int            // equal to QuietTo: no quiet hours
	QuietTo       int            // exclusive; less than QuietFrom: over midnight
	QuietWeekdays []time.Weekday // whole days
	QuietDates    []calendar.Date
	DigestAt      int
}

// Preset is in force until a tenant says otherwise.
func Preset() Settings { return Settings{QuietFrom: 21 * 60, QuietTo: 8 * 60, DigestAt: 9 * 60} }

const (
	day      = 24 * 60
	maxDates = 366
)

// Validate gives all faults.
func (s Settings) Validate() error {
	var c fault.Checks
	in := func(m int) bool { return m >= 0 && m < day }
	c.Require(in(s.QuietFrom), "quiet_from", "OUT_OF_RANGE", "minutes after midnight, 0 to 1439")
	c.Require(in(s.QuietTo), "quiet_to", "OUT_OF_RANGE", "minutes after midnight, 0 to 1439")
	c.Require(in(s.DigestAt), "digest_at", "OUT_OF_RANGE", "minutes after midnight, 0 to 1439")
	c.Require(!s.hour(s.DigestAt), "digest_at", "QUIET", "the digest would fall into the quiet hours")
	for _, w := range s.QuietWeekdays {
		c.Require(w >= time.Sunday && w <= time.Saturday, "quiet_weekdays", "OUT_OF_RANGE", "0 is Sunday, 6 is Saturday")
	}
	used := slices.Clone(s.QuietWeekdays)
	slices.Sort(used)
	c.Require(len(slices.Compact(used)) < 7, "quiet_weekdays", "ALL", "one day of the week must be left to send on")
	c.Require(len(s.QuietDates) <= maxDates, "quiet_dates", "TOO_MANY", "at most 366 dates")
	return c.Err()
}

// hour says whether the minute lies in the quiet hours.
func (s Settings) hour(m int) bool {
	if s.QuietFrom <= s.QuietTo {
		return m >= s.QuietFrom && m < s.QuietTo
	}
	return m >= s.QuietFrom || m < s.QuietTo
}

func (s Settings) date(d calendar.Date) bool {
	return slices.Contains(s.QuietWeekdays, d.Time().Weekday()) || slices.Contains(s.QuietDates, d)
}

// Quiet says whether nothing is sent at t.
func (s Settings) Quiet(t time.Time, zone *time.Location) bool {
	l := t.In(zone)
	return s.date(calendar.Of(t, zone)) || s.hour(l.Hour()*60+l.Minute())
}

// horizon ends the search for a day that is not quiet: every date of a year may be.
const horizon = 400

// Next gives the first instant from t on at which something may be sent.
func (s Settings) Next(t time.Time, zone *time.Location) time.Time {
	if !s.Quiet(t, zone) {
		return t
	}
	from := calendar.Of(t, zone)
	for n := range horizon {
		d := from.AddDays(n)
		if s.date(d) {
			continue
		}
		for _, m := range []int{0, s.QuietTo} {
			if at := on(d, m, zone); !at.Before(t) && !s.Quiet(at, zone) {
				return at
			}
		}
	}
	return on(from.AddDays(horizon), s.QuietTo, zone)
}

// Digest gives the next instant after t at which digests go out.
func (s Settings) Digest(t time.Time, zone *time.Location) time.Time {
	at := on(calendar.Of(t, zone), s.DigestAt, zone)
	if !at.After(t) {
		at = on(calendar.Of(t, zone).AddDays(1), s.DigestAt, zone)
	}
	for n := 0; n < horizon && s.date(calendar.Of(at, zone)); n++ {
		at = on(calendar.Of(at, zone).AddDays(1), s.DigestAt, zone)
	}
	return at
}

func on(d calendar.Date, minute int, zone *time.Location) time.Time {
	t := d.Time()
	return time.Date(t.Year(), t.Month(), t.Day(), minute/60, minute%60, 0, 0, zone)
}

// Outside says how a person hears of a kind of news over the channels.
type Outside string

// The ways.
const (
	Now    Outside = "now"
	Digest Outside = "digest"
	Off    Outside = "off"
)

// Ways lists them; HQ's people get no digest.
var (
	Ways      = []Outside{Now, Digest, Off}
	groupWays = []Outside{Now, Off}
)

// Preference is what a person wants to hear of a kind.
type Preference struct {
	Kind    Kind
	OnPage  bool
	Outside Outside
	SMS     bool // also, and at once, to the person's own phone
}

// Wanted is the preference of a person who has said nothing.
func Wanted(k Kind) Preference {
	if f, ok := forms[news.Kind(k)]; ok {
		return Preference{k, true, f.outside, false}
	}
	if k == KindDunning || k == KindLetter {
		return Preference{k, true, Digest, false}
	}
	return Preference{k, true, Now, false}
}

func more(n int) string { return fmt.Sprintf("……另有 %d 条，请在系统内查看", n) }

// Preferences is a person's answer for several kinds.
type Preferences struct {
	Person uuid.UUID
	Of     []Preference
}

// Validate gives all faults, of one who can be told the kinds in the ways.
func (p Preferences) Validate(kinds []Kind, ways []Outside) error {
	var c fault.Checks
	for _, x := range p.Of {
		c.Require(slices.Contains(kinds, x.Kind), "kind", "UNKNOWN", "there is no news of this kind")
		c.Require(slices.Contains(ways, x.Outside), "outside", "UNKNOWN", "one of now, digest and off; headquarters has no digest")
		c.Require(x.Kind != KindApprovalOverdue || x.OnPage, "on_page", "NEEDED", "what is overdue stays on the page")
	}
	return c.Err()
}

// RestDays says on which days nobody works: Saturday and Sunday, and the days on which
// the tenant sends nothing. It runs in the transaction of its caller.
func (s *Service) RestDays(ctx context.Context) (func(calendar.Date) bool, error) {
	set, err := s.Repo.Settings(ctx)
	return func(d calendar.Date) bool {
		w := d.Time().Weekday()
		return w == time.Saturday || w == time.Sunday || set.date(d)
	}, err
}
