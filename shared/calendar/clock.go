package calendar

import "time"

// Clock tells the time; tests freeze it.
type Clock interface{ Now() time.Time }

// System is the wall clock, in UTC and without the monotonic part, so that what
// is stored equals what was compared.
type System struct{}

// Now gives the current instant, cut to microseconds as PostgreSQL keeps it.
func (System) Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// Frozen is a clock that stands still.
type Frozen struct{ At time.Time }

// Now gives the frozen instant.
func (f *Frozen) Now() time.Time { return f.At }

// Shanghai is the preset time zone of a tenant (ruling 19). It has no summer
// time, so a fixed offset serves where the zone database is missing.
var Shanghai = func() *time.Location {
	if z, err := time.LoadLocation("Asia/Shanghai"); err == nil {
		return z
	}
	return time.FixedZone("Asia/Shanghai", 8*3600)
}()
