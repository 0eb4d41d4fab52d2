package erp

import (
	"context"
	"errors"
)

// Away says that an ERP cannot be spoken to any more, as opposed to one that refuses
// something.
func Away(err error) bool {
	t := TroubleOf(err)
	return t != NoTrouble && t != Unreadable || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// EachLimit pushes one limit after the other and tells of each, until the ERP is away.
func EachLimit(limits []Limit, told func(i int, err error) error, push func(Limit) error) error {
	for i, l := range limits {
		cause := push(l)
		if Away(cause) {
			return cause
		}
		if err := told(i, cause); err != nil {
			return err
		}
	}
	return nil
}
