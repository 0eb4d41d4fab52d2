package approval

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
	"zhuxin/shared/tenant"
)

// CommentFor says at which decision a prepared comment is offered.
type CommentFor string

// The uses of a prepared comment.
const (
	CommentApprove CommentFor = "approve"
	CommentReject  CommentFor = "reject"
	CommentReturn  CommentFor = "return"
)

// CommentTemplate is a prepared comment.
type CommentTemplate struct {
	Use  CommentFor `json:"use"`
	Text string     `json:"text"`
}

// Settings are the tenant's choices for all its approvals, in versions. PresetAuthority
// is of a person without an entry of his own; nil is without bound. StepUp lists
// the acts that ask for a second verification (shared/stepup).
type Settings struct {
	Version         int64             `json:"-"`
	PresetAuthority *money.Amount     `json:"preset_authority,omitempty"`
	WorkStart       int               `json:"work_start"` // minutes after midnight
	WorkEnd         int               `json:"work_end"`
	Off             []calendar.Date   `json:"off,omitempty"` // working days that are not worked
	On              []calendar.Date   `json:"on,omitempty"`  // weekend days that are
	Comments        []CommentTemplate `json:"comments,omitempty"`
	StepUp          []string          `json:"step_up,omitempty"`
}

// Authority is up to which amount a person completes an approving step; a nil
// amount is without bound.
type Authority struct {
	Person party.Person
	Amount *money.Amount
}

// Policies is where settings and authorities are kept.
type Policies interface {
	// Settings gives the version in force; the zero Settings where there is none.
	Settings(ctx context.Context) (Settings, error)
	// InsertSettings answers ErrSettingsVersion when the version is taken.
	InsertSettings(ctx context.Context, s Settings, by uuid.UUID, at time.Time) error
	Authorities(ctx context.Context) ([]Authority, error)
	PutAuthority(ctx context.Context, person uuid.UUID, amount *money.Amount, at time.Time) error
	DropAuthority(ctx context.Context, person uuid.UUID, at time.Time) error
}

// ErrSettingsVersion means that somebody else has saved them meanwhile.
var ErrSettingsVersion = fault.Conflict("VERSION_CONFLICT", "somebody else has changed the settings of approvals; load them again")

const (
	maxComments = 30
	maxDates    = 400
	maxAmount   = money.Amount(1_000_000_000_000_000)
)

// preset fills what a tenant without settings has: nine to six, no bounds.
func (s Settings) preset() Settings {
	if s.Version == 0 {
		s.WorkStart, s.WorkEnd = 9*60, 18*60
	}
	return s
}

func (s Settings) validate(acts []string) error {
	var c fault.Checks
	c.Require(s.PresetAuthority == nil || *s.PresetAuthority >= 0 && *s.PresetAuthority <= maxAmount, "preset_authority", "OUT_OF_RANGE", "an amount of zero or more, or nothing for no bound")
	c.Require(s.WorkStart >= 0 && s.WorkEnd <= 24*60 && s.WorkEnd-s.WorkStart >= 60, "work_end", "OUT_OF_RANGE", "the working day lasts at least an hour and ends after it starts")
	c.Require(len(s.Off) <= maxDates, "days_off", "TOO_MANY", fmt.Sprintf("at most %d days", maxDates))
	c.Require(len(s.On) <= maxDates, "days_worked", "TOO_MANY", fmt.Sprintf("at most %d days", maxDates))
	for i, d := range s.On {
		c.Require(!slices.Contains(s.Off, d), fmt.Sprintf("days_worked[%d]", i), "DUPLICATE", "a day is worked or off, not both")
	}
	c.Require(len(s.Comments) <= maxComments, "comments", "TOO_MANY", fmt.Sprintf("at most %d prepared comments", maxComments))
	for i, t := range s.Comments {
		at := fmt.Sprintf("comments[%d]", i)
		c.Require(t.Use == CommentApprove || t.Use == CommentReject || t.Use == CommentReturn, at+".use", "UNKNOWN", "approve, reject or return")
		c.Require(strings.TrimSpace(t.Text) != "" && utf8.RuneCountInString(t.Text) <= maxNote, at+".text", "OUT_OF_RANGE", fmt.Sprintf("1 to %d characters", maxNote))
	}
	for i, a := range s.StepUp {
		c.Require(slices.Contains(acts, a) && slices.Index(s.StepUp, a) == i, fmt.Sprintf("step_up[%d]", i), "UNKNOWN", "an act of the list, once")
	}
	return c.Err()
}

func (s Settings) work(zone *time.Location) Workweek {
	w := Workweek{Zone: zone, Start: s.WorkStart, End: s.WorkEnd, Off: map[calendar.Date]bool{}, On: map[calendar.Date]bool{}}
	for _, d := range s.Off {
		w.Off[d] = true
	}
	for _, d := range s.On {
		w.On[d] = true
	}
	return w
}

// Policy gives the settings in force with the persons' authorities.
func (s *Service) Policy(ctx context.Context) (set Settings, who []Authority, err error) {
	if _, err := access.Require(ctx, access.ApprovalRead); err != nil {
		return Settings{}, nil, err
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		if set, err = s.repo.Settings(ctx); err != nil {
			return err
		}
		who, err = s.repo.Authorities(ctx)
		return err
	})
	return set.preset(), who, err
}

// SetPolicy saves the next version of the settings; in.Version is the one that
// was seen. Faults: VERSION_CONFLICT.
func (s *Service) SetPolicy(ctx context.Context, in Settings) (Settings, error) {
	actor, err := administers(ctx)
	if err != nil {
		return Settings{}, err
	}
	if err := in.validate(s.StepUpActs()); err != nil {
		return Settings{}, err
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		before, err := s.repo.Settings(ctx)
		if err != nil {
			return err
		}
		if before.Version != in.Version {
			return ErrSettingsVersion
		}
		after := in
		after.Version++
		if err := s.repo.InsertSettings(ctx, after, actor.ID, s.clock.Now()); err != nil {
			return err
		}
		in = after
		return s.audit.Record(ctx, audit.Entry{Action: "approval_policy.changed", ObjectType: "approval_policy", ObjectID: fmt.Sprint(after.Version), Before: before, After: after})
	})
	return in, err
}

// AuthorityInput sets a person's authority. Amount nil is without bound; Preset
// takes his entry away, so that the preset of the settings is his again.
type AuthorityInput struct {
	PersonID uuid.UUID
	Amount   *money.Amount
	Preset   bool
}

// SetAuthority says up to which amount a person completes an approving step
// (003-47). It holds from his next decision on.
func (s *Service) SetAuthority(ctx context.Context, in AuthorityInput) error {
	if _, err := administers(ctx); err != nil {
		return err
	}
	var c fault.Checks
	c.Require(in.Amount == nil || *in.Amount >= 0 && *in.Amount <= maxAmount, "amount", "OUT_OF_RANGE", "an amount of zero or more, or nothing for no bound")
	if err := c.Err(); err != nil {
		return err
	}
	return s.tx.InTx(ctx, func(ctx context.Context) error {
		members, err := s.repo.Members(ctx)
		if err != nil {
			return err
		}
		if m, ok := (People{Members: members}).find(in.PersonID); !ok || !m.Active {
			return targetFault("UNKNOWN_PERSON", "an active member of this subsidiary")
		}
		if in.Preset {
			err = s.repo.DropAuthority(ctx, in.PersonID, s.clock.Now())
		} else {
			err = s.repo.PutAuthority(ctx, in.PersonID, in.Amount, s.clock.Now())
		}
		if err != nil {
			return err
		}
		return s.audit.Record(ctx, audit.Entry{Action: "approval_authority.changed", ObjectType: "approval_authority", ObjectID: in.PersonID.String(),
			After: map[string]any{"amount": in.Amount, "preset": in.Preset}})
	})
}

func administers(ctx context.Context) (access.Actor, error) {
	if _, err := access.Require(ctx, access.PolicyWrite); err != nil {
		return access.Actor{}, err
	}
	return person(ctx)
}

// people gathers what the engine has to know.
func (s *Service) people(ctx context.Context) (People, Workweek, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return People{}, Workweek{}, err
	}
	p := People{Authority: map[uuid.UUID]*money.Amount{}}
	if p.Members, err = s.repo.Members(ctx); err != nil {
		return p, Workweek{}, err
	}
	set, err := s.repo.Settings(ctx)
	if err != nil {
		return p, Workweek{}, err
	}
	p.Preset = set.PresetAuthority
	who, err := s.repo.Authorities(ctx)
	for _, a := range who {
		p.Authority[a.Person.ID] = a.Amount
	}
	return p, set.preset().work(t.Zone), err
}
