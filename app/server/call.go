package server

import (
	"context"
	"net/netip"

	"zhuxin/shared/access"
)

// call is what the layers of one request tell each other: the outer ones log and
// measure what the inner ones find out. One goroutine works on a request.
type call struct {
	requestID string
	clientIP  netip.Addr
	operation string // "" until a route of the contract takes over
	admitted  bool   // authorized, or a route that needs no authorization
	caller    caller
	actor     access.Actor
}

type callKey struct{}

func withCall(ctx context.Context, c *call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// callFrom gives the request's record; a fresh one outside of a request, so that
// nobody needs to ask for nil.
func callFrom(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return &call{}
}

// RequestID gives the id under which the request is logged and answered.
func RequestID(ctx context.Context) string { return callFrom(ctx).requestID }

// PersonFrom gives the logged-in person with the age and strength of the login,
// for step-up checks; ok is false for an API key and for nobody.
func PersonFrom(ctx context.Context) (Person, bool) {
	c := callFrom(ctx).caller
	if c.kind != callerPerson || c.err != nil {
		return Person{}, false
	}
	return c.person, true
}

// ClientAddr gives the address of the client as the trusted proxies report it.
func ClientAddr(ctx context.Context) netip.Addr { return callFrom(ctx).clientIP }
