// Package directory is HQ's register of who belongs where: persons, the
// applications by which subsidiaries come into being, invitation codes,
// memberships, invitations and API keys.
//
// It owns the life of an application
//
//	submitted ─> approved ─> provisioning ─> active
//	    │            ^             │
//	    ├─> rejected └── failed <──┘          (a failed one can be run again)
//	    └─> duplicate                         (the USCC is a subsidiary already)
//
// and the rule that every subsidiary, and HQ, keeps an active administrator.
// It does not own logins (Ory Kratos, data/identity), what a role may do
// (shared/access), nor how a schema is made (tenancy/provision).
//
// All of it lies in the shared schema and is written in HQ's unit of work, also
// when a subsidiary's administrator acts: then each method works on the tenant
// of the context and on no other.
package directory
