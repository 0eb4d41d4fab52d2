package receivable

import (
	"fmt"
	"math/big"
	"strings"

	"zhuxin/shared/money"
)

// maxAmount keeps the sum of a million items inside int64: a hundred thousand
// million units of the currency.
const maxAmount = money.Amount(10_000_000_000_000)

// amounts reads the amounts of one file.
type amounts struct {
	divisor     string // decimal number; empty is 1
	spreadsheet bool
}

// What can stand in an amount at all; anything else, an exponent above all, does
// not reach the arithmetic.
const (
	maxAmountLength  = 32
	amountCharacters = "0123456789.,+-()¥￥$ "
)

// parse reads an amount, exact to the fen: 1234.50, 1,234.50, ￥12, -3, (3.00) and
// 3.00- for minus three. A comma that groups anything but thousands is refused: in
// some countries it is the decimal point.
func (a amounts) parse(s string) (money.Amount, error) {
	s = strings.TrimSpace(s)
	if v, ok := plain(s); ok && a.divisor == "" {
		return bounded(s, v)
	}
	if len(s) > maxAmountLength || strings.Trim(s, amountCharacters) != "" && !a.spreadsheet || strings.Trim(s, amountCharacters+"eE") != "" {
		return 0, fmt.Errorf("%q is no amount like 1234.50", s)
	}
	t, negative := unsigned(s)
	if strings.Contains(t, ",") && !grouped(t) {
		return 0, fmt.Errorf("%q: commas may only group thousands; write 1234.50", s)
	}
	if a.spreadsheet {
		t = spreadsheetNumber(t)
	}
	divisor := a.divisor
	if divisor == "" {
		divisor = "1"
	}
	v, err := money.ParseScaled(t, divisor)
	if err != nil {
		return 0, a.explain(s, t)
	}
	if negative {
		v = -v
	}
	return bounded(s, v)
}

func bounded(s string, v money.Amount) (money.Amount, error) {
	if v > maxAmount || v < -maxAmount {
		return 0, fmt.Errorf("%q is too large; at most %s is taken", s, maxAmount)
	}
	return v, nil
}

// explain says what is wrong with an amount that money.ParseScaled refused.
func (a amounts) explain(s, t string) error {
	number := strings.ReplaceAll(strings.TrimLeft(t, "¥￥$ "), ",", "")
	if strings.ContainsAny(number, "eE ") {
		return fmt.Errorf("%q is no amount like 1234.50", s)
	}
	if _, ok := new(big.Rat).SetString(number); !ok {
		return fmt.Errorf("%q is no amount like 1234.50", s)
	}
	if a.divisor != "" {
		return fmt.Errorf("%q divided by %s is not exact to the cent", s, a.divisor)
	}
	return fmt.Errorf("%q has more than two decimals", s)
}

// plain reads the common form, digits with up to two decimals.
func plain(s string) (money.Amount, bool) {
	negative := len(s) > 0 && s[0] == '-'
	if negative {
		s = s[1:]
	}
	whole, decimals, point := strings.Cut(s, ".")
	if len(whole) == 0 || len(whole) > 15 || len(decimals) > 2 || (point && decimals == "") {
		return 0, false
	}
	w, d := digits(whole), digits(decimals)
	if w < 0 || d < 0 {
		return 0, false
	}
	if len(decimals) == 1 {
		d *= 10
	}
	v := money.Amount(w)*100 + money.Amount(d)
	if negative {
		v = -v
	}
	return v, true
}

// unsigned takes the accounting forms of a minus off: (3.00) and 3.00-.
func unsigned(s string) (string, bool) {
	if len(s) > 2 && s[0] == '(' && s[len(s)-1] == ')' && s[1] != '-' {
		return s[1 : len(s)-1], true
	}
	if len(s) > 1 && s[len(s)-1] == '-' && s[0] != '-' {
		return s[:len(s)-1], true
	}
	return s, false
}

// grouped says whether the commas of a number stand at thousands.
func grouped(s string) bool {
	whole, decimals, _ := strings.Cut(strings.TrimLeft(s, "-+¥￥$ "), ".")
	groups := strings.Split(whole, ",")
	for i, g := range groups {
		if digits(g) < 0 || len(g) > 3 || len(g) == 0 || (i > 0 && len(g) != 3) {
			return false
		}
	}
	return digits(decimals) >= 0
}

// spreadsheetNumber gives a cell's number as its program shows it: with 15
// significant digits and no exponent. The file holds the binary value in up to
// 17 digits, 11173.020000000001 for 11173.02.
func spreadsheetNumber(s string) string {
	mantissa, exponent, scientific := strings.Cut(strings.ToLower(s), "e")
	if (!scientific && len(mantissa) <= 15) || len(exponent) > 4 {
		return s
	}
	f, _, err := big.ParseFloat(s, 10, 200, big.ToNearestEven)
	if err != nil || f.MantExp(nil) > 60 {
		return s
	}
	r, ok := new(big.Rat).SetString(f.Text('e', 14))
	if !ok {
		return s
	}
	out := r.FloatString(20)
	return strings.TrimRight(strings.TrimRight(out, "0"), ".")
}
