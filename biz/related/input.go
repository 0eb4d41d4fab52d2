package related

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/party"
	"zhuxin/shared/reach"
)

// PartyInput names a party: a company by code and name, or a person by name and,
// where it is known, ID number, which is plain here and never kept.
type PartyInput struct {
	Kind     PartyKind
	Name     string
	USCC     string
	IDNumber string
}

// AddInput is a relation as entered for a customer: other is the … of the customer,
// or with Of the customer is the … of other.
type AddInput struct {
	CustomerID   uuid.UUID
	Other        PartyInput
	Of           bool
	Kind         Kind
	Share        int32
	SourceNote   string
	ValidFrom    string
	ValidThrough string
}

func (in *AddInput) normalize() {
	in.Other.Name, in.SourceNote = strings.TrimSpace(in.Other.Name), strings.TrimSpace(in.SourceNote)
	for _, s := range []*string{&in.Other.USCC, &in.Other.IDNumber} {
		*s = strings.ToUpper(strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) || r == '-' {
				return -1
			}
			return r
		}, *s))
	}
}

// Validate gives all faults of the input.
func (in AddInput) Validate() error {
	var c fault.Checks
	n := utf8.RuneCountInString(in.Other.Name)
	c.Require(n >= 2 && n <= 120, "other.name", "BAD_LENGTH", "2 to 120 characters")
	c.Require(slices.Contains(reach.Kinds, in.Kind), "kind", "UNKNOWN", "legal_representative, shareholder, controller, same_owner or parent")
	switch in.Other.Kind {
	case Company:
		if _, err := party.ParseUSCC(in.Other.USCC); err != nil {
			c.Add("other.uscc", "BAD_CODE", err.Error())
		}
		c.Require(in.Kind != reach.LegalRepresentative, "kind", "NOT_A_COMPANY", "a legal representative is a person")
	case Person:
		c.Require(len(in.Other.IDNumber) <= 20, "other.id_number", "TOO_LONG", "at most 20 characters")
		c.Require(!in.Of && in.Kind != reach.Parent && in.Kind != reach.SameOwner, "kind", "NOT_A_PERSON", "a person is legal representative, shareholder or controller of a company")
	default:
		c.Add("other.kind", "UNKNOWN", "company or person")
	}
	c.Require(in.Share >= 0 && in.Share <= 10_000, "share", "OUT_OF_RANGE", "0 to 10,000 basis points")
	c.Require(in.Kind == reach.Shareholder || in.Share == 0, "share", "NOT_A_SHARE", "only a shareholder has a share")
	c.Require(utf8.RuneCountInString(in.SourceNote) <= 200, "source_note", "TOO_LONG", "at most 200 characters")
	from, through := date(&c, "valid_from", in.ValidFrom), date(&c, "valid_through", in.ValidThrough)
	c.Require(from.IsZero() || through.IsZero() || from <= through, "valid_through", "BEFORE_START", "a relation cannot end before it begins")
	return c.Err()
}

func date(c *fault.Checks, field, s string) calendar.Date {
	if s == "" {
		return 0
	}
	d, err := calendar.Parse(s)
	if err != nil {
		c.Add(field, "BAD_FORM", err.Error())
	}
	return d
}
