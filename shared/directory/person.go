package directory

import (
	"context"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/shared/fault"
)

// Person is a human being who can log in. The id is that of his identity at the
// identity server; e-mail is lower case.
type Person struct {
	ID            uuid.UUID
	Email         string
	EmailVerified bool
	Name          string
}

// Credential is what a person's client presents: a session cookie (name=value)
// or, without cookies, a session token.
type Credential struct {
	Cookie string
	Token  string
}

// Session is one login as the identity server knows it.
type Session struct {
	Person
	SessionID       string
	AAL             string   // aal1, aal2
	Methods         []string // how he proved himself: password, totp, code
	AuthenticatedAt time.Time
	// SecondFactorAt is when he last showed an authenticator app or a security key in
	// this session; zero for never. Recovery codes do not count (reliability 43).
	SecondFactorAt time.Time
}

// IdentityServer tells who presents a credential. It answers a fault of
// KindUnauthorized when the credential is not good, and of KindUnavailable when
// it could not be asked.
type IdentityServer interface {
	Session(ctx context.Context, c Credential) (Session, error)
}

// NewIdentity is a login made on somebody's behalf; his address counts as
// verified. Without a password he sets one with a recovery code.
type NewIdentity struct {
	Email    string
	Name     string
	Password string
}

// RecoveryCode lets a person set his password: he opens Link and types Code.
type RecoveryCode struct {
	Link      string
	Code      string
	ExpiresAt time.Time
}

// IdentityAdmin makes and mends logins without their owner; for the command
// line and for an administrator who disables somebody.
type IdentityAdmin interface {
	// FindByEmail answers ErrPersonNotFound when nobody has the address.
	FindByEmail(ctx context.Context, email string) (Person, error)
	Create(ctx context.Context, n NewIdentity) (Person, error)
	RecoveryCode(ctx context.Context, personID uuid.UUID) (RecoveryCode, error)
	RevokeSessions(ctx context.Context, personID uuid.UUID) error
}

// People is the register of persons.
type People interface {
	// Get answers ErrPersonNotFound for an unknown id.
	Get(ctx context.Context, id uuid.UUID) (Person, error)
	// Put writes the person as the identity server has him. An address that
	// another person held before is taken from him: the server knows who has it now.
	Put(ctx context.Context, p Person) error
}

// ErrPersonNotFound means that nobody with this id or address is known.
var ErrPersonNotFound = fault.NotFound("PERSON_NOT_FOUND", "nobody is known by this id or e-mail address")

// ErrEmailUnverified means that the person has not shown that the address is his.
var ErrEmailUnverified = fault.Forbidden("EMAIL_UNVERIFIED",
	"confirm your e-mail address first: enter the code from the mail that was sent to it, or ask for a new one")

const maxEmail = 254

// NormalizeEmail gives the form in which addresses are kept and compared, and
// false for what is no address. Characters that cannot be seen are refused,
// because two addresses must not look alike and differ.
func NormalizeEmail(s string) (string, bool) {
	s = strings.ToLower(strings.TrimSpace(s))
	local, domain, ok := strings.Cut(s, "@")
	if !ok || local == "" || !strings.Contains(domain, ".") || strings.Contains(domain, "@") || len(s) > maxEmail {
		return "", false
	}
	if strings.HasPrefix(domain, ".") || strings.HasSuffix(domain, ".") || strings.ContainsAny(s, "<>()[],;:\\\"") {
		return "", false
	}
	for _, r := range s {
		if unicode.IsSpace(r) || !unicode.IsPrint(r) {
			return "", false
		}
	}
	return s, true
}

// MaskEmail keeps the first character and the domain: z***@example.com.
func MaskEmail(s string) string {
	local, domain, ok := strings.Cut(s, "@")
	if !ok {
		return "***"
	}
	_, n := utf8.DecodeRuneInString(local)
	return local[:n] + "***@" + domain
}

// cleanText trims and says whether s is a line of text of 1 to limit characters
// without control characters.
func cleanText(s string, limit int) (string, bool) {
	s = strings.TrimSpace(s)
	n := utf8.RuneCountInString(s)
	if n == 0 || n > limit || !utf8.ValidString(s) {
		return s, false
	}
	return s, !strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.C, r) })
}
