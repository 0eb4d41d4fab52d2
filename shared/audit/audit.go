// Package audit is the port through which each state change leaves exactly one
// row, written in the transaction of the change. The rows are sealed into a hash
// chain afterwards (reliability: P29), so writing one costs no lock.
package audit

import "context"

// Entry is one state change. Who acted and the request id are taken from the
// actor in the context. Before and After are values that encode to JSON; nil
// means that there was nothing. Personal fields go in masked.
type Entry struct {
	Action     string // verb on the object, stable: template.approved
	ObjectType string // glossary name: customer, rating_template
	ObjectID   string
	Before     any
	After      any
}

// Recorder writes an entry into the transaction of ctx.
type Recorder interface {
	Record(ctx context.Context, e Entry) error
}
