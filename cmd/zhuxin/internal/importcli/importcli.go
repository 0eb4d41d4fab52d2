// Package importcli is `zhuxin import receivables`: the import of the console,
// run here and now, with its progress and its totals printed.
//
// It owns flags' meaning and what is printed; the import is biz/receivable's.
package importcli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/receivable"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

// Options are the command's flags.
type Options struct {
	File            string
	Preset          string // highradius or zhuxin
	Mapping         string // name of a saved mapping, or a file of one in JSON
	Where           string // column=value: only those rows
	Currency        string // instead of the mapping's; its amounts are in it
	Divisor         string // decimal number that amounts are divided by
	Source          string // instead of the mapping's
	DryRun          bool
	CreateCustomers bool
	Errors          string // where refused rows are written to; empty: beside the file
}

// ErrFailed means that the import failed; why was printed.
var ErrFailed = errors.New("the import failed; nothing was kept")

// Receivables runs the import. ctx is bound to the tenant, and somebody acts in
// it. It gives ErrFailed when the import failed; refused rows are no failure.
func Receivables(ctx context.Context, imports *receivable.Imports, o Options, out io.Writer) error {
	if o.Preset != "" && o.Mapping != "" {
		return errors.New("give --preset or --mapping, not both")
	}
	file, err := os.Open(o.File)
	if err != nil {
		return fmt.Errorf("--file: %w", err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("--file: %w", err)
	}
	fmt.Fprintf(out, "storing %s (%s)\n", filepath.Base(o.File), mib(info.Size()))
	u, err := imports.Upload(ctx, filepath.Base(o.File), file, info.Size())
	if err != nil {
		return err
	}
	m, err := mapping(ctx, imports, o, u)
	if err != nil {
		return err
	}
	i, err := imports.StartHere(ctx, receivable.StartInput{FileID: u.File.ID, Mapping: m, DryRun: o.DryRun})
	if err != nil {
		return err
	}
	began := time.Now()
	i, err = imports.Run(ctx, i.ID, ticker(out))
	if err != nil {
		return err
	}
	if i.Status == receivable.StatusFailed {
		fmt.Fprintf(out, "failed: %s\n", i.Failure)
		return ErrFailed
	}
	if err := print(out, i, time.Since(began)); err != nil {
		return err
	}
	return refused(ctx, imports, i, o, out)
}

// mapping puts the flags over the chosen mapping, or over what the heads suggest.
func mapping(ctx context.Context, imports *receivable.Imports, o Options, u receivable.Uploaded) (receivable.Mapping, error) {
	m := u.Proposed
	switch {
	case strings.HasSuffix(o.Mapping, ".json"):
		b, err := os.ReadFile(o.Mapping)
		if err != nil {
			return m, fmt.Errorf("--mapping: %w", err)
		}
		m = receivable.Mapping{}
		d := json.NewDecoder(strings.NewReader(string(b)))
		d.DisallowUnknownFields()
		if err := d.Decode(&m); err != nil {
			return m, fmt.Errorf("--mapping: %s: %w", o.Mapping, err)
		}
	case o.Mapping != "" || o.Preset != "":
		named, err := find(ctx, imports, o)
		if err != nil {
			return m, err
		}
		if m = named; o.Preset == u.Preset {
			m = u.Proposed // the same, with the heads' language and the dates of this file
		}
	}
	if o.Where != "" {
		column, value, ok := strings.Cut(o.Where, "=")
		if !ok || column == "" || value == "" {
			return m, errors.New("--where: give column=value")
		}
		m.FilterColumn, m.FilterValue = column, value
	}
	if o.Currency != "" {
		m.Currency = money.Currency(o.Currency)
	}
	if o.Divisor != "" {
		m.AmountDivisor = o.Divisor
	}
	if o.Source != "" {
		m.Source = o.Source
	}
	m.CreateCustomers = m.CreateCustomers || o.CreateCustomers
	t, err := tenant.From(ctx)
	if err != nil {
		return m, err
	}
	return m, m.ValidateFor(u.Head, t.Currency)
}

func find(ctx context.Context, imports *receivable.Imports, o Options) (receivable.Mapping, error) {
	all, err := imports.Mappings(ctx)
	if err != nil {
		return receivable.Mapping{}, err
	}
	var names []string
	for _, n := range all {
		if n.Preset == (o.Preset != "") {
			if n.Name == o.Preset+o.Mapping {
				return n.Mapping, nil
			}
			names = append(names, n.Name)
		}
	}
	if o.Preset != "" {
		return receivable.Mapping{}, fmt.Errorf("--preset: there is no %q; there are: %s", o.Preset, strings.Join(names, ", "))
	}
	return receivable.Mapping{}, fmt.Errorf("--mapping: no mapping %q is saved; there are: %s", o.Mapping, strings.Join(names, ", "))
}

// ticker prints how far it is, every two seconds.
func ticker(out io.Writer) func(int64) {
	last := time.Now()
	return func(read int64) {
		if time.Since(last) >= 2*time.Second {
			last = time.Now()
			fmt.Fprintf(out, "  %s rows read\n", grouped(read))
		}
	}
}

// print writes what became of the rows, and the control totals.
func print(out io.Writer, i receivable.Import, took time.Duration) error {
	if i.DryRun {
		fmt.Fprintln(out, "dry run: nothing was kept")
	}
	n := i.Counts
	fmt.Fprintf(out, "%s rows in %s: %s inserted, %s updated, %s unchanged, %s refused\n\n", grouped(n.Read), took.Round(10*time.Millisecond),
		grouped(n.Inserted), grouped(n.Updated), grouped(n.Unchanged), grouped(n.Refused))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "currency\t\trows\topen\t")
	for _, t := range i.Totals {
		for _, line := range []struct {
			what string
			rows int64
			open money.Amount
		}{
			{"file", t.FileRows, t.FileOpen}, {"accepted", t.AcceptedRows, t.AcceptedOpen},
			{"ledger before", t.LedgerRows, t.LedgerOpen}, {"ledger after", t.LedgerRowsNow, t.LedgerOpenNow},
		} {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t\n", t.Currency, line.what, grouped(line.rows), line.open)
		}
	}
	return w.Flush()
}

// refused shows the first refused rows and writes all of them to a file.
func refused(ctx context.Context, imports *receivable.Imports, i receivable.Import, o Options, out io.Writer) error {
	if i.ErrorFileID == uuid.Nil {
		return nil
	}
	const most = 10
	fmt.Fprintln(out, "\nrefused:")
	for n, e := range i.Errors {
		if n == most {
			fmt.Fprintln(out, "  …")
			break
		}
		fmt.Fprintf(out, "  row %d %s: %s (%s)\n", e.Row, e.Column, e.Message, e.Reason)
	}
	_, body, err := imports.ErrorFile(ctx, i.ID)
	if err != nil {
		return err
	}
	defer body.Close()
	name := o.Errors
	if name == "" {
		name = o.File + ".errors.csv"
	}
	f, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("--errors: %w", err)
	}
	if _, err := io.Copy(f, body); err != nil {
		return errors.Join(err, f.Close())
	}
	fmt.Fprintf(out, "all of them: %s\n", name)
	return f.Close()
}

func mib(n int64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }

// grouped writes a number with commas at thousands.
func grouped(n int64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
