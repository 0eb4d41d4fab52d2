package contract

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/fault"
)

// maxLateFee is one percent a day, in millionths, as for the subsidiary's rate.
const maxLateFee = 10_000

// SetLateFee gives a contract its own rate of late fees, in millionths of the overdue
// amount per day, or, with nil, the subsidiary's. seen is the rate that was shown.
// Faults: INVALID_INPUT, CONTRACT_NOT_FOUND, VERSION_CONFLICT.
func (s *Service) SetLateFee(ctx context.Context, id uuid.UUID, ppm, seen *int) (d Detail, err error) {
	var c fault.Checks
	c.Require(ppm == nil || *ppm >= 0 && *ppm <= maxLateFee, "late_fee_ppm", "OUT_OF_RANGE", "0 to 10000 millionths a day, which is one percent")
	if err := c.Err(); err != nil {
		return Detail{}, err
	}
	err = s.onContract(ctx, id, func(ctx context.Context, a access.Actor, k Contract) error {
		if !sameRate(k.LateFeePPM, seen) {
			return ErrLateFeeChanged
		}
		if err := s.repo.SetLateFee(ctx, id, ppm, s.clock.Now()); err != nil {
			return err
		}
		if err := s.record(ctx, "contract.late_fee_set", id, map[string]any{"late_fee_ppm": k.LateFeePPM}, map[string]any{"late_fee_ppm": ppm}); err != nil {
			return err
		}
		d, err = s.shown(ctx, id, a)
		return err
	})
	return d, err
}

// ErrLateFeeChanged says that another one set the rate.
var ErrLateFeeChanged = fault.Conflict("VERSION_CONFLICT", "the rate was changed meanwhile; load the contract again")

func sameRate(a, b *int) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }
