package registry

import (
	"regexp"
	"strings"

	"zhuxin/shared/money"
)

// yuan is how registers write a capital in yuan: a number, its unit, and that it is
// yuan, in any order of the last two. Another currency does not fit.
var yuan = regexp.MustCompile(`^([0-9][0-9,]*(?:\.[0-9]+)?)(亿|万|千|百|)(?:元)?(?:人民币)?(?:元)?$`)

// units are the divisors by which money.ParseScaled reads the written units.
var units = map[string]string{"亿": "0.00000001", "万": "0.0001", "千": "0.001", "百": "0.01", "": "1"}

// CapitalAmount is the registered capital in fen; known is false where the register
// does not say it, or says it in another currency.
func (c Company) CapitalAmount() (amount money.Amount, known bool) {
	text := strings.NewReplacer(" ", "", "　", "", "(", "", ")", "", "（", "", "）", "").Replace(c.Capital)
	text = strings.TrimPrefix(text, "人民币")
	m := yuan.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	amount, err := money.ParseScaled(m[1], units[m[2]])
	return amount, err == nil && amount > 0
}
