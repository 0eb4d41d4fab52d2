package devstack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// How a child that died is started again.
const (
	firstBackoff = 250 * time.Millisecond
	maxBackoff   = 30 * time.Second
	// stableAfter is how long a child must have run for its next restart to
	// begin with firstBackoff again.
	stableAfter = 60 * time.Second
	// probeEvery is the pace of health checks while something starts or ends.
	probeEvery = 50 * time.Millisecond
)

// child is one supervised server process.
type child struct {
	name   Server
	dir    string // the stack's Dir
	notify func(message string)
	// command makes the process anew for each start.
	command func() *exec.Cmd
	// ready says whether the server answers.
	ready func(context.Context) error
	// stopSignal asks for a clean end; the kernel sends deathSignal when this
	// program dies, however it dies.
	stopSignal, deathSignal syscall.Signal

	mu   sync.Mutex
	pid  int   // 0 while no process runs
	up   bool  // it has answered once: from now on it is started again
	last error // how the last process ended

	stopping chan struct{} // closed by stop
	ended    chan struct{} // closed when the supervisor is done
	died     chan struct{} // closed when the process is gone before it ever answered
}

// start launches the process with its supervisor and returns when the server
// answers, or says why it does not.
func (c *child) start(ctx context.Context) error {
	c.stopping, c.ended, c.died = make(chan struct{}), make(chan struct{}), make(chan struct{})
	logFrom, err := rotateLog(c.logPath())
	if err != nil {
		return err
	}
	go c.supervise()
	err = c.waitReady(ctx)
	if err != nil {
		err = fmt.Errorf("%s did not start: %w%s", c.name, err, logTail(c.logPath(), logFrom))
	}
	return err
}

func (c *child) waitReady(ctx context.Context) error {
	tick := time.NewTicker(probeEvery)
	defer tick.Stop()
	var lastProbe error
	for {
		probe, cancel := context.WithTimeout(ctx, 2*time.Second)
		err := c.ready(probe)
		cancel()
		if err == nil {
			c.mu.Lock()
			c.up = true
			c.mu.Unlock()
			return nil
		}
		if ctx.Err() == nil {
			lastProbe = err
		}
		select {
		case <-c.died:
			c.mu.Lock()
			defer c.mu.Unlock()
			return fmt.Errorf("the process ended at once (%w)", c.last)
		case <-ctx.Done():
			return errors.Join(context.Cause(ctx), lastProbe)
		case <-tick.C:
		}
	}
}

// supervise runs the process, and runs it again when it dies, until stop.
//
// The goroutine keeps its thread to itself for as long as it lives: Linux sends
// the parent-death signal when the *thread* that started the child ends, and Go
// ends idle threads.
func (c *child) supervise() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(c.ended)

	backoff := firstBackoff
	for {
		began := time.Now()
		err := c.runOnce()
		c.mu.Lock()
		c.pid, c.last = 0, err
		up := c.up
		c.mu.Unlock()
		if !up {
			close(c.died)
			return
		}
		if time.Since(began) > stableAfter {
			backoff = firstBackoff
		}
		select {
		case <-c.stopping:
			return
		default:
		}
		c.notify(fmt.Sprintf("ended by itself (%v); starting it again in %v, see %s", err, backoff, c.logPath()))
		select {
		case <-c.stopping:
			return
		case <-time.After(backoff):
		}
		backoff = min(2*backoff, maxBackoff)
	}
}

// runOnce starts one process and returns how it ended, never nil.
func (c *child) runOnce() error {
	log, err := os.OpenFile(c.logPath(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()

	cmd := c.command()
	cmd.Stdout, cmd.Stderr = log, log
	tie(cmd, c.deathSignal)
	// A process group of its own: Ctrl-C reaches us alone, and we end the
	// children in the right order.
	cmd.SysProcAttr.Setpgid = true

	c.mu.Lock()
	select {
	case <-c.stopping:
		c.mu.Unlock()
		return errors.New("stopped")
	default:
	}
	if err := cmd.Start(); err != nil {
		c.mu.Unlock()
		return err
	}
	c.pid = cmd.Process.Pid
	c.mu.Unlock()

	if err := writePid(c.pidPath(), cmd.Process.Pid); err != nil {
		c.notify(err.Error())
	}
	err = cmd.Wait()
	os.Remove(c.pidPath())
	if err == nil {
		err = errors.New("exit status 0")
	}
	return err
}

// stop ends the child: asks, waits for grace, then kills its process group.
func (c *child) stop(grace time.Duration) error {
	c.mu.Lock()
	close(c.stopping)
	if c.pid != 0 {
		syscall.Kill(c.pid, c.stopSignal) // it may have ended just now
	}
	c.mu.Unlock()

	select {
	case <-c.ended:
		return nil
	case <-time.After(grace):
	}
	c.mu.Lock()
	if c.pid != 0 {
		syscall.Kill(-c.pid, syscall.SIGKILL)
	}
	c.mu.Unlock()
	<-c.ended
	return fmt.Errorf("%s did not end within %v of being asked and was killed", c.name, grace)
}

// tie makes the kernel send sig to cmd's process when the calling thread ends.
func tie(cmd *exec.Cmd, sig syscall.Signal) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Pdeathsig = sig
}

func (c *child) logPath() string { return logPath(c.dir, c.name) }

func (c *child) pidPath() string {
	return filepath.Join(c.dir, "run", strings.ToLower(string(c.name))+".pid")
}
