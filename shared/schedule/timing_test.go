package schedule

import (
	"testing"
	"time"

	"zhuxin/shared/calendar"
)

func day(s string) calendar.Date {
	d, err := calendar.Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

func TestTiming(t *testing.T) {
	t.Parallel()
	shanghai, newYork := calendar.Shanghai, zone(t, "America/New_York")
	long := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		timing Timing
		now    time.Time
		zone   *time.Location
		latest string
		next   time.Time
	}{
		"daily, before the hour":     {Timing{Every: Daily, Hour: 8}, time.Date(2026, 3, 2, 7, 59, 0, 0, shanghai), shanghai, "2026-03-01", time.Date(2026, 3, 2, 8, 0, 0, 0, shanghai)},
		"daily, at the hour":         {Timing{Every: Daily, Hour: 8}, time.Date(2026, 3, 2, 8, 0, 0, 0, shanghai), shanghai, "2026-03-02", time.Date(2026, 3, 3, 8, 0, 0, 0, shanghai)},
		"weekly on Sunday":           {Timing{Every: Weekly, Weekday: 7}, time.Date(2026, 3, 2, 8, 0, 0, 0, shanghai), shanghai, "2026-03-01", time.Date(2026, 3, 8, 0, 0, 0, 0, shanghai)},
		"weekly on Monday":           {Timing{Every: Weekly, Weekday: 1, Hour: 9}, time.Date(2026, 3, 2, 8, 0, 0, 0, shanghai), shanghai, "2026-02-23", time.Date(2026, 3, 2, 9, 0, 0, 0, shanghai)},
		"the 31st in a short month":  {Timing{Every: Monthly, Day: 31, Hour: 6}, time.Date(2026, 3, 2, 8, 0, 0, 0, shanghai), shanghai, "2026-02-28", time.Date(2026, 3, 31, 6, 0, 0, 0, shanghai)},
		"the last day of a leap one": {Timing{Every: Monthly, Hour: 6}, time.Date(2028, 2, 29, 6, 0, 0, 0, shanghai), shanghai, "2028-02-29", time.Date(2028, 3, 31, 6, 0, 0, 0, shanghai)},
		"the 5th":                    {Timing{Every: Monthly, Day: 5}, time.Date(2026, 3, 4, 23, 0, 0, 0, shanghai), shanghai, "2026-02-05", time.Date(2026, 3, 5, 0, 0, 0, 0, shanghai)},
		"the hour that is left out":  {Timing{Every: Daily, Hour: 2}, time.Date(2026, 3, 8, 3, 0, 0, 0, newYork), newYork, "2026-03-08", time.Date(2026, 3, 9, 2, 0, 0, 0, newYork)},
		"the hour that comes twice":  {Timing{Every: Daily, Hour: 1}, time.Date(2026, 11, 1, 6, 30, 0, 0, time.UTC), newYork, "2026-11-01", time.Date(2026, 11, 2, 1, 0, 0, 0, newYork)},
		"another day over there":     {Timing{Every: Daily, Hour: 23}, time.Date(2026, 3, 2, 4, 30, 0, 0, time.UTC), newYork, "2026-03-01", time.Date(2026, 3, 2, 23, 0, 0, 0, newYork)},
	} {
		on, due := c.timing.latest(c.now, long, c.zone)
		if !due || on != day(c.latest) {
			t.Errorf("%s: latest %s %v, want %s", name, on, due, c.latest)
		}
		if next := c.timing.next(c.now, c.zone); !next.Equal(c.next) {
			t.Errorf("%s: next %s, want %s", name, next, c.next)
		}
		if _, due := c.timing.latest(c.now, c.now, c.zone); due {
			t.Errorf("%s: due before it was set up", name)
		}
	}
}

func zone(t *testing.T, name string) *time.Location {
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func TestMissed(t *testing.T) {
	t.Parallel()
	since := time.Date(2026, 3, 1, 12, 0, 0, 0, calendar.Shanghai)
	daily := Timing{Every: Daily, Hour: 8}
	for name, c := range map[string]struct {
		timing   Timing
		from, to calendar.Date
		want     int
	}{
		"nothing between":             {daily, day("2026-03-04"), day("2026-03-05"), 0},
		"three days":                  {daily, day("2026-03-04"), day("2026-03-08"), 3},
		"before the first":            {daily, 0, day("2026-03-04"), 2}, // the 1st at 8 was before it was set up
		"two Mondays":                 {Timing{Every: Weekly, Weekday: 1}, day("2026-03-02"), day("2026-03-23"), 2},
		"a month end of three months": {Timing{Every: Monthly}, day("2026-03-31"), day("2026-06-30"), 2},
	} {
		if got := c.timing.missed(c.from, c.to, since, calendar.Shanghai); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestPeriodOfASchedule(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spec Spec
		want string
	}{
		"running":          {Spec{}, ""},
		"previous month":   {Spec{Which: Previous}, "2026-02-28"},
		"previous quarter": {Spec{Which: Previous, Period: "quarter"}, "2025-12-31"},
		"previous year":    {Spec{Which: Previous, Period: "year"}, "2025-12-31"},
	} {
		if got := c.spec.Request(day("2026-03-31")).Month.String(); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
