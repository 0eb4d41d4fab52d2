package rating

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/indicator"
	"zhuxin/shared/party"
)

// Override is why a value stands in place of a measured one. It is part of the value,
// so that the approver, the page and the decision file show it wherever they show the
// value, and it is frozen with the rating.
type Override struct {
	Measured *indicator.Number `json:"measured,omitempty"` // what the data say, at the last scoring; nil for nothing
	Reason   string            `json:"reason"`
	By       *party.Person     `json:"by,omitempty"`
	At       time.Time         `json:"at"`
}

// over is the override of what is measured now.
func (o Override) over(m Measured, known bool) *Override {
	o.Measured = nil
	if known {
		o.Measured = &m.Number
	}
	return &o
}

// overrides gives back the values that were overridden.
func (r Result) overrides() (in []Input) {
	for _, v := range r.Values {
		if v.Override != nil {
			in = append(in, Input{IndicatorCode: v.IndicatorCode, Number: v.Number, Override: v.Override})
		}
	}
	return in
}

// overridden gives the overrides of the draft that is saved again. A rating that is
// made anew, on another template or after it was turned down, begins with what the
// data say.
func (s *Ratings) overridden(ctx context.Context, actor access.Actor, in SaveInput, b basis) ([]Input, error) {
	if in.RatingID == nil {
		return nil, nil
	}
	old, err := s.Ratings.Get(ctx, *in.RatingID, customer.OnlyOf(actor))
	if err != nil || old.Status != StatusDraft || old.TemplateID != b.template.ID {
		return nil, err
	}
	sent := map[string]bool{}
	for _, v := range in.Values {
		sent[v.IndicatorCode] = true // to be refused as taken from data
	}
	var kept []Input
	for _, o := range old.Result.overrides() {
		if !sent[o.IndicatorCode] {
			kept = append(kept, o)
		}
	}
	return kept, nil
}

// OverrideInput puts a value in place of a measured one. Version is the one that was
// shown.
type OverrideInput struct {
	RatingID      uuid.UUID
	IndicatorCode string
	Number        *indicator.Number // thousandths of the unit
	Reason        string
	Version       int64
}

const maxOverrideReason = 500

// Validate gives all faults that can be seen without the template.
func (in OverrideInput) Validate() error {
	var c fault.Checks
	checkVersion(&c, in.Version)
	c.Require(in.Number != nil, "number", "REQUIRED", "give the value that shall count")
	c.Require(in.Number == nil || *in.Number >= -maxNumber && *in.Number <= maxNumber, "number", "OUT_OF_RANGE", "a number of twelve digits at most")
	n := utf8.RuneCountInString(in.Reason)
	c.Require(n > 0, "reason", "REQUIRED", "say why the measured value shall not count; the approver reads it")
	c.Require(n <= maxOverrideReason, "reason", "TOO_LONG", fmt.Sprintf("at most %d characters", maxOverrideReason))
	return c.Err()
}

// Override puts a value in place of the measured one of a data indicator, in a draft
// (000-51, 000-52). The measured value stays beside it. Faults: INVALID_INPUT (also
// for an indicator that is not measured: its value is entered by itself),
// RATING_NOT_FOUND, RATING_NOT_DRAFT, VERSION_CONFLICT, TEMPLATE_CHANGED.
func (s *Ratings) Override(ctx context.Context, in OverrideInput) (Rating, error) {
	in.Reason = strings.TrimSpace(in.Reason)
	return s.overriding(ctx, in.RatingID, in.Version, in.Validate, "rating.overridden", func(ctx context.Context, actor access.Actor, d Definition, inputs []Input) ([]Input, error) {
		var c fault.Checks
		it, ok := d.Item(in.IndicatorCode)
		switch {
		case !ok:
			c.Add("indicator_code", "UNKNOWN", fmt.Sprintf("the template has no indicator %q", in.IndicatorCode))
		case it.Kind != indicator.KindData:
			c.Add("indicator_code", "NOT_MEASURED", "only a value that is taken from data is overridden; enter this one by itself")
		default:
			if _, covered := it.Scoring.ScoreNumber(*in.Number); !covered {
				c.Add("number", "OUT_OF_RANGE", "the template has no score for this value")
			}
		}
		o := Input{IndicatorCode: in.IndicatorCode, Number: in.Number, Override: &Override{Reason: in.Reason, By: customer.ByActor(actor), At: s.Clock.Now()}}
		return append(without(inputs, in.IndicatorCode), o), c.Err()
	})
}

// RevokeOverride lets the measured value count again, in a draft. Faults:
// INVALID_INPUT when the value is not overridden, and those of Override.
func (s *Ratings) RevokeOverride(ctx context.Context, id uuid.UUID, code string, version int64) (Rating, error) {
	validate := func() error {
		var c fault.Checks
		checkVersion(&c, version)
		return c.Err()
	}
	return s.overriding(ctx, id, version, validate, "rating.override_revoked", func(_ context.Context, _ access.Actor, _ Definition, inputs []Input) ([]Input, error) {
		left := without(inputs, code)
		var c fault.Checks
		c.Require(len(left) < len(inputs), "indicator_code", "NOT_OVERRIDDEN", "this value is not overridden")
		return left, c.Err()
	})
}

// without leaves the override of an indicator out.
func without(inputs []Input, code string) (left []Input) {
	for _, in := range inputs {
		if in.Override == nil || in.IndicatorCode != code {
			left = append(left, in)
		}
	}
	return left
}

func (s *Ratings) overriding(ctx context.Context, id uuid.UUID, version int64, validate func() error, action string,
	change func(ctx context.Context, actor access.Actor, d Definition, inputs []Input) ([]Input, error)) (Rating, error) {
	actor, err := access.Require(ctx, access.RatingWrite)
	if err != nil {
		return Rating{}, err
	}
	if err := validate(); err != nil {
		return Rating{}, err
	}
	var r Rating
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		old, b, err := s.draft(ctx, actor, id, version)
		if err != nil {
			return err
		}
		inputs, err := change(ctx, actor, b.template.Definition, old.Result.inputs())
		if err != nil {
			return err
		}
		fresh := old
		if fresh.Result, err = b.template.Definition.Score(inputs, b.measured); err != nil {
			return err
		}
		r, err = s.rewrite(ctx, old, fresh, action)
		return err
	})
	return r, err
}
