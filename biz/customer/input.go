package customer

import (
	"errors"
	"fmt"
	"net/mail"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/shared/fault"
	"zhuxin/shared/party"
)

// Fields are what a person enters about a customer; nil leaves a field as it is.
// Personal fields are plain here and never leave the service so.
type Fields struct {
	Name                  *string
	USCC                  *string
	USCCOverrideReason    *string
	TaxNo                 *string
	SalespersonID         *string // empty: nobody
	ContactName           *string
	ContactPhone          *string
	ContactEmail          *string
	LegalRepresentative   *string
	LegalRepresentativeID *string
	BankAccount           *string
	Address               *string
	CreditTermDays        *int32
	SettlesAdvance        *bool
}

// CreateInput makes a customer. Number is given by the system where it is empty.
type CreateInput struct {
	Number string
	Fields
}

// UpdateInput changes the fields that are sent. Version is the one that was seen.
type UpdateInput struct {
	ID      uuid.UUID
	Version int64
	Fields
}

// maxTerm bounds a credit term to two years.
const maxTerm = 730

// maxEmail is the longest address that SMTP carries (RFC 5321).
const maxEmail = 254

var (
	numberForm  = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}._/-]{0,39}$`)
	phoneForm   = regexp.MustCompile(`^\+?[0-9]{5,20}$`)
	emailDomain = regexp.MustCompile(`@[^@\s]+\.[\p{L}\p{N}-]{2,}$`)
	idForm      = regexp.MustCompile(`^[0-9A-Z]{5,20}$`)
	residentID  = regexp.MustCompile(`^[0-9]{17}[0-9X]$`)
	accountForm = regexp.MustCompile(`^[0-9A-Z]{6,34}$`)
	taxForm     = regexp.MustCompile(`^[0-9A-Z]{6,30}$`)
)

// normalize trims every field that was sent and brings codes into their form.
func (f *Fields) normalize() {
	for _, s := range []*string{f.Name, f.USCCOverrideReason, f.ContactName, f.ContactEmail, f.LegalRepresentative, f.Address, f.SalespersonID} {
		if s != nil {
			*s = strings.TrimSpace(*s)
		}
	}
	for _, s := range []*string{f.USCC, f.TaxNo, f.LegalRepresentativeID, f.BankAccount, f.ContactPhone} {
		if s != nil {
			*s = compact(*s)
		}
	}
}

// compact drops the blanks and dashes that people write into numbers and makes
// letters large.
func compact(s string) string {
	return strings.ToUpper(strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || r == '-' {
			return -1
		}
		return r
	}, s))
}

// check adds the faults of the fields that were sent.
func (f Fields) check(c *fault.Checks) {
	text(c, "name", f.Name, 2, 120)
	if f.USCC != nil {
		f.checkUSCC(c)
	}
	text(c, "uscc_override_reason", f.USCCOverrideReason, 0, 200)
	form(c, "tax_no", f.TaxNo, taxForm, "6 to 30 digits and letters")
	text(c, "contact_name", f.ContactName, 0, 60)
	form(c, "contact_phone", f.ContactPhone, phoneForm, "5 to 20 digits, with the country's + if need be")
	if e := f.ContactEmail; e != nil && *e != "" {
		at, err := mail.ParseAddress(*e)
		c.Require(err == nil && at.Address == *e && len(*e) <= maxEmail && emailDomain.MatchString(*e), "contact_email", "BAD_FORM", "one address, as name@company.cn")
	}
	text(c, "legal_representative", f.LegalRepresentative, 0, 60)
	form(c, "legal_representative_id", f.LegalRepresentativeID, idForm, "5 to 20 digits and letters")
	if id := f.LegalRepresentativeID; id != nil && residentID.MatchString(*id) {
		c.Require(residentCheck(*id) == (*id)[17], "legal_representative_id", "CHECK_DIGIT", "the check digit does not match; compare the number with the ID card")
	}
	form(c, "bank_account", f.BankAccount, accountForm, "6 to 34 digits and letters")
	text(c, "address", f.Address, 0, 200)
	if f.SalespersonID != nil && *f.SalespersonID != "" {
		_, err := uuid.Parse(*f.SalespersonID)
		c.Require(err == nil, "salesperson_id", "BAD_FORM", "not the id of a person")
	}
	if d := f.CreditTermDays; d != nil {
		c.Require(*d >= 0 && *d <= maxTerm, "credit_term_days", "OUT_OF_RANGE", fmt.Sprintf("between 0 and %d days", maxTerm))
	}
}

func (f Fields) checkUSCC(c *fault.Checks) {
	_, err := party.ParseUSCC(*f.USCC)
	given := f.USCCOverrideReason != nil && *f.USCCOverrideReason != ""
	switch {
	case *f.USCC == "":
		c.Add("uscc", "REQUIRED", "give the unified social credit code")
	case errors.Is(err, party.ErrForm):
		c.Add("uscc", "USCC_FORM", party.ErrForm.Error())
	case errors.Is(err, party.ErrCheckDigit) && !given:
		c.Add("uscc", "USCC_CHECK_DIGIT", party.ErrCheckDigit.Error()+"; if it is registered so, give the reason why you accept it")
	}
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

// form checks a field that may be empty but has a form otherwise.
func form(c *fault.Checks, field string, s *string, re *regexp.Regexp, says string) {
	if s != nil && *s != "" && !re.MatchString(*s) {
		c.Add(field, "BAD_FORM", says)
	}
}

// residentCheck computes the check character of a resident ID number (GB 11643-1999).
func residentCheck(id string) byte {
	sum := 0
	for i, w := range [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(id[i]-'0') * w
	}
	return "10X98765432"[sum%11]
}
