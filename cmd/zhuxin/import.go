package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"zhuxin/app/conf"
	"zhuxin/biz/receivable"
	"zhuxin/cmd/zhuxin/internal/wiring"
	"zhuxin/shared/access"
	"zhuxin/shared/money"
)

// importOptions are the flags of zhuxin import receivables.
type importOptions struct {
	tenant, file, preset, mapping, where string
	currency, divisor                    string
	dryRun, create                       bool
}

func importCommand(o *options) *cobra.Command {
	c := &cobra.Command{Use: "import", Short: "bring data in by file"}
	i := &importOptions{}
	r := &cobra.Command{
		Use: "receivables", Short: "import a CSV or XLSX file of receivables into a subsidiary", Args: cobra.NoArgs,
		Long: `Imports a file of receivables. Columns are recognised by their heads; --preset or --mapping says otherwise.
A row is known again by its source and document number, so that a second run changes nothing. Refused rows are
listed with row, column and reason, and kept as a file that the console offers for download.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withApp(cmd.Context(), conf.Operate, func(ctx context.Context, a *wiring.App) error { return i.run(ctx, a) })
		},
	}
	f := r.Flags()
	f.StringVar(&i.tenant, "tenant", "", "slug of the subsidiary")
	f.StringVar(&i.file, "file", "", "the file")
	f.StringVar(&i.preset, "preset", "", "mapping preset or saved mapping by name: zhuxin, highradius, …")
	f.StringVar(&i.mapping, "mapping", "", "JSON file with a mapping")
	f.StringVar(&i.where, "where", "", "only rows with COLUMN=VALUE, for a file of several companies")
	f.StringVar(&i.currency, "currency", "", "currency of the amounts where no column gives one")
	f.StringVar(&i.divisor, "divisor", "", "number that amounts are divided by, where they were converted at a known rate")
	f.BoolVar(&i.dryRun, "dry-run", false, "do everything except keep it")
	f.BoolVar(&i.create, "create-customers", false, "make customers that are not known yet")
	must(r.MarkFlagRequired("tenant"))
	must(r.MarkFlagRequired("file"))
	c.AddCommand(r)
	return c
}

func (o *importOptions) run(ctx context.Context, a *wiring.App) error {
	t, err := a.Registry.GetBySlug(ctx, o.tenant)
	if err != nil {
		return err
	}
	ctx, err = a.Registry.Bind(access.With(ctx, access.System(t.ID, "command-line")), t.ID)
	if err != nil {
		return err
	}
	f, err := os.Open(o.file)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	up, err := a.Receivables.Imports.Upload(ctx, filepath.Base(o.file), f, info.Size())
	if err != nil {
		return err
	}
	m, err := o.chosen(ctx, a, up)
	if err != nil {
		return err
	}
	i, err := a.Receivables.Imports.StartHere(ctx, receivable.StartInput{FileID: up.ID, Mapping: m, DryRun: o.dryRun})
	if err != nil {
		return err
	}
	i, err = a.Receivables.Imports.Run(ctx, i.ID, func(read int64) { fmt.Fprintf(os.Stderr, "\r%d rows read", read) })
	fmt.Fprintln(os.Stderr)
	if err != nil {
		return err
	}
	return printImport(i)
}

// chosen is the mapping that the flags ask for, else the proposed one.
func (o *importOptions) chosen(ctx context.Context, a *wiring.App, up receivable.Uploaded) (receivable.Mapping, error) {
	m := up.Proposed
	switch {
	case o.mapping != "":
		b, err := os.ReadFile(o.mapping)
		if err != nil {
			return m, err
		}
		m = receivable.Mapping{}
		if err := json.Unmarshal(b, &m); err != nil {
			return m, fmt.Errorf("%s: %w", o.mapping, err)
		}
	case o.preset != "":
		all, err := a.Receivables.Imports.Mappings(ctx)
		if err != nil {
			return m, err
		}
		found := false
		for _, n := range all {
			if n.Name == o.preset {
				m, found = n.Mapping, true
			}
		}
		if !found {
			return m, fmt.Errorf("there is no preset or saved mapping %q", o.preset)
		}
	}
	if o.where != "" {
		column, value, ok := strings.Cut(o.where, "=")
		if !ok {
			return m, errors.New("--where needs COLUMN=VALUE")
		}
		m.FilterColumn, m.FilterValue = column, value
	}
	if o.currency != "" {
		m.Currency = money.Currency(o.currency)
	}
	if o.divisor != "" {
		m.AmountDivisor = o.divisor
	}
	m.CreateCustomers = m.CreateCustomers || o.create
	return m, nil
}

func printImport(i receivable.Import) error {
	kind := "imported"
	if i.DryRun {
		kind = "dry run: would be imported"
	}
	fmt.Printf("%s: %d rows read, %d new, %d changed, %d unchanged, %d refused\n", kind, i.Counts.Read, i.Counts.Inserted, i.Counts.Updated, i.Counts.Unchanged, i.Counts.Refused)
	w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "CURRENCY\tFILE ROWS\tFILE OPEN\tACCEPTED ROWS\tACCEPTED OPEN\tLEDGER BEFORE\tLEDGER AFTER\t")
	for _, t := range i.Totals {
		fmt.Fprintf(w, "%s\t%d\t%s\t%d\t%s\t%s\t%s\t\n", t.Currency, t.FileRows, t.FileOpen, t.AcceptedRows, t.AcceptedOpen, t.LedgerOpen, t.LedgerOpenNow)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, e := range i.Errors {
		fmt.Printf("row %d, %s: %s (%s) %q\n", e.Row, e.Column, e.Message, e.Reason, e.Value)
	}
	if i.Status == receivable.StatusFailed {
		return fmt.Errorf("the import failed: %s", i.Failure)
	}
	return nil
}
