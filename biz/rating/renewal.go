package rating

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/tenant"
)

// Renewal: a rating holds for the months of its grade's band. By the last of its days
// a new one has to be in force; when none is, it lapses on the day after, and the
// customer falls to the tenant's safe default (SafeDefault): by the preset his standing
// limit becomes none, which an order meets with what the tenant's policy says of
// customers without a limit (ruling 14: a missing limit is none, never "not checked").
// A standing limit that was adjusted by hand after the rating is not the rating's and
// stays until its own end. Nothing of this waits for
// an approval that is under way; its decision sets a limit again.

// presetMonths is how long a rating of the grade holds where the template does not say:
// the worse the customer, the sooner he is looked at again.
var presetMonths = map[Grade]int{GradeA: 12, GradeB: 6, GradeC: 3, GradeD: 3}

const (
	maxValidMonths = 36
	// NoticeDays before its due date a rating is to be renewed (the to-do's window).
	NoticeDays = 30
	// lapseBatch bounds what one transaction of the daily run holds.
	lapseBatch = 200
)

// Validity is how many months a rating of the band's grade holds.
func (b Band) Validity() int {
	if b.ValidMonths > 0 {
		return b.ValidMonths
	}
	return presetMonths[b.Grade]
}

// dueOn is the last business date on which a rating holds that becomes effective today.
func (s *Ratings) dueOn(ctx context.Context, r Rating) (calendar.Date, error) {
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return 0, err
	}
	band, _ := r.Definition.BandOf(r.Result.Total)
	return today.AddMonths(band.Validity()), nil
}

// Daily lets ratings lapse whose due date is past on the business date, and dates those
// from before there were due dates: by their bands, yet with notice. It says how many
// ratings it changed; a second run of a date finds nothing to do.
func (s *Ratings) Daily(ctx context.Context, on calendar.Date) (int64, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return 0, err
	}
	var touched int64
	err = s.Tx.InTx(ctx, func(ctx context.Context) (err error) {
		touched, err = s.Ratings.Date(ctx, presetMonths, t.Zone, on.AddDays(NoticeDays))
		return err
	})
	for err == nil {
		var n int
		err = s.Tx.InTx(ctx, func(ctx context.Context) (err error) {
			n, err = s.expire(ctx, on)
			return err
		})
		touched += int64(n)
		if n < lapseBatch {
			break
		}
	}
	return touched, err
}

func (s *Ratings) expire(ctx context.Context, on calendar.Date) (int, error) {
	due, err := s.Ratings.LockExpired(ctx, on, lapseBatch)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	var to SafeDefault
	if s.Default != nil {
		if to, err = s.Default(ctx); err != nil {
			return 0, err
		}
	}
	now := s.Clock.Now()
	ids := make([]uuid.UUID, 0, len(due))
	for _, r := range due {
		before := r
		r.Status, r.LapsedAt, r.LapseReason, r.Version = StatusLapsed, &now, LapseExpired, r.Version+1
		if err := s.Ratings.SetStatus(ctx, r); err != nil {
			return 0, err
		}
		if err := s.record(ctx, "rating.lapsed", &before, &r); err != nil {
			return 0, err
		}
		if err := s.fall(ctx, before, to); err != nil {
			return 0, err
		}
		if err := s.Events.Publish(ctx, event.Event{Topic: TopicLapsed, Payload: Effective{RatingID: r.ID}}); err != nil {
			return 0, err
		}
		ids = append(ids, r.CustomerID)
	}
	return len(due), s.Accounts.Recompute(ctx, ids...)
}
