package project

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/shared/fault"
	"zhuxin/shared/party"
)

// UpdateInput changes the fields that are sent; nil leaves a field as it is.
type UpdateInput struct {
	ID               uuid.UUID
	Version          int64
	Name             *string
	Status           *string
	Address          *string
	ContractedVolume *int64  // thousandths of m³
	OwnerID          *string // empty: none
	SalespersonID    *string // empty: the customer's
	CustomerID       *string // moves the project to another customer (000-32)
}

// maxVolume is a thousand million m³, more than any site takes.
const maxVolume = 1_000_000_000_000

func (in *UpdateInput) normalize() {
	for _, s := range []*string{in.Name, in.Address} {
		if s != nil {
			*s = strings.TrimSpace(*s)
		}
	}
}

// Validate gives all faults of the input.
func (in UpdateInput) Validate() error {
	var c fault.Checks
	text(&c, "name", in.Name, 2, 120)
	text(&c, "address", in.Address, 0, 200)
	c.Require(in.Status == nil || slices.Contains(Statuses, Status(*in.Status)), "status", "UNKNOWN", "a project is planned, supplying, finished or stopped")
	c.Require(in.ContractedVolume == nil || *in.ContractedVolume >= 0 && *in.ContractedVolume <= maxVolume, "contracted_volume", "OUT_OF_RANGE",
		"between 0 and a thousand million m³, in thousandths")
	id(&c, "owner_id", in.OwnerID, true)
	id(&c, "salesperson_id", in.SalespersonID, true)
	id(&c, "customer_id", in.CustomerID, false)
	c.Require(in.Version > 0, "version", "REQUIRED", "send the version that was shown")
	return c.Err()
}

// ContactInput adds a contact. The phone is plain here and never leaves the service so.
type ContactInput struct {
	ProjectID         uuid.UUID
	Name, Role, Phone string
}

// Validate gives all faults of the input.
func (in ContactInput) Validate() error {
	var c fault.Checks
	text(&c, "name", &in.Name, 1, 60)
	text(&c, "role", &in.Role, 0, 60)
	c.Require(in.Phone == "" || phoneForm.MatchString(in.Phone), "phone", "BAD_FORM", "5 to 20 digits, with the country's + if need be")
	return c.Err()
}

// OwnerInput is an owner as entered; for a change nil leaves a field as it is.
type OwnerInput struct {
	ID                  uuid.UUID // of the owner to change
	Version             int64
	Name                *string
	USCC                *string
	Kind                *string
	LegalRepresentative *string
	ContactName         *string
	ContactPhone        *string
	Address             *string
	Remark              *string
}

func (in *OwnerInput) normalize() {
	for _, s := range []*string{in.Name, in.LegalRepresentative, in.ContactName, in.Address, in.Remark} {
		if s != nil {
			*s = strings.TrimSpace(*s)
		}
	}
	for _, s := range []*string{in.USCC, in.ContactPhone} {
		if s != nil {
			*s = compact(*s)
		}
	}
}

// Validate gives all faults of the input.
func (in OwnerInput) Validate() error {
	var c fault.Checks
	text(&c, "name", in.Name, 2, 120)
	if in.USCC != nil && *in.USCC != "" {
		if _, err := party.ParseUSCC(*in.USCC); err != nil {
			c.Add("uscc", "BAD_CODE", err.Error())
		}
	}
	c.Require(in.Kind == nil || slices.Contains(OwnerKinds, OwnerKind(*in.Kind)), "kind", "UNKNOWN", "an owner is a company, government or other")
	text(&c, "legal_representative", in.LegalRepresentative, 0, 60)
	text(&c, "contact_name", in.ContactName, 0, 60)
	c.Require(in.ContactPhone == nil || *in.ContactPhone == "" || phoneForm.MatchString(*in.ContactPhone), "contact_phone", "BAD_FORM",
		"5 to 20 digits, with the country's + if need be")
	text(&c, "address", in.Address, 0, 200)
	text(&c, "remark", in.Remark, 0, 500)
	return c.Err()
}

var phoneForm = regexp.MustCompile(`^\+?[0-9]{5,20}$`)

func compact(s string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' {
			return -1
		}
		return r
	}, s))
}

func text(c *fault.Checks, field string, s *string, least, most int) {
	if s == nil {
		return
	}
	n := utf8.RuneCountInString(*s)
	switch {
	case n == 0 && least > 0:
		c.Add(field, "REQUIRED", "must not be empty")
	case n < least:
		c.Add(field, "TOO_SHORT", fmt.Sprintf("at least %d characters", least))
	case n > most:
		c.Add(field, "TOO_LONG", fmt.Sprintf("at most %d characters", most))
	case strings.ContainsFunc(*s, unicode.IsControl):
		c.Add(field, "BAD_FORM", "no line breaks or control characters")
	}
}

func id(c *fault.Checks, field string, s *string, mayBeEmpty bool) {
	if s == nil || *s == "" && mayBeEmpty {
		return
	}
	_, err := uuid.Parse(*s)
	c.Require(err == nil, field, "BAD_FORM", "not an id")
}
