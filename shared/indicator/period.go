package indicator

import (
	"slices"
	"strconv"
	"strings"

	"zhuxin/shared/fault"
)

// The months of a source that measures a period: what is taken without a choice, and
// the most that can be chosen.
const (
	PresetMonths = 12
	MaxMonths    = 60
)

// periodic are the sources whose months a template chooses.
var periodic = []DataSource{SourceVolumeDelivered, SourcePaidOnTime, SourceMeanDaysLate}

// Periodic says whether the source measures months that a template chooses.
func (s DataSource) Periodic() bool {
	base, _ := s.Split()
	return slices.Contains(periodic, base)
}

// Over is the source measured over so many months, as one word ("paid_on_time/6"), so
// that two periods of one source stand beside each other; 0 is the preset. A source
// without a period stays what it is.
func (s DataSource) Over(months int) DataSource {
	if !slices.Contains(periodic, s) || months == 0 || months == PresetMonths {
		return s
	}
	return s + "/" + DataSource(strconv.Itoa(months))
}

// Split is the inverse of Over: the source itself and its months, PresetMonths where
// none are named.
func (s DataSource) Split() (DataSource, int) {
	base, after, found := strings.Cut(string(s), "/")
	months, err := strconv.Atoi(after)
	if !found || err != nil || DataSource(base).Over(months) != s {
		return s, PresetMonths
	}
	return DataSource(base), months
}

// Known says that there is such a source, and such a period of it.
func (s DataSource) Known() bool {
	base, months := s.Split()
	return slices.Contains(DataSources, base) && months >= 1 && months <= MaxMonths
}

// CheckPeriod adds a fault when months do not suit the source; 0 suits every one.
func (s DataSource) CheckPeriod(c *fault.Checks, at string, months int) {
	c.Require(months == 0 || slices.Contains(periodic, s), at, "NOT_ALLOWED", "this source has no period of its own")
	c.Require(months >= 0 && months <= MaxMonths, at, "OUT_OF_RANGE", "between 1 and 60 months; 0 is twelve")
}
