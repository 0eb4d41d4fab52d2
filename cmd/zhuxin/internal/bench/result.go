// Package bench measures the product against references in the same run, on the
// same machine: only the ratio means something (performance.md). Each measurement
// runs both sides in turn, several rounds, and takes the median of the ratios
// within a round.
//
// It owns the measurements and their form. The servers it measures are started by
// its caller; a measurement fills a tenant of its own and nothing else.
package bench

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// Result is one measured ratio.
type Result struct {
	Name      string  `json:"name"`
	Ratio     float64 `json:"ratio"` // = Median
	Target    string  `json:"target"`
	Met       bool    `json:"met"`
	Reference string  `json:"reference"`
	Runs      int     `json:"runs"`
	Median    float64 `json:"median"`
	Min       float64 `json:"min"`
	Max       float64 `json:"max"`
	// Detail are further figures of the same run, by name: p99 ratios, absolute times.
	Detail map[string]float64 `json:"detail,omitempty"`
	Note   string             `json:"note,omitempty"` // where the time goes, when a target is missed
}

// AtLeast and AtMost complete a result whose ratio should be high, or low.
func AtLeast(r Result, target float64, ratios []float64) Result {
	r = r.of(ratios)
	r.Target, r.Met = fmt.Sprintf("≥ %.2f", target), r.Median >= target
	return r
}

// AtMost see AtLeast.
func AtMost(r Result, target float64, ratios []float64) Result {
	r = r.of(ratios)
	r.Target, r.Met = fmt.Sprintf("≤ %.2f", target), r.Median <= target
	return r
}

func (r Result) of(ratios []float64) Result {
	if len(ratios) == 0 {
		return r
	}
	s := slices.Sorted(slices.Values(ratios))
	r.Runs, r.Min, r.Max = len(s), s[0], s[len(s)-1]
	r.Median = (s[(len(s)-1)/2] + s[len(s)/2]) / 2
	r.Ratio = r.Median
	return r
}

// Table prints the results for people.
func Table(w io.Writer, results []Result) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "name\tratio\ttarget\tmet\tmin\tmax\truns\treference")
	for _, r := range results {
		met := "yes"
		if !r.Met {
			met = "no"
		}
		fmt.Fprintf(t, "%s\t%.3f\t%s\t%s\t%.3f\t%.3f\t%d\t%s\n", r.Name, r.Median, r.Target, met, r.Min, r.Max, r.Runs, r.Reference)
	}
	return t.Flush()
}
