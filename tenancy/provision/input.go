package provision

import (
	"regexp"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/shared/fault"
	"zhuxin/shared/money"
)

// NewTenant is what a subsidiary is made of. ID is chosen by the caller, so that a
// repeated job finds the tenant it has made before.
type NewTenant struct {
	ID        uuid.UUID
	Slug      string // in addresses, never changed: a-z, 0-9 and hyphens
	Name      string
	ShortName string
	USCC      string // of the subsidiary itself; one tenant each
	Currency  money.Currency
	TimeZone  string    // IANA name; empty: Asia/Shanghai (ruling 19)
	CreatedBy uuid.UUID // the person who approved; uuid.Nil for the system

	// OnStep is told each step when it is done. It runs inside the transaction, so
	// it must not wait for anything that the transaction holds.
	OnStep func(Step) `json:"-"`
}

// Step is a visible part of provisioning.
type Step string

// The steps in their order.
const (
	StepSchema   Step = "schema"   // a schema with its role and tables is there
	StepRegistry Step = "registry" // the tenant is entered
	StepDone     Step = "done"     // committed
)

var (
	// ErrUSCCTaken means that the company is a tenant already.
	ErrUSCCTaken = fault.Conflict("TENANT_USCC_TAKEN", "a subsidiary with this unified social credit code is registered already")
	// ErrSlugTaken means that another tenant has the slug.
	ErrSlugTaken = fault.Conflict("TENANT_SLUG_TAKEN", "another subsidiary has this address name; choose a different one")
)

var (
	slugPattern = regexp.MustCompile(`^[a-z][a-z0-9-]{1,38}[a-z0-9]$`)
	usccPattern = regexp.MustCompile(`^[0-9A-Z]{18}$`)
)

// Validate gives all faults of the input. It checks the form of the USCC only:
// a registered code whose check character fails may have been accepted with a
// reason before.
func (n *NewTenant) Validate() error {
	var c fault.Checks
	c.Require(n.ID != uuid.Nil, "id", "REQUIRED", "choose the id before, so that a repeated call is recognised")
	c.Require(slugPattern.MatchString(n.Slug), "slug", "INVALID", "3 to 40 characters a-z, 0-9 and hyphens, starting with a letter")
	c.Require(n.Name != "" && utf8.RuneCountInString(n.Name) <= 200, "name", "REQUIRED", "1 to 200 characters")
	c.Require(n.ShortName != "" && utf8.RuneCountInString(n.ShortName) <= 50, "short_name", "REQUIRED", "1 to 50 characters")
	c.Require(usccPattern.MatchString(n.USCC), "uscc", "INVALID", "18 characters 0-9 and A-Z")
	if n.Currency == "" {
		n.Currency = money.CNY
	}
	c.Require(n.Currency.Valid(), "currency", "INVALID", "an ISO 4217 code such as CNY")
	if n.TimeZone == "" {
		n.TimeZone = "Asia/Shanghai"
	}
	if _, err := time.LoadLocation(n.TimeZone); err != nil {
		c.Add("time_zone", "INVALID", "an IANA time zone such as Asia/Shanghai")
	}
	return c.Err()
}
