package directory

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	"github.com/google/uuid"

	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
	"zhuxin/shared/personal"
)

// TopicApplicationApproved says that an application may be provisioned.
// Payload: ApplicationPayload.
const TopicApplicationApproved event.Topic = "application.approved"

// ApplicationPayload names the application of an event.
type ApplicationPayload struct {
	ApplicationID uuid.UUID `json:"application_id"`
}

// Applications is the way from a signup to a subsidiary, as applicant and HQ
// walk it; Onboarding does the provisioning itself.
type Applications struct {
	Deps
	cipher personal.Cipher
}

// NewApplications makes Applications. The cipher is HQ's: there is no tenant yet
// whose keys could hold the contact's telephone number.
func NewApplications(d Deps, cipher personal.Cipher) *Applications { return &Applications{d, cipher} }

// ApplyInput is what a person fills in.
type ApplyInput struct {
	Name               string
	ShortName          string
	USCC               string
	USCCOverrideReason string // why a registered code with a wrong check character is right
	ContactName        string
	ContactPhone       string
	InvitationCode     string // optional; a valid one approves at once
	Currency           string // ISO 4217; CNY when empty
}

const (
	maxName      = 100
	maxShortName = 20
	maxReason    = 500
)

var phonePattern = regexp.MustCompile(`^\+?[0-9][0-9 -]{5,24}[0-9]$`)

// application checks the input and makes the application of it.
func (in ApplyInput) application(a Application) (Application, error) {
	var c fault.Checks
	var ok bool
	text := func(dst *string, value, field string, limit int) {
		*dst, ok = cleanText(value, limit)
		c.Require(ok, field, "REQUIRED", fmt.Sprintf("write 1 to %d characters", limit))
	}
	text(&a.Name, in.Name, "name", maxName)
	text(&a.ShortName, in.ShortName, "short_name", maxShortName)
	text(&a.ContactName, in.ContactName, "contact_name", maxName)
	c.Require(phonePattern.MatchString(in.ContactPhone), "contact_phone", "INVALID_PHONE",
		"write a telephone number of 7 to 26 digits, with + and the country's number when it is abroad")
	if in.USCCOverrideReason != "" {
		a.USCCOverrideReason, ok = cleanText(in.USCCOverrideReason, maxReason)
		c.Require(ok, "uscc_override_reason", "INVALID_TEXT", fmt.Sprintf("write at most %d characters", maxReason))
	}
	var err error
	a.USCC, err = party.ParseUSCC(in.USCC)
	switch {
	case errors.Is(err, party.ErrCheckDigit) && a.USCCOverrideReason != "":
	case errors.Is(err, party.ErrCheckDigit):
		c.Add("uscc", "CHECK_DIGIT", err.Error()+"; if it is registered like this, say why in the reason")
	case err != nil:
		c.Add("uscc", "INVALID_USCC", err.Error())
	default:
		a.USCCOverrideReason = ""
	}
	a.Currency = money.Currency(in.Currency)
	if in.Currency == "" {
		a.Currency = money.CNY
	}
	c.Require(a.Currency.Valid(), "currency", "INVALID_CURRENCY", "write an ISO 4217 code such as CNY")
	return a, c.Err()
}

// Validate returns all faults of the input with their fields.
func (in ApplyInput) Validate() error {
	_, err := in.application(Application{})
	return err
}

// Submit takes an application of the logged-in person. With a valid invitation
// code it is approved at once. A USCC that is a subsidiary already ends it as
// duplicate: the person sees why and whom to ask.
func (s *Applications) Submit(ctx context.Context, in ApplyInput) (Application, error) {
	actor, err := self(ctx)
	if err != nil {
		return Application{}, err
	}
	if err := in.Validate(); err != nil {
		return Application{}, err
	}
	return s.submit(ctx, actor.ID, in)
}

func (s *Applications) submit(ctx context.Context, personID uuid.UUID, in ApplyInput) (Application, error) {
	a, err := in.application(Application{
		ID: newID(), PersonID: personID, Version: 1, Status: StatusSubmitted, Steps: waitingSteps(),
	})
	if err != nil {
		return a, err
	}
	a.ContactPhoneMask = personal.MaskPhone(in.ContactPhone)
	err = s.HQ.InTx(ctx, func(ctx context.Context) error {
		a := &a // fn may run twice: what it decides starts from the same values
		a.Status, a.StatusReason, a.InvitationCodeID, a.DecidedAt = StatusSubmitted, "", nil, nil
		a.CreatedAt = s.Clock.Now()
		a.UpdatedAt = a.CreatedAt
		var err error
		if a.ContactPhoneSealed, err = s.cipher.Seal(ctx, "applications", "contact_phone_enc", a.ID, in.ContactPhone); err != nil {
			return err
		}
		return s.create(ctx, a, in.InvitationCode)
	})
	return a, err
}

func (s *Applications) create(ctx context.Context, a *Application, code string) error {
	person, err := s.Store.People.Get(ctx, a.PersonID)
	if err != nil {
		return err
	}
	if !person.EmailVerified {
		return ErrEmailUnverified
	}
	taken, err := s.duplicate(ctx, a)
	if err != nil {
		return err
	}
	approved := false
	if !taken && canonicalCode(code) != "" {
		if err := s.useCode(ctx, a, code); err != nil {
			return err
		}
		approved = true
	}
	if err := s.Store.Applications.Create(ctx, *a); err != nil {
		return err
	}
	if approved {
		if err := s.publishApproved(ctx, a.ID); err != nil {
			return err
		}
	}
	if err := s.tell(ctx, *a); err != nil {
		return err
	}
	return s.record(ctx, change{action: "application.submitted", objectType: "application", objectID: a.ID, after: a.summary()})
}

// useCode takes one use of the invitation code and approves with it.
func (s *Applications) useCode(ctx context.Context, a *Application, code string) error {
	used, err := s.Store.Codes.Use(ctx, hashOf(canonicalCode(code)), a.UpdatedAt)
	if errors.Is(err, ErrCodeInvalid) {
		var c fault.Checks
		c.Add("invitation_code", "INVITATION_CODE_INVALID", ErrCodeInvalid.Message)
		return c.Err()
	}
	if err != nil {
		return err
	}
	now := a.UpdatedAt
	a.InvitationCodeID, a.DecidedAt = &used, &now
	return a.moveTo(StatusApproved, "", now)
}

// duplicate ends the application when its USCC is a subsidiary already.
func (s *Applications) duplicate(ctx context.Context, a *Application) (bool, error) {
	return markDuplicate(ctx, s.Deps, a)
}

const duplicateReason = "a subsidiary with this unified social credit code exists already; ask its administrator for an invitation"

func markDuplicate(ctx context.Context, d Deps, a *Application) (bool, error) {
	t, err := d.Store.Tenants.ByUSCC(ctx, a.USCC)
	if errors.Is(err, ErrTenantNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if a.TenantID != nil && *a.TenantID == t.ID {
		return false, nil // our own earlier run made it
	}
	return true, a.moveTo(StatusDuplicate, duplicateReason, d.Clock.Now())
}

func (s *Applications) publishApproved(ctx context.Context, id uuid.UUID) error {
	return s.Events.Publish(ctx, event.Event{Topic: TopicApplicationApproved, Payload: ApplicationPayload{id}})
}
