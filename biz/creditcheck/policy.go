package creditcheck

import (
	"time"

	"zhuxin/shared/fault"
	"zhuxin/shared/money"
)

// Policy is one version of what the tenant wants done with checked orders.
type Policy struct {
	Version          int64        `json:"version"` // counts up; 0 is the preset, in force until the tenant writes its own
	OverLimit        Outcome      `json:"over_limit"`
	OverdueAmount    Outcome      `json:"overdue_amount"`
	OverdueDays      Outcome      `json:"overdue_days"`
	NoLimit          Outcome      `json:"no_limit"`
	Unrated          Outcome      `json:"unrated"`
	ReservationHours int          `json:"reservation_hours"` // how long an open reservation lives
	OverdueTolerance money.Amount `json:"overdue_tolerance"` // fen of overdue that never stop an order
	CreatedAt        time.Time    `json:"created_at"`        // zero for the preset
	Rules            Rules        `json:"rules"`
}

// Preset is the policy of a tenant that has not written one.
func Preset() Policy {
	return Policy{OverLimit: Block, OverdueAmount: Block, OverdueDays: Block, NoLimit: Block, Unrated: Warn, ReservationHours: 72, Rules: PresetRules()}
}

const maxReservationHours = 24 * 366

// Validate names every field that cannot be.
func (p Policy) Validate() error {
	var c fault.Checks
	for _, f := range []struct {
		name  string
		value Outcome
	}{
		{"over_limit", p.OverLimit}, {"overdue_amount", p.OverdueAmount}, {"overdue_days", p.OverdueDays},
		{"no_limit", p.NoLimit}, {"unrated", p.Unrated},
	} {
		c.Require(f.value.Valid(), f.name, "OUT_OF_RANGE", "must be allow, warn, hold or block")
	}
	c.Require(p.Version >= 0, "version", "OUT_OF_RANGE", "must be the version that was read")
	c.Require(p.ReservationHours >= 1 && p.ReservationHours <= maxReservationHours, "reservation_hours", "OUT_OF_RANGE", "must be 1 to 8784 hours")
	p.Rules.check(&c)
	c.Require(p.OverdueTolerance >= 0 && p.OverdueTolerance <= MaxAmount, "overdue_tolerance", "OUT_OF_RANGE", "must be zero or more fen")
	return c.Err()
}
