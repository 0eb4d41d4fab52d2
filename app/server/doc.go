// Package server is the one HTTP server of the API: kratos with our own codecs,
// one error encoder, and the guards that every request passes, outermost first:
//
//	recover · request id · spoofable headers off · trace · metrics · access log
//	· security headers · cross-origin check · admission guard · authentication
//	then, per route of the contract: time limit · authorization · body limit
//	· idempotency key · decoding · the service
//
// Authentication is a filter, because kratos runs its middleware only for routes
// of the contract (reliability F4, 30). The admission guard holds the rest: a
// handler that answers 2xx without having been authorized answers 500 instead.
//
// It owns no rules of the business and stores nothing.
package server
