// Package migrations embeds the migration files of both graphs, in goose's
// format with atlas's checksums. A file that has landed is never edited; write
// the next one by `make migrate-diff NAME=what_changed`. Grants, triggers and
// views are written by hand into files of their own, followed by
// `go run ./ent/gen/diff --hash`. It holds no code that applies them: that is
// tenancy/migrate.
package migrations

import "embed"

// HQ and Tenant hold the files, each under its folder's name.
var (
	//go:embed hq/*.sql
	HQ embed.FS
	//go:embed tenant/*.sql
	Tenant embed.FS
)

// MinHQ and MinTenant are the oldest versions that this binary can work with; a
// schema below is served again once it is migrated. Raise one together with code
// that needs what its file adds.
const (
	MinHQ     = "20261122214601"
	MinTenant = "20261122214600"
)
