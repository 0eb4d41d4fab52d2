// Package registry knows which tenants there are and binds work to one of them.
// Bind is the only way from a tenant's id to a context that tenancy/scope accepts:
// it refuses a suspended tenant and one whose schema is behind the binary. What it
// looked up it keeps for a few seconds, so suspending works everywhere within
// that time and at once in the process that does it.
//
// It does not make tenants (tenancy/provision) and does not know who belongs to
// one (shared/directory).
package registry
