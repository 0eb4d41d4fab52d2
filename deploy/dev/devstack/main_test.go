package devstack_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"zhuxin/deploy/dev/devstack"
)

// runStackIn, set in the environment, turns the test program into one that
// starts a stack and waits to be killed: the parent in the orphan test.
const runStackIn = "DEVSTACK_TEST_RUN_STACK_IN"

func TestMain(m *testing.M) {
	if dir := os.Getenv(runStackIn); dir != "" {
		base, err := devstack.FreePorts(7)
		if err == nil {
			_, err = devstack.Start(context.Background(), devstack.Config{Dir: dir, Fast: true, Ports: devstack.PortsFrom(base)})
		}
		if err != nil {
			fmt.Println("failed:", err)
			os.Exit(1)
		}
		fmt.Println("ready")
		select {}
	}
	if n, err := strconv.Atoi(os.Getenv(claimPorts)); err == nil {
		for range n {
			base, err := devstack.FreePorts(7)
			if err != nil {
				fmt.Println("failed:", err)
				os.Exit(1)
			}
			fmt.Println(base)
		}
		select {}
	}
	os.Exit(m.Run())
}

// stackDir returns a fresh folder for a stack. It lies in the checkout, because
// the user that runs PostgreSQL cannot pass through the folders of t.TempDir.
func stackDir(t *testing.T) string {
	t.Helper()
	parent, err := filepath.Abs("../../../.local/devstack-test")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(parent, 0o755); err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp(parent, "stack-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := devstack.Reset(dir); err != nil {
			t.Error("clearing the folder:", err)
		}
	})
	return dir
}

func config(t *testing.T, dir string, servers ...devstack.Server) devstack.Config {
	t.Helper()
	base, err := devstack.FreePorts(7)
	if err != nil {
		t.Fatal(err)
	}
	return devstack.Config{
		Dir: dir, Fast: true, Servers: servers, Ports: devstack.PortsFrom(base),
		Progress: func(s devstack.Server, m string) { t.Logf("%s: %s", s, m) },
	}
}

func start(t *testing.T, c devstack.Config) *devstack.Stack {
	t.Helper()
	s, err := devstack.Start(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Stop() }) // Stop is idempotent; tests that care check its error
	return s
}

// env returns one of the values the stack hands out.
func env(t *testing.T, s *devstack.Stack, name string) string {
	t.Helper()
	for _, kv := range s.Env() {
		if v, ok := strings.CutPrefix(kv, name+"="); ok {
			return v
		}
	}
	t.Fatalf("the stack hands out no %s", name)
	return ""
}

// processesIn returns every process that works in a folder below dir: all
// servers do, and so do PostgreSQL's own children.
func processesIn(t *testing.T, dir string) []string {
	t.Helper()
	links, err := filepath.Glob("/proc/[0-9]*/cwd")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, l := range links {
		cwd, err := os.Readlink(l)
		if err == nil && strings.HasPrefix(cwd, dir+"/") {
			out = append(out, filepath.Base(filepath.Dir(l))+" in "+cwd)
		}
	}
	return out
}

// eventually polls until ok, at most for the given time.
func eventually(t *testing.T, within time.Duration, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(within)
	for !ok() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not within %v: %s", within, what)
		}
	}
}

// startElsewhere runs a stack in a process of its own and returns that process
// when the stack is ready.
func startElsewhere(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), runStackIn+"="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil || line != "ready\n" {
		t.Fatalf("the other process said %q (%v)", line, err)
	}
	return cmd
}
