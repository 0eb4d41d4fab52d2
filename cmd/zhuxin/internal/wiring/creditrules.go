package wiring

import (
	"context"

	"zhuxin/biz/creditcheck"
	"zhuxin/biz/dailyrun"
	"zhuxin/biz/rating"
	"zhuxin/biz/supplystop"
	"zhuxin/shared/calendar"
)

// inForce gives the other domains the settings of the credit policy that they go by.
type inForce struct{ checks *creditcheck.Service }

// RefusesAbove implements limit.LineRule.
func (f inForce) RefusesAbove(ctx context.Context) (bool, error) {
	r, err := f.checks.InForce(ctx)
	return r.AboveMaximum == creditcheck.RefuseAbove, err
}

// Deadlines are those of the steps of a supply stop.
func (f inForce) Deadlines(ctx context.Context) (supplystop.Deadlines, error) {
	r, err := f.checks.InForce(ctx)
	return supplystop.Deadlines(r.StopDays), err
}

// Lapsed is what a customer falls to whose rating lapses.
func (f inForce) Lapsed(ctx context.Context) (rating.SafeDefault, error) {
	r, err := f.checks.InForce(ctx)
	return rating.SafeDefault(r.Lapsed), err
}

// lateStops is the step of the daily run that tells of supply stops whose next step was
// not taken in time.
func (a *App) lateStops(ctx context.Context, on calendar.Date) error {
	n, err := a.Agreements.Stops.Daily(ctx, on)
	dailyrun.Touched(ctx, n)
	return err
}
