// Command diff writes the next migration files of both graphs, or checks that
// none is missing.
//
//	go run ./ent/gen/diff --name what_changed   # write files and atlas.sum
//	go run ./ent/gen/diff --check               # fail when a schema has no migration
//	go run ./ent/gen/diff --hash                # atlas.sum again, after writing a file by hand
//
// It replays the files in a scratch database of the server that
// ZHUXIN_PG_ADMIN_DSN names (a superuser's), compares the outcome with the
// graph, and drops the database.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"ariga.io/atlas/sql/migrate"
)

func main() {
	log.SetFlags(0)
	name := flag.String("name", "", "name of the change, in lower case with underscores")
	check := flag.Bool("check", false, "write nothing; fail when a migration is missing")
	hash := flag.Bool("hash", false, "only write atlas.sum anew")
	flag.Parse()
	if err := run(context.Background(), *name, *check, *hash); err != nil { //nolint:forbidigo // main begins it
		log.Fatalf("diff: %v", err)
	}
}

func run(ctx context.Context, name string, check, hash bool) error {
	base, err := migrationsDir()
	if err != nil {
		return err
	}
	if hash {
		return errors.Join(rehash(filepath.Join(base, "hq")), rehash(filepath.Join(base, "tenant")))
	}
	if (name == "") != check {
		return errors.New("give either --name what_changed or --check")
	}
	admin := os.Getenv("ZHUXIN_PG_ADMIN_DSN")
	if admin == "" {
		return errors.New("ZHUXIN_PG_ADMIN_DSN is not set; run this by `go run ./deploy/dev/cmd/with-servers --fast -- go run ./ent/gen/diff …`")
	}
	s, err := openScratch(ctx, admin)
	if err != nil {
		return err
	}
	defer s.drop()
	for _, g := range graphs {
		if err := g.diff(ctx, s, filepath.Join(base, g.dir), name, check); err != nil {
			return fmt.Errorf("%s: %w", g.dir, err)
		}
	}
	return nil
}

// migrationsDir finds ent/migrations from anywhere inside the module.
func migrationsDir() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "ent", "migrations"), nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", errors.New("run this inside the zhuxin module")
		}
		dir = up
	}
}

func rehash(path string) error {
	dir, err := migrate.NewLocalDir(path)
	if err != nil {
		return err
	}
	sum, err := dir.Checksum()
	if err != nil {
		return err
	}
	return migrate.WriteSumFile(dir, sum)
}
