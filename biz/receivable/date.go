package receivable

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"zhuxin/shared/calendar"
)

// DateFormat says how a file writes dates.
type DateFormat string

// The formats, in the order in which they are tried on an unknown file.
const (
	DateYMDDashes  DateFormat = "yyyy-MM-dd"
	DateYMDSlashes DateFormat = "yyyy/M/d" // one or two digits for month and day
	DateYMDPlain   DateFormat = "yyyyMMdd"
	DateDMYDashes  DateFormat = "dd-MM-yyyy"
)

// DateFormats lists them.
var DateFormats = []DateFormat{DateYMDDashes, DateYMDSlashes, DateYMDPlain, DateDMYDashes}

// Dates outside of this span are typing errors.
const firstYear, lastYear = 1990, 2100

// timeOfDay is a time without a zone: the day is the one that is written.
var timeOfDay = regexp.MustCompile(`^[0-2]?[0-9]:[0-5][0-9](:[0-5][0-9](\.[0-9]{1,9})?)?$`)

// parse reads a date in the format. A time behind it is left out, as databases
// write one. In a spreadsheet (epoch is day 0 of its count) a cell that is a date
// holds the number of days.
func (f DateFormat) parse(s string, epoch calendar.Date) (calendar.Date, error) {
	s = strings.TrimSpace(s)
	if d, ok := serialDate(s, epoch); ok {
		return inSpan(s, d)
	}
	day := s
	if i := strings.IndexAny(s, " T"); i > 0 {
		if rest := s[i+1:]; strings.Trim(rest, "0:.Z") != "" && !timeOfDay.MatchString(rest) {
			return 0, fmt.Errorf("%q is more than a date like %s; a time in another zone may be another day", s, f.example())
		}
		day = s[:i]
	}
	y, m, d, ok := f.parts(day)
	if !ok {
		return 0, fmt.Errorf("%q is no date like %s", s, f.example())
	}
	if m < 1 || m > 12 || d < 1 || d > daysIn(y, m) {
		return 0, fmt.Errorf("%q is not in the calendar", s)
	}
	return inSpan(s, calendar.NewDate(y, time.Month(m), d))
}

func inSpan(s string, d calendar.Date) (calendar.Date, error) {
	if y := d.Time().Year(); y < firstYear || y > lastYear {
		return 0, fmt.Errorf("%q lies outside of %d to %d", s, firstYear, lastYear)
	}
	return d, nil
}

func (f DateFormat) example() string {
	switch f {
	case DateDMYDashes:
		return "31-05-2026"
	case DateYMDPlain:
		return "20260531"
	case DateYMDSlashes:
		return "2026/5/31"
	}
	return "2026-05-31"
}

func (f DateFormat) known() bool {
	for _, k := range DateFormats {
		if f == k {
			return true
		}
	}
	return false
}

func (f DateFormat) parts(s string) (y, m, d int, ok bool) {
	switch {
	case f == DateYMDDashes && len(s) == 10 && s[4] == '-' && s[7] == '-':
		y, m, d = digits(s[:4]), digits(s[5:7]), digits(s[8:])
	case f == DateDMYDashes && len(s) == 10 && s[2] == '-' && s[5] == '-':
		y, m, d = digits(s[6:]), digits(s[3:5]), digits(s[:2])
	case f == DateYMDPlain && len(s) == 8:
		y, m, d = digits(s[:4]), digits(s[4:6]), digits(s[6:])
	case f == DateYMDSlashes && len(s) >= 8 && len(s) <= 10 && s[4] == '/':
		i := strings.IndexByte(s[5:], '/')
		if i < 1 || i > 2 || len(s)-6-i < 1 || len(s)-6-i > 2 {
			return 0, 0, 0, false
		}
		y, m, d = digits(s[:4]), digits(s[5:5+i]), digits(s[6+i:])
	default:
		return 0, 0, 0, false
	}
	return y, m, d, y >= 0 && m >= 0 && d >= 0
}

// digits gives the number, or -1 when anything but a digit is in it.
func digits(s string) int {
	n := 0
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}

func daysIn(y, m int) int {
	switch m {
	case 4, 6, 9, 11:
		return 30
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	}
	return 31
}

// serialDate reads a spreadsheet's day count; a fraction is the time of day.
func serialDate(s string, epoch calendar.Date) (calendar.Date, bool) {
	if epoch.IsZero() {
		return 0, false
	}
	whole, fraction, _ := strings.Cut(s, ".")
	if len(whole) != 5 || len(fraction) > 20 || digits(fraction[:min(len(fraction), 15)]) < 0 {
		return 0, false
	}
	n := digits(whole)
	return epoch.AddDays(n), n >= 0
}
