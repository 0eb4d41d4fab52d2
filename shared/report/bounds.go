package report

import (
	"fmt"
	"strconv"
	"strings"

	"zhuxin/shared/fault"
)

const (
	maxBounds = 10
	maxBound  = 10_000
)

// Bounds reads the last days of aging buckets, rising, like 15,45,90; what is older than
// the last one is a bucket of its own. Faults go to the field.
func Bounds(c *fault.Checks, field, text string) (out []int) {
	for one := range strings.SplitSeq(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(one))
		if err != nil || n < 1 || n > maxBound || len(out) > 0 && n <= out[len(out)-1] {
			c.Add(field, "BAD_FORM", "give days that rise, like 15,30,60")
			return nil
		}
		out = append(out, n)
	}
	c.Require(len(out) <= maxBounds, field, "TOO_MANY", fmt.Sprintf("at most %d bounds", maxBounds))
	return out
}
