// Package gateway is the only entrance from outside: one origin for the console,
// the API and the self-service of Ory Kratos, so that cookies stay first-party.
//
// It decides what is reachable, who the client is (trusted proxies), and how much
// each client may ask. Password checks are limited here, because Kratos does not
// (reliability F6): at most 10 per account and 50 per address in 15 minutes (P23).
// A device that has logged in before has a count of its own, so that an attacker
// cannot lock its owner out.
//
// It authenticates nobody; the API does.
package gateway
