package devstack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

const maxLogSize = 20 << 20

// runToEnd runs a short program, made by exec.CommandContext, that must not
// outlive us either, with its output in the log of the server it prepares.
func runToEnd(ctx context.Context, c Config, server Server, cmd *exec.Cmd) error {
	path := logPath(c.Dir, server)
	from, err := rotateLog(path)
	if err != nil {
		return err
	}
	log, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("devstack: %w", err)
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	tie(cmd, syscall.SIGKILL)

	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		done <- cmd.Run()
	}()
	if err := <-done; err != nil {
		return fmt.Errorf("devstack: %s failed: %w%s", filepath.Base(cmd.Path), errors.Join(err, context.Cause(ctx)), logTail(path, from))
	}
	return nil
}

func logPath(dir string, s Server) string {
	return filepath.Join(dir, "log", strings.ToLower(string(s))+".log")
}

// rotateLog keeps one older log beside the present one, and returns the size
// from which the present one goes on.
func rotateLog(path string) (int64, error) {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("devstack: %w", err)
	}
	if info.Size() < maxLogSize {
		return info.Size(), nil
	}
	if err := os.Rename(path, path+".1"); err != nil {
		return 0, fmt.Errorf("devstack: %w", err)
	}
	return 0, nil
}

// logTail returns the end of what was logged after from, to show in an error.
func logTail(path string, from int64) string {
	const most = 2000
	f, err := os.Open(path)
	if err != nil {
		return ""
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size()-from > most {
		from = info.Size() - most
	}
	if _, err := f.Seek(from, io.SeekStart); err != nil {
		return ""
	}
	b, err := io.ReadAll(f)
	if err != nil || len(b) == 0 {
		return "; nothing in its log " + path
	}
	return "; the end of its log " + path + ":\n" + strings.TrimSpace(string(b))
}
