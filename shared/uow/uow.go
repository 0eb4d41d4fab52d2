// Package uow is the port through which biz and shared open a unit of work.
// Repositories never open one. There are two doors: a tenant's own schema, and
// HQ's. They never nest.
package uow

import "context"

// Tx runs fn in one transaction: committed when fn returns nil, rolled back
// otherwise and on panic. A nested call joins the running one. fn may run a
// second time after a serialization failure or a deadlock, so it has no effect
// outside the database.
type Tx interface {
	InTx(ctx context.Context, fn func(ctx context.Context) error) error
}

// Tenant is the unit of work in the schema of the tenant that ctx is bound to.
type Tenant interface{ Tx }

// HQ is the unit of work in the shared schema.
type HQ interface{ Tx }
