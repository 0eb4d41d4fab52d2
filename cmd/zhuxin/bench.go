package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"zhuxin/app/conf"
	"zhuxin/cmd/zhuxin/internal/apitest"
	"zhuxin/cmd/zhuxin/internal/bench"
	"zhuxin/shared/access"
	"zhuxin/shared/directory"
	tenancybench "zhuxin/tenancy/bench"
	"zhuxin/tenancy/registry"
)

// benchRun is what the measurements share: the running program and how long.
type benchRun struct {
	env    *apitest.Env
	rounds int
	rows   int
	quick  bool
	slice  time.Duration
}

// measurement is one entry of `zhuxin bench`.
type measurement struct {
	name, what string
	run        func(ctx context.Context, b *benchRun) ([]bench.Result, error)
}

var measurements = []measurement{
	{"B1", "credit check through the full HTTP stack against pgbench", func(ctx context.Context, b *benchRun) ([]bench.Result, error) {
		return b.checks(ctx, bench.B1)
	}},
	{"B2", "the same on one hot customer", func(ctx context.Context, b *benchRun) ([]bench.Result, error) {
		return b.checks(ctx,
			func(ctx context.Context, e bench.CheckEnv) (bench.Result, error) { return bench.B2(ctx, e, false) },
			func(ctx context.Context, e bench.CheckEnv) (bench.Result, error) { return bench.B2(ctx, e, true) })
	}},
	{"B14", "the check while a worker hands on and projects, against the check alone", handOnBench},
	{"B3", "import of receivables against psql \\copy (B3), and the same file again (B4)", importBench},
	{"B9", "a template tried on 5,000 customers against one statement that reads the same facts", dryRunBench},
	{"B6", "HQ's overview at 1,000 subsidiaries against 10", overviewBench},
	{"B7", "a customer's page at 500 subsidiaries against 10", readBench},
	{"B8", "a subsidiary made against one SQL script of the same tables", provisioningBench},
	{"B10", "the workbench of a person with 10,000 to-dos against one with 100", workbenchBench},
	{"B15", "100,000 open items exported as XLSX against \\copy of the same rows", exportBench},
	{"B5", "the daily run over 1,000,000 open items in 100 subsidiaries against rewriting every item's aging", dailyBench},
	{"B12", "a migration over 1,000 subsidiaries against psql, and the backends' memory there (B13)", manyBench},
}

func benchCommand() *cobra.Command {
	b := &benchRun{}
	var out string
	c := &cobra.Command{Use: "bench [B1 B2 …]", Short: "measure ratios against references in the same run",
		Long: "Runs inside deploy/dev/cmd/with-servers (make bench). Both sides of each measurement take turns; the ratio is the median of the rounds.",
		RunE: func(cmd *cobra.Command, names []string) error { return b.all(cmd.Context(), names, out) }}
	c.Flags().IntVar(&b.rounds, "rounds", 5, "rounds of each measurement")
	c.Flags().IntVar(&b.rows, "rows", 1_000_000, "rows of the imported file")
	c.Flags().BoolVar(&b.quick, "quick", false, "a tenth of the subsidiaries in B5, B12 and B13")
	c.Flags().DurationVar(&b.slice, "slice", 3*time.Second, "length of one side in one round")
	c.Flags().StringVar(&out, "json", filepath.Join(".local", "bench.json"), "where the figures go as JSON")
	return c
}

func (b *benchRun) all(ctx context.Context, names []string, out string) error {
	for _, n := range names {
		if !slices.ContainsFunc(measurements, func(m measurement) bool { return strings.EqualFold(m.name, n) }) {
			return fmt.Errorf("there is no measurement %q", n)
		}
	}
	// No worker beside: what it does meanwhile is B14's.
	env, stop, err := apitest.Run(ctx, apitest.Options{Roles: []string{conf.RoleGateway, conf.RoleAPI}})
	if err != nil {
		return err
	}
	defer stop()
	b.env = env
	var results []bench.Result
	for _, m := range measurements {
		if len(names) > 0 && !slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(m.name, n) }) {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s: %s\n", m.name, m.what)
		found, err := m.run(ctx, b)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		results = append(results, found...)
	}
	doc, err := json.MarshalIndent(results, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(out, append(doc, '\n'), 0o600); err != nil {
		return err
	}
	return bench.Table(os.Stdout, results)
}

// checks runs measurements of the order check, each in a subsidiary of its own.
func (b *benchRun) checks(ctx context.Context, runs ...func(context.Context, bench.CheckEnv) (bench.Result, error)) ([]bench.Result, error) {
	var out []bench.Result
	for _, run := range runs {
		e, err := b.checkEnv(ctx)
		if err != nil {
			return nil, err
		}
		r, err := run(ctx, e)
		if err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	return out, nil
}

// checkEnv is a subsidiary of its own, asked as its ERP asks.
func (b *benchRun) checkEnv(ctx context.Context) (bench.CheckEnv, error) {
	t, bound, err := b.tenant(ctx)
	if err != nil {
		return bench.CheckEnv{}, err
	}
	_, key, err := b.env.App.Directory.Keys.Create(bound, directory.NewKeyInput{Name: "bench",
		Scopes: []access.Permission{access.CreditCheck, access.CreditReserve}, ValidDays: 1})
	const clients = 16
	return bench.CheckEnv{
		Database: b.database(t.Schema),
		Call:     bench.HTTPCall(b.env.URL, key, clients), Clients: clients, Rounds: b.rounds, Slice: b.slice,
		Log: logLine,
	}, err
}

// handOnBench is B14; the worker is a program of its own in this process.
func handOnBench(ctx context.Context, b *benchRun) ([]bench.Result, error) {
	e, err := b.checkEnv(ctx)
	if err != nil {
		return nil, err
	}
	return bench.B14(ctx, e, func(ctx context.Context) (func(), error) { return b.env.Worker(ctx) })
}

// tenant makes a subsidiary to measure in, and a context bound to it.
func (b *benchRun) tenant(ctx context.Context) (registry.Tenant, context.Context, error) {
	made, _, err := b.env.Subsidiary(ctx, "bench "+apitest.Suffix())
	if err != nil {
		return registry.Tenant{}, nil, err
	}
	t, err := b.env.App.Registry.Get(ctx, made.ID)
	if err != nil {
		return t, nil, err
	}
	bound, err := b.env.App.Registry.Bind(access.With(ctx, access.System(t.ID, "bench")), t.ID)
	return t, bound, err
}

func (b *benchRun) database(schema string) bench.Database {
	return bench.Database{AdminDSN: b.env.Conf.Postgres.AdminDSN, Schema: schema, PGBin: os.Getenv("ZHUXIN_PG_BIN")}
}

func logLine(s string) { fmt.Fprintln(os.Stderr, "  "+s) }

func provisioningBench(ctx context.Context, b *benchRun) ([]bench.Result, error) {
	pooled, fresh, err := tenancybench.Provisioning(ctx, b.env.App.Migrator, max(b.rounds, 5))
	if err != nil {
		return nil, err
	}
	reference := "one SQL script creating the same schema"
	return []bench.Result{
		bench.AtMost(bench.Result{Name: "B8 signup to tenant, from the pool", Reference: reference}, 0.1, ratios(pooled)),
		bench.AtMost(bench.Result{Name: "B8 signup to tenant, without the pool", Reference: reference}, 1.3, ratios(fresh)),
	}, nil
}

func ratios(rounds []tenancybench.Round) []float64 {
	out := make([]float64, len(rounds))
	for i, r := range rounds {
		out[i] = r.Ratio()
	}
	return out
}
