// Package stepup asks a person for a second verification of a key operation
// (004-27; reliability P14): a code of his authenticator app or security key, not
// older than five minutes, entered for exactly this change, and good for it once.
//
// The first attempt is refused with STEP_UP_REQUIRED and the id of a challenge;
// the person verifies himself at the identity server, and the same request goes
// out again with the header X-Step-Up. The challenge is marked as used in the
// transaction that writes the change, with its audit row, so that a change that
// was rolled back leaves it usable, and one that was made does not.
//
// It owns the acts, the challenges and when they hold. It does not own who may do
// what, which acts a subsidiary asks about (its settings for approvals; at HQ the
// group policy), and how a person verifies himself.
package stepup

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/fault"
)

// Act is what a request does that can ask for a second verification. A route
// names its act in its proto.
type Act string

// The acts that a subsidiary chooses from.
const (
	LimitChange      Act = "limit_change"
	TemplateApproval Act = "template_approval"
	NegativeList     Act = "negative_list"
	OrderRelease     Act = "order_release"
	WriteOff         Act = "write_off"
	Agreement        Act = "agreement"
	HistoryImport    Act = "history_import"
)

// Acts that nobody chooses. Approval stands for the acts of the submissions that
// are decided on. Settings is the change of the choice itself, of who may decide
// and by which rules: whoever could change that alone would need no code for anything.
const (
	Approval Act = "approval"
	Settings Act = "settings"
)

// Acts lists those that a subsidiary chooses from.
var Acts = []Act{LimitChange, TemplateApproval, OrderRelease, WriteOff, Agreement, HistoryImport, NegativeList}

// Known says whether a route can name the act.
func Known(a Act) bool {
	if a == Approval || a == Settings {
		return true
	}
	for _, x := range Acts {
		if a == x {
			return true
		}
	}
	return false
}

const (
	// MaxAge is how old a verification may be.
	MaxAge = 5 * time.Minute
	// Lifetime is how long a challenge waits for the person.
	Lifetime = 10 * time.Minute
)

// Faults of a second verification.
var (
	ErrRequired = fault.Forbidden("STEP_UP_REQUIRED",
		"this needs a second verification: enter the code of your authenticator app, then send the same request again with the header X-Step-Up")
	ErrPersonOnly = fault.Forbidden("STEP_UP_PERSON_ONLY",
		"this needs a second verification, which an API key cannot give; a person has to do it in the console")
	ErrUsed = fault.Conflict("STEP_UP_USED",
		"this second verification was used by another request just now; send this one again to be asked anew")
)

// Why a challenge that was sent does not hold; in the fault's metadata, "why".
const (
	WhyNone    = "none"    // no challenge was sent
	WhyUnknown = "unknown" // of another person or subsidiary, or of nobody
	WhyOther   = "other_change"
	WhyExpired = "expired"
	WhyUsed    = "used"
	WhyNoCode  = "no_code"  // no second factor was shown since the challenge
	WhyOldCode = "old_code" // it was shown more than five minutes ago
)

// Challenge asks one person to verify one change.
type Challenge struct {
	ID        uuid.UUID
	PersonID  uuid.UUID
	Act       Act
	Digest    [sha256.Size]byte
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedBy    uuid.NullUUID // the attempt
}

// Attempt is one request that can ask for a second verification.
type Attempt struct {
	Act       Act
	Digest    [sha256.Size]byte
	Objects   []uuid.UUID // the submissions decided on, for Approval
	Challenge string      // what the client sent; "" for a first attempt
	HQ        bool        // the route works at HQ
	// SecondFactorAt is when the session's person last showed a second factor that
	// counts; zero for never. Recovery codes do not count.
	SecondFactorAt time.Time
}

// Digest binds a challenge to a request. The body counts by its values: neither
// spaces nor the order of its fields make another change of it.
func Digest(operation, tenant, path, query string, body []byte) ([sha256.Size]byte, error) {
	canonical := body
	if len(strings.TrimSpace(string(body))) > 0 {
		d := json.NewDecoder(strings.NewReader(string(body)))
		d.UseNumber()
		var v any
		if err := d.Decode(&v); err != nil {
			return [sha256.Size]byte{}, fault.New(fault.KindInvalid, "BODY_INVALID", "the body is no JSON object").Wrap(err)
		}
		var err error
		if canonical, err = json.Marshal(v); err != nil {
			return [sha256.Size]byte{}, err
		}
	}
	h := sha256.New()
	for _, part := range []string{operation, tenant, path, query, string(canonical)} {
		sum := sha256.Sum256([]byte(part)) // of fixed length: no part can reach into the next
		h.Write(sum[:])
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}

// holds says why the challenge does not let the attempt through; "" when it does.
func (c Challenge) holds(a Attempt, person uuid.UUID, now time.Time) string {
	switch {
	case c.PersonID != person:
		return WhyUnknown
	case c.UsedBy.Valid:
		return WhyUsed
	case c.Digest != a.Digest || c.Act != a.Act:
		return WhyOther
	case !now.Before(c.ExpiresAt):
		return WhyExpired
	case !a.SecondFactorAt.After(c.CreatedAt):
		return WhyNoCode
	case now.Sub(a.SecondFactorAt) > MaxAge:
		return WhyOldCode
	}
	return ""
}

// Passed is a verification that holds, on its way to the transaction that uses it.
type Passed struct {
	Challenge  uuid.UUID
	Attempt    uuid.UUID // one for each request
	VerifiedAt time.Time
	hq         bool // where the challenge lies
}

type passedKey struct{}

func passedFrom(ctx context.Context) (Passed, bool) {
	p, ok := ctx.Value(passedKey{}).(Passed)
	return p, ok
}
