package feed

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
)

// CreditState is what other systems are told of a customer's credit.
type CreditState struct {
	CustomerID     uuid.UUID
	CustomerNumber string
	CustomerName   string
	USCC           string
	Seq            int64
	LimitKind      exposure.LimitKind
	Limit          money.Amount // standing and temporary; nothing for none and unlimited
	Exposure       money.Amount
	Overdue        money.Amount
	Grade          string
	Frozen         bool
	ChangedAt      time.Time
}

// Available is what the limit leaves; below zero when already over, and nothing
// where credit is frozen.
func (s CreditState) Available() money.Amount {
	left := s.Limit - s.Exposure
	if s.Frozen {
		return min(left, 0)
	}
	return left
}

// CreditStates gives the states that changed after a cursor, in the order of their
// changes, and the cursor to go on from; an empty cursor begins with all customers.
// A cursor may be kept for ever, and a reader who goes on from it misses nothing.
// Faults: INVALID_INPUT.
func (s *Service) CreditStates(ctx context.Context, cursor string, size int32) (list []CreditState, next string, err error) {
	actor, err := access.Require(ctx, access.LimitRead)
	if err != nil {
		return nil, "", err
	}
	var c fault.Checks
	after := int64(0)
	if cursor != "" {
		after, err = strconv.ParseInt(cursor, 10, 64)
		c.Require(err == nil && after >= 0, "cursor", "BAD_FORM", "send the cursor of the last answer, or none to begin with all customers")
	}
	c.Require(size >= 0 && size <= 1000, "page_size", "OUT_OF_RANGE", "between 1 and 1000; 0 is 200")
	if err := c.Err(); err != nil {
		return nil, "", err
	}
	if size == 0 {
		size = 200
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if after == 0 {
			if err := s.Repo.Refresh(ctx, s.Clock.Now()); err != nil {
				return err
			}
		}
		list, err = s.Repo.States(ctx, after, customer.OnlyOf(actor), int(size))
		return err
	})
	next = strconv.FormatInt(after, 10)
	if len(list) > 0 {
		next = strconv.FormatInt(list[len(list)-1].Seq, 10)
	}
	return list, next, err
}

// AccountsChanged keeps the states up to date with the accounts; a handler of
// exposure.TopicAccountChanged.
func (s *Service) AccountsChanged(ctx context.Context, d event.Delivered) error {
	ids, some, err := changed(d)
	if err != nil || !some {
		return err
	}
	return s.Tx.InTx(ctx, func(ctx context.Context) error { return s.Repo.Refresh(ctx, s.Clock.Now(), ids...) })
}

// changed are the customers of an event; none means all, when some is true.
func changed(d event.Delivered) (ids []uuid.UUID, some bool, err error) {
	var c exposure.Changed
	if err := json.Unmarshal(d.Payload, &c); err != nil {
		return nil, false, fmt.Errorf("payload of %s: %w", d.Topic, err)
	}
	if c.All {
		return nil, true, nil
	}
	return c.CustomerIDs, len(c.CustomerIDs) > 0, nil
}
