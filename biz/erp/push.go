package erp

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
)

// Limit is what a customer shall be allowed in the ERP.
type Limit struct {
	CustomerNumber string
	Kind           exposure.LimitKind // none counts as an amount of nothing
	Amount         money.Amount       // standing and temporary limits together
}

// PushStatus says how far a limit is.
type PushStatus string

// The statuses. A failed one is tried again, later each time.
const (
	PushPending   PushStatus = "pending"
	PushConfirmed PushStatus = "confirmed"
	PushFailed    PushStatus = "failed"
)

// Push is a customer's limit on its way to an ERP.
type Push struct {
	ID           uuid.UUID
	ConnectionID uuid.UUID
	CustomerID   uuid.UUID
	CustomerName string
	Limit
	Status      PushStatus
	Version     int64 // of what is wanted
	Attempts    int
	NextAt      time.Time
	Failure     string
	WantedAt    time.Time
	ConfirmedAt *time.Time
}

// PushCounts says how many limits stand where.
type PushCounts struct{ Pending, Confirmed, Failed int64 }

// Pushes keeps what limits the ERPs are owed; its methods run inside a unit of work.
type Pushes interface {
	// WantLimits notes the effective limits of customers, or without ids of all, for each
	// connection that takes limits, where they are not what was noted last. A customer
	// who never had a limit is left alone.
	WantLimits(ctx context.Context, at time.Time, customers ...uuid.UUID) error
	// DuePushes gives what is not confirmed and due, the oldest first; nothing of an ERP
	// that is left alone.
	DuePushes(ctx context.Context, now time.Time, limit int) ([]Push, error)
	// Told stores what became of a push, unless another limit is wanted meanwhile.
	Told(ctx context.Context, p Push) error
	// RetryPushes makes what is not confirmed due at once, and says how many there are.
	RetryPushes(ctx context.Context, connectionID uuid.UUID, now time.Time) (int64, error)
	// Pushes lists a connection's limits, what is not confirmed first; an empty status is all.
	Pushes(ctx context.Context, connectionID uuid.UUID, status PushStatus, limit, offset int) ([]Push, int64, error)
	// PushCounts counts each connection's.
	PushCounts(ctx context.Context) (map[uuid.UUID]PushCounts, error)
}

const (
	pushAtOnce = 500
	longestGap = 2 * time.Hour // between two attempts
)

// LimitsChanged notes for the ERPs what changed; a handler of
// exposure.TopicAccountChanged. Several changes before the next push are one.
func (s *Service) LimitsChanged(ctx context.Context, d event.Delivered) error {
	var c exposure.Changed
	if err := json.Unmarshal(d.Payload, &c); err != nil {
		return fmt.Errorf("payload of %s: %w", d.Topic, err)
	}
	if !c.All && len(c.CustomerIDs) == 0 {
		return nil
	}
	if c.All {
		c.CustomerIDs = nil
	}
	return s.Tx.InTx(ctx, func(ctx context.Context) error { return s.Repo.WantLimits(ctx, s.Clock.Now(), c.CustomerIDs...) })
}

// PushDue takes to the ERPs what they are owed.
func (s *Service) PushDue(ctx context.Context) error {
	var due []Push
	err := s.Tx.InTx(ctx, func(ctx context.Context) (err error) {
		due, err = s.Repo.DuePushes(ctx, s.Clock.Now(), pushAtOnce)
		return err
	})
	if err != nil {
		return err
	}
	of := map[uuid.UUID][]Push{}
	var order []uuid.UUID
	for _, p := range due {
		if of[p.ConnectionID] == nil {
			order = append(order, p.ConnectionID)
		}
		of[p.ConnectionID] = append(of[p.ConnectionID], p)
	}
	for _, id := range order {
		if err := s.push(ctx, id, of[id]); err != nil {
			return err
		}
	}
	return nil
}

// push takes one connection's limits there. What the ERP says of a limit is stored at
// once; if it goes away in the middle, the rest waits.
func (s *Service) push(ctx context.Context, connectionID uuid.UUID, list []Push) error {
	c, err := s.get(ctx, connectionID)
	if err != nil {
		return err
	}
	a, err := s.adapter(c.Kind)
	if err != nil {
		return err
	}
	limits := make([]Limit, len(list))
	for i, p := range list {
		if limits[i] = p.Limit; p.Kind == exposure.LimitNone {
			limits[i].Kind, limits[i].Amount = exposure.LimitAmount, 0
		}
	}
	told := make([]bool, len(list))
	tell := func(i int, cause error) error {
		told[i] = true
		p := list[i]
		now := s.Clock.Now()
		p.Attempts++
		p.Status, p.Failure, p.ConfirmedAt, p.NextAt = PushConfirmed, "", &now, now
		if cause != nil {
			p.Status, p.Failure, p.ConfirmedAt, p.NextAt = PushFailed, words(cause), nil, now.Add(gap(p.Attempts))
		}
		return s.Tx.InTx(context.WithoutCancel(ctx), func(ctx context.Context) error { return s.Repo.Told(ctx, p) })
	}
	cause := a.PushLimits(ctx, c.Endpoint, limits, tell)
	if Away(cause) && ctx.Err() == nil {
		before, next := c.Breaker, c.NextAt
		if c.Breaker, c.NextAt = s.after(ctx, c.Breaker, cause, c.every()); c.Breaker.State == Closed && next.Before(c.NextAt) {
			c.NextAt = next
		}
		if err := s.Tx.InTx(ctx, func(ctx context.Context) error { return s.note(ctx, before, c) }); err != nil {
			return err
		}
	}
	if cause == nil {
		cause = ErrAnswer // it told of fewer than it was given
	}
	for i := range list {
		if !told[i] {
			if err := tell(i, cause); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// gap is how long to wait after so many attempts.
func gap(attempts int) time.Duration {
	return min(time.Minute<<min(attempts-1, 10), longestGap)
}

// ListPushes gives a page of a connection's limits, what is not confirmed first.
func (s *Service) ListPushes(ctx context.Context, connectionID uuid.UUID, status PushStatus, page, size int32) (list []Push, total int64, err error) {
	if _, err := access.Require(ctx, access.ERPRead); err != nil {
		return nil, 0, err
	}
	var c fault.Checks
	c.Require(status == "" || status == PushPending || status == PushConfirmed || status == PushFailed, "status", "UNKNOWN", "pending, confirmed, failed, or none for all")
	w := paging.Of(&c, page, size)
	if err := c.Err(); err != nil {
		return nil, 0, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.Repo.Get(ctx, connectionID); err != nil {
			return err
		}
		list, total, err = s.Repo.Pushes(ctx, connectionID, status, w.Limit, w.Offset)
		return err
	})
	return list, total, err
}

// RetryPushes has what is not confirmed pushed at the next minute, and says how many
// limits those are.
func (s *Service) RetryPushes(ctx context.Context, connectionID uuid.UUID) (n int64, err error) {
	if _, err := access.Require(ctx, access.ERPManage); err != nil {
		return 0, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.Repo.Get(ctx, connectionID); err != nil {
			return err
		}
		if n, err = s.Repo.RetryPushes(ctx, connectionID, s.Clock.Now()); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Entry{Action: "erp_connection.limits_retried", ObjectType: "erp_connection", ObjectID: connectionID.String(), After: map[string]any{"limits": n}})
	})
	return n, err
}

// PushCounts says of each connection how many limits stand where.
func (s *Service) PushCounts(ctx context.Context) (counts map[uuid.UUID]PushCounts, err error) {
	if _, err := access.Require(ctx, access.ERPRead); err != nil {
		return nil, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		counts, err = s.Repo.PushCounts(ctx)
		return err
	})
	return counts, err
}
