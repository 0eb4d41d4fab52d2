// Package tenant says for which subsidiary work is done: what biz needs to know
// of it, and nothing of where its data lie (that is tenancy/scope).
package tenant

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

// Tenant is one subsidiary.
type Tenant struct {
	ID       uuid.UUID
	Slug     string
	Name     string
	Currency money.Currency // of its limits and receivables
	Zone     *time.Location // of its business dates (ruling 19)
}

// ErrNone means that work for a subsidiary was begun without saying which.
var ErrNone = errors.New("tenant: no tenant in the context")

type key struct{}

// With binds the context to the tenant.
func With(ctx context.Context, t Tenant) context.Context { return context.WithValue(ctx, key{}, t) }

// From gives the tenant of the context.
func From(ctx context.Context) (Tenant, error) {
	t, ok := ctx.Value(key{}).(Tenant)
	if !ok {
		return Tenant{}, ErrNone
	}
	return t, nil
}

// Today is the tenant's business date.
func Today(ctx context.Context, clock calendar.Clock) (calendar.Date, error) {
	t, err := From(ctx)
	if err != nil {
		return 0, err
	}
	return calendar.Of(clock.Now(), t.Zone), nil
}
