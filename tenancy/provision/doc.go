// Package provision makes tenants: schema, role, grants, migrations, first policy
// and registry row in one transaction, so a tenant is there or it is not. Creating
// two dozen tables takes about a quarter of a second; handing over a schema from
// the pool, which waits empty under its final opaque name, takes a few
// milliseconds (performance.md B8). Migrations keep the pool current.
//
// It owns what belongs to a tenant in the database, and Verify, which looks
// whether that is so. It does not decide who may become a tenant, and knows no
// application, invitation or person.
package provision
