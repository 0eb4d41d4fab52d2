package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"time"

	"zhuxin/biz/dailyrun"
	"zhuxin/cmd/zhuxin/internal/bench"
	"zhuxin/cmd/zhuxin/internal/wiring"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/report"
	tenancybench "zhuxin/tenancy/bench"
	"zhuxin/tenancy/scope"
)

// sizes are how much the measurements over many subsidiaries take; quick is a tenth.
type sizes struct{ dailyTenants, dailyItems, tenants int }

func (b *benchRun) sizes() sizes {
	if b.quick {
		return sizes{dailyTenants: 10, dailyItems: 10_000, tenants: 100}
	}
	return sizes{dailyTenants: 100, dailyItems: 10_000, tenants: 1000}
}

// dailyBench is B5; the days pass on a clock of its own.
func dailyBench(ctx context.Context, b *benchRun) ([]bench.Result, error) {
	size := b.sizes()
	clock := &calendar.Frozen{At: calendar.System{}.Now()}
	a, err := wiring.New(ctx, b.env.Conf, slog.New(slog.DiscardHandler), wiring.WithClock(clock))
	if err != nil {
		return nil, err
	}
	defer func() { _ = a.Close() }()
	logLine(fmt.Sprintf("making %d subsidiaries", size.dailyTenants))
	tenants, err := tenancybench.Tenants(ctx, b.env.App.Migrator, size.dailyTenants)
	if err != nil {
		return nil, err
	}
	schemas := make([]string, len(tenants))
	for i, t := range tenants {
		schemas[i] = t.Schema
	}
	first := clock.At
	return bench.B5(ctx, bench.DailyEnv{Database: b.database(schemas[0]), Schemas: schemas, Items: size.dailyItems,
		First: calendar.Of(first, tenants[0].Zone), Rounds: b.rounds, Log: logLine,
		Run: func(ctx context.Context, since, day int) error {
			clock.At = first.AddDate(0, 0, day)
			for _, t := range tenants {
				if err := runDays(ctx, a, t, clock, day-since); err != nil {
					return err
				}
			}
			return nil
		}})
}

// runDays does the last n dates of a subsidiary, oldest first.
func runDays(ctx context.Context, a *wiring.App, t scope.Tenant, clock calendar.Clock, n int) error {
	bound, err := a.Registry.Bind(access.With(ctx, access.System(t.ID, "bench")), t.ID)
	if err != nil {
		return err
	}
	today := calendar.Of(clock.Now(), t.Zone)
	for on := today.AddDays(1 - n); on <= today; on++ {
		r, err := a.Daily.Service.RunDate(bound, on)
		if err != nil {
			return err
		}
		if r.State != dailyrun.StateDone {
			return fmt.Errorf("the run of %s is %s: %+v", on, r.State, r.Steps)
		}
	}
	return nil
}

// manyBench is B12 and B13: what many subsidiaries cost a migration, and the
// database's processes. It comes last, for it fills the database.
func manyBench(ctx context.Context, b *benchRun) ([]bench.Result, error) {
	n := b.sizes().tenants
	logLine(fmt.Sprintf("making %d subsidiaries", n))
	tenants, err := tenancybench.Tenants(ctx, b.env.App.Migrator, n)
	if err != nil {
		return nil, err
	}
	memory, err := b.memory(ctx, tenants)
	if err != nil {
		return nil, err
	}
	psql := filepath.Join(b.database("").PGBin, "psql")
	start := time.Now()
	rounds, schemas, err := tenancybench.Migration(ctx, tenancybench.MigrationEnv{DSN: b.env.Conf.MigratorDSN(), PSQL: psql, Rounds: max(b.rounds, 3)})
	if err != nil {
		return nil, err
	}
	logLine(fmt.Sprintf("migrated %d schemas in %s", schemas, time.Since(start).Round(time.Second)))
	last := rounds[len(rounds)-1]
	r := bench.Result{Name: fmt.Sprintf("B12 a migration over %d tenants", schemas), Reference: "the same SQL by psql, a transaction per tenant",
		Detail: map[string]float64{"ms_per_tenant": float64(last.Subject.Microseconds()) / 1000 / float64(schemas),
			"reference_ms_per_tenant": float64(last.Reference.Microseconds()) / 1000 / float64(schemas)}}
	return []bench.Result{bench.AtMost(r, 1.3, ratios(rounds)), memory}, nil
}

func (b *benchRun) memory(ctx context.Context, tenants []scope.Tenant) (bench.Result, error) {
	c := b.env.Conf.Postgres
	if err := tenancybench.Use(ctx, b.env.App.Pool, tenants, c.MaxOpen, 3); err != nil {
		return bench.Result{}, err
	}
	found, err := tenancybench.BackendMemory(ctx, c.AdminDSN, c.AppUser)
	if err != nil {
		return bench.Result{}, err
	}
	if len(found) == 0 {
		return bench.Result{}, fmt.Errorf("no backend of the program is there")
	}
	p95 := found[(len(found)*95+99)/100-1]
	r := bench.Result{Name: fmt.Sprintf("B13 MiB of a backend after %d tenants, 95th percentile", len(tenants)), Reference: "none: a bound",
		Detail: map[string]float64{"backends": float64(len(found)), "groups": float64(c.Groups), "smallest_mib": found[0], "largest_mib": found[len(found)-1]}}
	r = bench.AtMost(r, 64, []float64{p95})
	if !r.Met {
		r.Note = "one group of connections serves all subsidiaries; with ZHUXIN_PG_GROUPS each connection meets a part of them"
	}
	return r, nil
}

// exportRows is how many items B15 exports.
const exportRows = 100_000

// exportBench is B15 in a subsidiary of its own.
func exportBench(ctx context.Context, b *benchRun) ([]bench.Result, error) {
	t, bound, err := b.tenant(ctx)
	if err != nil {
		return nil, err
	}
	r, err := bench.B15(ctx, bench.ExportEnv{Database: b.database(t.Schema), Rows: exportRows, Rounds: b.rounds, Log: logLine,
		Export: func(context.Context) (int64, error) {
			f, err := b.env.App.Reports.Exports.Items(bound, report.Request{}, report.ZH)
			if err != nil {
				return 0, err
			}
			defer func() { _ = f.Body.Close() }()
			return io.Copy(io.Discard, f.Body)
		}})
	return []bench.Result{r}, err
}
