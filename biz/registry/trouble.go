package registry

import (
	"errors"
	"time"
)

// Trouble is why a request was not answered. Each asks for something else to be
// done, so they are never folded into one.
type Trouble string

// The troubles.
const (
	RateLimited      Trouble = "rate_limited"      // too fast: wait seconds
	QuotaExhausted   Trouble = "quota_exhausted"   // calls bought are used up: tomorrow
	BalanceExhausted Trouble = "balance_exhausted" // money is used up: top up
	AccountRefused   Trouble = "account_refused"   // credential wrong, expired or its address not allowed
	NoRight          Trouble = "no_right"          // this kind is not bought
	BudgetExhausted  Trouble = "budget_exhausted"  // our own budget of the day
	Pending          Trouble = "pending"           // the provider prepares the answer
	Unreachable      Trouble = "unreachable"       // no answer in time, or its servers fail
	BadAnswer        Trouble = "bad_answer"        // an answer that cannot be read
	RequestRefused   Trouble = "request_refused"   // the provider calls our request wrong
	NotConnected     Trouble = "not_connected"     // no account
	NotOffered       Trouble = "not_offered"       // no connected provider has this kind
)

// Error is a request that was not answered.
type Error struct {
	Trouble    Trouble
	Code       string // the provider's
	Text       string // safe to show
	RetryAfter time.Duration
	cause      error
}

func (e *Error) Error() string {
	s := string(e.Trouble)
	if e.Code != "" {
		s += " (" + e.Code + ")"
	}
	if e.Text != "" {
		s += ": " + e.Text
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// Fail makes an Error; cause may be nil.
func Fail(t Trouble, code, text string, cause error) *Error {
	return &Error{Trouble: t, Code: code, Text: text, cause: cause}
}

// TroubleOf finds the trouble in err; anything else is Unreachable.
func TroubleOf(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return Fail(Unreachable, "", "no answer", err)
}

// Passing says that the same request may be answered seconds later.
func (t Trouble) Passing() bool { return t == RateLimited || t == Unreachable || t == Pending }

// stops says how long the whole account is left alone after the trouble; zero for
// one that concerns a single request.
func (t Trouble) stops() time.Duration {
	switch t {
	case QuotaExhausted, BalanceExhausted:
		return 12 * time.Hour
	case AccountRefused:
		return 6 * time.Hour
	}
	return 0
}
