package calendar_test

import (
	"strings"
	"testing"
	"time"

	"zhuxin/shared/calendar"
)

func date(t *testing.T, s string) calendar.Date {
	t.Helper()
	d, err := calendar.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// A month later ends with the month, and does not come back to the day it left.
func TestMonthEnds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		from   string
		months int
		want   string
	}{
		{"2026-01-28", 1, "2026-02-28"}, {"2026-01-29", 1, "2026-02-28"}, {"2026-01-30", 1, "2026-02-28"}, {"2026-01-31", 1, "2026-02-28"},
		{"2028-01-28", 1, "2028-02-28"}, {"2028-01-29", 1, "2028-02-29"}, {"2028-01-31", 1, "2028-02-29"},
		{"2028-02-29", 12, "2029-02-28"}, {"2028-02-29", 48, "2032-02-29"}, {"2028-02-29", -12, "2027-02-28"},
		{"2100-01-31", 1, "2100-02-28"}, {"2096-02-29", 48, "2100-02-28"}, {"2000-01-31", 1, "2000-02-29"},
		{"2027-08-31", 1, "2027-09-30"}, {"2027-03-31", -1, "2027-02-28"}, {"2027-12-31", 2, "2028-02-29"}, {"2028-01-31", -14, "2026-11-30"},
		{"2027-12-31", 0, "2027-12-31"},
	} {
		if got := date(t, c.from).AddMonths(c.months); got.String() != c.want {
			t.Errorf("%s and %d months: %s instead of %s", c.from, c.months, got, c.want)
		}
	}
}

// independent counts days by hand: the lengths of the months, and the rule of leap
// years of 1582.
type independent struct{ year, month, day int }

func (d *independent) next() {
	lengths := [13]int{0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	if d.year%4 == 0 && d.year%100 != 0 || d.year%400 == 0 {
		lengths[2] = 29
	}
	if d.day++; d.day > lengths[d.month] {
		d.day, d.month = 1, d.month+1
	}
	if d.month > 12 {
		d.month, d.year = 1, d.year+1
	}
}

// Every date from 1999 to 2101 follows the one before, reads back from its text, and
// is as many days past due as were counted.
func TestEveryDateOfACentury(t *testing.T) {
	t.Parallel()
	hand, d := independent{1999, 1, 1}, calendar.NewDate(1999, 1, 1)
	due := d
	for counted := 0; hand.year < 2102; counted++ {
		y, m, day := d.Time().Date()
		if (independent{y, int(m), day}) != hand {
			t.Fatalf("%s instead of %v", d, hand)
		}
		if back := date(t, d.String()); back != d || d.DaysSince(due) != counted {
			t.Fatalf("%s reads back as %s and is %d days past due instead of %d", d, back, d.DaysSince(due), counted)
		}
		hand.next()
		d = d.AddDays(1)
	}
}

// The business date is the day on the tenant's wall: it changes at his midnight, also
// on the days on which a zone moves its clocks, and never twice.
func TestBusinessDateInZones(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ zone, instant, want string }{
		{"Asia/Shanghai", "2027-12-31T15:59:59Z", "2027-12-31"}, {"Asia/Shanghai", "2027-12-31T16:00:00Z", "2028-01-01"},
		{"Asia/Shanghai", "2028-02-28T16:00:00Z", "2028-02-29"}, {"Asia/Shanghai", "2028-02-29T16:00:00Z", "2028-03-01"},
		{"Asia/Shanghai", "2100-02-28T16:00:00Z", "2100-03-01"},
		{"Europe/Berlin", "2028-03-25T22:59:59Z", "2028-03-25"}, {"Europe/Berlin", "2028-03-25T23:00:00Z", "2028-03-26"}, // summer time begins that night
		{"Europe/Berlin", "2028-03-26T21:59:59Z", "2028-03-26"}, {"Europe/Berlin", "2028-03-26T22:00:00Z", "2028-03-27"},
		{"Europe/Berlin", "2028-10-28T22:00:00Z", "2028-10-29"}, {"Europe/Berlin", "2028-10-29T22:59:59Z", "2028-10-29"}, // and ends
		{"Europe/Berlin", "2028-10-29T23:00:00Z", "2028-10-30"},
		{"America/Sao_Paulo", "2018-11-04T02:59:59Z", "2018-11-03"}, {"America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-04"}, // a day without midnight
		{"Pacific/Apia", "2011-12-30T09:59:59Z", "2011-12-29"}, {"Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31"}, // a day that never was
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, c.instant)
		if err != nil {
			t.Fatal(err)
		}
		if got := calendar.Of(at, zone); got.String() != c.want {
			t.Errorf("%s in %s: %s instead of %s", c.instant, c.zone, got, c.want)
		}
	}
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2027, 12, 1, 0, 0, 0, 0, time.UTC)
	for last := calendar.Of(at, zone); at.Year() < 2032; at = at.Add(30 * time.Minute) {
		on := calendar.Of(at, zone)
		if on != last && on != last.AddDays(1) {
			t.Fatalf("after %s comes %s", last, on)
		}
		last = on
	}
}

func TestDatesThatAreNone(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", "2026-02-29", "2100-02-29", "2026-02-30", "2026-04-31", "2026-13-01", "2026-00-10", "2026-1-1", "2026-01-01T00:00:00Z", " 2026-01-01", "２０２６-01-01"} {
		if d, err := calendar.Parse(s); err == nil || !strings.Contains(err.Error(), "2026-01-31") {
			t.Errorf("%q is taken as %s (%v)", s, d, err)
		}
	}
	if d, err := calendar.Parse("2028-02-29"); err != nil || d != calendar.NewDate(2028, time.February, 29) {
		t.Errorf("a leap day: %s, %v", d, err)
	}
}
