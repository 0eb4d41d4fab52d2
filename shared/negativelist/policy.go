package negativelist

import (
	"context"
	"fmt"
	"slices"
	"time"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/fault"
)

// Action is what a hit does to an order.
type Action string

// The actions that HQ can choose, the mildest first (ruling: never ignore).
const (
	Warn  Action = "warn"
	Hold  Action = "hold"
	Block Action = "block"
)

var actions = []Action{Warn, Hold, Block}

func (a Action) rank() int { return slices.Index(actions, a) }

// Policy is one version of HQ's policy: an action for each severity.
type Policy struct {
	Version   int64
	Action    Action // of a critical listing
	Serious   Action
	Notice    Action
	StepUp    bool // HQ's decisions ask for a second verification (shared/stepup)
	CreatedAt time.Time
}

// Preset is in force until HQ writes its own.
func Preset() Policy { return Policy{Action: Block, Serious: Hold, Notice: Warn} }

// PolicyInput is the next version. An action that is left out stays as it is, but
// not stricter than that of the next severity.
type PolicyInput struct {
	Seen                    int64 // the version it replaces
	Action, Serious, Notice Action
	StepUp                  *bool // nil: as it is
}

// next gives the policy after the change.
func (in PolicyInput) next(now Policy) (Policy, error) {
	var c fault.Checks
	for field, a := range map[string]Action{"negative_action": in.Action, "serious_action": in.Serious, "notice_action": in.Notice} {
		ok := a.rank() >= 0 || a == "" && field != "negative_action"
		c.Require(ok, field, "UNKNOWN_ACTION", "choose warn, hold or block")
	}
	if err := c.Err(); err != nil {
		return Policy{}, err
	}
	p := Policy{Version: in.Seen + 1, Action: in.Action, Serious: in.Serious, Notice: in.Notice, StepUp: now.StepUp}
	if in.StepUp != nil {
		p.StepUp = *in.StepUp
	}
	if p.Serious == "" {
		p.Serious = milder(now.Serious, p.Action)
	}
	if p.Notice == "" {
		p.Notice = milder(now.Notice, p.Serious)
	}
	c.Require(p.Serious.rank() <= p.Action.rank(), "serious_action", "STRICTER", "a serious listing cannot stop more than a critical one")
	c.Require(p.Notice.rank() <= p.Serious.rank(), "notice_action", "STRICTER", "a notice cannot stop more than a serious listing")
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
