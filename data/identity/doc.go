// Package identity speaks to Ory Kratos: whose session a cookie is, and, through
// the admin API, making and mending logins from the command line. It implements
// shared/directory's IdentityServer and IdentityAdmin.
//
// Passwords, flows and mails are Kratos's; the browser reaches those through the
// gateway. A Kratos that is away or slow is never a refused login (reliability,
// pitfall 46): that answer would log everybody out.
package identity
