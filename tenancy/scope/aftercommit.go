package scope

import (
	"context"
	"fmt"
)

// AfterCommit has fn called once the running transaction of ctx is committed, in
// the goroutine that committed it; never after a rollback, and not for an attempt
// that was tried again. The process can die in between, so fn may only hurry what
// would happen anyway: poke a relay, keep what was written in a cache.
func AfterCommit(ctx context.Context, fn func()) error {
	r, err := current(ctx)
	if err != nil {
		return err
	}
	if r == nil {
		return fmt.Errorf("%w: no transaction in the context", ErrNoScope)
	}
	r.after = append(r.after, fn)
	return nil
}

// InHQ says whether the running transaction of ctx is one of HQ.
func InHQ(ctx context.Context) (bool, error) {
	r, err := current(ctx)
	if err != nil {
		return false, err
	}
	if r == nil {
		return false, fmt.Errorf("%w: no transaction in the context", ErrNoScope)
	}
	return r.kind == kindHQ, nil
}
