package migrate

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"sort"
	"strings"

	"zhuxin/ent/migrations"
)

// File is one migration: its version, its name for people, the SQL of its upward
// half, and the checksum that shows an edit after it was applied.
type File struct {
	Version string
	Name    string
	SQL     string
	Sum     string
}

// Set is the files of one graph in order.
type Set []File

var fileName = regexp.MustCompile(`^(\d{14})_([a-z0-9_]+)\.sql$`)

// HQFiles and TenantFiles read the embedded files.
func HQFiles() (Set, error)     { return ReadSet(migrations.HQ, "hq") }
func TenantFiles() (Set, error) { return ReadSet(migrations.Tenant, "tenant") }

// ReadSet reads the goose files of a folder.
func ReadSet(fsys fs.FS, dir string) (Set, error) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, err
	}
	var set Set
	for _, e := range entries {
		m := fileName.FindStringSubmatch(e.Name())
		if m == nil {
			return nil, fmt.Errorf("migrate: %s/%s is not named like 20260131120000_what_changed.sql", dir, e.Name())
		}
		text, err := fs.ReadFile(fsys, path.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		_, up, ok := strings.Cut(string(text), "-- +goose Up\n")
		if !ok {
			return nil, fmt.Errorf("migrate: %s/%s has no line `-- +goose Up`", dir, e.Name())
		}
		up, _, _ = strings.Cut(up, "-- +goose Down")
		sum := sha256.Sum256(text)
		set = append(set, File{Version: m[1], Name: m[2], SQL: up, Sum: hex.EncodeToString(sum[:8])})
	}
	sort.Slice(set, func(i, j int) bool { return set[i].Version < set[j].Version })
	for i := 1; i < len(set); i++ {
		if set[i].Version == set[i-1].Version {
			return nil, fmt.Errorf("migrate: two files of %s have the version %s", dir, set[i].Version)
		}
	}
	return set, nil
}

// Latest is the version of the last file; empty for no files.
func (s Set) Latest() string {
	if len(s) == 0 {
		return ""
	}
	return s[len(s)-1].Version
}
