package agreement

import (
	"time"

	"zhuxin/shared/calendar"
)

// Days after an agreement has come into force on which it is to be reviewed (000-67),
// and how long before that its review can be submitted and is somebody's task.
const (
	ReviewDays   = 365
	ReviewNotice = 30
)

// ReviewOn is the business date on which an agreement in force is to be reviewed; zero
// for one that is not in force.
func (a Agreement) ReviewOn(zone *time.Location) calendar.Date {
	if a.Status != StatusEffective || a.EffectiveAt == nil {
		return 0
	}
	return calendar.Of(*a.EffectiveAt, zone).AddDays(ReviewDays)
}

// toReview says that a version may be submitted though it says the same.
func (a Agreement) toReview(today calendar.Date, zone *time.Location) bool {
	on := a.ReviewOn(zone)
	return !on.IsZero() && today >= on.AddDays(-ReviewNotice)
}
