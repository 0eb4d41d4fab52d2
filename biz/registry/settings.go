package registry

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"zhuxin/shared/fault"
)

// Settings are how a tenant watches its customers and the owners of their projects.
type Settings struct {
	Version      int64 // 0 while the preset is in force
	Enabled      bool
	DailyBudget  int            // requests to providers per business date
	IntervalDays map[string]int // by grade; "" is unrated
	CreatedAt    time.Time
}

// PresetSettings hold until the tenant writes its own: the worse the grade, the
// more often one looks.
func PresetSettings() Settings {
	return Settings{Enabled: true, DailyBudget: 200, IntervalDays: map[string]int{"A": 90, "B": 60, "C": 30, "D": 7, "": 30}}
}

// Interval gives the days between two looks at a subject. An owner has no grade: who
// in the end pays for several customers is looked at as often as the weakest of them.
func (s Settings) Interval(sub Subject) int {
	grade := sub.Grade
	if sub.Kind == Owner {
		grade = slices.Max(append(slices.Collect(maps.Keys(s.IntervalDays)), ""))
	}
	if n, ok := s.IntervalDays[grade]; ok {
		return n
	}
	return s.IntervalDays[""]
}

// Validate gives all faults.
func (s Settings) Validate() error {
	var c fault.Checks
	c.Require(s.DailyBudget >= 0 && s.DailyBudget <= 100_000, "daily_budget", "OUT_OF_RANGE", "give 0 to 100,000 requests a day; 0 asks for nothing")
	_, unrated := s.IntervalDays[""]
	c.Require(unrated, "interval_days", "REQUIRED", "say how often unrated customers are looked at")
	for _, g := range slices.Sorted(maps.Keys(s.IntervalDays)) {
		n := s.IntervalDays[g]
		c.Require(len(g) <= 1, "interval_days", "UNKNOWN_GRADE", fmt.Sprintf("%q is no grade", g))
		c.Require(n >= 1 && n <= 366, "interval_days", "OUT_OF_RANGE", fmt.Sprintf("grade %q: give 1 to 366 days", g))
	}
	return c.Err()
}

// AccountInput changes an account. Empty Key and Secret keep the stored ones.
type AccountInput struct {
	Provider ProviderName
	Key      string
	Secret   string
	Enabled  bool
	Version  int64
}

// Validate gives all faults; first says that no credential is stored yet.
func (in AccountInput) Validate(first bool) error {
	if !slices.Contains(Providers, in.Provider) {
		return ErrProvider
	}
	var c fault.Checks
	given := in.Key != "" || in.Secret != ""
	if given || first {
		c.Require(in.Key != "" && len(in.Key) <= 200 && printable(in.Key), "key", "INVALID", "give the key as the provider shows it, at most 200 characters without blanks")
		if in.Provider == Qichacha {
			c.Require(in.Secret != "" && len(in.Secret) <= 200 && printable(in.Secret), "secret", "INVALID", "Qichacha needs the secret key too, at most 200 characters without blanks")
		} else {
			c.Require(in.Secret == "", "secret", "NOT_USED", "Tianyancha has a token only; leave the secret empty")
		}
	}
	return c.Err()
}

// printable keeps a credential from breaking the header it is sent in.
func printable(s string) bool {
	return !slices.ContainsFunc([]byte(s), func(b byte) bool { return b <= ' ' || b >= 0x7f })
}

// hint is what shows which key it is.
func hint(key string) string {
	if len(key) < 8 {
		return ""
	}
	return key[len(key)-4:]
}
