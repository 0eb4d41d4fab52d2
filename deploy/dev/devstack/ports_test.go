package devstack_test

import (
	"bufio"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"testing"

	"zhuxin/deploy/dev/devstack"
)

// claimPorts, set in the environment, turns the test program into one that
// takes that many rows of ports, prints the first of each, and waits.
const claimPorts = "DEVSTACK_TEST_CLAIM_PORTS"

// TestFreePortsGivesNoPortTwice takes rows in this process from many
// goroutines, and in another process at the same time. With 2 × 300 of 1200
// rows, places chosen by chance alone would meet.
func TestFreePortsGivesNoPortTwice(t *testing.T) {
	t.Parallel()
	const each = 300
	other := exec.Command(os.Args[0])
	other.Env = append(os.Environ(), claimPorts+"="+strconv.Itoa(each))
	out, err := other.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { other.Process.Kill(); other.Wait() })

	var mu sync.Mutex
	var wg sync.WaitGroup
	seen := map[int]bool{}
	take := func(base int) {
		mu.Lock()
		defer mu.Unlock()
		if seen[base] {
			t.Errorf("the row from port %d on was given out twice", base)
		}
		seen[base] = true
	}
	for range each {
		wg.Go(func() {
			base, err := devstack.FreePorts(7)
			if err != nil {
				t.Error(err)
			}
			take(base)
		})
	}
	for _, base := range readPorts(t, out, each) {
		take(base)
	}
	wg.Wait()
}

// readPorts reads count ports, one in a line.
func readPorts(t *testing.T, from io.Reader, count int) []int {
	t.Helper()
	lines := bufio.NewScanner(from)
	out := make([]int, 0, count)
	for len(out) < count && lines.Scan() {
		port, err := strconv.Atoi(lines.Text())
		if err != nil {
			t.Fatalf("the other process said %q", lines.Text())
		}
		out = append(out, port)
	}
	if len(out) < count {
		t.Fatalf("the other process took %d of %d rows", len(out), count)
	}
	return out
}

func TestFreePortsRefusesWhatNoRowHolds(t *testing.T) {
	t.Parallel()
	for _, count := range []int{-1, 0, 11} {
		if _, err := devstack.FreePorts(count); err == nil {
			t.Errorf("%d ports in a row were given out", count)
		}
	}
	base, err := devstack.FreePorts(10)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 10 {
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(base+i)))
		if err != nil {
			t.Fatal(errors.Join(errors.New("a port given out is not free"), err))
		}
		l.Close()
	}
}
