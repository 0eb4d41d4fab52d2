package notify_test

import (
	"testing"
	"testing/quick"
	"time"

	"zhuxin/biz/notify"
	"zhuxin/shared/calendar"
)

func TestQuietTimes(t *testing.T) {
	t.Parallel()
	s := notify.Preset()
	s.QuietWeekdays, s.QuietDates = []time.Weekday{time.Sunday}, []calendar.Date{calendar.NewDate(2026, 10, 1), calendar.NewDate(2026, 10, 2)}
	at := func(text string) time.Time {
		x, err := time.ParseInLocation("2006-01-02 15:04", text, calendar.Shanghai)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for _, c := range []struct{ from, next, digest string }{
		{"2026-11-20 12:00", "2026-11-20 12:00", "2026-11-21 09:00"},
		{"2026-11-20 21:00", "2026-11-21 08:00", "2026-11-21 09:00"},
		{"2026-11-20 07:59", "2026-11-20 08:00", "2026-11-20 09:00"},
		{"2026-11-21 22:00", "2026-11-23 08:00", "2026-11-23 09:00"}, // Saturday night, then Sunday
		{"2026-10-01 10:00", "2026-10-03 08:00", "2026-10-03 09:00"},
		{"2026-09-30 20:59", "2026-09-30 20:59", "2026-10-03 09:00"},
	} {
		if got := s.Next(at(c.from), calendar.Shanghai); !got.Equal(at(c.next)) {
			t.Errorf("%s: next %s, want %s", c.from, got.In(calendar.Shanghai), c.next)
		}
		if got := s.Digest(at(c.from), calendar.Shanghai); !got.Equal(at(c.digest)) {
			t.Errorf("%s: digest %s, want %s", c.from, got.In(calendar.Shanghai), c.digest)
		}
	}
	for _, bad := range []notify.Settings{{QuietFrom: -1}, {QuietTo: 1440}, {QuietFrom: 60, QuietTo: 120, DigestAt: 90},
		{QuietWeekdays: []time.Weekday{0, 1, 2, 3, 4, 5, 6}}} {
		if bad.Validate() == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
}

// Whatever the settings, what comes next is not before, and not quiet.
func TestNextIsNeverQuiet(t *testing.T) {
	t.Parallel()
	f := func(minutes uint32, from, to uint16, weekday uint8) bool {
		s := notify.Settings{QuietFrom: int(from) % 1440, QuietTo: int(to) % 1440, QuietWeekdays: []time.Weekday{time.Weekday(weekday % 7)}}
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(minutes%525600) * time.Minute)
		n := s.Next(at, calendar.Shanghai)
		return !n.Before(at) && !s.Quiet(n, calendar.Shanghai)
	}
	if err := quick.Check(f, &quick.Config{MaxCount: 2000}); err != nil {
		t.Error(err)
	}
}
