// Package calendar holds business dates and the clock. A business date is a
// calendar day in the tenant's time zone (ruling 19); instants are time.Time in
// UTC. Nothing below main reads the wall clock itself: it is given a Clock.
package calendar

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"
)

// Date is a business date, counted in days since 1970-01-01. The zero value
// means "no date" and is stored as NULL.
type Date int32

const layout = "2006-01-02"

// Of gives the business date of an instant in a time zone.
func Of(t time.Time, zone *time.Location) Date {
	y, m, d := t.In(zone).Date()
	return NewDate(y, m, d)
}

// NewDate makes a date from its parts; parts out of range roll over as in time.Date.
func NewDate(year int, month time.Month, day int) Date {
	return Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// Parse reads yyyy-MM-dd and nothing else.
func Parse(s string) (Date, error) {
	t, err := time.Parse(layout, s)
	if err != nil {
		return 0, fmt.Errorf("%q is no date like 2026-01-31", s)
	}
	return Date(t.Unix() / 86400), nil
}

// Time gives midnight UTC of the date.
func (d Date) Time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

func (d Date) String() string {
	if d == 0 {
		return ""
	}
	return d.Time().Format(layout)
}

// AddDays moves by n days; AddMonths by n calendar months, to the last day of a
// shorter month (31 January + 1 month = 28 or 29 February).
func (d Date) AddDays(n int) Date { return d + Date(n) }

// AddMonths moves by n calendar months, to the last day of a shorter month.
func (d Date) AddMonths(n int) Date {
	y, m, day := d.Time().Date()
	first := time.Date(y, m+time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	last := first.AddDate(0, 1, -1).Day()
	return NewDate(first.Year(), first.Month(), min(day, last))
}

// DaysSince counts the days from other to d; negative when d is earlier.
func (d Date) DaysSince(other Date) int { return int(d - other) }

// IsZero says that there is no date.
func (d Date) IsZero() bool { return d == 0 }

// MarshalJSON writes yyyy-MM-dd, or null for no date.
func (d Date) MarshalJSON() ([]byte, error) {
	if d == 0 {
		return []byte("null"), nil
	}
	return json.Marshal(d.String())
}

// UnmarshalJSON reads what MarshalJSON writes, and "" as no date.
func (d *Date) UnmarshalJSON(b []byte) error {
	var s *string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	if s == nil || *s == "" {
		*d = 0
		return nil
	}
	v, err := Parse(*s)
	*d = v
	return err
}

// Value stores the date as text that PostgreSQL reads as a date; no date is NULL.
func (d Date) Value() (driver.Value, error) {
	if d == 0 {
		return nil, nil
	}
	return d.String(), nil
}

// Scan reads a SQL date; NULL is no date.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = 0
	case time.Time:
		*d = NewDate(v.Date())
	case string:
		p, err := Parse(v)
		*d = p
		return err
	case []byte:
		return d.Scan(string(v))
	default:
		return fmt.Errorf("calendar: cannot read a date from %T", src)
	}
	return nil
}
