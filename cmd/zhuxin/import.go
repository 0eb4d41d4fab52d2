package main

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"zhuxin/app/conf"
	"zhuxin/cmd/zhuxin/internal/importcli"
	"zhuxin/cmd/zhuxin/internal/wiring"
	"zhuxin/shared/access"
)

func importCommand(o *options) *cobra.Command {
	c := &cobra.Command{Use: "import", Short: "bring data in by file"}
	var (
		slug string
		i    importcli.Options
	)
	r := &cobra.Command{
		Use: "receivables", Short: "import a CSV or XLSX file of receivables into a subsidiary", Args: cobra.NoArgs,
		Long: `Imports a file of receivables. Columns are recognised by their heads; --preset or --mapping says otherwise.
A row is known again by its source and document number, so that a second run changes nothing. Refused rows go
to a file of their own, with row, column and reason; they never hold up the good ones.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withApp(cmd.Context(), conf.Operate, func(ctx context.Context, a *wiring.App) error {
				t, err := a.Registry.GetBySlug(ctx, slug)
				if err != nil {
					return err
				}
				ctx, err = a.Registry.Bind(access.With(ctx, access.System(t.ID, "command-line")), t.ID)
				if err != nil {
					return err
				}
				return importcli.Receivables(ctx, a.Receivables.Imports, i, os.Stdout)
			})
		},
	}
	f := r.Flags()
	f.StringVar(&slug, "tenant", "", "slug of the subsidiary")
	f.StringVar(&i.File, "file", "", "the file")
	f.StringVar(&i.Preset, "preset", "", "mapping preset: zhuxin, highradius")
	f.StringVar(&i.Mapping, "mapping", "", "name of a saved mapping, or a JSON file with one")
	f.StringVar(&i.Where, "where", "", "only rows with COLUMN=VALUE, for a file of several companies")
	f.StringVar(&i.Currency, "currency", "", "currency of the amounts where no column gives one")
	f.StringVar(&i.Divisor, "divisor", "", "number that amounts are divided by, where they were converted at a known rate")
	f.StringVar(&i.Source, "source", "", "first part of a receivable's identity; preset by the mapping")
	f.StringVar(&i.Errors, "errors", "", "where refused rows are written to; preset beside the file")
	f.BoolVar(&i.DryRun, "dry-run", false, "do everything except keep it")
	f.BoolVar(&i.CreateCustomers, "create-customers", false, "make customers that are not known yet")
	must(r.MarkFlagRequired("tenant"))
	must(r.MarkFlagRequired("file"))
	c.AddCommand(r)
	return c
}
