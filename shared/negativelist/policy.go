package negativelist

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/fault"
	"zhuxin/shared/reach"
)

// Action is what a hit does to an order.
type Action string

// The actions that HQ can choose, the mildest first. A listing of the customer himself
// is never ignored (ruling); Allow is for related companies only.
const (
	Allow Action = "allow"
	Warn  Action = "warn"
	Hold  Action = "hold"
	Block Action = "block"
)

var actions = []Action{Allow, Warn, Hold, Block}

func (a Action) rank() int { return slices.Index(actions, a) }

// Policy is one version of HQ's policy: an action on orders for each severity, and one
// for customers who are connected with a listed company; and what listings do to
// ratings and limits.
type Policy struct {
	Version      int64
	Action       Action // of a critical listing
	Serious      Action
	Notice       Action
	Related      Action // of a listing of a related company, whatever its severity
	RelatedDepth int    // steps to a related company that count, 1 to reach.MaxDepth
	Effects      Effects
	StepUp       bool // HQ's decisions ask for a second verification (shared/stepup)
	CreatedAt    time.Time
}

// Preset is in force until HQ writes its own.
func Preset() Policy {
	return Policy{Action: Block, Serious: Hold, Notice: Warn, Related: Warn, RelatedDepth: 2, Effects: PresetEffects()}
}

// PolicyInput is the next version. An action that is left out stays as it is, but
// not stricter than that of the next severity, or than that of a critical listing for
// related companies. Effects that are left out stay, but stop no order that its action
// lets go on.
type PolicyInput struct {
	Seen                    int64 // the version it replaces
	Action, Serious, Notice Action
	Related                 Action
	RelatedDepth            int      // 0: as it is
	Effects                 *Effects // nil: as they are
	StepUp                  *bool    // nil: as it is
}

// next gives the policy after the change.
func (in PolicyInput) next(now Policy) (Policy, error) {
	var c fault.Checks
	for field, a := range map[string]Action{"negative_action": in.Action, "serious_action": in.Serious, "notice_action": in.Notice} {
		ok := a.rank() > 0 || a == "" && field != "negative_action"
		c.Require(ok, field, "UNKNOWN_ACTION", "choose warn, hold or block")
	}
	c.Require(in.Related.rank() >= 0 || in.Related == "", "related_action", "UNKNOWN_ACTION", "choose allow, warn, hold or block")
	c.Require(in.RelatedDepth >= 0 && in.RelatedDepth <= reach.MaxDepth, "related_depth", "OUT_OF_RANGE", "1 to 4 steps")
	if err := c.Err(); err != nil {
		return Policy{}, err
	}
	p := Policy{Version: in.Seen + 1, Action: in.Action, Serious: in.Serious, Notice: in.Notice, Related: in.Related, RelatedDepth: in.RelatedDepth, StepUp: now.StepUp, Effects: now.Effects}
	if in.StepUp != nil {
		p.StepUp = *in.StepUp
	}
	if p.Serious == "" {
		p.Serious = milder(now.Serious, p.Action)
	}
	if p.Notice == "" {
		p.Notice = milder(now.Notice, p.Serious)
	}
	if p.Related == "" {
		p.Related = milder(now.Related, p.Action)
	}
	if p.RelatedDepth == 0 {
		p.RelatedDepth = now.RelatedDepth
	}
	if in.Effects != nil {
		p.Effects = *in.Effects
	} else {
		p.Effects = p.Effects.within(p)
	}
	p.Effects.check(&c)
	c.Require(p.Serious.rank() <= p.Action.rank(), "serious_action", "STRICTER", "a serious listing cannot stop more than a critical one")
	c.Require(p.Notice.rank() <= p.Serious.rank(), "notice_action", "STRICTER", "a notice cannot stop more than a serious listing")
	c.Require(p.Related.rank() <= p.Action.rank(), "related_action", "STRICTER", "a related company's listing cannot stop more than a critical one of the customer himself")
	return p, c.Err()
}

func milder(a, b Action) Action {
	if a.rank() < b.rank() {
		return a
	}
	return b
}

// Policy gives HQ's policy in force.
func (s *Service) Policy(ctx context.Context) (p Policy, err error) {
	if _, err := access.Require(ctx, access.HQNegativeRead); err != nil {
		return p, err
	}
	err = s.hq.InTx(ctx, func(ctx context.Context) (err error) {
		p, err = s.repo.Policy(ctx)
		return err
	})
	return p, err
}

// SetPolicy makes a new version, when the one seen is still in force.
func (s *Service) SetPolicy(ctx context.Context, in PolicyInput) (next Policy, err error) {
	actor, err := access.Require(ctx, access.HQPolicyWrite)
	if err != nil {
		return Policy{}, err
	}
	err = s.hq.InTx(ctx, func(ctx context.Context) error {
		before, err := s.repo.Policy(ctx)
		if err != nil {
			return err
		}
		if next, err = in.next(before); err != nil {
			return err
		}
		if before.Version != in.Seen {
			return ErrPolicyChanged
		}
		next.CreatedAt = s.clock.Now()
		if err := s.repo.AddPolicy(ctx, next, actor.ID); err != nil {
			return err
		}
		return s.log.Record(ctx, audit.Entry{Action: "group_policy.changed", ObjectType: "group_policy", ObjectID: fmt.Sprint(next.Version), Before: before, After: next})
	})
	return next, err
}
