package receivable

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/document"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

const (
	// lastAttempt is the one after which an import counts as failed, whatever the
	// reason. The queue gives up later than this.
	lastAttempt = 5
	// progressEvery is how often a running import says how far it is.
	progressEvery = 500 * time.Millisecond
	// silence is how long a running import may say nothing before it counts as dead.
	silence = 2 * time.Minute
)

// Run runs an import that StartHere made, and gives it as it ended. progress, if
// given, hears how many rows were read. An import that failed is no error: its
// Failure says why.
func (s *Imports) Run(ctx context.Context, id uuid.UUID, progress func(read int64)) (Import, error) {
	if err := s.run(ctx, id, lastAttempt, progress); err != nil {
		return Import{}, err
	}
	return s.Get(context.WithoutCancel(ctx), id)
}

// run is one attempt at an import. Its error asks for another one.
func (s *Imports) run(ctx context.Context, id uuid.UUID, attempt int, progress func(int64)) error {
	t, err := tenant.From(ctx)
	if err != nil {
		return err
	}
	var i Import
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if i, err = s.Runs.Get(ctx, id); err != nil || i.Status.Over() || i.settled() {
			return err
		}
		return s.Runs.Begin(ctx, id, s.Clock.Now())
	})
	if err != nil || i.Status.Over() {
		return err
	}
	r := &run{Imports: s, Import: i, currency: t.Currency, tell: progress, onlyErrors: i.settled()}
	defer r.close()
	if err := r.do(ctx); err != nil {
		return s.failed(ctx, i, attempt, err)
	}
	return nil
}

// failed decides whether an attempt was the last one.
func (s *Imports) failed(ctx context.Context, i Import, attempt int, cause error) error {
	interrupted := ctx.Err() != nil
	if interrupted && attempt < lastAttempt {
		return cause // a worker that stops; the job comes again
	}
	keep, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	final := attempt >= lastAttempt || Hopeless(cause)
	err := s.Tx.InTx(keep, func(ctx context.Context) error {
		if !final {
			return s.Runs.Retry(ctx, i.ID, fmt.Sprintf("attempt %d failed: %s; it is tried again", attempt, Told(cause, interrupted)), s.Clock.Now())
		}
		return s.Runs.Finish(ctx, i.ID, Told(cause, interrupted), uuid.Nil, s.Clock.Now())
	})
	if err != nil || !Hopeless(cause) {
		return errors.Join(cause, err) // also of the last attempt, so that it is logged
	}
	return nil
}

// Hopeless says that another attempt with the same file would fail as well.
func Hopeless(err error) bool {
	f, ok := fault.As(err)
	return ok && f.Kind != fault.KindInternal && f.Kind != fault.KindUnavailable && f.Kind != fault.KindLimited
}

// Told is the cause as a person may read it.
func Told(err error, interrupted bool) string {
	f, ok := fault.As(err)
	switch {
	case interrupted:
		return "the import was interrupted; nothing was kept"
	case !ok || f.Kind == fault.KindInternal:
		return "an internal fault; nothing was kept, and the log says more"
	}
	text := f.Reason + ": " + f.Message
	for _, field := range f.Fields {
		text += "; " + field.Name + ": " + field.Message
	}
	for _, k := range slices.Sorted(maps.Keys(f.Meta)) {
		text += "; " + k + ": " + f.Meta[k]
	}
	return text
}

// run is one attempt.
type run struct {
	*Imports
	Import
	currency money.Currency
	tell     func(int64)
	spool    Spool
	errors   ErrorFile
	read     atomic.Int64
	sums     map[money.Currency]*ControlTotal
	created  []NewCustomer
	faulty   int64 // rows with faults of their own
	voids    int64 // rows that declare something void
	suspects int64 // rows whose document number may stand further up
	// onlyErrors: the ledger has the file already, only its error file is missing.
	onlyErrors bool
	counter    *atomic.Int64 // counts rows as well; nil for none
}

func (r *run) close() {
	if r.errors != nil {
		_ = r.errors.Close()
	}
	if r.spool != nil {
		_ = r.spool.Close()
	}
}

func (r *run) do(ctx context.Context) error {
	if err := r.fetch(ctx); err != nil {
		return err
	}
	stop := r.report(ctx)
	err := r.Long.InTx(ctx, r.ledger)
	stop()
	if err != nil {
		return err
	}
	return r.finish(ctx)
}

// fetch copies the file to local disk, so that nothing waits for the object
// store while the ledger is locked.
func (r *run) fetch(ctx context.Context) error {
	_, body, err := r.Files.Open(ctx, r.FileID, document.KindImportSource)
	if err != nil {
		return err
	}
	defer body.Close()
	spool, sum, err := r.Sheets.Open(body)
	if err != nil {
		return err
	}
	r.spool = spool
	if !bytes.Equal(sum, r.FileSHA256) {
		return errFileChanged
	}
	return nil
}

// report tells how far the run is, every so often, until stop is called. Nothing
// depends on it.
func (r *run) report(ctx context.Context) (stop func()) {
	return Beside(ctx, func(ctx context.Context) {
		read := r.read.Load()
		if r.tell != nil {
			r.tell(read)
		}
		_ = r.Tx.InTx(ctx, func(ctx context.Context) error { return r.Runs.Progress(ctx, r.ID, read, r.Clock.Now()) })
	})
}

// finish stores the error file and ends the import. Until then the import counts
// as running, so that whoever sees it done finds its errors as well.
func (r *run) finish(ctx context.Context) error {
	errorFile := uuid.Nil
	if r.Counts.Refused > 0 {
		body, err := r.errors.Body()
		if err != nil {
			return err
		}
		f, err := r.Files.Store(ctx, NewFile{Kind: document.KindImportErrors, Name: errorFileName(r.FileName), ContentType: "text/csv; charset=utf-8", Size: -1, Body: body})
		if err != nil {
			return err
		}
		errorFile = f.ID
	}
	if r.tell != nil {
		r.tell(r.Counts.Read)
	}
	return r.Tx.InTx(ctx, func(ctx context.Context) error {
		return r.Runs.Finish(ctx, r.ID, "", errorFile, r.Clock.Now())
	})
}

func errorFileName(of string) string {
	const most = 100
	base := []rune(of)
	return string(base[:min(len(base), most)]) + ".errors.csv"
}

// rows reads the table row by row, counting as it goes.
func (r *run) rows(t Table, yield func(StagedRow, error) bool) {
	reader := newRowReader(r.Mapping, t.Head(), t.Epoch(), r.currency)
	documents, customers := newSeen(), newSeen()
	for {
		line, err := t.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			yield(StagedRow{}, err)
			return
		}
		row, meant := reader.read(line)
		if !meant {
			continue
		}
		if r.counter != nil {
			r.counter.Add(1)
		}
		if r.read.Add(1) > MaxRows {
			yield(StagedRow{}, ErrTooManyRows)
			return
		}
		sum := r.total(row.Currency)
		sum.FileRows++
		sum.FileOpen += row.OpenAmount
		staged := StagedRow{Row: row, FirstOfCustomer: !customers.addHash(customers.pair(row.CustomerNumber, row.USCC, row.CustomerName == ""))}
		if len(row.Faults) == 0 || row.DocumentNo != "" {
			staged.PerhapsTwice = documents.add(row.DocumentNo)
		}
		if staged.PerhapsTwice {
			r.suspects++
		}
		if len(row.Faults) > 0 {
			r.faulty++
		}
		if row.Void {
			r.voids++
		}
		if !yield(staged, nil) {
			return
		}
	}
}
