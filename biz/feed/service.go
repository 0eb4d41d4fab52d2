package feed

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/exposure"
	"zhuxin/biz/receivable"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Config is what Service works with.
type Config struct {
	Tx         uow.Tenant
	Repo       Repository
	Imports    *receivable.Imports
	Statements Statements
	Terms      Terms
	Accounts   exposure.Accounts
	Relations  Relations
	Audit      audit.Recorder
	Clock      calendar.Clock
}

// Service takes records in.
type Service struct{ Config }

// New makes the service.
func New(c Config) *Service { return &Service{c} }

// Put takes in a batch of records of one kind and says of each what became of it.
// A fault of a record refuses that record; an error of Put means that nothing of the
// batch was kept, and that it can be sent again as it is. Faults: INVALID_INPUT,
// TOTALS_DO_NOT_TIE, CUSTOMER_EXISTS when somebody makes the same customer meanwhile.
func (s *Service) Put(ctx context.Context, source string, records []Record) (Result, error) {
	if _, err := access.Require(ctx, access.ReceivableImport); err != nil {
		return Result{}, err
	}
	if err := checkBatch(source, records); err != nil {
		return Result{}, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return Result{}, err
	}
	if records[0].Kind() == Receivables {
		return s.putReceivables(ctx, source, records)
	}
	var b *batch
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		b = newBatch(s, source, t.Currency, records)
		if err := s.Repo.Lock(ctx); err != nil {
			return err
		}
		if err := b.put(ctx); err != nil {
			return err
		}
		return b.settle(ctx)
	})
	if err != nil {
		return Result{}, err
	}
	return b.Result, nil
}

// batch is one call of Put in its transaction.
type batch struct {
	*Service
	Result
	source   string
	currency money.Currency
	kind     Kind
	records  []Record
	now      time.Time
	touched  map[uuid.UUID]bool // customers whose account may have changed
}

func newBatch(s *Service, source string, c money.Currency, records []Record) *batch {
	b := &batch{Service: s, source: source, currency: c, kind: records[0].Kind(), records: records, now: s.Clock.Now(), touched: map[uuid.UUID]bool{}}
	first := map[string]int{}
	for i, r := range records {
		o := Outcome{RecordID: r.RecordID(), Faults: faultsOf(r)}
		if len(o.Faults) > 0 {
			o.Status = Refused
		} else if at, twice := first[o.RecordID]; twice {
			o.Status, o.Faults = Refused, one("", "DUPLICATE", fmt.Sprintf("records[%d] of this batch has the same number", at))
		} else {
			first[o.RecordID] = i
		}
		b.Outcomes = append(b.Outcomes, o)
	}
	return b
}

func one(field, reason, message string) []fault.Field {
	return []fault.Field{{Name: field, Reason: reason, Message: message}}
}

// put gives the batch to what keeps its kind.
func (b *batch) put(ctx context.Context) error {
	switch b.kind {
	case Customers:
		return b.customers(ctx)
	case Contracts:
		return b.contracts(ctx)
	case Orders:
		return b.orders(ctx)
	case Deliveries:
		return b.deliveries(ctx)
	case Receipts:
		return b.receipts(ctx)
	case Drafts:
		return b.drafts(ctx)
	}
	return fmt.Errorf("feed: nothing keeps %q", b.kind)
}

// each calls fn for the records that are not refused yet.
func each[R Record](b *batch, fn func(r R, o *Outcome)) {
	for i := range b.records {
		if b.Outcomes[i].Status != Refused {
			fn(b.records[i].(R), &b.Outcomes[i])
		}
	}
}

func (o *Outcome) refuse(field, reason, message string) {
	o.Status, o.Faults = Refused, append(o.Faults, fault.Field{Name: field, Reason: reason, Message: message})
}

// ids are the numbers of the records that are not refused.
func (b *batch) ids() (ids []string) {
	for _, o := range b.Outcomes {
		if o.Status != Refused {
			ids = append(ids, o.RecordID)
		}
	}
	return ids
}

// foreign refuses a record in another currency than the subsidiary's.
func (b *batch) foreign(c money.Currency, o *Outcome) bool {
	if c == "" || c == b.currency {
		return false
	}
	o.refuse("currency", "FOREIGN_CURRENCY", fmt.Sprintf("the books are kept in %s here; a record in %s cannot be added to them", b.currency, c))
	return true
}

// tie holds what is stored against what was sent.
func (b *batch) tie(stored, sent Totals) error {
	if stored == sent {
		return nil
	}
	return ErrTie.With("kind", string(b.kind)).With("stored", fmt.Sprintf("%d rows, %s", stored.Rows, stored.Amount)).With("sent", fmt.Sprintf("%d rows, %s", sent.Rows, sent.Amount))
}

// settle keeps the rejects, writes the audit and lets the accounts follow.
func (b *batch) settle(ctx context.Context) error {
	b.count()
	if err := b.reject(ctx); err != nil {
		return err
	}
	if b.Inserted+b.Updated > 0 {
		err := b.Audit.Record(ctx, audit.Entry{Action: "feed.taken_in", ObjectType: "feed", ObjectID: b.source + "/" + string(b.kind),
			After: map[string]any{"inserted": b.Inserted, "updated": b.Updated, "unchanged": b.Unchanged, "refused": b.Refused, "records": b.changed()}})
		if err != nil {
			return err
		}
	}
	if len(b.touched) == 0 {
		return nil // without ids, all would be recomputed
	}
	ids := make([]uuid.UUID, 0, len(b.touched))
	for id := range b.touched {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	if err := b.Terms.OfCustomers(ctx, ids...); err != nil {
		return err
	}
	return b.Accounts.Recompute(ctx, ids...)
}

// changed are the records that changed something, as they were sent.
func (b *batch) changed() (out []Record) {
	for i, o := range b.Outcomes {
		if o.Status == Inserted || o.Status == Updated {
			out = append(out, b.records[i])
		}
	}
	return out
}
