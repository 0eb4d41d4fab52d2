package server

import (
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"zhuxin/shared/calendar"
)

// A write's answer is never from before it came, and writes that come together
// ask together.
func TestWritesShareTheNextQuestion(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCache[int, int](calendar.System{}, time.Minute)
		var asked, answered atomic.Int64
		release := make(chan struct{})
		ask := func() (int, error) {
			n := int(asked.Add(1))
			<-release
			return n, nil
		}
		get := func(least int) {
			go func() {
				v, err := c.get(1, false, ask)
				if err != nil || v < least {
					t.Errorf("answer %d, %v; the question was asked before the call", v, err)
				}
				answered.Add(1)
			}()
			synctest.Wait()
		}
		get(1) // under way
		get(2) // shares the next
		get(2)
		get(2)
		release <- struct{}{}
		synctest.Wait()
		get(3) // the second is under way
		close(release)
		synctest.Wait()
		if asked.Load() != 3 || answered.Load() != 5 {
			t.Errorf("asked %d times for %d answers", asked.Load(), answered.Load())
		}
		if len(c.flights) != 0 {
			t.Errorf("%d flights left", len(c.flights))
		}
	})
}

// Who shares a question that failed asks himself: the failure may be the other's.
func TestSharedFailureIsAskedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCache[int, int](calendar.System{}, time.Minute)
		release := make(chan struct{})
		gone := errors.New("client gone")
		for i, ask := range []func() (int, error){
			func() (int, error) { <-release; return 0, gone },
			func() (int, error) { panic("slip") },
			func() (int, error) { return 7, nil },
		} {
			go func() {
				defer func() {
					if p := recover(); (p != nil) != (i == 1) {
						t.Errorf("%d: panic %v", i, p)
					}
				}()
				v, err := c.get(1, false, ask)
				if (i == 0) != errors.Is(err, gone) || (i == 2 && v != 7) {
					t.Errorf("%d: %d, %v", i, v, err)
				}
			}()
			synctest.Wait()
		}
		close(release)
		synctest.Wait()
		if len(c.flights) != 0 {
			t.Errorf("%d flights left", len(c.flights))
		}
	})
}
