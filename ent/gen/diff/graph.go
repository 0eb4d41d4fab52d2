package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"ariga.io/atlas/sql/migrate"
	_ "ariga.io/atlas/sql/postgres" // the dialect that NamedDiff opens by URL
	"ariga.io/atlas/sql/sqltool"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql/schema"

	hq "zhuxin/ent/hqdb/migrate"
	tenant "zhuxin/ent/tenantdb/migrate"
)

// skipMark heads a file that the replay leaves out: atlas drops the tables it
// replayed without CASCADE, so a view over them stops it. Such a file is still
// applied everywhere else, and tested there.
var skipMark = []byte("-- replay: skip")

type graph struct {
	dir    string
	schema func(*scratch) string
	diffTo func(ctx context.Context, url, name string, opts ...schema.MigrateOption) error
}

var graphs = []graph{
	{"hq", func(*scratch) string { return "hq" }, hq.NamedDiff},
	{"tenant", func(s *scratch) string { return s.schema }, tenant.NamedDiff},
}

// diff replays a copy of dir, so that a check writes nothing and a file that is
// left out stays in dir; a new file is then copied back.
func (g graph) diff(ctx context.Context, s *scratch, dir, name string, check bool) error {
	if err := validate(dir); err != nil {
		return err
	}
	tmp, err := os.MkdirTemp("", "zhuxin-diff-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(tmp) }()
	known, err := copyReplayed(dir, tmp)
	if err != nil {
		return err
	}
	if err := rehash(tmp); err != nil {
		return err
	}
	work, err := sqltool.NewGooseDir(tmp)
	if err != nil {
		return err
	}
	if check {
		name = "missing"
	}
	err = g.diffTo(ctx, s.at(g.schema(s)), name,
		schema.WithDir(work), schema.WithMigrationMode(schema.ModeReplay), schema.WithDialect(dialect.Postgres),
		schema.WithErrNoPlan(true), schema.WithDropColumn(true), schema.WithDropIndex(true), schema.WithIndent("  "))
	if errors.Is(err, migrate.ErrNoPlan) {
		log.Printf("%s: the files match the schema", g.dir)
		return nil
	}
	if err != nil {
		return err
	}
	return g.keep(tmp, dir, known, check)
}

// keep copies what the diff wrote into dir, or reports it as missing.
func (g graph) keep(tmp, dir string, known map[string]bool, check bool) error {
	files, err := filepath.Glob(filepath.Join(tmp, "*.sql"))
	if err != nil {
		return err
	}
	for _, f := range files {
		if known[filepath.Base(f)] {
			continue
		}
		text, err := os.ReadFile(f)
		if err != nil {
			return err
		}
		if check {
			return fmt.Errorf("the schema has a change without a migration; run `make migrate-diff NAME=what_changed`. It would be:\n%s", text)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(f)), text, 0o644); err != nil {
			return err
		}
		log.Printf("%s: wrote %s", g.dir, filepath.Base(f))
	}
	return rehash(dir)
}

func validate(dir string) error {
	d, err := migrate.NewLocalDir(dir)
	if err != nil {
		return err
	}
	if files, err := d.Files(); err != nil || len(files) == 0 {
		return err
	}
	if err := migrate.Validate(d); err != nil {
		return fmt.Errorf("atlas.sum does not fit the files: a landed file was edited, or `--hash` was forgotten after writing one by hand: %w", err)
	}
	return nil
}

// copyReplayed copies the migration files that the replay can run.
func copyReplayed(from, to string) (map[string]bool, error) {
	files, err := filepath.Glob(filepath.Join(from, "*.sql"))
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		if bytes.HasPrefix(text, skipMark) {
			continue
		}
		known[filepath.Base(f)] = true
		if err := os.WriteFile(filepath.Join(to, filepath.Base(f)), text, 0o644); err != nil {
			return nil, err
		}
	}
	return known, nil
}
