package registry

import "testing"

// An owner is looked at as often as the weakest grade that the tenant has set.
func TestInterval(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		days map[string]int
		sub  Subject
		want int
	}{
		{PresetSettings().IntervalDays, Subject{Kind: Customer, Grade: "A"}, 90},
		{PresetSettings().IntervalDays, Subject{Kind: Customer}, 30},
		{PresetSettings().IntervalDays, Subject{Kind: Owner}, 7},
		{map[string]int{"": 30, "A": 90}, Subject{Kind: Owner}, 90},
		{map[string]int{"": 45}, Subject{Kind: Owner}, 45},
		{map[string]int{"": 45}, Subject{Kind: Customer, Grade: "B"}, 45},
	} {
		if got := (Settings{IntervalDays: c.days}).Interval(c.sub); got != c.want {
			t.Errorf("%v of %v: %d days, want %d", c.sub, c.days, got, c.want)
		}
	}
}
