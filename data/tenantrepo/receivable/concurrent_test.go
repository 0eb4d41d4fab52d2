package receivable_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/receivable"
	"zhuxin/shared/access"
	"zhuxin/tenancy/scope"
)

// many is a file of n rows whose numbers begin with a prefix.
func many(prefix string, n int) string {
	var b strings.Builder
	b.WriteString(heads)
	for i := range n {
		fmt.Fprintf(&b, "K%d,,,%s%d,2026-05-01,2026-05-31,%d.00,,\n", 1+i%2, prefix, i, 1+i%7)
	}
	return b.String()
}

// Imports of one tenant that overlap in time and in documents end as if one had
// run after the other.
func TestImportsAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	var sum biz.Counts
	for n := range 4 {
		wg.Go(func() {
			i, err := b.Run(b.ctx, many("S", 400)+strings.TrimPrefix(many(fmt.Sprintf("X%d-", n), 100), heads), own(), false)
			mu.Lock()
			defer mu.Unlock()
			if err != nil || i.Status != biz.StatusDone {
				t.Errorf("%v %+v", err, i)
			}
			sum.Inserted += i.Counts.Inserted
			sum.Unchanged += i.Counts.Unchanged
		})
	}
	wg.Wait()
	if sum.Inserted != 800 || sum.Unchanged != 1200 {
		t.Errorf("%+v", sum)
	}
	if s := b.text(t, b.ctx, `SELECT count(*) || ' ' || count(DISTINCT document_no) FROM receivables`); s != "800 800" {
		t.Error(s)
	}
}

// cut is a staging whose rows end in the middle.
type cut struct {
	biz.Staging
	after int
	end   func()
	wait  chan struct{}
}

func (c cut) Stage(ctx context.Context, rows iter.Seq2[biz.StagedRow, error]) (int64, error) {
	return c.Staging.Stage(ctx, func(yield func(biz.StagedRow, error) bool) {
		n := 0
		for row, err := range rows {
			if n++; n == c.after {
				if c.wait != nil {
					<-c.wait
				}
				c.end()
			}
			if !yield(row, err) {
				return
			}
		}
	})
}

// A worker that stops in the middle leaves nothing; the job comes again.
func TestCutInTheMiddle(t *testing.T) {
	t.Parallel()
	b := setup(t)
	u, err := b.Imports.Upload(b.ctx, "a.csv", strings.NewReader(many("D", 3000)), -1)
	must(t, err)
	i, err := b.Imports.Start(b.ctx, biz.StartInput{FileID: u.File.ID, Mapping: own()})
	must(t, err)
	job, stop := context.WithCancel(access.With(scope.WithTenant(t.Context(), b.A), access.System(b.A.ID, "job")))
	defer stop()
	c := b.Config
	c.Staging = cut{Staging: c.Staging, after: 1500, end: stop}
	d := delivered(t, b, i.ID, 1)
	if err := biz.NewImports(c).Handle(job, d); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	i, err = b.Imports.Get(b.ctx, i.ID)
	must(t, err)
	if i.Status != biz.StatusRunning {
		t.Fatalf("%+v", i)
	}
	if s := b.text(t, b.ctx, `SELECT count(*)::text FROM receivables`); s != "0" {
		t.Fatal(s, "rows are left of an import that was cut")
	}
	must(t, b.Imports.Handle(access.With(scope.WithTenant(t.Context(), b.A), access.System(b.A.ID, "job")), delivered(t, b, i.ID, 2)))
	i, err = b.Imports.Get(b.ctx, i.ID)
	must(t, err)
	if i.Status != biz.StatusDone || i.Counts != (biz.Counts{Read: 3000, Inserted: 3000}) {
		t.Fatalf("%+v", i)
	}
	if s := b.text(t, b.ctx, `SELECT count(*) || ' ' || sum(open_amount) FROM receivables`); s != fmt.Sprint("3000 ", int64(i.Totals[0].FileOpen)) {
		t.Fatal(s)
	}
}

// What the command line left behind is ended by the next import; a job that the
// queue will bring back is not.
func TestAbandoned(t *testing.T) {
	t.Parallel()
	b := setup(t)
	u, err := b.Imports.Upload(b.ctx, "a.csv", strings.NewReader(many("D", 3)), -1)
	must(t, err)
	here, err := b.Imports.StartHere(b.ctx, biz.StartInput{FileID: u.File.ID, Mapping: own()})
	must(t, err)
	asked, err := b.Imports.Start(b.ctx, biz.StartInput{FileID: u.File.ID, Mapping: own()})
	must(t, err)
	b.exec(t, b.ctx, `UPDATE receivable_imports SET status = 'running'`)
	b.clock.At = b.clock.At.Add(time.Hour)
	_, err = b.Run(b.ctx, many("E", 1), own(), false)
	must(t, err)
	here, err = b.Imports.Get(b.ctx, here.ID)
	must(t, err)
	asked, err = b.Imports.Get(b.ctx, asked.ID)
	must(t, err)
	if here.Status != biz.StatusFailed || here.Failure == "" || asked.Status != biz.StatusRunning {
		t.Errorf("%s %q, %s", here.Status, here.Failure, asked.Status)
	}
}

// Progress shows while the import runs, in transactions of its own.
func TestProgressIsSeen(t *testing.T) {
	t.Parallel()
	b := setup(t)
	u, err := b.Imports.Upload(b.ctx, "a.csv", strings.NewReader(many("D", 500)), -1)
	must(t, err)
	i, err := b.Imports.StartHere(b.ctx, biz.StartInput{FileID: u.File.ID, Mapping: own()})
	must(t, err)
	c := b.Config
	told := make(chan struct{})
	var once sync.Once
	c.Staging = cut{Staging: c.Staging, after: 300, wait: told, end: func() {}}
	seen := int64(0)
	c.Runs = watched{c.Runs, func(read int64) {
		if read > 0 {
			once.Do(func() { seen = read; close(told) })
		}
	}}
	i, err = biz.NewImports(c).Run(b.ctx, i.ID, nil)
	must(t, err)
	if i.Status != biz.StatusDone || seen < 299 || seen > 500 {
		t.Errorf("%s, %d rows seen", i.Status, seen)
	}
}

type watched struct {
	biz.Runs
	progress func(int64)
}

func (w watched) Progress(ctx context.Context, id uuid.UUID, read int64, now time.Time) error {
	err := w.Runs.Progress(ctx, id, read, now)
	if err == nil {
		w.progress(read)
	}
	return err
}
