package erp

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/receivable"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

const (
	overlap = 10 * time.Minute // clocks differ, and an ERP commits later than it stamps
	stale   = 2 * time.Hour    // a run that says nothing for so long was killed
)

// underWay lets a run that another worker does pass, and keeps what is stored as
// the run's failure from being tried again at once: the next one comes by the clock.
func (s *Service) underWay(r Run, err error) error {
	if errors.Is(err, ErrRunning) || r.Status == RunFailed {
		return nil
	}
	return err
}

// Pull reads from the ERP and imports what it gave. The first pull of a business
// date, and one whose caller says so, is full. A run that failed is stored as
// failed with its reason, and given with the error.
func (s *Service) Pull(ctx context.Context, id uuid.UUID, full bool) (Run, error) {
	c, err := s.get(ctx, id)
	if err != nil {
		return Run{}, err
	}
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return Run{}, err
	}
	now := s.Clock.Now()
	r := Run{ID: uuid.Must(uuid.NewV7()), ConnectionID: id, Full: full || c.Cursor.IsZero() || c.FullOn < today, Status: RunRunning, StartedAt: now,
		Open: map[money.Currency]money.Amount{}}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error { return s.Repo.Begin(ctx, r, now.Add(-stale)) })
	if err != nil {
		return Run{}, err
	}
	cause := s.pull(ctx, c, &r)
	done := s.Clock.Now()
	r.FinishedAt, r.Status = &done, RunDone
	c.NextAt, c.Failure = done.Add(time.Duration(c.EveryMinutes)*time.Minute), ""
	if cause != nil {
		r.Status, r.Failure = RunFailed, words(cause)
		c.Failure = r.Failure
	} else {
		c.Cursor, c.SucceededAt = now.Add(-overlap), &done
		if r.Full {
			c.FullOn = today
		}
	}
	// The end is stored also when the worker stops.
	err = s.Tx.InTx(context.WithoutCancel(ctx), func(ctx context.Context) error { return s.Repo.End(ctx, r, c) })
	return r, errors.Join(cause, err)
}

// words are what a person reads of a failure: a fault's message; of anything else
// only that it happened, because its text may tell of our own insides.
func words(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.Message
	}
	return "the run broke off; it is tried again by the clock"
}

func (s *Service) pull(ctx context.Context, c Connection, r *Run) error {
	a, err := s.adapter(c.Kind)
	if err != nil {
		return err
	}
	missing, err := s.openItems(ctx, c, r.Full)
	if err != nil {
		return err
	}
	since := c.Cursor
	if r.Full {
		since = time.Time{}
	}
	// The ERP's answer streams into the stored file; nothing of it lies in memory.
	out, in := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := write(in, r, missing, func(yield func(Item) error) error { return a.Items(ctx, c.Endpoint, since, yield) })
		_ = in.CloseWithError(err)
		done <- err
	}()
	name := fmt.Sprintf("%s-%s.csv", c.Source, r.StartedAt.UTC().Format("20060102-150405"))
	up, err := s.Imports.Upload(ctx, name, out, -1)
	_ = out.CloseWithError(err)
	reading := <-done
	switch {
	case reading != nil && !errors.Is(reading, io.ErrClosedPipe):
		return reading
	case r.Read+r.Settled == 0 && reading == nil:
		return nil // an empty answer is no file
	case err != nil:
		return err
	}
	return s.importFile(ctx, c, r, up.ID)
}

// openItems are the ledger's open items of the source, by number: what the ERP does
// not name any more is settled there.
func (s *Service) openItems(ctx context.Context, c Connection, full bool) (map[string]Item, error) {
	open := map[string]Item{}
	if !full {
		return open, nil
	}
	err := s.Tx.InTx(ctx, func(ctx context.Context) error {
		clear(open)
		return s.Repo.OpenItems(ctx, c.Source, func(i Item) { open[i.DocumentNo] = i })
	})
	return open, err
}

var head = []string{
	string(receivable.FieldCustomerNumber), string(receivable.FieldCustomerName), string(receivable.FieldUSCC), string(receivable.FieldDocumentNo),
	string(receivable.FieldInvoiceDate), string(receivable.FieldDueDate), string(receivable.FieldAmount), string(receivable.FieldOpenAmount), string(receivable.FieldCurrency),
}

// write writes our own template: the ERP's items, then what it no longer has.
func write(w io.Writer, r *Run, missing map[string]Item, items func(yield func(Item) error) error) error {
	out := csv.NewWriter(w)
	row := func(i Item) error {
		due := ""
		if !i.DueDate.IsZero() {
			due = i.DueDate.String()
		}
		return out.Write([]string{i.CustomerNumber, i.CustomerName, i.USCC, i.DocumentNo, i.InvoiceDate.String(), due, i.Amount.String(), i.Open.String(), string(i.Currency)})
	}
	if err := out.Write(head); err != nil {
		return err
	}
	err := items(func(i Item) error {
		r.Read++
		r.Open[i.Currency] += i.Open
		delete(missing, i.DocumentNo)
		return row(i)
	})
	if err != nil {
		return err
	}
	for _, i := range missing {
		i.Open = 0
		r.Settled++
		if err := row(i); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func (s *Service) importFile(ctx context.Context, c Connection, r *Run, file uuid.UUID) error {
	columns := map[receivable.Field]string{}
	for _, f := range receivable.Fields {
		columns[f] = string(f)
	}
	m := receivable.Mapping{Columns: maps.Clone(columns), DateFormat: receivable.DateYMDDashes, CreateCustomers: true, Source: c.Source}
	i, err := s.Imports.StartHere(ctx, receivable.StartInput{FileID: file, Mapping: m})
	if err != nil {
		return err
	}
	r.ImportID = &i.ID
	if i, err = s.Imports.Run(ctx, i.ID, func(int64) {}); err != nil {
		return err
	}
	r.Inserted, r.Updated, r.Unchanged, r.Refused = i.Counts.Inserted, i.Counts.Updated, i.Counts.Unchanged, i.Counts.Refused
	if i.Status != receivable.StatusDone {
		return fault.New(fault.KindInternal, "ERP_IMPORT_FAILED", "what the ERP gave could not be imported: "+i.Failure)
	}
	return nil
}
