package paging_test

import (
	"testing"
	"testing/quick"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/fault"
	"zhuxin/shared/paging"
)

func TestKeyComesBack(t *testing.T) {
	t.Parallel()
	back := func(micros int32, id uuid.UUID) bool {
		k := &paging.Key{At: time.UnixMicro(int64(micros) * 4_000_000_007), ID: id}
		var c fault.Checks
		got := paging.ParseKey(&c, "cursor", k.String())
		return c.Err() == nil && got.At.Equal(k.At) && got.ID == id
	}
	if err := quick.Check(back, nil); err != nil {
		t.Error(err)
	}
	var c fault.Checks
	if paging.ParseKey(&c, "cursor", "") != nil || (*paging.Key)(nil).String() != "" || c.Err() != nil {
		t.Error("no key is no key")
	}
	for _, s := range []string{"x", "?", "AAAA"} {
		var c fault.Checks
		if paging.ParseKey(&c, "cursor", s); c.Err() == nil {
			t.Errorf("%q was taken", s)
		}
	}
}
