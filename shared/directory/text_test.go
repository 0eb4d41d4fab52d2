package directory

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"zhuxin/shared/fault"
	"zhuxin/shared/party"
)

func firstField(err error) string {
	f, ok := fault.As(err)
	if !ok || len(f.Fields) == 0 {
		return ""
	}
	return f.Fields[0].Name + " " + f.Fields[0].Reason
}

func TestNormalizeEmail(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"li@a.example": "li@a.example", " Li@A.Example ": "li@a.example", "li+erp@a.example": "li+erp@a.example",
		"": "", "li": "", "li@": "", "@a.example": "", "li@localhost": "", "li@a..": "", "li@.a": "", "a b@c.de": "",
		"li@a.example@b.example": "", "li\u200b@a.example": "", "li\u00a0@a.example": "", "li\r\nBcc: x@a.example": "",
		"<li@a.example>": "", "li@a.example,x@a.example": "", strings.Repeat("x", 250) + "@a.example": "",
	} {
		got, ok := NormalizeEmail(in)
		if got != want || ok != (want != "") {
			t.Errorf("%q: got %q, %v", in, got, ok)
		}
	}
}

func TestMaskEmail(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"li@a.example": "l***@a.example", "李@a.example": "李***@a.example", "nothing": "***"} {
		if got := MaskEmail(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestSlugs(t *testing.T) {
	t.Parallel()
	const code = party.USCC("91110000600037341L")
	allowed := regexp.MustCompile(`^[a-z][a-z0-9-]{1,38}[a-z0-9]$`) // tenancy/provision
	for in, want := range map[string]string{
		"East Sea": "east-sea", "EAST": "east", "--East  Sea--": "east-sea", "A&B Co.": "a-b-co", "东海": "s37341l",
		"东海 East": "s37341l", "AB": "s37341l", "7Seas": "s37341l", "": "s37341l", "Zürich": "s37341l",
		strings.Repeat("long ", 20): "long-long-long-long-long",
	} {
		got := slugBase(in, code)
		if got != want || !allowed.MatchString(got) {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	if got := freeSlug("east", []string{"east-2", "east", "east-4"}); got != "east-3" {
		t.Errorf("got %q", got)
	}
	if got := freeSlug("east", []string{"east-2"}); got != "east" {
		t.Errorf("got %q", got)
	}
}

func TestCodes(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^[A-HJKMNP-TV-Z2-9]{4}(-[A-HJKMNP-TV-Z2-9]{4}){2}$`)
	seen := map[string]bool{}
	for range 200 {
		c := randomCode()
		if !form.MatchString(c) || seen[c] {
			t.Fatalf("code %q", c)
		}
		seen[c] = true
		if canonicalCode(" "+strings.ToLower(c)) != canonicalCode(strings.ReplaceAll(c, "-", " ")) {
			t.Errorf("%q is not recognised when typed differently", c)
		}
	}
}

func TestStates(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 8, 0, 0, 0, time.UTC)
	later, earlier := now.Add(time.Hour), now.Add(-time.Hour)
	for _, c := range []struct{ name, got, want string }{
		{"open invitation", Invitation{ExpiresAt: later}.State(now), "open"},
		{"at its end", Invitation{ExpiresAt: now}.State(now), "expired"},
		{"revoked and over", Invitation{ExpiresAt: earlier, RevokedAt: &earlier}.State(now), "revoked"},
		{"accepted and over", Invitation{ExpiresAt: earlier, AcceptedAt: &earlier}.State(now), "accepted"},
		{"code", InvitationCode{ExpiresAt: later, MaxUses: 2, Uses: 1}.State(now), "active"},
		{"code used up", InvitationCode{ExpiresAt: later, MaxUses: 2, Uses: 2}.State(now), "used_up"},
		{"code over", InvitationCode{ExpiresAt: now, MaxUses: 2}.State(now), "expired"},
		{"key", APIKey{ExpiresAt: later}.State(now), "active"},
		{"key at its end", APIKey{ExpiresAt: now}.State(now), "expired"},
		{"key revoked", APIKey{ExpiresAt: later, RevokedAt: &earlier}.State(now), "revoked"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %s, want %s", c.name, c.got, c.want)
		}
	}
}
