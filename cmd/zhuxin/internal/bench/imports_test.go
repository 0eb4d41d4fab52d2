//go:build long

package bench

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/receivable"
	"zhuxin/data/tenantrepo/receivable/receivabletest"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/tenancytest"
)

// The measurement runs and gives sane figures; ZHUXIN_TEST_BENCH_ROWS makes it
// the real one.
func TestImportIsMeasured(t *testing.T) {
	env := tenancytest.New(t)
	w := receivabletest.New(env.Pool, calendar.System{}, t.TempDir())
	bin := os.Getenv("ZHUXIN_PG_BIN")
	if bin == "" {
		bin = "/usr/lib/postgresql/15/bin"
	}
	rows, rounds := 20_000, 2
	if n, err := strconv.Atoi(os.Getenv("ZHUXIN_TEST_BENCH_ROWS")); err == nil {
		rows, rounds = n, 3
	}
	ctx := env.CtxA(t)
	results, err := B3B4(ctx, ImportEnv{
		Database: Database{AdminDSN: env.AdminDSN, Schema: env.A.Schema, PGBin: bin}, Rows: rows, Rounds: rounds, Log: func(s string) { fmt.Fprintln(os.Stderr, s) },
		Start: func(ctx context.Context, file string, m receivable.Mapping) (string, error) {
			f, err := os.Open(file)
			if err != nil {
				return "", err
			}
			defer f.Close()
			u, err := w.Imports.Upload(ctx, "receivables.csv", f, -1)
			if err != nil {
				return "", err
			}
			i, err := w.Imports.StartHere(ctx, receivable.StartInput{FileID: u.File.ID, Mapping: m})
			return i.ID.String(), err
		},
		Run: func(ctx context.Context, id string) (receivable.Import, error) {
			return w.Imports.Run(ctx, uuid.MustParse(id), nil)
		},
	})
	if err != nil || len(results) != 2 || results[0].Median <= 0 || results[1].Median <= 0 {
		t.Fatalf("%+v, %v", results, err)
	}
	if peak := results[0].Detail["peak_rss_mib"]; peak > 256 {
		t.Errorf("%.0f MiB of memory; 256 are allowed", peak)
	}
	if err := Table(os.Stdout, results); err != nil {
		t.Fatal(err)
	}
}
