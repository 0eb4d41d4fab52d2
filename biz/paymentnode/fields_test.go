package paymentnode_test

import "zhuxin/shared/fault"

func fieldsOf(err error) (names []string) {
	e, _ := fault.As(err)
	if e == nil {
		return nil
	}
	for _, f := range e.Fields {
		names = append(names, f.Name)
	}
	return names
}
