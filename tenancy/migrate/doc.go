// Package migrate brings schemas to the version of the binary: HQ's first, then
// each tenant's and each prepared one's. One transaction per schema under an
// advisory lock; the file is sent whole, and the version table lies in the schema
// itself, so that a schema is at a version or it is not. What was reached is noted
// per schema in hq.schema_states, in the same transaction.
//
// Bootstrap sets up the roles once, as a superuser; everything else works as
// zhuxin_migrator, which owns the schemas.
//
// It owns how files are applied. The files are ent/migrations' and are written by
// ent/gen/diff; new schemas are tenancy/provision's.
package migrate
