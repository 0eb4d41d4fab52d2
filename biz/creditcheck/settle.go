package creditcheck

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/idempotency"
	"zhuxin/shared/money"
)

// CommitInput says that an order was delivered.
type CommitInput struct {
	ID         uuid.UUID
	Amount     money.Amount // fen delivered; 0 is the whole
	Source     string       // with DocumentNo: the receivable that will take over; both or none
	DocumentNo string
}

// Validate names every field that cannot be.
func (in CommitInput) Validate() error {
	var c fault.Checks
	c.Require(in.ID != uuid.Nil, "id", "REQUIRED", "must be the reservation's id")
	c.Require(in.Amount >= 0 && in.Amount <= MaxAmount, "amount", "OUT_OF_RANGE", "must be zero, for the whole, or above")
	checkText(&c, "source", in.Source, in.DocumentNo != "", 64)
	checkText(&c, "document_no", in.DocumentNo, in.Source != "", 128)
	return c.Err()
}

// ReleaseInput gives back what a reservation holds.
type ReleaseInput struct {
	ID     uuid.UUID
	Reason string // for the audit; may be empty
}

// Validate names every field that cannot be.
func (in ReleaseInput) Validate() error {
	var c fault.Checks
	c.Require(in.ID != uuid.Nil, "id", "REQUIRED", "must be the reservation's id")
	checkText(&c, "reason", in.Reason, false, 200)
	return c.Err()
}

// Commit records the delivery: the amount stays exposure until its receivable is
// there, and what was reserved beyond it is given back. It needs
// access.CreditReserve; ErrNoReservation, ErrNotOpen, ErrCommitExceeds,
// ErrDocumentOther.
func (s *Service) Commit(ctx context.Context, in CommitInput) (Reservation, error) {
	if err := in.Validate(); err != nil {
		return Reservation{}, err
	}
	return s.settle(ctx, in.ID, func(ctx context.Context, l LoadedReservation) (Change, error) {
		r := l.Reservation
		if r.Status != StatusOpen {
			return Change{}, ErrNotOpen.With("status", string(r.Status))
		}
		if in.Amount > r.Amount {
			return Change{}, ErrCommitExceeds.With("reserved", fmt.Sprint(int64(r.Amount)))
		}
		r.Status, r.Source, r.DocumentNo = StatusCommitted, in.Source, in.DocumentNo
		if in.Amount > 0 {
			r.HeldAmount = min(r.HeldAmount, max(in.Amount-r.Delivered, 0))
		}
		billed, err := s.billed(ctx, r)
		if billed {
			r.Status, r.HeldAmount = StatusBilled, 0
		}
		return Change{After: r, Action: "reservation." + string(r.Status)}, err
	})
}

// billed says whether the receivable that takes over is there already. It is
// asked under the lock of the account, in a statement of its own, so that it sees
// an import that has just ended.
func (s *Service) billed(ctx context.Context, r Reservation) (bool, error) {
	if r.DocumentNo == "" {
		return false, nil
	}
	owner, ok, err := s.Store.ReceivableOf(ctx, r.Source, r.DocumentNo)
	if err == nil && ok && owner != r.CustomerID {
		err = ErrDocumentOther
	}
	return ok, err
}

// Release gives back what is held, of an open or a committed reservation. It
// needs access.CreditReserve; ErrNoReservation, ErrNotLive.
func (s *Service) Release(ctx context.Context, in ReleaseInput) (Reservation, error) {
	if err := in.Validate(); err != nil {
		return Reservation{}, err
	}
	return s.settle(ctx, in.ID, func(_ context.Context, l LoadedReservation) (Change, error) {
		r := l.Reservation
		if !r.Status.Live() {
			return Change{}, ErrNotLive.With("status", string(r.Status))
		}
		r.Status, r.HeldAmount = StatusReleased, 0
		return Change{After: r, Action: "reservation.released", Note: in.Reason}, nil
	})
}

// settle is the frame of Commit and Release: lock, look for a repeat, change, write.
func (s *Service) settle(ctx context.Context, id uuid.UUID, next func(context.Context, LoadedReservation) (Change, error)) (Reservation, error) {
	actor, err := access.Require(ctx, access.CreditReserve)
	if err != nil {
		return Reservation{}, err
	}
	key := keyFrom(ctx)
	var out Reservation
	err = s.again(ctx, func(ctx context.Context) error {
		l, ok, err := s.Store.LoadReservation(ctx, id, command{key: key}.keyID())
		if err != nil {
			return err
		}
		if !ok || (actor.OwnCustomersOnly() && l.SalespersonID != actor.ID) {
			return ErrNoReservation
		}
		done, err := s.settledBefore(ctx, key, l.Found, &out)
		if done || err != nil {
			return err
		}
		c, err := next(ctx, l)
		if err != nil {
			return err
		}
		c.After.UpdatedAt = s.Clock.Now()
		c.Before, c.AccountVersion, c.Actor, c.Key = l.Reservation, l.AccountVersion, actor, key
		if c.Body, err = json.Marshal(c.After); err != nil {
			return fmt.Errorf("encode reservation: %w", err)
		}
		out = c.After
		return s.Store.SaveReservation(ctx, c)
	})
	if err != nil {
		return Reservation{}, err
	}
	return out, nil
}

func (s *Service) settledBefore(ctx context.Context, key *Key, f Found, out *Reservation) (bool, error) {
	switch {
	case key == nil:
		return false, nil
	case f.InFlight:
		return false, idempotency.ErrInFlight
	case f.Remembered == nil:
		return false, nil
	case s.Clock.Now().Sub(f.Remembered.At) >= KeysKept:
		return false, s.Store.ForgetKeys(ctx, []string{key.ID})
	}
	body, err := replay(*f.Remembered, *key)
	if err != nil {
		return false, err
	}
	if err := json.Unmarshal(body, out); err != nil {
		return false, fmt.Errorf("decode remembered reservation: %w", err)
	}
	return true, nil
}
