package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRun checks what a caller relies on: the program sees the servers, and its
// exit code comes back.
func TestRun(t *testing.T) {
	dir := t.TempDir()
	seen := filepath.Join(dir, "seen")
	servers := []string{"--fast", "--servers", "redis", "--dir", filepath.Join(dir, "stack"), "--"}
	for name, c := range map[string]struct {
		args []string
		want int
	}{
		"exit code of the program":  {append(servers[:len(servers):len(servers)], "sh", "-c", `echo "$ZHUXIN_REDIS_ADDR" >"$0"; exit 7`, seen), 7},
		"program ended by a signal": {append(servers[:len(servers):len(servers)], "sh", "-c", "kill -TERM $$"), 128 + 15},
		"no such program":           {append(servers[:len(servers):len(servers)], "no-such-program-here"), exitNotFound},
		"nothing to run":            {[]string{"--fast"}, exitUsage},
		"unknown flag":              {[]string{"--slow"}, exitUsage},
		"unknown server":            {[]string{"--servers", "oracle", "--dir", filepath.Join(dir, "other"), "--", "true"}, exitNoServers},
		"ports beyond the last":     {[]string{"--port-base", "65530", "--", "true"}, exitUsage},
	} {
		t.Run(name, func(t *testing.T) {
			if got := run(c.args); got != c.want {
				t.Errorf("run(%q) = %d, want %d", c.args, got, c.want)
			}
		})
	}
	if text, err := os.ReadFile(seen); err != nil || !strings.HasPrefix(string(text), "127.0.0.1:") {
		t.Errorf("the program saw Redis at %q (%v)", text, err)
	}
	if code := run([]string{"--reset", "--dir", filepath.Join(dir, "stack")}); code != 0 {
		t.Errorf("--reset ends with %d", code)
	}
	if _, err := os.Stat(filepath.Join(dir, "stack")); !os.IsNotExist(err) {
		t.Errorf("--reset left the folder (%v)", err)
	}
}
