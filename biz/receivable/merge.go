package receivable

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"

	"zhuxin/shared/audit"
	"zhuxin/shared/money"
)

// ledger is the transaction of the import. It may be called again from the
// start, so it begins with nothing read.
func (r *run) ledger(ctx context.Context) error {
	if err := r.reset(); err != nil {
		return err
	}
	if err := r.Staging.Lock(ctx); err != nil {
		return err
	}
	now := r.Clock.Now()
	if _, err := r.Runs.Abandoned(ctx, now.Add(-silence), "what ran it ended in the middle; nothing was kept, start it again", now); err != nil {
		return err
	}
	if err := r.stage(ctx); err != nil {
		return err
	}
	var err error
	switch {
	case r.onlyErrors:
		// The ledger has it; only the error file was not stored yet.
		err = r.Staging.Trial(ctx, r.sift)
	case r.DryRun:
		err = r.Staging.Trial(ctx, r.change)
	default:
		err = r.change(ctx)
	}
	if err != nil {
		return err
	}
	if err := r.Staging.Clear(ctx); err != nil || r.onlyErrors {
		return err
	}
	return r.settle(ctx)
}

func (r *run) reset() (err error) {
	r.read.Store(0)
	r.sums = map[money.Currency]*ControlTotal{}
	r.Counts, r.Errors, r.faulty, r.suspects, r.voids = Counts{}, nil, 0, 0, 0
	if r.errors != nil {
		_ = r.errors.Close()
	}
	r.errors, err = r.Sheets.Errors()
	return err
}

func (r *run) total(c money.Currency) *ControlTotal {
	t := r.sums[c]
	if t == nil {
		t = &ControlTotal{Currency: c}
		r.sums[c] = t
	}
	return t
}

// stage reads the whole file into the staging.
func (r *run) stage(ctx context.Context) error {
	t, err := r.spool.Table()
	if err != nil {
		return err
	}
	defer t.Close()
	if err := r.Mapping.ValidateFor(t.Head(), r.currency); err != nil {
		return err
	}
	n, err := r.Staging.Stage(ctx, func(yield func(StagedRow, error) bool) { r.rows(t, yield) })
	if err != nil {
		return err
	}
	r.Counts.Read = r.read.Load()
	if n != r.Counts.Read {
		return fmt.Errorf("staged %d of %d rows [import=%s]", n, r.Counts.Read, r.ID)
	}
	if n == 0 && r.Mapping.FilterColumn != "" {
		e := *ErrFileEmpty
		e.Message = fmt.Sprintf("no row has %q in the column %q", r.Mapping.FilterValue, r.Mapping.FilterColumn)
		return &e
	}
	if n == 0 {
		return ErrFileEmpty
	}
	return nil
}

// sift parts the good rows from the bad ones.
func (r *run) sift(ctx context.Context) error {
	created, unresolved, err := r.Staging.ResolveCustomers(ctx, r.Mapping.CreateCustomers, MaxNewCustomers, r.Clock.Now(), personID(r.CreatedBy))
	if err != nil {
		return err
	}
	for _, c := range created {
		err := r.Audit.Record(ctx, audit.Entry{Action: "customer.created", ObjectType: "customer", ObjectID: c.ID.String(),
			After: map[string]any{"number": c.Number, "name": c.Name, "import_id": r.ID}})
		if err != nil {
			return err
		}
	}
	r.created = created
	// Each look costs a scan of all rows, so it is taken where there is something.
	if r.suspects > 0 {
		marked, err := r.Staging.MarkDuplicates(ctx)
		if err != nil {
			return err
		}
		unresolved += marked
	}
	if r.voids > 0 {
		marked, err := r.Staging.RefuseApplied(ctx, r.Mapping.Source, Fault{Column: r.Mapping.Columns[FieldVoid], Reason: ReasonVoidApplied,
			Message: "payments, credit notes or a write-off were applied to this item here; reverse them first, then declare it void"})
		if err != nil {
			return err
		}
		unresolved += marked
	}
	if r.faulty+unresolved == 0 {
		return nil
	}
	return r.Staging.Refused(ctx, r.refuse)
}

func (r *run) refuse(row RefusedRow) error {
	r.Counts.Refused++
	for _, f := range r.explain(row) {
		e := RowError{row.No, f}
		if len(r.Errors) < ErrorsShown {
			r.Errors = append(r.Errors, e)
		}
		if err := r.errors.Add(e); err != nil {
			return err
		}
	}
	return nil
}

// explain adds to the faults of a row those that only all rows together show.
func (r *run) explain(row RefusedRow) []Fault {
	faults := row.Faults
	number, code := r.Mapping.Columns[FieldCustomerNumber], r.Mapping.Columns[FieldUSCC]
	switch row.CustomerProblem {
	case ReasonCustomerUnknown:
		f := Fault{Column: number, Reason: ReasonCustomerUnknown, Value: row.CustomerNumber,
			Message: "no customer has this number; create the customer first, or let the import create customers"}
		if row.CustomerNumber == "" {
			f.Column, f.Value, f.Message = code, row.USCC, "no customer has this unified social credit code; create the customer first"
		}
		faults = append(faults, f)
	case ReasonCustomerMismatch:
		faults = append(faults, Fault{Column: code, Reason: ReasonCustomerMismatch, Value: row.USCC,
			Message: fmt.Sprintf("the customer %s has the code %s; number and code belong to different customers", row.CustomerNumber, row.KnownUSCC)})
	case ReasonRequired:
		faults = append(faults, Fault{Column: r.Mapping.Columns[FieldCustomerName], Reason: ReasonRequired,
			Message: fmt.Sprintf("the customer %s is not known yet and needs a name to be created", row.CustomerNumber)})
	}
	if row.DuplicateOf > 0 {
		faults = append(faults, Fault{Column: r.Mapping.Columns[FieldDocumentNo], Reason: ReasonDuplicate, Value: row.DocumentNo,
			Message: fmt.Sprintf("row %d has this document number already", row.DuplicateOf)})
	}
	return faults
}

// change brings the good rows into the ledger and holds the totals against each other.
func (r *run) change(ctx context.Context) error {
	before, err := r.Staging.LedgerTotals(ctx)
	if err != nil {
		return err
	}
	if err := r.sift(ctx); err != nil {
		return err
	}
	accepted, err := r.Staging.Accepted(ctx)
	if err != nil {
		return err
	}
	to := Target{ImportID: r.ID, Source: r.Mapping.Source, Currency: r.currency, Now: r.Clock.Now(),
		AppliedHere: r.Mapping.Columns[FieldOpenAmount] == ""}
	c, err := r.Staging.Compare(ctx, to, accepted)
	if err != nil {
		return err
	}
	m, err := r.Staging.Merge(ctx, to, c)
	if err != nil {
		return err
	}
	after, err := r.Staging.LedgerTotals(ctx)
	if err != nil {
		return err
	}
	r.Counts.Inserted, r.Counts.Updated, r.Counts.Unchanged = m.Inserted, m.Updated, c.Unchanged
	r.compile(accepted, before, after)
	if err := tie(r.Counts, r.currency, accepted, c, before, after); err != nil || r.DryRun {
		return err
	}
	return r.accounts(ctx, m)
}

// compile sets file and ledger side by side.
func (r *run) compile(accepted LedgerTotal, before, after map[money.Currency]LedgerTotal) {
	own := r.total(r.currency)
	own.AcceptedRows, own.AcceptedOpen = accepted.Rows, accepted.Open
	for c, l := range before {
		t := r.total(c)
		t.LedgerRows, t.LedgerOpen = l.Rows, l.Open
	}
	for c, l := range after {
		t := r.total(c)
		t.LedgerRowsNow, t.LedgerOpenNow = l.Rows, l.Open
	}
	r.Totals = []ControlTotal{*own}
	for _, c := range slices.Sorted(maps.Keys(r.sums)) {
		if c != r.currency {
			r.Totals = append(r.Totals, *r.sums[c])
		}
	}
}

// tie holds counts and sums against each other, each found by a way of its own:
// the rows as read, as accepted, as compared, as written, and the ledger's sums.
func tie(n Counts, own money.Currency, accepted LedgerTotal, c Comparison, before, after map[money.Currency]LedgerTotal) error {
	for currency := range after {
		if currency != own && before[currency] != after[currency] {
			return ErrTotalsDoNotTie.With("currency", string(currency))
		}
	}
	b, a := before[own], after[own]
	for _, check := range []struct {
		what       string
		have, want int64
	}{
		{"rows", n.Inserted + n.Updated + n.Unchanged + n.Refused, n.Read},
		{"accepted_rows", accepted.Rows, n.Read - n.Refused},
		{"inserted", n.Inserted, c.New},
		{"updated", n.Updated, c.Changed},
		{"ledger_rows", a.Rows - b.Rows, n.Inserted},
		{"ledger_open_sum", int64(a.Open - b.Open), int64(c.OpenOfNew + c.Delta)},
	} {
		if check.have != check.want {
			return ErrTotalsDoNotTie.With(check.what, fmt.Sprintf("%d instead of %d", check.have, check.want))
		}
	}
	return nil
}

// recomputeSome is up to how many customers are recomputed by their ids; beyond
// it, all of them in one go are cheaper.
const recomputeSome = 1000

// accounts lets exposure follow the ledger.
func (r *run) accounts(ctx context.Context, m Merged) error {
	touched := m.Touched
	if m.Inserted+m.Updated > 0 {
		if _, err := r.Biller.BillCommitted(ctx, r.ID); err != nil {
			return err
		}
		if err := r.Terms.Imported(ctx, r.ID); err != nil {
			return err
		}
	}
	for _, c := range r.created {
		touched = append(touched, c.ID)
	}
	slices.SortFunc(touched, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	switch touched = slices.Compact(touched); {
	case len(touched) == 0:
		return nil // without ids, Recompute would take them all
	case len(touched) > recomputeSome:
		return r.Accounts.Recompute(ctx)
	}
	return r.Accounts.Recompute(ctx, touched...)
}

// settle stores what became of the rows with the change itself.
func (r *run) settle(ctx context.Context) error {
	r.RowsTotal = r.Counts.Read
	if err := r.Runs.Settle(ctx, r.Import, r.Clock.Now()); err != nil {
		return err
	}
	after := map[string]any{"dry_run": r.DryRun, "read": r.Counts.Read, "inserted": r.Counts.Inserted, "updated": r.Counts.Updated,
		"unchanged": r.Counts.Unchanged, "refused": r.Counts.Refused, "totals": r.Totals}
	if r.CreatedBy != nil {
		after["requested_by"] = r.CreatedBy.ID
	}
	return r.Audit.Record(ctx, audit.Entry{Action: "receivable_import.settled", ObjectType: "receivable_import", ObjectID: r.ID.String(), After: after})
}
