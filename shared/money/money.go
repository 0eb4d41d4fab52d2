// Package money holds amounts as integers in the smallest unit of their
// currency (fen for CNY, cents for USD), never as floats (ruling 18).
package money

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// Amount is a sum in fen (hundredths of the currency's unit).
type Amount int64

// Currency is an ISO 4217 code of a currency with two decimals.
type Currency string

// CNY is the preset currency of a tenant.
const CNY Currency = "CNY"

// Valid says whether the code looks like an ISO 4217 code.
func (c Currency) Valid() bool {
	if len(c) != 3 {
		return false
	}
	for _, r := range c {
		if r < 'A' || r > 'Z' {
			return false
		}
	}
	return true
}

// String writes units and two decimals, without grouping: -12.05.
func (a Amount) String() string {
	sign, u := "", uint64(a)
	if a < 0 {
		sign, u = "-", uint64(-(a+1))+1
	}
	return fmt.Sprintf("%s%d.%02d", sign, u/100, u%100)
}

// Grouped writes the amount for a person: 1,234,567.89.
func (a Amount) Grouped() string {
	sign, s := "", a.String()
	if a < 0 {
		sign, s = "-", s[1:]
	}
	for i := strings.IndexByte(s, '.') - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// In is Grouped with the currency behind it, where there is one: 1,234,567.89 CNY.
func (a Amount) In(c Currency) string { return strings.TrimSpace(a.Grouped() + " " + string(c)) }

// Add adds and says whether the sum still fits.
func (a Amount) Add(b Amount) (Amount, bool) {
	s := a + b
	return s, (s > a) == (b > 0)
}

// Parse reads a decimal number of units: 1,234.50, -3, ￥12.5. More than two
// decimals are refused unless they are zeros: a cut amount is a wrong amount.
func Parse(s string) (Amount, error) { return ParseScaled(s, "1") }

// ParseScaled reads s and divides it by the decimal number divisor; the result
// must be exact to the fen. It serves files whose amounts were converted at a
// known rate.
func ParseScaled(s, divisor string) (Amount, error) {
	t := strings.TrimLeft(strings.ReplaceAll(strings.TrimSpace(s), ",", ""), "¥￥$ ")
	if t == "" || strings.ContainsAny(t, "eExXpP_/ ") {
		return 0, fmt.Errorf("%q is no amount like 1234.50", s)
	}
	v, ok := new(big.Rat).SetString(t)
	if !ok {
		return 0, fmt.Errorf("%q is no amount like 1234.50", s)
	}
	d, ok := new(big.Rat).SetString(divisor)
	if !ok || d.Sign() <= 0 {
		return 0, fmt.Errorf("%q is no rate above zero", divisor)
	}
	v.Quo(v, d).Mul(v, big.NewRat(100, 1))
	if !v.IsInt() {
		return 0, fmt.Errorf("%q has more than two decimals", s)
	}
	if !v.Num().IsInt64() || v.Num().Int64() == math.MinInt64 {
		return 0, fmt.Errorf("%q is too large", s)
	}
	return Amount(v.Num().Int64()), nil
}

// MulRate multiplies by basis points and rounds half away from zero.
func (a Amount) MulRate(basisPoints int64) Amount {
	p := new(big.Int).Mul(big.NewInt(int64(a)), big.NewInt(basisPoints))
	half := big.NewInt(5000)
	if p.Sign() < 0 {
		half.Neg(half)
	}
	return Amount(p.Add(p, half).Quo(p, big.NewInt(10000)).Int64())
}

// ParseFen reads an integer number of fen, as proto JSON carries it.
func ParseFen(s string) (Amount, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%q is no whole number of fen", s)
	}
	return Amount(n), nil
}
