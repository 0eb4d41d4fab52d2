package approval

import (
	"time"

	"zhuxin/shared/calendar"
)

// Workweek is the tenant's business time: Monday to Friday from Start to End,
// minutes after midnight in Zone, with the days off and the days worked instead
// that the tenant keeps (statutory holidays move each year).
type Workweek struct {
	Zone       *time.Location
	Start, End int
	Off, On    map[calendar.Date]bool
}

func (w Workweek) works(d calendar.Date) bool {
	if w.On[d] {
		return true
	}
	day := d.Time().Weekday()
	return !w.Off[d] && day != time.Saturday && day != time.Sunday
}

func (w Workweek) at(d calendar.Date, minute int) time.Time {
	y, m, day := d.Time().Date()
	return time.Date(y, m, day, 0, minute, 0, 0, w.Zone).UTC()
}

// next is the first business day after d; a calendar without one gives up after
// a year.
func (w Workweek) next(d calendar.Date) calendar.Date {
	for range 366 {
		d = d.AddDays(1)
		if w.works(d) {
			break
		}
	}
	return d
}

// after is the instant that business time reaches a span later.
func (w Workweek) after(t time.Time, span time.Duration) time.Time {
	d := calendar.Of(t, w.Zone)
	if !w.works(d) || !t.Before(w.at(d, w.End)) {
		d = w.next(d)
		t = w.at(d, w.Start)
	}
	if start := w.at(d, w.Start); t.Before(start) {
		t = start
	}
	for {
		left := w.at(d, w.End).Sub(t)
		if span <= left || left <= 0 {
			return t.Add(span)
		}
		span -= left
		d = w.next(d)
		t = w.at(d, w.Start)
	}
}

// due gives when a deadline that begins at t is over, and when to remind of it;
// nil where it does not. Days end with the business day.
func (w Workweek) due(t time.Time, d Deadline) (due, remind *time.Time) {
	var end time.Time
	if d.Unit == UnitHours {
		end = w.after(t, time.Duration(d.Length)*time.Hour)
	} else {
		day := calendar.Of(t, w.Zone)
		for range d.Length {
			day = w.next(day)
		}
		end = w.at(day, w.End)
	}
	if d.RemindHrs > 0 {
		if r := w.before(end, time.Duration(d.RemindHrs)*time.Hour); r.After(t) {
			remind = &r
		}
	}
	return &end, remind
}

// before is the instant a span of business time earlier; t lies in business time.
func (w Workweek) before(t time.Time, span time.Duration) time.Time {
	d := calendar.Of(t, w.Zone)
	for range 1000 {
		passed := t.Sub(w.at(d, w.Start))
		if span <= passed || passed < 0 {
			break
		}
		span -= passed
		for range 366 {
			d = d.AddDays(-1)
			if w.works(d) {
				break
			}
		}
		t = w.at(d, w.End)
	}
	return t.Add(-span)
}
