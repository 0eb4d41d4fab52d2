package document

import (
	"context"
	"time"

	"zhuxin/shared/calendar"
	"zhuxin/shared/uow"
)

// StoredObjects goes through the bytes of the tenant that ctx is bound to.
type StoredObjects interface {
	// Each calls fn with the keys of what was stored before the instant, some at a
	// time. An error of fn ends it.
	Each(ctx context.Context, before time.Time, fn func(keys []string) error) error
	Delete(ctx context.Context, key string) error
}

// Records knows which bytes have a record; inside a unit of work.
type Records interface {
	// Unknown gives the keys that no record names.
	Unknown(ctx context.Context, keys []string) ([]string, error)
}

// Sweeper removes bytes without a record: a process that ended between the two
// leaves them behind, and nobody could ever read them.
type Sweeper struct {
	tx      uow.Tenant
	records Records
	objects StoredObjects
	clock   calendar.Clock
}

// NewSweeper makes one.
func NewSweeper(tx uow.Tenant, records Records, objects StoredObjects, clock calendar.Clock) *Sweeper {
	return &Sweeper{tx: tx, records: records, objects: objects, clock: clock}
}

// An upload writes its record within minutes; a day is far from any that still runs.
const orphanAge = 24 * time.Hour

// Sweep removes the tenant's orphans and says how many there were.
func (s *Sweeper) Sweep(ctx context.Context) (removed int, err error) {
	err = s.objects.Each(ctx, s.clock.Now().Add(-orphanAge), func(keys []string) error {
		var orphans []string
		err := s.tx.InTx(ctx, func(ctx context.Context) (err error) {
			orphans, err = s.records.Unknown(ctx, keys)
			return err
		})
		if err != nil {
			return err
		}
		for _, key := range orphans {
			if err := s.objects.Delete(ctx, key); err != nil {
				return err
			}
			removed++
		}
		return nil
	})
	return removed, err
}
