package creditcheck

import (
	"context"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"zhuxin/biz/exposure"
	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
	"zhuxin/shared/tenant"
	"zhuxin/shared/volume"
)

// HeadroomQuery selects projects that are supplied, by customer and project.
type HeadroomQuery struct {
	Search  string
	OwnedBy uuid.UUID // Nil for all
	paging.Window
}

// ProjectRow is a project with what its headroom is made of.
type ProjectRow struct {
	ID           uuid.UUID
	Number, Name string
	UnitPrice    money.Amount // fen per m³ of the newest contract; 0 without one
	Loaded       Loaded       // of its customer
	Found        Found
}

// HeadroomStore reads what projects can still be supplied.
type HeadroomStore interface {
	// SuppliedProjects gives a page of the projects under way and their number. The
	// accounts are those that are stored, which hold for the day of the last change.
	SuppliedProjects(ctx context.Context, q HeadroomQuery) ([]ProjectRow, int64, error)
}

// Headroom is what a project can still be supplied today.
type Headroom struct {
	ProjectRow
	Unlimited bool
	Amount    money.Amount // fen, zero or more
	Volume    volume.M3    // rounded down; 0 without a price
	Trucks    int
	BoundBy   Limit
	Zone      Zone
	StoppedBy Code // why not the smallest order passes; empty when it does
}

// Headroom lists what each project under way can still be supplied, in money, m³
// and whole trucks, before an order is held (beyond.md 4). It needs
// access.CreditCheck.
func (s *Service) Headroom(ctx context.Context, store HeadroomStore, search string, page, size int32) (out []Headroom, total int64, err error) {
	actor, err := access.Require(ctx, access.CreditCheck)
	if err != nil {
		return nil, 0, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, 0, err
	}
	var c fault.Checks
	search = strings.TrimSpace(search)
	c.Require(utf8.RuneCountInString(search) <= 60 && !strings.ContainsRune(search, 0), "q", "TOO_LONG", "at most 60 characters")
	q := HeadroomQuery{Search: search, OwnedBy: ownedBy(actor), Window: paging.Of(&c, page, size)}
	if err := c.Err(); err != nil {
		return nil, 0, err
	}
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return nil, 0, err
	}
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		rows, n, err := store.SuppliedProjects(ctx, q)
		if err != nil {
			return err
		}
		var stale []uuid.UUID
		for _, r := range rows {
			if !r.Loaded.Account.ValidOn(today) {
				stale = append(stale, r.Loaded.Account.CustomerID)
			}
		}
		if len(stale) > 0 {
			if err := s.Accounts.Recompute(ctx, stale...); err != nil {
				return err
			}
			if rows, n, err = store.SuppliedProjects(ctx, q); err != nil {
				return err
			}
		}
		total = n
		loaded := make([]Loaded, len(rows))
		for i, r := range rows {
			loaded[i] = r.Loaded
		}
		pools, err := s.pools(ctx, Unlocked, loaded...)
		if err != nil {
			return err
		}
		for _, r := range rows {
			tx := shared{today: today, zone: zoneOf(ctx), out: Batch{At: s.Clock.Now()}, pools: pools}
			d := deciding{shared: &tx, l: r.Loaded, projects: map[uuid.UUID]*projectState{}}
			out = append(out, headroom(r, d.facts(CheckInput{Checkpoint: AtDispatch, Currency: t.Currency}, r.Found), r.Loaded.Policy))
		}
		return nil
	})
	return out, total, err
}

// headroom is the largest order that would pass, by the smaller of the two limits
// and the bands, and what that is in m³ and trucks.
func headroom(r ProjectRow, f Facts, p Policy) Headroom {
	h := Headroom{ProjectRow: r, BoundBy: LimitCustomer}
	h.Zone, _ = p.Rules.Zone(f.Grade, utilization(f))
	if v := Decide(f, p, 1); v.Outcome.StricterThan(Warn) {
		h.StoppedBy, h.BoundBy = v.Reasons[0].Code, v.Binding
		return h
	}
	customer, site := f.LimitKind == exposure.LimitUnlimited, f.Project == nil || f.Project.LimitKind == exposure.LimitUnlimited
	cash, listed := f.listedRoom()
	if f.SettlesAdvance || f.Skips || (customer && site && f.SharedLimit == nil && f.GroupQuota == nil && !listed) {
		h.Unlimited, h.BoundBy = true, LimitNone
		return h
	}
	h.Amount = math.MaxInt64
	if !customer {
		h.Amount = add(f.Bound(), -f.Exposure)
		if b, ok := p.Rules.band(f.Grade); ok {
			h.Amount = min(h.Amount, below(b, f))
		}
	}
	if !site {
		if left := add(f.Project.Limit(), -f.Project.Exposure()); left < h.Amount {
			h.Amount, h.BoundBy = left, LimitProject
		}
	}
	for _, p := range []struct {
		facts *PoolFacts
		bound Limit
	}{{f.SharedLimit, LimitShared}, {f.GroupQuota, LimitGroup}} {
		if p.facts != nil && add(p.facts.Limit, -p.facts.Used) < h.Amount {
			h.Amount, h.BoundBy = add(p.facts.Limit, -p.facts.Used), p.bound
		}
	}
	if listed && cash < h.Amount {
		h.Amount, h.BoundBy = cash, LimitNegativeList
	}
	h.Amount = max(h.Amount, 0)
	if r.UnitPrice > 0 {
		h.Volume = volumeOf(h.Amount, r.UnitPrice)
		h.Trucks = int(min(h.Volume/max(p.Rules.TruckVolume, 1), math.MaxInt32))
	}
	return h
}

func utilization(f Facts) int64 {
	if f.LimitKind != exposure.LimitAmount {
		return 0
	}
	return UtilizationOf(f.Exposure, f.Bound())
}

// below is the largest order that stays below the first threshold that holds.
func below(b Band, f Facts) money.Amount {
	first := b.Hold
	if first == 0 || (b.Stop > 0 && b.Stop < first) {
		first = b.Stop
	}
	if first == 0 {
		return math.MaxInt64
	}
	limit := f.Bound()
	whole, rest := limit/10_000*money.Amount(first), limit%10_000*money.Amount(first)
	// The smallest use that reaches the threshold is the quotient rounded up; one
	// fen less does not.
	return whole + (rest+9_999)/10_000 - 1 - f.Exposure
}

// volumeOf is how many thousandths of m³ an amount pays, rounded down; at the end
// of the range it stops.
func volumeOf(amount, price money.Amount) volume.M3 {
	whole, rest := amount/price, amount%price
	if whole > math.MaxInt64/1000 {
		return math.MaxInt64
	}
	return volume.M3(whole)*1000 + volume.M3(rest*1000/price)
}
