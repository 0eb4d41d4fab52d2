// Package personal is the door for fields that tell about a natural person:
// phone, ID number, bank account (reliability P26). They are stored sealed under
// the owner's own keys and answered masked.
//
// It owns the port and the masks; the keys are in data/crypto.
package personal

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"zhuxin/shared/fault"
)

// Cipher seals and opens one field. A sealed value is bound to its owner, table,
// column and row: copied elsewhere it does not open.
//
// Both are called inside the unit of work that writes or reads the row.
type Cipher interface {
	// Seal encrypts plain; an empty plain gives nil, which is stored as NULL.
	Seal(ctx context.Context, table, column string, row uuid.UUID, plain string) ([]byte, error)
	// Open gives back what Seal took; nil gives the empty string. A value that was
	// changed or moved is ErrUnreadable.
	Open(ctx context.Context, table, column string, row uuid.UUID, sealed []byte) (string, error)
}

// ErrUnreadable means that a sealed value does not belong to its owner, table,
// column and row, or was changed.
var ErrUnreadable = fault.New(fault.KindInternal, "PERSONAL_FIELD_UNREADABLE", "a protected field cannot be read")

// MaskPhone keeps the first three and the last four digits: 138****1234.
func MaskPhone(s string) string { return mask(s, 3, 4) }

// MaskID keeps the region and the last four characters of an ID number:
// 110101********1234. Shorter numbers, as of passports, show less.
func MaskID(s string) string { return mask(s, 6, 4) }

// MaskAccount keeps the last four digits of a bank account: ****1234.
func MaskAccount(s string) string {
	r := clean(s)
	if len(r) == 0 {
		return ""
	}
	return "****" + string(r[len(r)-shown(len(r), 4):])
}

// MaskName keeps the family name of a person: 张**.
func MaskName(s string) string {
	r := []rune(strings.TrimSpace(s))
	if len(r) == 0 {
		return ""
	}
	return string(r[:1]) + strings.Repeat("*", len(r)-1)
}

// MaskEmail keeps the first character of the name and the domain: w***@company.cn.
func MaskEmail(s string) string {
	name, domain, ok := strings.Cut(s, "@")
	if !ok || name == "" {
		return mask(s, 0, 0)
	}
	r := []rune(name)
	return string(r[:shown(len(r), 1)]) + "***@" + domain
}

// mask hides the middle. At least half of the value stays hidden, however short it is.
func mask(s string, head, tail int) string {
	r := clean(s)
	if len(r) == 0 {
		return ""
	}
	if len(r) < head+tail+4 {
		head, tail = shown(len(r), head)/2, shown(len(r), tail)/2
	}
	return string(r[:head]) + strings.Repeat("*", max(len(r)-head-tail, 4)) + string(r[len(r)-tail:])
}

// shown bounds how many of n characters may be seen: never more than half.
func shown(n, want int) int { return min(want, n/2) }

// clean drops the blanks and dashes that people write into numbers.
func clean(s string) []rune {
	return []rune(strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '\u00a0' || r == '\u3000' || r == '\t' {
			return -1
		}
		return r
	}, s))
}
