package historyimport

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/document"
	"zhuxin/biz/exposure"
	"zhuxin/biz/feed"
	"zhuxin/biz/feedfile"
	"zhuxin/biz/receivable"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

// run is one go through all files of an import.
type run struct {
	*Service
	Import
	currency money.Currency
	trial    bool // it is undone at its end
	feeds    *feed.Service
	ledger   *receivable.Imports
	accounts *later
	spools   map[Kind]receivable.Spool
	errors   map[Kind]receivable.ErrorFile
	at       atomic.Pointer[Kind]
	done     atomic.Int64
	result   Result
}

// newRun fetches the files to local disk, so that nothing waits for the object store
// while the books are locked.
func (s *Service) newRun(ctx context.Context, i Import, trial bool) (_ *run, err error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, err
	}
	r := &run{Service: s, Import: i, currency: t.Currency, trial: trial, spools: map[Kind]receivable.Spool{}}
	r.accounts = &later{Accounts: s.Imports.Accounts}
	feeds, ledger := s.Feed, s.Imports
	feeds.Accounts, feeds.Repo = r.accounts, unkept{feeds.Repo}
	if ledger.Accounts = r.accounts; trial {
		ledger.Biller, feeds.Relations = nobody{}, nobody{}
	}
	r.feeds, r.ledger = feed.New(feeds), receivable.NewImports(ledger)
	for _, f := range i.Files {
		if r.spools[f.Kind], err = r.fetch(ctx, f); err != nil {
			r.close()
			return nil, err
		}
	}
	return r, nil
}

func (s *Service) fetch(ctx context.Context, f File) (receivable.Spool, error) {
	_, body, err := s.Imports.Files.Open(ctx, f.DocumentID, document.KindImportSource)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	spool, sum, err := s.Imports.Sheets.Open(body)
	if err != nil {
		return nil, err
	}
	if want, err := hex.DecodeString(f.SHA256); err != nil || !bytes.Equal(sum, want) {
		return nil, errors.Join(errFileChanged, spool.Close())
	}
	return spool, nil
}

func (r *run) close() {
	r.forget()
	for _, s := range r.spools {
		if s != nil {
			_ = s.Close()
		}
	}
}

// forget begins with nothing read: a transaction may be run twice.
func (r *run) forget() {
	for _, f := range r.errors {
		_ = f.Close()
	}
	r.errors = map[Kind]receivable.ErrorFile{}
	r.accounts.ids, r.accounts.all = map[uuid.UUID]bool{}, false
	r.done.Store(0)
}

func (r *run) errorFile(k Kind) (receivable.ErrorFile, error) {
	if f, ok := r.errors[k]; ok {
		return f, nil
	}
	f, err := r.Service.Imports.Sheets.Errors()
	if err == nil {
		r.errors[k] = f
	}
	return f, err
}

// through takes all files in and sums up what there is then, in the caller's
// transaction.
func (r *run) through(ctx context.Context) error {
	r.forget()
	r.result = Result{CheckedAt: r.now(), AsOf: r.AsOf, Currency: r.currency}
	for _, k := range Kinds {
		spool, ok := r.spools[k]
		if !ok {
			continue
		}
		r.at.Store(&k)
		o, err := r.take(ctx, k, spool)
		if err != nil {
			return err
		}
		f, _ := r.File(k)
		c, _ := r.control(k)
		o.SHA256, o.ControlRows, o.Sums = f.SHA256, c.Rows, beside(o.Sums, c.Sums)
		r.result.Outcomes = append(r.result.Outcomes, o)
	}
	return r.survey(ctx)
}

func (r *run) take(ctx context.Context, k Kind, spool receivable.Spool) (Outcome, error) {
	if k == Receivables {
		return r.receivables(ctx, spool)
	}
	return r.records(ctx, k, spool)
}

// receivables runs the file through the import of the ledger.
func (r *run) receivables(ctx context.Context, spool receivable.Spool) (Outcome, error) {
	m, err := mappingOf(spool)
	if err != nil {
		return Outcome{}, err
	}
	f, _ := r.File(Receivables)
	sum, err := hex.DecodeString(f.SHA256)
	if err != nil {
		return Outcome{}, err
	}
	i, refused, err := r.ledger.Inside(ctx, receivable.Local{File: receivable.File{ID: f.DocumentID, Name: f.Name, SHA256: sum}, Spool: spool, Mapping: m, Counter: &r.done})
	if err != nil {
		return Outcome{}, err
	}
	r.errors[Receivables] = refused
	n := i.Counts
	o := Outcome{Kind: Receivables, Rows: n.Read, Inserted: n.Inserted, Updated: n.Updated, Unchanged: n.Unchanged, Refused: n.Refused, Errors: i.Errors}
	for _, t := range i.Totals {
		if t.FileRows > 0 {
			o.Sums = append(o.Sums, Sum{Currency: t.Currency, File: t.FileOpen, Taken: t.AcceptedOpen})
		}
	}
	return o, nil
}

func mappingOf(spool receivable.Spool) (receivable.Mapping, error) {
	t, err := spool.Table()
	if err != nil {
		return receivable.Mapping{}, err
	}
	defer t.Close()
	l, err := feedfile.ReadHeads(feed.Receivables, t.Head())
	if err != nil {
		return receivable.Mapping{}, err
	}
	m := l.Mapping(Source)
	m.DateFormat, err = receivable.GuessDates(m, t)
	return m, err
}

// beside sets the old books' sums beside the file's, one line for each currency.
func beside(sums []Sum, control map[money.Currency]money.Amount) []Sum {
	all := map[money.Currency]Sum{}
	for _, s := range sums {
		all[s.Currency] = s
	}
	for c, a := range control {
		s := all[c]
		s.Currency, s.Control = c, a
		all[c] = s
	}
	var out []Sum
	for _, c := range slices.Sorted(maps.Keys(all)) {
		out = append(out, all[c])
	}
	return out
}

// survey looks at the books as they are with the files in them.
func (r *run) survey(ctx context.Context) error {
	s, err := r.Repo.Survey(ctx, Look{Source: Source, Currency: r.currency, AsOf: r.AsOf, Limitation: r.AsOf.AddMonths(-12 * r.LimitationYears), Debtors: debtors, Samples: samples})
	if err != nil {
		return fmt.Errorf("look at what was imported: %w", err)
	}
	r.result.Aging = exposure.Aging{AsOf: r.AsOf}
	for due, open := range s.Dues {
		r.result.Aging.Add(due, open)
	}
	r.result.Owing, r.result.OwingLate, r.result.Debtors = s.Owing, s.OwingLate, s.Debtors
	r.result.compare()
	for _, f := range s.Findings {
		if f.Count > 0 {
			r.result.find(f)
		}
	}
	r.result.sort()
	return nil
}

// later is the accounts of a run: a check leaves them out, and an application brings
// them up to date once, at its end, so that orders wait for it shortly.
type later struct {
	exposure.Accounts
	ids map[uuid.UUID]bool
	all bool
}

// Recompute implements exposure.Accounts.
func (l *later) Recompute(_ context.Context, customers ...uuid.UUID) error {
	l.all = l.all || len(customers) == 0
	for _, id := range customers {
		l.ids[id] = true
	}
	return nil
}

// recomputeSome is up to how many customers are recomputed by their ids.
const recomputeSome = 1000

func (l *later) settle(ctx context.Context) error {
	if l.all || len(l.ids) > recomputeSome {
		return l.Accounts.Recompute(ctx)
	}
	if len(l.ids) == 0 {
		return nil // without ids, all would be recomputed
	}
	ids := slices.SortedFunc(maps.Keys(l.ids), func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	return l.Accounts.Recompute(ctx, ids...)
}

// nobody hands no order over and follows no relation: a check is undone, and holds no
// lock meanwhile that others wait for.
type nobody struct{}

// BillCommitted implements exposure.Biller.
func (nobody) BillCommitted(context.Context, uuid.UUID) (int64, error) { return 0, nil }

// Follow implements feed.Relations.
func (nobody) Follow(context.Context, ...uuid.UUID) error { return nil }

// unkept keeps no rejects: refused rows are in the error file, and what was signed
// without them cannot be replayed past the signer.
type unkept struct{ feed.Repository }

// Reject implements feed.Repository.
func (unkept) Reject(context.Context, string, feed.Kind, []feed.Reject, []string, time.Time) error {
	return nil
}
