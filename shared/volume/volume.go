// Package volume holds concrete and cement volumes as integers in thousandths
// of a cubic metre (ruling 18).
package volume

import (
	"fmt"
	"strconv"
	"strings"
)

// M3 is a volume in thousandths of m³.
type M3 int64

// String writes cubic metres with three decimals.
func (v M3) String() string {
	if v < 0 {
		return "-" + (-v).String()
	}
	return fmt.Sprintf("%d.%03d", v/1000, v%1000)
}

// Parse reads cubic metres as they are written, such as 8.5 or -12.000; more than
// three decimals are rounded to the nearest thousandth, halves away from zero.
func Parse(s string) (M3, error) {
	digits, negative := strings.CutPrefix(s, "-")
	whole, part, _ := strings.Cut(digits, ".")
	if len(whole) == 0 || len(whole) > 12 || len(part) > 18 || strings.Trim(whole+part, "0123456789") != "" || strings.HasSuffix(digits, ".") {
		return 0, fmt.Errorf("%.40q is no volume like 8.5", s)
	}
	up := len(part) > 3 && part[3] >= '5'
	n, err := strconv.ParseInt(whole+(part + "000")[:3], 10, 64)
	if err != nil {
		return 0, err
	}
	if up {
		n++
	}
	if negative {
		n = -n
	}
	return M3(n), nil
}
