// Package limit counts requests over all processes in Redis: Rate by GCRA for
// traffic, Window as an exact sliding log for password checks. When Redis is
// away each process counts for itself, so that no login is ever unlimited and no
// business stops (P17).
//
// It owns no policy: who is counted and how much he gets is the caller's.
package limit
