package historyimport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"zhuxin/biz/feed"
	"zhuxin/biz/feedfile"
	"zhuxin/biz/receivable"
	"zhuxin/shared/money"
)

// reasonNameTaken refuses a row beside the reasons of biz/feedfile.
const reasonNameTaken = "CUSTOMER_NAME_TAKEN"

// intake takes a file of customers, contracts or receipts in, batch by batch.
type intake struct {
	*run
	kind  Kind
	out   Outcome
	sums  map[money.Currency]*Sum
	batch []*feedfile.Row
	first map[string]int64 // row of each number
	named map[string]int64 // row of each name of a company with a code
}

func (r *run) records(ctx context.Context, k Kind, spool receivable.Spool) (Outcome, error) {
	t, err := spool.Table()
	if err != nil {
		return Outcome{}, err
	}
	defer t.Close()
	l, err := feedfile.ReadHeads(feed.Kind(k), t.Head())
	if err != nil {
		return Outcome{}, err
	}
	x := &intake{run: r, kind: k, out: Outcome{Kind: k}, sums: map[money.Currency]*Sum{}, first: map[string]int64{}, named: map[string]int64{}}
	cells := receivable.NewCells(t)
	for {
		line, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return Outcome{}, err
		}
		line.Cells = slices.Clone(line.Cells) // valid until the next row only
		if err := x.add(ctx, l.Read(line, cells)); err != nil {
			return Outcome{}, err
		}
	}
	if err := x.flush(ctx); err != nil {
		return Outcome{}, err
	}
	if x.out.Rows == 0 {
		return Outcome{}, receivable.ErrFileEmpty.With("kind", string(k))
	}
	for _, s := range x.sums {
		x.out.Sums = append(x.out.Sums, *s)
	}
	return x.out, nil
}

func (x *intake) add(ctx context.Context, w *feedfile.Row) error {
	if x.out.Rows++; x.out.Rows > maxRecords {
		return errTooMany
	}
	x.done.Add(1)
	if w.Record != nil {
		x.sum(w, func(s *Sum, a money.Amount) { s.File += a })
		x.twice(w)
	}
	if len(w.Faults) > 0 {
		return x.refuse(w)
	}
	x.batch = append(x.batch, w)
	if len(x.batch) == feed.MaxBatch {
		return x.flush(ctx)
	}
	return nil
}

// twice refuses what a row further up says already. The first one stands.
func (x *intake) twice(w *feedfile.Row) {
	if id := w.Record.RecordID(); id != "" {
		if at, ok := x.first[id]; ok {
			w.Again(at)
			return
		}
		x.first[id] = w.No
	}
	c, ok := w.Record.(feed.Customer)
	if !ok || c.USCC == "" || c.Name == "" {
		return
	}
	if at, ok := x.named[c.Name]; ok {
		w.Refuse("customer_name", reasonNameTaken, fmt.Sprintf("row %d has a company of this name with another number", at))
		return
	}
	x.named[c.Name] = w.No
}

// sum counts an amount where the old books total it.
func (x *intake) sum(w *feedfile.Row, count func(*Sum, money.Amount)) {
	if !x.kind.counted() {
		return
	}
	c, amount, _ := w.Record.Sums()
	if c == "" {
		c = x.currency
	}
	s := x.sums[c]
	if s == nil {
		s = &Sum{Currency: c}
		x.sums[c] = s
	}
	count(s, amount)
}

// flush brings a batch in and notes what became of each row.
func (x *intake) flush(ctx context.Context) error {
	batch, err := x.free(ctx, x.batch)
	if err != nil {
		return err
	}
	if x.batch = nil; len(batch) == 0 {
		return nil
	}
	list := make([]feed.Record, len(batch))
	for i, w := range batch {
		list[i] = w.Record
	}
	result, err := x.feeds.Put(ctx, Source, list)
	if err != nil {
		return err
	}
	x.out.Inserted, x.out.Updated, x.out.Unchanged = x.out.Inserted+result.Inserted, x.out.Updated+result.Updated, x.out.Unchanged+result.Unchanged
	for i, o := range result.Outcomes {
		if o.Status == feed.Refused {
			batch[i].Refused(o.Faults)
			if err := x.refuse(batch[i]); err != nil {
				return err
			}
			continue
		}
		x.sum(batch[i], func(s *Sum, a money.Amount) { s.Taken += a })
	}
	return nil
}

// free refuses customers under a name that another company has here.
func (x *intake) free(ctx context.Context, batch []*feedfile.Row) ([]*feedfile.Row, error) {
	if x.kind != Customers || len(batch) == 0 {
		return batch, nil
	}
	var names []string
	for _, w := range batch {
		names = append(names, w.Record.(feed.Customer).Name)
	}
	holders, err := x.Repo.Names(ctx, names)
	if err != nil {
		return nil, err
	}
	out := batch[:0]
	for _, w := range batch {
		c := w.Record.(feed.Customer)
		if holder, taken := holders[c.Name]; taken && holder != c.Number && c.USCC != "" {
			w.Refuse("customer_name", reasonNameTaken, fmt.Sprintf("the customer %s has this name; one company is one customer", holder))
			if err := x.refuse(w); err != nil {
				return nil, err
			}
			continue
		}
		out = append(out, w)
	}
	return out, nil
}

func (x *intake) refuse(w *feedfile.Row) error {
	x.out.Refused++
	file, err := x.errorFile(x.kind)
	if err != nil {
		return err
	}
	for _, f := range w.Faults {
		e := RowError{Row: w.No, Fault: f}
		if len(x.out.Errors) < receivable.ErrorsShown {
			x.out.Errors = append(x.out.Errors, e)
		}
		if err := file.Add(e); err != nil {
			return err
		}
	}
	return nil
}
