// Package fault is the one error type that crosses layers: a kind that decides
// the transport status, a stable reason a client can act on, and details. It is
// made where the rule lives (biz, shared) and turned into an answer in exactly
// one place (app/server).
//
// A refused order or a failed rating gate is an answer, not a fault (ruling 17).
package fault

import (
	"errors"
	"fmt"
)

// Kind says what went wrong in terms the transport understands.
type Kind int

// The kinds; their zero value is Internal so that a forgotten kind never leaks text.
const (
	KindInternal     Kind = iota // 500; the text never reaches a client
	KindInvalid                  // 400; the input breaks a rule; Fields says which
	KindUnauthorized             // 401; nobody is logged in
	KindForbidden                // 403; logged in, not allowed
	KindNotFound                 // 404; absent, or another tenant's: the same answer
	KindConflict                 // 409; the state has moved on
	KindMismatch                 // 422; well-formed but contradicts what is stored
	KindTooLarge                 // 413; more bytes or rows than are taken
	KindLimited                  // 429; too many requests; RetryAfter is set
	KindUnavailable              // 503; a server behind us is away
)

// Field is one fault of one input field.
type Field struct {
	Name    string `json:"field"`   // proto path of the field: items[2].weight
	Reason  string `json:"reason"`  // stable: REQUIRED, OUT_OF_RANGE, …
	Message string `json:"message"` // what is wrong and what would be right, for a person
}

// Error is a fault. Reason is stable and upper snake case; Message is safe to show.
type Error struct {
	Kind       Kind
	Reason     string
	Message    string
	Fields     []Field
	Meta       map[string]string
	RetryAfter int // seconds
	cause      error
}

func (e *Error) Error() string {
	s := e.Reason + ": " + e.Message
	for _, f := range e.Fields {
		s += fmt.Sprintf("; %s: %s", f.Name, f.Message)
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

// Unwrap gives the cause, which is logged and never shown.
func (e *Error) Unwrap() error { return e.cause }

// Is makes errors.Is match on the reason, so that a sentinel can be wrapped with details.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Reason == e.Reason && t.Kind == e.Kind
}

// Wrap returns a copy that carries cause.
func (e *Error) Wrap(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// With returns a copy with one more detail for the client.
func (e *Error) With(key, value string) *Error {
	c := *e
	c.Meta = make(map[string]string, len(e.Meta)+1)
	for k, v := range e.Meta {
		c.Meta[k] = v
	}
	c.Meta[key] = value
	return &c
}

// New makes a fault of any kind.
func New(kind Kind, reason, message string) *Error {
	return &Error{Kind: kind, Reason: reason, Message: message}
}

// NotFound, Conflict, Forbidden, Mismatch and Unavailable make a fault of their kind.
func NotFound(reason, message string) *Error    { return New(KindNotFound, reason, message) }
func Conflict(reason, message string) *Error    { return New(KindConflict, reason, message) }
func Forbidden(reason, message string) *Error   { return New(KindForbidden, reason, message) }
func Mismatch(reason, message string) *Error    { return New(KindMismatch, reason, message) }
func Unavailable(reason, message string) *Error { return New(KindUnavailable, reason, message) }

// As finds the fault in err.
func As(err error) (*Error, bool) {
	var e *Error
	ok := errors.As(err, &e)
	return e, ok
}

// Checks collects all faults of an input, so that a person mends them in one go.
type Checks struct{ fields []Field }

// Add records a fault of the named field.
func (c *Checks) Add(field, reason, message string) {
	c.fields = append(c.fields, Field{Name: field, Reason: reason, Message: message})
}

// Require records a fault of the named field when ok is false.
func (c *Checks) Require(ok bool, field, reason, message string) {
	if !ok {
		c.Add(field, reason, message)
	}
}

// Err is nil when nothing was recorded.
func (c *Checks) Err() error {
	if len(c.fields) == 0 {
		return nil
	}
	return &Error{Kind: KindInvalid, Reason: "INVALID_INPUT", Message: "some fields are not acceptable", Fields: c.fields}
}
