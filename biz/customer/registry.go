package customer

import (
	"context"
)

// RegistryState says what the company registry says about a code and a name.
type RegistryState string

// The states (000-40): not checked because none is connected; asked and not
// answered; no such company; its name is another one; all agrees.
const (
	RegistryNotConnected RegistryState = "not_connected"
	RegistryFailed       RegistryState = "failed"
	RegistryUnknown      RegistryState = "unknown"
	RegistryMismatch     RegistryState = "mismatch"
	RegistryMatch        RegistryState = "match"
)

// RegistryAnswer is what the registry says; Name is the registered one.
type RegistryAnswer struct {
	State RegistryState
	Name  string
}

// Registry compares a code and a name with the public register of companies. It is
// asked outside of transactions and answers within its own deadline; that it does
// not answer is a state, no error.
type Registry interface {
	Match(ctx context.Context, uscc, name string) RegistryAnswer
}

// NoRegistry is the answer while none is connected.
type NoRegistry struct{}

// Match implements Registry.
func (NoRegistry) Match(context.Context, string, string) RegistryAnswer {
	return RegistryAnswer{State: RegistryNotConnected}
}

// Connect names the registry. It belongs to the wiring, not to requests.
func (s *Service) Connect(r Registry) { s.registry = r }
