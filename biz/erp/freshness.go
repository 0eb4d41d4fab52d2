package erp

import (
	"cmp"
	"context"
	"slices"
	"time"

	"zhuxin/biz/feed"
	"zhuxin/shared/access"
)

// FreshState says whether what one source gave of a kind can be relied on.
type FreshState string

// The states, the better one first.
const (
	FreshGood    FreshState = "fresh"
	FreshLate    FreshState = "late"    // it should have come again by now
	FreshFailing FreshState = "failing" // the last run failed; what is here is from before
	FreshNever   FreshState = "never"   // a connection that has not read it yet
)

var freshOrder = []FreshState{FreshGood, FreshLate, FreshFailing, FreshNever}

// Fresh is how new one kind of record from one source is.
type Fresh struct {
	Source string // the connection's name, or the source that files and pushes are of
	Kind   feed.Kind
	At     *time.Time // when it was last taken in whole; nil: never
	State  FreshState
}

const (
	// latePulls is after how many intervals without success a feed is late, and
	// lateAtLeast the shortest time for it: a slow run is not late.
	latePulls   = 3
	lateAtLeast = time.Hour
	// lateTaken is the same for what is brought: files and pushes come by the working day,
	// or by a rhythm of their own, which three times show and of which two may be missed.
	lateTaken   = 72 * time.Hour
	rhythmTimes = 3
	lateRhythms = 2
	// takenWithin is how far back sources that bring are looked for; one that brought
	// nothing for so long is not in use.
	takenWithin = 90 * 24 * time.Hour
)

// Taken is how often and when receivables of one source were taken in.
type Taken struct {
	Source      string
	First, Last time.Time
	Times       int
}

// late is how long after its last time a source is late, and false for one that came too
// rarely to expect it again: old books come once.
func (t Taken) late() (after time.Duration, expected bool) {
	if t.Times < rhythmTimes {
		return 0, false
	}
	return max(lateTaken, lateRhythms*t.Last.Sub(t.First)/time.Duration(t.Times-1)), true
}

// Freshness says how new the figures are, the worst first (004-31): each feed of the
// connections that are switched on, and each other source that receivables came from again
// and again. One that came once or twice is named only where there is nothing else.
func (s *Service) Freshness(ctx context.Context) (list []Fresh, err error) {
	if _, err := access.Require(ctx, access.CustomerRead); err != nil {
		return nil, err
	}
	now := s.Clock.Now()
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		connections, err := s.Repo.List(ctx)
		if err != nil {
			return err
		}
		taken, err := s.Repo.Taken(ctx, now.Add(-takenWithin))
		if err != nil {
			return err
		}
		list = freshness(connections, taken, now)
		return nil
	})
	return list, err
}

func freshness(connections []Connection, taken []Taken, now time.Time) (list []Fresh) {
	asked := map[string]bool{}
	for _, c := range connections {
		if !c.Enabled || c.Kind == KindFiles {
			continue
		}
		asked[c.Source] = true
		late := max(lateAtLeast, time.Duration(latePulls*c.EveryMinutes)*time.Minute)
		for _, f := range c.Feeds {
			one := Fresh{Source: c.Name, Kind: f.Kind, At: f.SucceededAt, State: FreshGood}
			switch {
			case f.SucceededAt == nil:
				one.State = FreshNever
			case f.Failure != "":
				one.State = FreshFailing
			case now.Sub(*f.SucceededAt) > late:
				one.State = FreshLate
			}
			list = append(list, one)
		}
	}
	var rare []Fresh
	for _, t := range taken {
		if asked[t.Source] {
			continue
		}
		one := Fresh{Source: t.Source, Kind: feed.Receivables, At: &t.Last, State: FreshGood}
		late, expected := t.late()
		if !expected {
			rare = append(rare, one)
			continue
		}
		if now.Sub(t.Last) > late {
			one.State = FreshLate
		}
		list = append(list, one)
	}
	if len(list) == 0 {
		list = rare
	}
	slices.SortFunc(list, func(a, b Fresh) int {
		return cmp.Or(slices.Index(freshOrder, b.State)-slices.Index(freshOrder, a.State), age(a).Compare(age(b)), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Kind, b.Kind))
	})
	return list
}

func age(f Fresh) (at time.Time) {
	if f.At != nil {
		at = *f.At
	}
	return at
}
