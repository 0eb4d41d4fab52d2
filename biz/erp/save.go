package erp

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/biz/feed"
	"zhuxin/shared/fault"
)

// SaveInput makes a connection, or changes one when ID is set. An empty Secret
// keeps the stored one.
type SaveInput struct {
	ID      uuid.UUID
	Version int64
	Name    string
	Kind    Kind
	Endpoint
	Source       string
	Enabled      bool
	EveryMinutes int
	Feeds        []feed.Kind // none: receivables
	PushLimits   bool
}

var sourceForm = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,39}$`)

func short(s string) bool { return strings.TrimSpace(s) != "" && utf8.RuneCountInString(s) <= 100 }

// Validate gives all faults of the input.
func (in SaveInput) Validate() error {
	var c fault.Checks
	c.Require(short(in.Name), "name", "REQUIRED", "give the connection a name of at most 100 characters")
	c.Require(slices.Contains(Kinds, in.Kind), "kind", "UNKNOWN", fmt.Sprintf("one of %v", Kinds))
	for _, k := range in.Feeds {
		c.Require(feed.Known(k), "feeds", "UNKNOWN", fmt.Sprintf("some of %v", feed.Kinds))
	}
	c.Require(in.ID != uuid.Nil || sourceForm.MatchString(in.Source), "source", "INVALID", "1 to 40 small letters, digits, dots, dashes; it cannot be changed later")
	c.Require(in.ID == uuid.Nil || in.Version > 0, "version", "REQUIRED", "send the version that was shown")
	if in.Kind == KindFiles {
		c.Require(!in.PushLimits, "push_limits", "NOT_SUPPORTED", "there is no ERP to write limits to")
		return c.Err()
	}
	in.checkEndpoint(&c)
	return c.Err()
}

// checkEndpoint holds where an ERP is, and how it is asked.
func (in SaveInput) checkEndpoint(c *fault.Checks) {
	u, err := url.Parse(in.BaseURL)
	c.Require(err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && strings.Trim(u.Path, "/") == "" && u.RawQuery == "" && u.Fragment == "",
		"base_url", "INVALID_URL", "write the address without a path, such as https://erp.example")
	c.Require(short(in.Database), "database", "REQUIRED", "name the database (Kingdee: the data centre's id)")
	c.Require(utf8.RuneCountInString(in.Company) <= 100, "company", "TOO_LONG", "at most 100 characters")
	c.Require(in.Kind != KindU8 || strings.TrimSpace(in.Company) != "", "company", "REQUIRED", "name the account that calls (from_account)")
	c.Require(short(in.Username), "username", "REQUIRED", "name the user that Zhuxin logs in as")
	c.Require(in.Secret != "" || in.ID != uuid.Nil, "secret", "REQUIRED", "write the user's password; it is stored encrypted and never shown")
	c.Require(len(in.Secret) <= 500, "secret", "TOO_LONG", "at most 500 characters")
	c.Require(in.EveryMinutes >= 5 && in.EveryMinutes <= 24*60, "every_minutes", "OUT_OF_RANGE", "between 5 minutes and a day")
}
