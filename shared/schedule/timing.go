package schedule

import (
	"time"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
)

// Every is how often a report is sent.
type Every string

// The rhythms.
const (
	Daily   Every = "daily"
	Weekly  Every = "weekly"
	Monthly Every = "monthly"
)

// Timing is when a report is due, by the business dates and the clock of the time zone
// it is sent in.
type Timing struct {
	Every   Every `json:"every"`
	Weekday int   `json:"weekday,omitempty"` // 1 Monday to 7 Sunday; of weekly
	Day     int   `json:"day,omitempty"`     // 1 to 31, the last day in a shorter month; 0: always the last; of monthly
	Hour    int   `json:"hour"`              // 0 to 23
}

func (t *Timing) check(c *fault.Checks) {
	switch t.Every {
	case Daily:
		t.Weekday, t.Day = 0, 0
	case Weekly:
		t.Day = 0
		c.Require(t.Weekday >= 1 && t.Weekday <= 7, "weekday", "OUT_OF_RANGE", "1 for Monday to 7 for Sunday")
	case Monthly:
		t.Weekday = 0
		c.Require(t.Day >= 0 && t.Day <= 31, "day", "OUT_OF_RANGE", "1 to 31, or 0 for the last day")
	default:
		c.Add("every", "UNKNOWN", "daily, weekly or monthly")
	}
	c.Require(t.Hour >= 0 && t.Hour <= 23, "hour", "OUT_OF_RANGE", "0 to 23")
}

// on says whether a report is due on a date.
func (t Timing) on(d calendar.Date) bool {
	switch t.Every {
	case Daily:
		return true
	case Weekly:
		return (int(d.Time().Weekday())+6)%7+1 == t.Weekday
	}
	y, m, day := d.Time().Date()
	last := time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC).Day()
	if t.Day == 0 {
		return day == last
	}
	return day == min(t.Day, last)
}

// at is the moment of a date; an hour that a change of the clocks leaves out is the
// one after it.
func (t Timing) at(d calendar.Date, zone *time.Location) time.Time {
	y, m, day := d.Time().Date()
	return time.Date(y, m, day, t.Hour, 0, 0, 0, zone)
}

// longest is more days than lie between two dates of any timing.
const longest = 32

// latest gives the newest date whose moment has come after since.
func (t Timing) latest(now, since time.Time, zone *time.Location) (calendar.Date, bool) {
	today := calendar.Of(now, zone)
	for d := today; d > today-longest; d-- {
		if at := t.at(d, zone); t.on(d) && !at.After(now) {
			return d, at.After(since)
		}
	}
	return 0, false
}

// next gives the moment of the next date.
func (t Timing) next(now time.Time, zone *time.Location) time.Time {
	for d := calendar.Of(now, zone); ; d++ {
		if at := t.at(d, zone); t.on(d) && at.After(now) {
			return at
		}
	}
}

// missed counts the dates between two sendings: those after from, or after since
// before the first, and before to. It stops at most.
func (t Timing) missed(from, to calendar.Date, since time.Time, zone *time.Location) (n int) {
	if from.IsZero() {
		from = calendar.Of(since, zone) - 1
	}
	for d := max(from+1, to-400); d < to; d++ {
		if t.on(d) && t.at(d, zone).After(since) {
			n++
		}
	}
	return n
}
