// Command with-servers runs a program with the real servers behind it:
//
//	go run ./deploy/dev/cmd/with-servers --dir .local/test --fast -- go test ./...
//
// It starts the stack of zhuxin/deploy/dev/devstack in a folder, runs the
// program with the servers' addresses in its environment (ZHUXIN_*), stops the
// servers and ends with the program's own exit code. The servers also end when
// with-servers is killed.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"

	"zhuxin/deploy/dev/devstack"
)

// Exit codes of our own, as env(1) and timeout(1) use them.
const (
	exitUsage      = 2
	exitNoServers  = 125
	exitCannotRun  = 126
	exitNotFound   = 127
	signalExitBase = 128
)

type options struct {
	dir       string
	portBase  int
	publicURL string
	servers   string
	fast      bool
	fresh     bool
	reset     bool
	verbose   bool
	command   []string
}

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	o, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "with-servers:", err)
		return exitUsage
	}
	if o.reset || o.fresh {
		if err := devstack.Reset(o.dir); err != nil {
			fmt.Fprintln(os.Stderr, "with-servers:", err)
			return exitNoServers
		}
	}
	if o.reset {
		return 0
	}
	// Before the servers start: a signal from here on ends them in order.
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)

	if o.portBase == 0 {
		if o.portBase, err = devstack.FreePorts(portCount); err != nil {
			fmt.Fprintln(os.Stderr, "with-servers:", err)
			return exitNoServers
		}
	}
	stack, err := start(o, signals)
	if err != nil {
		fmt.Fprintln(os.Stderr, "with-servers:", err)
		return exitNoServers
	}
	env := append(stack.Env(),
		"ZHUXIN_LISTEN="+o.ownAddress(0),
		"ZHUXIN_ADMIN_LISTEN="+o.ownAddress(1))
	code := runCommand(o.command, env, signals)
	if err := stack.Stop(); err != nil {
		fmt.Fprintln(os.Stderr, "with-servers:", err)
	}
	return code
}

func parse(args []string) (options, error) {
	var o options
	f := flag.NewFlagSet("with-servers", flag.ContinueOnError)
	f.StringVar(&o.dir, "dir", ".local/test", "folder for the servers' data, logs and secrets")
	f.IntVar(&o.portBase, "port-base", 0, "first of nine consecutive ports on 127.0.0.1; 0 chooses free ones")
	f.StringVar(&o.publicURL, "public-url", "", "origin of the console, for Kratos; default: the eighth port on 127.0.0.1")
	f.StringVar(&o.servers, "servers", "", "only these, comma separated: "+strings.Join(names(), ","))
	f.BoolVar(&o.fast, "fast", false, "no fsync and cheap password hashes: for tests")
	f.BoolVar(&o.fresh, "fresh", false, "clear the folder first")
	f.BoolVar(&o.reset, "reset", false, "clear the folder and do nothing else")
	f.BoolVar(&o.verbose, "v", false, "print each step")
	f.Usage = func() {
		fmt.Fprintln(f.Output(), "usage: with-servers [flags] -- PROGRAM [ARGUMENTS]")
		f.PrintDefaults()
	}
	if err := f.Parse(args); err != nil {
		return o, err
	}
	o.command = f.Args()
	if len(o.command) == 0 && !o.reset {
		return o, errors.New("name the program to run after the flags: with-servers --fast -- go test PACKAGES")
	}
	if o.portBase < 0 || o.portBase > 65535-portCount {
		return o, fmt.Errorf("--port-base %d: the %d ports from it on must lie between 1 and 65535", o.portBase, portCount)
	}
	return o, nil
}

// portCount is what a run takes: seven ports of the servers, and two that stay
// free for zhuxin itself: its gateway, and its health and metrics.
const (
	serverPorts = 7
	portCount   = serverPorts + 2
)

// ownAddress is the n-th address that is left to zhuxin itself.
func (o options) ownAddress(n int) string {
	return fmt.Sprintf("127.0.0.1:%d", o.portBase+serverPorts+n)
}

func start(o options, signals <-chan os.Signal) (*devstack.Stack, error) {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	done := make(chan struct{})
	defer close(done)
	go func() {
		select {
		case s := <-signals:
			cancel(fmt.Errorf("interrupted by signal %v", s))
		case <-done:
		}
	}()
	config := devstack.Config{
		Dir: o.dir, Fast: o.fast, Ports: devstack.PortsFrom(o.portBase), PublicURL: o.publicURL,
		Progress: func(s devstack.Server, message string) {
			if o.verbose {
				fmt.Fprintf(os.Stderr, "with-servers: %s: %s\n", s, message)
			}
		},
	}
	if config.PublicURL == "" {
		config.PublicURL = "http://" + o.ownAddress(0)
	}
	for _, name := range strings.FieldsFunc(o.servers, func(r rune) bool { return r == ',' }) {
		i := slices.IndexFunc(devstack.All, func(s devstack.Server) bool { return strings.EqualFold(string(s), name) })
		if i < 0 {
			return nil, fmt.Errorf("--servers: there is no %q; known are %s", name, strings.Join(names(), ", "))
		}
		config.Servers = append(config.Servers, devstack.All[i])
	}
	return devstack.Start(ctx, config)
}

func names() []string {
	var out []string
	for _, s := range devstack.All {
		out = append(out, strings.ToLower(string(s)))
	}
	return out
}

// runCommand runs the program in the foreground and returns its exit code.
//
// Ctrl-C at a terminal reaches the program by itself, because it stays in our
// process group; every other signal is passed on.
func runCommand(command, env []string, signals <-chan os.Signal) int {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	// The parent-death signal follows the thread that starts the program: this
	// one, which stays until Wait returns.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		fmt.Fprintln(os.Stderr, "with-servers:", err)
		if errors.Is(err, exec.ErrNotFound) || errors.Is(err, os.ErrNotExist) {
			return exitNotFound
		}
		return exitCannotRun
	}
	_, err := unix.IoctlGetTermios(int(os.Stdin.Fd()), unix.TCGETS)
	atTerminal := err == nil
	done := make(chan struct{})
	defer close(done)
	go func() {
		for {
			select {
			case s := <-signals:
				if s != syscall.SIGINT || !atTerminal {
					cmd.Process.Signal(s) // it may have ended just now
				}
			case <-done:
				return
			}
		}
	}()
	err = cmd.Wait()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case !errors.As(err, &exit):
		fmt.Fprintln(os.Stderr, "with-servers:", err)
		return exitCannotRun
	}
	if ws, ok := exit.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return signalExitBase + int(ws.Signal())
	}
	return exit.ExitCode()
}
