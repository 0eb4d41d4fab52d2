package devstack

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
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

// The ports that FreePorts gives out lie below the range of outgoing
// connections, in rows that begin at fixed places.
const (
	lowestPort = 20000
	rowLength  = 10
	rows       = 1200
)

// FreePorts returns count consecutive ports, at most ten, that nobody listens
// on. They stay claimed until this process ends: no later call, here or in
// another process of this machine, gets any of them, whether the servers
// already listen or not.
func FreePorts(count int) (base int, err error) {
	if count < 1 || count > rowLength {
		return 0, fmt.Errorf("devstack: %d ports in a row asked for; ask for 1 to %d", count, rowLength)
	}
	for _, row := range rand.Perm(rows) {
		base := lowestPort + row*rowLength
		if !claim(base) {
			continue
		}
		if allFree(base, count) {
			return base, nil
		}
	}
	return 0, fmt.Errorf("devstack: found no %d free ports in a row between %d and %d", count, lowestPort, lowestPort+rows*rowLength)
}

var (
	claimsMu sync.Mutex
	claims   []net.Listener // held, so that the collector closes none of them
)

// claim takes the row that begins with base for the rest of this process. The
// name of an abstract socket does it: the kernel gives it to one process only
// and takes it back however that process ends. To look whether a port is free
// means to listen on it for a moment, so without the claim two that looked at
// the same time took each other's look for a server.
func claim(base int) bool {
	l, err := net.Listen("unix", "@zhuxin-devstack-ports-"+strconv.Itoa(base))
	if err != nil {
		return false
	}
	claimsMu.Lock()
	defer claimsMu.Unlock()
	claims = append(claims, l)
	return true
}

func allFree(base, count int) bool {
	for i := range count {
		if tryPort(base+i) != nil {
			return false
		}
	}
	return true
}
