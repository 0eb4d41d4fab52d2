package paging

import (
	"encoding/base64"
	"fmt"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/fault"
)

// Key is the place of the last row that was given, in a list ordered by an
// instant and, where that is equal, by id. The next part begins behind it, also
// when rows have come before it meanwhile.
type Key struct {
	At time.Time
	ID uuid.UUID
}

const keyLen = 8 + 16

// String is the key as a client carries it; empty for none.
func (k *Key) String() string {
	if k == nil {
		return ""
	}
	var b [keyLen]byte
	micros := uint64(k.At.UnixMicro())
	for i := range 8 {
		b[i] = byte(micros >> (56 - 8*i))
	}
	copy(b[8:], k.ID[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// ParseKey reads what String has given; nil for an empty one. A fault goes to c.
func ParseKey(c *fault.Checks, field, s string) *Key {
	if s == "" {
		return nil
	}
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || len(b) != keyLen {
		c.Add(field, "BAD_CURSOR", "this is not a place in the list; load the list from its beginning")
		return nil
	}
	var micros uint64
	for i := range 8 {
		micros = micros<<8 | uint64(b[i])
	}
	return &Key{At: time.UnixMicro(int64(micros)).UTC(), ID: uuid.UUID(b[8:])}
}

// Size checks a page size; 0 is the preset of 20.
func Size(c *fault.Checks, size int32) int {
	c.Require(size >= 0 && size <= maxSize, "page_size", "OUT_OF_RANGE", fmt.Sprintf("at most %d in a page", maxSize))
	if size == 0 {
		size = preset
	}
	return int(size)
}
