package approval

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"zhuxin/shared/fault"
)

// Seen names a submission as it was shown.
type Seen struct {
	ID      uuid.UUID
	Version int64
}

// Outcome is what became of one of several decisions.
type Outcome struct {
	ID     uuid.UUID
	Status Status // after it; empty when it failed
	Err    error
}

const maxMany = 50

// ErrMixedKinds means that a row is of another kind than the first one: what is
// decided in one go is looked at in one go.
var ErrMixedKinds = fault.Conflict("APPROVAL_MIXED_KINDS", "only submissions of one kind are decided together; decide this one by itself")

// DecideMany agrees to, or rejects, several submissions of one kind. Each is
// decided in a transaction of its own and has its own outcome, so that one that
// fails keeps nobody from the others.
func (s *Service) DecideMany(ctx context.Context, items []Seen, approve bool, comment string) ([]Outcome, error) {
	var c fault.Checks
	c.Require(len(items) > 0, "items", "REQUIRED", "tick at least one")
	c.Require(len(items) <= maxMany, "items", "TOO_MANY", fmt.Sprintf("at most %d at once", maxMany))
	seen := map[uuid.UUID]bool{}
	for i, it := range items {
		c.Require(!seen[it.ID], fmt.Sprintf("items[%d].id", i), "DUPLICATE", "each once")
		c.Require(it.Version > 0, fmt.Sprintf("items[%d].version", i), "REQUIRED", "send the version that was shown")
		seen[it.ID] = true
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	if err := (DecideInput{Approve: approve, Comment: comment, Version: 1}).Validate(); err != nil {
		return nil, err
	}
	kinds := make([]Kind, len(items))
	for i, it := range items {
		a, err := s.Get(ctx, it.ID)
		if err != nil {
			return nil, err // nobody ticks what he cannot see
		}
		kinds[i] = a.Kind
	}
	out := make([]Outcome, len(items))
	for i, it := range items {
		out[i].ID = it.ID
		if kinds[i] != kinds[0] {
			out[i].Err = ErrMixedKinds
			continue
		}
		a, err := s.Decide(ctx, DecideInput{ID: it.ID, Approve: approve, Comment: comment, Version: it.Version})
		if err != nil {
			out[i].Err = err
			continue
		}
		out[i].Status = a.Status
	}
	return out, nil
}
