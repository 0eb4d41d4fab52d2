package customer

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"zhuxin/shared/access"
	"zhuxin/shared/fault"
)

// Presets is what a new customer is offered (004-03): the subsidiary's standard credit
// terms, and the one he has where nothing is said.
type Presets struct {
	Terms []int // days, rising
	Term  *int  // nil: it must be said
}

// StandardTerms hold until the subsidiary names others.
func StandardTerms() Presets {
	preset := 30
	return Presets{Terms: []int{30, 60, 90}, Term: &preset}
}

// maxTerms is how many standard terms there may be.
const maxTerms = 8

// ParseTerms reads days that rise, like 30,60,90; empty gives none.
func ParseTerms(text string) (out []int, err error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	for one := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(one))
		if err != nil || n < 0 || n > maxTerm || len(out) > 0 && n <= out[len(out)-1] || len(out) == maxTerms {
			return nil, fmt.Errorf("%q is no list of at most %d terms, rising, between 0 and %d days, like 30,60,90", text, maxTerms, maxTerm)
		}
		out = append(out, n)
	}
	return out, nil
}

// CheckTerms adds the faults of standard terms and of the one that is preset.
func CheckTerms(c *fault.Checks, field, text, presetField string, preset *int) {
	terms, err := ParseTerms(text)
	if err != nil {
		c.Add(field, "BAD_FORM", err.Error())
		return
	}
	if len(terms) == 0 {
		terms = StandardTerms().Terms
	}
	c.Require(preset == nil || slices.Contains(terms, *preset), presetField, "UNKNOWN", "choose one of the standard terms")
}

// Presets gives what the form of a new customer offers.
func (s *Service) Presets(ctx context.Context) (p Presets, err error) {
	if _, err := access.Require(ctx, access.CustomerRead); err != nil {
		return p, err
	}
	err = s.tx.InTx(ctx, func(ctx context.Context) error {
		p, err = s.repo.Presets(ctx)
		return err
	})
	return p, err
}

// term fills in a new customer's term where nothing is said: the preset one, or
// INVALID_INPUT where there is none. Zero days is only what somebody wrote.
func (s *Service) term(ctx context.Context, f *Fields) error {
	if f.CreditTermDays != nil {
		return nil
	}
	p, err := s.repo.Presets(ctx)
	if err != nil {
		return err
	}
	var c fault.Checks
	c.Require(p.Term != nil, "credit_term_days", "REQUIRED", "say after how many days an invoice is due; 0 is the day of the invoice")
	if err := c.Err(); err != nil {
		return err
	}
	days := int32(*p.Term)
	f.CreditTermDays = &days
	return nil
}
