package customer

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
)

// Cut is a segment as a filter of lists and reports: whoever is in it on the day it is
// asked. Without a segment it is everybody.
type Cut struct {
	Segment *uuid.UUID // nil for everybody
	Name    string
	In      []uuid.UUID // nil for everybody, empty for nobody
}

// CutTo resolves the segment by which a list or a report is narrowed, inside the unit of
// work that reads it; nil is everybody.
func CutTo(ctx context.Context, segments Segments, id *uuid.UUID, today calendar.Date, onlyOf *uuid.UUID) (Cut, error) {
	if id == nil {
		return Cut{}, nil
	}
	return segments.Cut(ctx, *id, today, onlyOf)
}

// Holds gives a test for many customers.
func (c Cut) Holds() func(id uuid.UUID) bool {
	if c.In == nil {
		return func(uuid.UUID) bool { return true }
	}
	in := make(map[uuid.UUID]bool, len(c.In))
	for _, id := range c.In {
		in[id] = true
	}
	return func(id uuid.UUID) bool { return in[id] }
}
