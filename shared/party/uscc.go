// Package party knows how a company is identified: by its unified social credit
// code (统一社会信用代码, GB 32100-2015).
package party

import (
	"errors"
	"strings"
)

const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

var weights = [17]int{1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28}

// Faults of a code. A code with a wrong check character may still be a
// registered one (four such are known), so the caller offers an override with a
// reason; a wrong form is never accepted.
var (
	ErrForm       = errors.New("a unified social credit code has 18 characters out of 0-9 and A-Z without I, O, S, V, Z")
	ErrCheckDigit = errors.New("the check character does not match; compare the code with the business licence")
)

// USCC is a normalised code: upper case, no blanks around it.
type USCC string

// ParseUSCC normalises s and checks form and check character. On ErrCheckDigit
// the code is returned as well.
func ParseUSCC(s string) (USCC, error) {
	u := strings.ToUpper(strings.TrimSpace(s))
	if len(u) != 18 {
		return "", ErrForm
	}
	for i := range len(u) {
		if strings.IndexByte(alphabet, u[i]) < 0 {
			return "", ErrForm
		}
	}
	if want, _ := CheckCharacter(u[:17]); want != u[17] {
		return USCC(u), ErrCheckDigit
	}
	return USCC(u), nil
}

// CheckCharacter computes the last character from the first 17.
func CheckCharacter(first17 string) (byte, error) {
	if len(first17) != 17 {
		return 0, ErrForm
	}
	sum := 0
	for i := range 17 {
		v := strings.IndexByte(alphabet, first17[i])
		if v < 0 {
			return 0, ErrForm
		}
		sum += v * weights[i]
	}
	return alphabet[(31-sum%31)%31], nil
}
