package negativelist

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/reach"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Books knows which listings concern the subsidiary's customers, in its unit of work.
type Books interface {
	// Concerned gives the hits of each customer who has any, and what HQ's policy in
	// force says they do: one reading, however many customers there are.
	Concerned(ctx context.Context, customerIDs []uuid.UUID) (map[uuid.UUID][]Hit, Effects, error)
}

// Gate says what the list does to customers' ratings and limits (beyond.md 1).
type Gate struct {
	tenants   uow.Tenant
	books     Books
	customers Customers
	looks     reach.Looks
	clock     calendar.Clock
}

// NewGate makes a gate.
func NewGate(tenants uow.Tenant, books Books, customers Customers, looks reach.Looks, clock calendar.Clock) *Gate {
	return &Gate{tenants: tenants, books: books, customers: customers, looks: looks, clock: clock}
}

// Verdicts judges the customers today, inside the caller's unit of work. Customers
// whom no listing concerns are left out: the zero Verdict refuses nothing.
func (g *Gate) Verdicts(ctx context.Context, customerIDs ...uuid.UUID) (map[uuid.UUID]Verdict, error) {
	today, err := tenant.Today(ctx, g.clock)
	if err != nil || len(customerIDs) == 0 {
		return nil, err
	}
	hits, effects, err := g.books.Concerned(ctx, customerIDs)
	if err != nil {
		return nil, err
	}
	out := make(map[uuid.UUID]Verdict, len(hits))
	for id, h := range hits {
		out[id] = Decide(h, effects, today)
	}
	return out, nil
}

// Of judges a customer whom the caller may see. A subsidiary that knows a step of the
// way to a listed company sees the look.
func (g *Gate) Of(ctx context.Context, customerID uuid.UUID) (v Verdict, err error) {
	if _, err := access.Require(ctx, access.NegativeRead); err != nil {
		return v, err
	}
	var uscc string
	err = g.tenants.InTx(ctx, func(ctx context.Context) error {
		if uscc, _, err = g.customers.Identity(ctx, customerID); err != nil {
			return err
		}
		all, err := g.Verdicts(ctx, customerID)
		v = all[customerID]
		return err
	})
	if err != nil {
		return Verdict{}, err
	}
	if v.Rating == "" {
		v.Rating, v.Limits = RatingFree, LimitsFree
	}
	var paths []reach.Path
	for _, h := range v.Hits {
		paths = append(paths, h.Path)
	}
	return v, g.looks.Ways(ctx, uscc, paths...)
}
