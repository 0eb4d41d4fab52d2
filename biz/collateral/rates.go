package collateral

import (
	"context"
	"maps"
	"strconv"
	"time"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/fault"
	"zhuxin/shared/party"
)

// Rates are one version of how much of each kind counts, in basis points. They
// serve applications from then on; what was applied for before keeps its own.
type Rates struct {
	Version   int64 // counts up; 0 is the preset, in force until the tenant sets its own
	Of        map[Kind]int
	CreatedAt time.Time // zero for the preset
	CreatedBy *party.Person
}

// PresetRates are in force until the tenant sets its own: money and a bank's word in
// full, a pledge by 70 %, a mortgage by half, a guarantee by 30 %.
func PresetRates() Rates {
	return Rates{Of: map[Kind]int{Deposit: 10_000, BankGuarantee: 10_000, Pledge: 7_000, Mortgage: 5_000, Guarantee: 3_000}}
}

// Validate names every rate that cannot be.
func (r Rates) Validate() error {
	var c fault.Checks
	c.Require(r.Version >= 0, "version", "OUT_OF_RANGE", "must be the version that was read")
	for _, k := range Kinds {
		_, given := r.Of[k]
		c.Require(given, string(k), "REQUIRED", "give the rate of each kind; 0 counts nothing of it")
		c.Require(r.Of[k] >= 0 && r.Of[k] <= full, string(k), "OUT_OF_RANGE", "basis points from 0 to 10000")
	}
	return c.Err()
}

// Rates gives the rates in force. It needs access.LimitRead.
func (s *Service) Rates(ctx context.Context) (r Rates, err error) {
	if _, err := access.Require(ctx, access.LimitRead); err != nil {
		return r, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		r, err = s.rates(ctx)
		return err
	})
	return r, err
}

func (s *Service) rates(ctx context.Context) (Rates, error) {
	r, ok, err := s.Repo.Rates(ctx)
	if err == nil && !ok {
		r = PresetRates()
	}
	return r, err
}

// SetRates makes a new version; in.Version is the one that was seen. It needs
// access.PolicyWrite; ErrVersion.
func (s *Service) SetRates(ctx context.Context, in Rates) (Rates, error) {
	actor, err := access.Require(ctx, access.PolicyWrite)
	if err != nil {
		return Rates{}, err
	}
	if err := in.Validate(); err != nil {
		return Rates{}, err
	}
	out := Rates{Version: in.Version + 1, Of: maps.Clone(in.Of), CreatedAt: s.Clock.Now(), CreatedBy: customer.ByActor(actor)}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		before, err := s.rates(ctx)
		if err != nil {
			return err
		}
		if before.Version != in.Version {
			return ErrVersion.With("current_version", strconv.FormatInt(before.Version, 10))
		}
		if err := s.Repo.InsertRates(ctx, out); err != nil {
			return err
		}
		return s.Audit.Record(ctx, audit.Entry{Action: "collateral_rates.changed", ObjectType: "collateral_rates",
			ObjectID: strconv.FormatInt(out.Version, 10), Before: before.Of, After: out.Of})
	})
	if err != nil {
		return Rates{}, err
	}
	return out, nil
}
