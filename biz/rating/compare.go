package rating

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
)

// Change says how a value moved against the rating before.
type Change string

// The changes, by the score of the value: what it weighs is the template's, not the
// customer's. Added and removed are indicators that only one of the two has a value for.
const (
	ChangeBetter  Change = "better"
	ChangeSame    Change = "same"
	ChangeWorse   Change = "worse"
	ChangeAdded   Change = "added"
	ChangeRemoved Change = "removed"
)

// ValueChange is one indicator in two ratings.
type ValueChange struct {
	IndicatorCode string
	Now, Before   *Value
	Change        Change
}

// Comparison is a rating against the one that was in force before it; Previous is nil
// for a first one, and then there are no changes.
type Comparison struct {
	Rating   Rating
	Previous *Rating
	Changes  []ValueChange
}

// Compare puts a rating of the caller's scope beside the one before it. Fault:
// RATING_NOT_FOUND.
func (s *Ratings) Compare(ctx context.Context, id uuid.UUID) (Comparison, error) {
	actor, err := access.Require(ctx, access.RatingRead)
	if err != nil {
		return Comparison{}, err
	}
	var c Comparison
	err = s.Tx.InTx(ctx, func(ctx context.Context) (err error) {
		if c.Rating, err = s.Ratings.Get(ctx, id, customer.OnlyOf(actor)); err != nil {
			return err
		}
		c.Previous, err = s.before(ctx, id, customer.OnlyOf(actor))
		return err
	})
	if err == nil && c.Previous != nil {
		c.Changes = changes(c.Rating, *c.Previous)
	}
	return c, err
}

// before gives the rating that was in force before; nil without one, and for one out of
// the scope: made by another one, of another one's customer.
func (s *Ratings) before(ctx context.Context, id uuid.UUID, onlyOf *uuid.UUID) (*Rating, error) {
	previous, err := s.Ratings.Before(ctx, id)
	if err != nil || previous == nil {
		return nil, err
	}
	if _, err := s.Ratings.Get(ctx, previous.ID, onlyOf); errors.Is(err, ErrNotFound) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	return previous, nil
}

// changes lists the indicators in the order of the newer template, then those that
// only the older rating had.
func changes(now, before Rating) (out []ValueChange) {
	for _, it := range now.Definition.Items {
		c := ValueChange{IndicatorCode: it.IndicatorCode, Now: now.Result.value(it.IndicatorCode), Before: before.Result.value(it.IndicatorCode)}
		if c.Now == nil && c.Before == nil {
			continue
		}
		c.Change = moved(c.Now, c.Before)
		out = append(out, c)
	}
	for _, it := range before.Definition.Items {
		if _, still := now.Definition.Item(it.IndicatorCode); still {
			continue
		}
		if v := before.Result.value(it.IndicatorCode); v != nil {
			out = append(out, ValueChange{IndicatorCode: it.IndicatorCode, Before: v, Change: ChangeRemoved})
		}
	}
	return out
}

func moved(now, before *Value) Change {
	switch {
	case before == nil:
		return ChangeAdded
	case now == nil:
		return ChangeRemoved
	case now.Score > before.Score:
		return ChangeBetter
	case now.Score < before.Score:
		return ChangeWorse
	}
	return ChangeSame
}

func (r Result) value(code string) *Value {
	for i := range r.Values {
		if r.Values[i].IndicatorCode == code {
			return &r.Values[i]
		}
	}
	return nil
}
