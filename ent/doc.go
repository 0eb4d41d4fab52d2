// Package ent holds the storage schema, its generated code and its migrations;
// no behaviour. tenantdb is the graph of one subsidiary's schema, hqdb the graph
// of the shared one. Change a schema, then run `make generate` and
// `make migrate-diff NAME=what_changed`.
package ent

//go:generate go run ./gen
