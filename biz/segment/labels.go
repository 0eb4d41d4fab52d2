package segment

import (
	"context"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/fault"
)

// choiceCode is what a value of a label may be called inside.
var choiceCode = regexp.MustCompile(`^[a-z0-9_]{1,20}$`)

// SaveDimension stores a label, a new one without a code, or the bands of a number.
// Faults: INVALID_INPUT, DIMENSION_NOT_FOUND, SEGMENT_EXISTS for a name that is taken,
// VERSION_CONFLICT, DIMENSION_IN_USE for a value that customers or segments have,
// TOO_MANY_SEGMENTS.
func (s *Service) SaveDimension(ctx context.Context, d Dimension) (out Dimension, err error) {
	d.Name = strings.TrimSpace(d.Name)
	err = s.look(ctx, access.PortfolioWrite, func(ctx context.Context, l looking) error {
		old := Dimension{Kind: KindLabel}
		if d.Code != "" {
			var known bool
			if old, known = find(l.all, d.Code); !known {
				return ErrDimension
			}
		}
		if d.Version != old.Version {
			return ErrVersion.With("current_version", fmt.Sprint(old.Version))
		}
		out = Dimension{Code: old.Code, Kind: old.Kind, Version: old.Version + 1}
		var c fault.Checks
		switch old.Kind {
		case KindLabel:
			out.Name, out.Choices = d.Name, d.Choices
			checkLabel(&c, out)
		case KindNumber:
			out.Cuts = d.Cuts
			checkCuts(&c, d.Cuts)
		default:
			c.Add("code", "NOT_ALLOWED", "the values of this dimension are those that customers have")
		}
		if err := c.Err(); err != nil {
			return err
		}
		if err := s.fits(ctx, l, old, &out); err != nil {
			return err
		}
		if err := s.Repo.Store(ctx, out, s.Clock.Now()); err != nil {
			return err
		}
		e := audit.Entry{Action: "segment_dimension.changed", ObjectType: "segment_dimension", ObjectID: string(out.Code), After: out}
		if old.Code != "" {
			e.Before = old
		}
		return s.Audit.Record(ctx, e)
	})
	return out, err
}

// fits gives a new label its code, and sees that no name is taken and no value that is
// in use goes away.
func (s *Service) fits(ctx context.Context, l looking, old Dimension, d *Dimension) error {
	if old.Kind != KindLabel {
		return nil
	}
	labels := 0
	for _, x := range l.all {
		if x.Kind != KindLabel {
			continue
		}
		labels++
		if x.Code != old.Code && x.Name == d.Name {
			return ErrExists
		}
	}
	if old.Code == "" {
		if labels >= maxLabels {
			return ErrTooMany
		}
		id := uuid.New()
		d.Code = Code("label_" + hex.EncodeToString(id[:4]))
		return nil
	}
	segments, err := s.Repo.List(ctx)
	if err != nil {
		return err
	}
	for _, c := range old.Choices {
		if d.knows(c.Code) {
			continue
		}
		used, err := s.Repo.Labelled(ctx, old.Code, c.Code)
		if err != nil {
			return err
		}
		if used || slices.ContainsFunc(segments, func(x Segment) bool { return x.Conditions.use(old.Code, c.Code) }) {
			return ErrInUse.With("value", c.Name)
		}
	}
	return nil
}

// use says whether a condition asks for the dimension, and for the value unless it is
// empty.
func (cs Conditions) use(code Code, value string) bool {
	return slices.ContainsFunc(cs, func(c Condition) bool {
		return c.Dimension == code && (value == "" || slices.Contains(c.Values, value))
	})
}

func checkLabel(c *fault.Checks, d Dimension) {
	checkName(c, "name", d.Name)
	c.Require(len(d.Choices) > 0, "choices", "REQUIRED", "give at least one value")
	c.Require(len(d.Choices) <= maxChoices, "choices", "TOO_MANY", fmt.Sprintf("at most %d values", maxChoices))
	codes, names := map[string]bool{}, map[string]bool{}
	for i, x := range d.Choices {
		at := fmt.Sprintf("choices[%d].", i)
		checkName(c, at+"name", x.Name)
		c.Require(choiceCode.MatchString(x.Code) && x.Code != None, at+"code", "BAD_CODE", "small letters, digits and underscores, twenty at most, and not none")
		c.Require(!codes[x.Code], at+"code", "DUPLICATE", "two values have this code")
		c.Require(!names[x.Name], at+"name", "DUPLICATE", "two values have this name")
		codes[x.Code], names[x.Name] = true, true
	}
}

func checkCuts(c *fault.Checks, cuts []int64) {
	c.Require(len(cuts) >= 1 && len(cuts) <= maxCuts, "cuts", "OUT_OF_RANGE", fmt.Sprintf("1 to %d bounds", maxCuts))
	for i, n := range cuts {
		c.Require(n >= 0 && n <= maxNumber, fmt.Sprintf("cuts[%d]", i), "OUT_OF_RANGE", "from 0 to fifteen digits")
		c.Require(i == 0 || n > cuts[i-1], fmt.Sprintf("cuts[%d]", i), "NOT_ASCENDING", "each bound lies above the one before")
	}
}

// DropDimension deletes a label with its values at the customers, or goes back to the
// preset bands of a number. Faults: DIMENSION_NOT_FOUND, DIMENSION_IN_USE,
// VERSION_CONFLICT.
func (s *Service) DropDimension(ctx context.Context, code Code, version int64) error {
	return s.look(ctx, access.PortfolioWrite, func(ctx context.Context, l looking) error {
		old, known := find(l.all, code)
		if !known || old.Version == 0 {
			return ErrDimension
		}
		if old.Version != version {
			return ErrVersion.With("current_version", fmt.Sprint(old.Version))
		}
		segments, err := s.Repo.List(ctx)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(segments, func(x Segment) bool { return x.Conditions.use(code, "") }); i >= 0 && old.Kind == KindLabel {
			return ErrInUse.With("segment", segments[i].Name)
		}
		if err := s.Repo.Drop(ctx, code); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Entry{Action: "segment_dimension.deleted", ObjectType: "segment_dimension", ObjectID: string(code), Before: old})
	})
}

// Label is a label of a customer; an empty value is none.
type Label struct {
	Dimension
	Value string
}

// Labels gives the labels of a customer in the caller's scope.
func (s *Service) Labels(ctx context.Context, customerID uuid.UUID) (out []Label, err error) {
	err = s.look(ctx, access.CustomerRead, func(ctx context.Context, l looking) error {
		if _, err := s.Customers.Brief(ctx, customerID, l.onlyOf); err != nil {
			return err
		}
		out, err = s.labels(ctx, l, customerID)
		return err
	})
	return out, err
}

func (s *Service) labels(ctx context.Context, l looking, customerID uuid.UUID) (out []Label, err error) {
	have, err := s.Repo.Labels(ctx, customerID)
	for _, d := range l.all {
		if d.Kind == KindLabel {
			out = append(out, Label{Dimension: d, Value: have[d.Code]})
		}
	}
	return out, err
}

// SetLabel gives a customer in the caller's scope the value of a label, or takes it
// away with an empty one. Faults: CUSTOMER_NOT_FOUND, DIMENSION_NOT_FOUND, INVALID_INPUT.
func (s *Service) SetLabel(ctx context.Context, customerID uuid.UUID, code Code, value string) (out []Label, err error) {
	err = s.look(ctx, access.CustomerWrite, func(ctx context.Context, l looking) error {
		if _, err := s.Customers.Brief(ctx, customerID, l.onlyOf); err != nil {
			return err
		}
		d, known := find(l.all, code)
		if !known || d.Kind != KindLabel {
			return ErrDimension
		}
		var c fault.Checks
		c.Require(value == "" || d.knows(value), "value", "UNKNOWN", "none of the values of this label")
		if err := c.Err(); err != nil {
			return err
		}
		before, err := s.Repo.SetLabel(ctx, customerID, code, value)
		if err != nil {
			return err
		}
		if before != value {
			if err := s.Audit.Record(ctx, audit.Entry{Action: "customer.labelled", ObjectType: "customer", ObjectID: customerID.String(),
				Before: map[string]any{"label": d.Name, "value": before}, After: map[string]any{"label": d.Name, "value": value}}); err != nil {
				return err
			}
		}
		out, err = s.labels(ctx, l, customerID)
		return err
	})
	return out, err
}
