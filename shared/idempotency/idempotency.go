// Package idempotency carries the command key of a request from the transport to
// the domain, which stores it in the transaction of the change itself (P9): only
// there is "done" and "remembered" one thing.
//
// It owns the key's form and the faults. It keeps nothing.
package idempotency

import (
	"context"

	"zhuxin/shared/fault"
)

// MaxKey is the longest key taken.
const MaxKey = 200

// Command names one attempt to change something.
type Command struct {
	Key       string   // the client's Idempotency-Key: visible ASCII
	Principal string   // who sent it: person:<id> or api_key:<id>; keys of two callers never meet
	Hash      [32]byte // of operation, path and body: tells a repeat from another payload
}

// The faults of a command key.
var (
	ErrKeyRequired = fault.New(fault.KindInvalid, "IDEMPOTENCY_KEY_REQUIRED",
		"send an Idempotency-Key header, new for each order and the same for each repeat")
	ErrKeyInvalid = fault.New(fault.KindInvalid, "IDEMPOTENCY_KEY_INVALID",
		"the Idempotency-Key must be 1 to 200 visible ASCII characters, sent once")
	ErrKeyReused = fault.Mismatch("IDEMPOTENCY_KEY_REUSED",
		"this Idempotency-Key was used for another payload; use a new key")
	ErrInFlight = fault.Conflict("REQUEST_IN_FLIGHT",
		"the same request is being worked on; repeat it in a moment with the same key")
)

// Valid says whether key can be a command key.
func Valid(key string) bool {
	if key == "" || len(key) > MaxKey {
		return false
	}
	for i := range len(key) {
		if key[i] <= ' ' || key[i] > '~' {
			return false
		}
	}
	return true
}

type ctxKey struct{}

// With puts the command into the context.
func With(ctx context.Context, c Command) context.Context {
	return context.WithValue(ctx, ctxKey{}, c)
}

// From gives the command; ok is false outside a request that carries a key.
func From(ctx context.Context) (Command, bool) {
	c, ok := ctx.Value(ctxKey{}).(Command)
	return c, ok
}
