package collateral

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/party"
)

const (
	// maxAmount keeps sums of limits and cover far from the end of int64: ten trillion
	// units of the currency.
	maxAmount    = money.Amount(1_000_000_000_000_000)
	maxSpanDays  = 18_263 // fifty years
	maxDocuments = 20
	maxReason    = 500
)

// ApplyInput applies for collateral of a customer to count.
type ApplyInput struct {
	CustomerID uuid.UUID
	Terms
}

func (t *Terms) normalize() {
	t.ProviderName, t.ReferenceNo = strings.TrimSpace(t.ProviderName), strings.TrimSpace(t.ReferenceNo)
	t.ProviderUSCC, t.Description = strings.ToUpper(strings.TrimSpace(t.ProviderUSCC)), strings.TrimSpace(t.Description)
}

// Validate gives all faults of the terms; today is the tenant's business date.
func (t Terms) Validate(today calendar.Date) error {
	var c fault.Checks
	c.Require(slices.Contains(Kinds, t.Kind), "kind", "UNKNOWN", "guarantee, mortgage, pledge, deposit or bank_guarantee")
	text(&c, "provider_name", t.ProviderName, 1, 100)
	t.checkReference(&c)
	text(&c, "description", t.Description, 0, 500)
	if t.ProviderUSCC != "" {
		switch _, err := party.ParseUSCC(t.ProviderUSCC); {
		case errors.Is(err, party.ErrCheckDigit):
			c.Add("provider_uscc", "CHECK_DIGIT", err.Error())
		case err != nil:
			c.Add("provider_uscc", "BAD_FORM", err.Error())
		}
	}
	c.Require(t.Guaranteed > 0, "guaranteed_amount", "OUT_OF_RANGE", "an amount above zero")
	c.Require(t.Guaranteed <= maxAmount, "guaranteed_amount", "OUT_OF_RANGE", "the amount is too large")
	t.checkAppraisal(&c, today)
	t.checkPeriod(&c, today)
	c.Require(len(t.Documents) <= maxDocuments, "document_ids", "TOO_MANY", fmt.Sprintf("at most %d files", maxDocuments))
	return c.Err()
}

// checkReference asks for a number where one exists by law: of the registration, or
// of the bank's letter.
func (t Terms) checkReference(c *fault.Checks) {
	least := 0
	if t.Kind.appraised() || t.Kind == BankGuarantee {
		least = 1
	}
	text(c, "reference_no", t.ReferenceNo, least, 100)
}

func (t Terms) checkAppraisal(c *fault.Checks, today calendar.Date) {
	if !t.Kind.appraised() {
		c.Require(t.Appraised == nil, "appraised_amount", "NOT_ALLOWED", "only what is mortgaged or pledged is appraised")
		c.Require(t.AppraisedOn.IsZero(), "appraised_on", "NOT_ALLOWED", "only what is mortgaged or pledged is appraised")
		return
	}
	c.Require(t.Appraised != nil && *t.Appraised > 0, "appraised_amount", "REQUIRED", "give the value it was appraised at")
	c.Require(t.Appraised == nil || *t.Appraised <= maxAmount, "appraised_amount", "OUT_OF_RANGE", "the amount is too large")
	c.Require(!t.AppraisedOn.IsZero(), "appraised_on", "REQUIRED", "give the day of the appraisal")
	c.Require(t.AppraisedOn <= today, "appraised_on", "OUT_OF_RANGE", "not after today")
}

func (t Terms) checkPeriod(c *fault.Checks, today calendar.Date) {
	c.Require(!t.StartsOn.IsZero(), "starts_on", "REQUIRED", "give the first day")
	if t.EndsOn.IsZero() {
		c.Require(t.Kind == Deposit, "ends_on", "REQUIRED", "give the last day; only a deposit can go without one")
		return
	}
	c.Require(t.StartsOn <= t.EndsOn, "ends_on", "OUT_OF_RANGE", "the last day is not before the first one")
	c.Require(t.EndsOn >= today, "ends_on", "OUT_OF_RANGE", "the last day is over already")
	c.Require(t.StartsOn.IsZero() || t.EndsOn.DaysSince(t.StartsOn) <= maxSpanDays, "ends_on", "OUT_OF_RANGE", "at most fifty years")
}

func text(c *fault.Checks, field, s string, least, most int) {
	n := utf8.RuneCountInString(s)
	c.Require(n >= least, field, "REQUIRED", "must be given")
	c.Require(n <= most && utf8.ValidString(s) && !strings.ContainsRune(s, 0), field, "TOO_LONG", fmt.Sprintf("at most %d characters", most))
}

// ReleaseInput gives an active item back.
type ReleaseInput struct {
	ID      uuid.UUID
	Reason  string
	Version int64
}

func (in ReleaseInput) validate() error {
	var c fault.Checks
	text(&c, "reason", in.Reason, 1, maxReason)
	return c.Err()
}
