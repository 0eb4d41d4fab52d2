package receivable

import (
	"context"
	"time"
)

// Beside calls fn every so often until stop is called, beside a transaction that
// takes long. ctx is one without that transaction; a call gives up on what it has to
// wait for.
func Beside(ctx context.Context, fn func(ctx context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(progressEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			short, end := context.WithTimeout(ctx, 5*time.Second)
			fn(short)
			end()
		}
	}()
	return func() {
		cancel()
		<-done
	}
}
