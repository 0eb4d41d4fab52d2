package devstack

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A pid file holds "PID STARTTIME": the start time (field 22 of
// /proc/PID/stat) tells the process from a later one with the same number.

func writePid(path string, pid int) error {
	started, err := startTime(pid)
	if err != nil {
		return fmt.Errorf("devstack: %w", err)
	}
	return writeFileAtomic(path, fmt.Appendf(nil, "%d %s\n", pid, started), 0o644)
}

// livePid returns the process a pid file names, 0 when it is gone.
func livePid(path string) int {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	if len(fields) != 2 {
		return 0
	}
	pid, err := strconv.Atoi(fields[0])
	if err != nil || pid <= 1 {
		return 0
	}
	if started, err := startTime(pid); err != nil || started != fields[1] {
		return 0
	}
	return pid
}

func startTime(pid int) (string, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return "", err
	}
	// The second field is the program's name in brackets and may hold anything.
	_, rest, ok := strings.Cut(string(stat[strings.LastIndexByte(string(stat), ')'):]), " ")
	fields := strings.Fields(rest)
	if !ok || len(fields) < 20 {
		return "", fmt.Errorf("/proc/%d/stat is not as expected", pid)
	}
	if fields[0] == "Z" {
		return "", os.ErrProcessDone // a zombie runs nothing
	}
	return fields[19], nil
}

// endLeftovers waits for children of a run that was killed, which the kernel has
// already told to end, and kills those that do not. It is called with the lock
// of the folder held, so that no living run can own them.
func endLeftovers(c Config) error {
	files, err := filepath.Glob(filepath.Join(c.Dir, "run", "*.pid"))
	if err != nil {
		return fmt.Errorf("devstack: %w", err)
	}
	for _, f := range files {
		if pid := livePid(f); pid != 0 {
			name := strings.TrimSuffix(filepath.Base(f), ".pid")
			c.Progress(Server(name), fmt.Sprintf("waiting for process %d of an earlier run to end", pid))
			if err := endProcess(pid, func() bool { return livePid(f) != 0 }); err != nil {
				return err
			}
		}
		os.Remove(f)
	}
	return nil
}

// endProcess waits for a process that is not our child, asks it to end, and
// kills it in the end.
func endProcess(pid int, alive func() bool) error {
	for _, step := range []struct {
		signal syscall.Signal
		wait   time.Duration
	}{{0, 5 * time.Second}, {syscall.SIGTERM, 2 * time.Second}, {syscall.SIGINT, 5 * time.Second}, {syscall.SIGKILL, 5 * time.Second}} {
		if step.signal != 0 {
			if err := syscall.Kill(pid, step.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
				return fmt.Errorf("devstack: process %d of an earlier run still runs and cannot be ended (%w); end it by hand", pid, err)
			}
		}
		for deadline := time.Now().Add(step.wait); time.Now().Before(deadline); time.Sleep(probeEvery) {
			if !alive() {
				return nil
			}
		}
	}
	return fmt.Errorf("devstack: process %d of an earlier run does not end; end it by hand", pid)
}

// dirLock is held for as long as a stack runs in a folder. The kernel lets go of
// it when the program dies, so that it can never be stale.
type dirLock struct{ file *os.File }

func lockDir(dir string) (*dirLock, error) {
	path := filepath.Join(dir, "lock")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, fmt.Errorf("devstack: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer f.Close()
		holder := "another process"
		if b, err := os.ReadFile(path); err == nil && len(b) > 0 {
			holder = "process " + strings.TrimSpace(string(b))
		}
		return nil, fmt.Errorf("devstack: %s already runs the servers in %s; stop it first, or use another folder", holder, dir)
	}
	if err = f.Truncate(0); err == nil {
		_, err = f.WriteAt(strconv.AppendInt(nil, int64(os.Getpid()), 10), 0)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("devstack: %w", err)
	}
	return &dirLock{f}, nil
}

func (l *dirLock) release() { l.file.Close() }
