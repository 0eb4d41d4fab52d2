package erp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/feed"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

const (
	// fullDays is how far back a full pull reads what is never settled, such as tickets.
	fullDays = 366

	fewest  = 3                // so many gone at once are worth a question
	overlap = 10 * time.Minute // clocks differ, and an ERP commits later than it stamps
	stale   = 2 * time.Hour    // a run that says nothing for so long was killed
)

// Pull reads one kind of record from the ERP and takes in what it gave. The first
// pull of a business date, and one whose caller says so, is full. A run that failed
// is stored as failed with its reason, and given with the error.
func (s *Service) Pull(ctx context.Context, id uuid.UUID, k feed.Kind, full bool) (Run, error) {
	c, err := s.get(ctx, id)
	if err != nil {
		return Run{}, err
	}
	f := c.feed(k)
	if f == nil {
		return Run{}, ErrFeed
	}
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return Run{}, err
	}
	now := s.Clock.Now()
	r := Run{ID: uuid.Must(uuid.NewV7()), ConnectionID: id, Feed: k, Full: full || f.Cursor.IsZero() || f.FullOn < today, Status: RunRunning, StartedAt: now,
		Open: map[money.Currency]money.Amount{}}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error { return s.Repo.Begin(ctx, r, now.Add(-stale)) })
	if err != nil {
		return Run{}, err
	}
	w := Window{Since: f.Cursor, From: today.AddDays(-fullDays)}
	if r.Full {
		w.Since = time.Time{}
	}
	r.wanted = full
	cause := s.pull(ctx, c, &r, w)
	done := s.Clock.Now()
	r.FinishedAt, r.Status = &done, RunDone
	before := c.Breaker
	c.Breaker, c.NextAt = s.after(ctx, c.Breaker, cause, c.every())
	f.Failure = ""
	if cause != nil {
		r.Status, r.Failure = RunFailed, words(cause)
		f.Failure = r.Failure
	} else {
		f.Cursor, f.SucceededAt = now.Add(-overlap), &done
		if r.Full {
			f.FullOn = today
		}
	}
	// The end is stored also when the worker stops.
	err = s.Tx.InTx(context.WithoutCancel(ctx), func(ctx context.Context) error {
		if err := s.Repo.End(ctx, r, c); err != nil {
			return err
		}
		return s.note(ctx, before, c)
	})
	return r, errors.Join(cause, err)
}

// words are what is kept of a failure: its reason, a colon and a fault's message; of
// anything else only that it happened, because its text may tell of our own insides. The
// console has the reason in the reader's language.
func words(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		text := f.Reason + ": " + f.Message
		for _, k := range slices.Sorted(maps.Keys(f.Meta)) {
			text += "; " + k + ": " + f.Meta[k]
		}
		return text
	}
	return "RUN_BROKE_OFF: the run broke off; it is tried again by the clock"
}

func (s *Service) pull(ctx context.Context, c Connection, r *Run, w Window) error {
	a, err := s.adapter(c.Kind)
	if err != nil {
		return err
	}
	read := func(yield func(feed.Record) error) error {
		return a.Read(ctx, c.Endpoint, r.Feed, w, func(one feed.Record) error {
			if err := r.add(ctx, one); err != nil {
				return err
			}
			return yield(one)
		})
	}
	if r.Feed == feed.Receivables {
		return s.receivables(ctx, c, r, read, func(items []feed.Receivable) (map[string]bool, error) {
			if len(items) == 0 {
				return nil, nil
			}
			return a.Standing(ctx, c.Endpoint, w, items)
		})
	}
	return s.batches(ctx, c, r, w, read)
}

// add counts a record in the run's control totals.
func (r *Run) add(ctx context.Context, one feed.Record) error {
	r.Read++
	currency, sum, volume := one.Sums()
	if currency == "" {
		t, err := tenant.From(ctx)
		if err != nil {
			return err
		}
		currency = t.Currency
	}
	if r.Feed != feed.Customers {
		r.Open[currency] += sum
	}
	r.Volume += volume
	return nil
}

// plausible refuses that more than half of what stands is gone, which is rather an
// answer that is not whole; somebody who asks for the comparison by hand may want it.
func (r *Run) plausible(gone, standing int) error {
	if r.wanted || gone < fewest || 2*gone <= standing {
		return nil
	}
	return ErrVanished.With("gone", fmt.Sprintf("%d of %d", gone, standing))
}

// batches takes the records in as they come, many at once. What a run that breaks off
// has taken in stays, and comes again with the next one.
func (s *Service) batches(ctx context.Context, c Connection, r *Run, w Window, read func(func(feed.Record) error) error) error {
	// What was refused because something else was missing may be right by now.
	if _, err := s.Feeds.Replay(ctx, c.Source, r.Feed); err != nil && !errors.Is(err, feed.ErrRejects) {
		return err
	}
	var batch []feed.Record
	seen := map[string]bool{}
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		got, err := s.Feeds.Put(ctx, c.Source, batch)
		r.Inserted, r.Updated, r.Unchanged, r.Refused = r.Inserted+got.Inserted, r.Updated+got.Updated, r.Unchanged+got.Unchanged, r.Refused+got.Refused
		batch = batch[:0]
		return err
	}
	err := read(func(one feed.Record) error {
		seen[one.RecordID()] = true
		if batch = append(batch, one); len(batch) == feed.MaxBatch {
			return flush()
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := flush(); err != nil {
		return err
	}
	if n := r.Inserted + r.Updated + r.Unchanged + r.Refused; n != r.Read {
		return feed.ErrTie.With("read", fmt.Sprint(r.Read)).With("accounted_for", fmt.Sprint(n))
	}
	if w.Full() {
		r.Settled, err = s.Feeds.Missing(ctx, c.Source, r.Feed, w.From, seen, r.plausible)
	}
	return err
}

// receivables streams the ERP's answer into a stored file of our own template, with
// what it no longer names; nothing else of it lies in memory.
func (s *Service) receivables(ctx context.Context, c Connection, r *Run, read func(func(feed.Record) error) error,
	standing func([]feed.Receivable) (map[string]bool, error)) error {
	missing, err := s.openItems(ctx, c, r.Full)
	if err != nil {
		return err
	}
	out, in := io.Pipe()
	done := make(chan error, 1)
	go func() {
		err := write(in, r, missing, read, standing)
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
	i, err := s.Feeds.Import(ctx, c.Source, up.ID)
	if i.ID != uuid.Nil {
		r.ImportID = &i.ID
	}
	r.Inserted, r.Updated, r.Unchanged, r.Refused = i.Counts.Inserted, i.Counts.Updated, i.Counts.Unchanged, i.Counts.Refused
	return err
}

// openItems are the ledger's open items of the source, by number: what the ERP does
// not name any more is settled there.
func (s *Service) openItems(ctx context.Context, c Connection, full bool) (map[string]feed.Receivable, error) {
	open := map[string]feed.Receivable{}
	if !full {
		return open, nil
	}
	err := s.Tx.InTx(ctx, func(ctx context.Context) error {
		clear(open)
		return s.Repo.OpenItems(ctx, c.Source, func(i feed.Receivable) { open[i.DocumentNo] = i })
	})
	return open, err
}

// write writes the ERP's items, then what it did not name: paid where the document still
// stands there, and void where it does not.
func write(w io.Writer, r *Run, missing map[string]feed.Receivable, read func(func(feed.Record) error) error,
	standing func([]feed.Receivable) (map[string]bool, error)) error {
	open := len(missing)
	sheet, err := feed.NewSheet(w)
	if err != nil {
		return err
	}
	err = read(func(one feed.Record) error {
		item, ok := one.(feed.Receivable)
		if !ok {
			return fmt.Errorf("erp: the adapter gave a record of %s as a receivable", one.Kind())
		}
		delete(missing, item.DocumentNo)
		return sheet.Add(item)
	})
	if err != nil {
		return err
	}
	if err := r.plausible(len(missing), open); err != nil {
		return err
	}
	stand, err := standing(slices.Collect(maps.Values(missing)))
	if err != nil {
		return err
	}
	for _, item := range missing {
		item.Open, item.Void = 0, !stand[item.DocumentNo]
		r.Settled++
		if err := sheet.Add(item); err != nil {
			return err
		}
	}
	return sheet.End()
}
