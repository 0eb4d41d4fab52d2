package creditcheck

import (
	"context"
	"time"

	"zhuxin/biz/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/idempotency"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// KeysKept is how long a command with an idempotency key is remembered (P9).
const KeysKept = 72 * time.Hour

// limits of the combiner. Two workers keep one batch at the database while the
// other is prepared; more of them make batches smaller and each order dearer.
var limits = combinerLimits{batch: 64, workers: 1, waiters: 4}

// Deps is what the service works with.
type Deps struct {
	Tx       uow.Tenant
	Store    Store
	Archive  Archive
	Accounts exposure.Accounts
	Audit    audit.Recorder
	Events   event.Publisher
	Clock    calendar.Clock
}

// Service answers the operations. Check and Reserve may be called from many
// goroutines, and not from inside a transaction.
type Service struct {
	Deps
	combiner *combiner
}

// New makes the service.
func New(d Deps) *Service {
	s := &Service{Deps: d}
	s.combiner = newCombiner(limits, s.decide)
	return s
}

// command is one Check or Reserve on its way.
type command struct {
	op    Operation
	in    CheckInput
	actor access.Actor
	key   *Key
}

func (c command) keyID() string {
	if c.key == nil {
		return ""
	}
	return c.key.ID
}

// keyFrom gives the idempotency key of the request, if it carries one.
func keyFrom(ctx context.Context) *Key {
	c, ok := idempotency.From(ctx)
	if !ok {
		return nil
	}
	return &Key{ID: c.Principal + ":" + c.Key, Hash: c.Hash}
}

// Check decides about an order and holds nothing. It needs access.CreditCheck.
func (s *Service) Check(ctx context.Context, in CheckInput) (Decision, error) {
	return s.ask(ctx, OpCheck, access.CreditCheck, in)
}

// Reserve decides and, on allow or warn, holds the amount for the order. It needs
// access.CreditReserve. ErrOrderReserved names a live reservation of the order.
func (s *Service) Reserve(ctx context.Context, in CheckInput) (Decision, error) {
	return s.ask(ctx, OpReserve, access.CreditReserve, in)
}

func (s *Service) ask(ctx context.Context, op Operation, p access.Permission, in CheckInput) (Decision, error) {
	actor, err := access.Require(ctx, p)
	if err != nil {
		return Decision{}, err
	}
	if err := in.Validate(); err != nil {
		return Decision{}, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return Decision{}, err
	}
	if in.Currency != "" && in.Currency != t.Currency {
		return Decision{}, ErrCurrency.With("currency", string(t.Currency))
	}
	in.Currency = t.Currency
	if in.Checkpoint == "" {
		in.Checkpoint = AtOrder
	}
	customer := Selector{ID: in.CustomerID, Number: in.CustomerNumber, USCC: in.USCC}
	return s.combiner.do(ctx, t.ID, customer, command{op: op, in: in, actor: actor, key: keyFrom(ctx)})
}

// replay turns a remembered command into its answer, or into the fault that it
// was sent with another payload.
func replay(m Remembered, k Key) ([]byte, error) {
	if string(m.Hash) != string(k.Hash[:]) {
		return nil, idempotency.ErrKeyReused
	}
	return m.Body, nil
}

// tries is how often a unit of work is done again when another transaction was
// faster; each time means that somebody else got through.
const tries = 4

// again runs fn in a transaction until it is not ErrStale.
func (s *Service) again(ctx context.Context, fn func(ctx context.Context) error) error {
	var err error
	for range tries {
		err = s.Tx.InTx(ctx, fn)
		if f, ok := fault.As(err); !ok || !f.Is(ErrStale) {
			return err
		}
	}
	return err
}
