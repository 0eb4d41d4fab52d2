package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
)

// B14 is what the check pays for the work behind it: its speed while a worker hands
// on its events, projects its figures for HQ and seals its audit rows, against its
// speed with all that waiting. The second result is how old the oldest event that is
// not projected yet becomes meanwhile, its 99th percentile in seconds.
//
// start runs a worker on the same servers until stop is called.
func B14(ctx context.Context, e CheckEnv, start func(ctx context.Context) (stop func(), err error)) ([]Result, error) {
	side, err := newCheckSides(ctx, e, customers)
	if err != nil {
		return nil, err
	}
	defer side.close(ctx)
	if _, err := side.product(ctx, time.Second); err != nil {
		return nil, err
	}
	var ratios, ages []float64
	for i := range side.Rounds {
		alone, err := side.product(ctx, side.Slice)
		if err != nil {
			return nil, err
		}
		with, seen, err := side.withWorker(ctx, start)
		if err != nil {
			return nil, err
		}
		side.Log(fmt.Sprintf("round %d: %.0f/s alone, %.0f/s with the worker, oldest event %.1f s", i+1, alone.rate, with.rate, slices.Max(seen)))
		ratios, ages = append(ratios, alone.rate/with.rate), append(ages, p99(seen))
	}
	return []Result{
		AtMost(Result{Name: "B14 check while the worker works", Reference: "the check alone"}, 1.1, ratios),
		AtMost(Result{Name: "B14 age of what is not projected, p99 in s", Reference: "seconds"}, 2, ages),
	}, nil
}

// withWorker lets the worker catch up, then measures the check beside it and looks
// at the oldest open event all along, and until the last is projected.
func (s *checkSides) withWorker(ctx context.Context, start func(context.Context) (func(), error)) (speed, []float64, error) {
	stop, err := start(ctx)
	if err != nil {
		return speed{}, nil, err
	}
	defer stop()
	if _, err := s.untilProjected(ctx); err != nil {
		return speed{}, nil, err
	}
	during, cancel := context.WithCancel(ctx)
	defer cancel()
	var (
		g    errgroup.Group
		seen []float64
	)
	g.Go(func() (err error) { seen, err = s.ages(during); return err })
	with, err := s.product(ctx, s.Slice)
	cancel()
	if err = errors.Join(err, g.Wait()); err != nil {
		return speed{}, nil, err
	}
	rest, err := s.untilProjected(ctx)
	return with, append(seen, rest...), err
}

const sampling = 50 * time.Millisecond

// ages samples the age of the oldest open event in seconds, until ctx ends.
func (s *checkSides) ages(ctx context.Context) (seen []float64, err error) {
	for ctx.Err() == nil {
		age, _, err := s.oldest(context.WithoutCancel(ctx)) // a cancelled query would cost the connection
		if err != nil {
			return seen, err
		}
		seen = append(seen, age)
		time.Sleep(sampling)
	}
	return seen, nil
}

func (s *checkSides) untilProjected(ctx context.Context) (seen []float64, err error) {
	for {
		age, open, err := s.oldest(ctx)
		if err != nil || open == 0 {
			return seen, err
		}
		seen = append(seen, age)
		time.Sleep(sampling)
	}
}

func (s *checkSides) oldest(ctx context.Context) (age float64, open int64, err error) {
	err = s.db.conn.QueryRowContext(ctx, `SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0), count(*)
		FROM outbox WHERE status IN ('pending', 'sent')`).Scan(&age, &open)
	return age, open, err
}

func p99(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)*99/100]
}
