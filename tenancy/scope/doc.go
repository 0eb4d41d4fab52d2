// Package scope binds database work to one tenant, or to HQ. It is the only
// place that enters and leaves a role and a search path, and the only one that
// begins and ends a transaction.
//
// A Tenant in the context says for whom one works; Pool.Tenant().InTx opens the
// transaction for it: BEGIN, SET LOCAL ROLE and SET LOCAL search_path leave as one
// message. Inside, TenantClient (ent) and Conn (hand-written SQL) find the
// transaction in the context. Outside of one, every statement is refused twice:
// by the ent driver, and by the connection itself. The reason is not only
// isolation: lib/pq under database/sql repeats an autocommit statement up to three
// times when the connection breaks after the commit (reliability F1), and resets
// nothing on a connection that goes back to the pool (F2).
//
// It owns roles, paths and connections. It does not know which tenants exist
// (tenancy/registry) or how their schemas come about (tenancy/provision, migrate).
//
// What holds against injected SQL, as far as the database can hold it without the
// set_user extension (F3): a text with a semicolon is never sent by the simple
// protocol, which would take several statements in one; SET, RESET, DO and the like
// are refused; and migrate.Bootstrap takes set_config away from every role.
package scope
