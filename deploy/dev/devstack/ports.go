package devstack

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// PortTakenError is returned by Start when another program listens on a port of
// the stack.
type PortTakenError struct {
	Port    int
	Server  string // who wanted it
	Setting string // the environment variable that moves it
	Err     error
}

func (e *PortTakenError) Error() string {
	return fmt.Sprintf("port %d, wanted for %s, is taken by another program (%v); end that program, or set %s to a free port",
		e.Port, e.Server, e.Err, e.Setting)
}

func (e *PortTakenError) Unwrap() error { return e.Err }

// checkPorts fails on the first port of the stack that cannot be listened on,
// or that two servers share.
func checkPorts(c Config) error {
	seen := map[int]portUse{}
	for _, u := range c.Ports.uses() {
		if !c.wants(u.server) {
			continue
		}
		if other, twice := seen[*u.port]; twice {
			return fmt.Errorf("devstack: port %d is set for %s (%s) and for %s (%s); choose two different ones",
				*u.port, other.what, other.setting, u.what, u.setting)
		}
		seen[*u.port] = u
		if err := tryPort(*u.port); err != nil {
			return &PortTakenError{Port: *u.port, Server: u.what, Setting: u.setting, Err: err}
		}
	}
	return nil
}

func tryPort(port int) error {
	ln, err := net.Listen("tcp", loopback(port))
	if err != nil {
		// Only the cause: "address already in use", "permission denied".
		var op *net.OpError
		if errors.As(err, &op) {
			return op.Err
		}
		return err
	}
	return ln.Close()
}

func loopback(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// FreePorts returns count consecutive ports that nobody listens on right now,
// below the range of outgoing connections. The place is random, so that two
// runs at the same time rarely meet; the one that is late gets a PortTakenError.
func FreePorts(count int) (base int, err error) {
	const lowest, highest, attempts = 20000, 32000, 100
	for range attempts {
		base := lowest + rand.IntN(highest-lowest-count)
		if allFree(base, count) {
			return base, nil
		}
	}
	return 0, fmt.Errorf("devstack: found no %d free ports in a row between %d and %d", count, lowest, highest)
}

func allFree(base, count int) bool {
	for i := range count {
		if tryPort(base+i) != nil {
			return false
		}
	}
	return true
}
