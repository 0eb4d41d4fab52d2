// Package volume holds concrete and cement volumes as integers in thousandths
// of a cubic metre (ruling 18).
package volume

import "fmt"

// M3 is a volume in thousandths of m³.
type M3 int64

// String writes cubic metres with three decimals.
func (v M3) String() string {
	if v < 0 {
		return "-" + (-v).String()
	}
	return fmt.Sprintf("%d.%03d", v/1000, v%1000)
}
