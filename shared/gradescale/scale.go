// Package gradescale puts the grades of unlike templates on one scale of the group: a
// "B" of one subsidiary is not a "B" of another, but how many of its customers came late
// can be compared (000-90, beyond the documents 7).
//
// It owns the group's rule, the mapping of a grade to a level, its drift against the
// quarter before, and the projection of what was observed. It does not own ratings or
// items, which are the subsidiaries', nor who may see a company's grade elsewhere
// (shared/history).
//
// Everything is counted: rates are basis points of customers, amounts fen.
package gradescale

import (
	"fmt"
	"slices"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
)

// Levels of the group's scale: 1 is the best.
const Levels = 7

// One is a rate of 100 %.
const One = 10_000

// Rule is one version of how the group maps grades.
type Rule struct {
	Version int64 `json:"-"`
	// Days: a customer came late when an item of his was open so many days and more
	// after it was due.
	Days int `json:"days"`
	// Bounds are the rates, in basis points, below which levels 1 to 6 end; rising.
	Bounds [Levels - 1]int64 `json:"bounds"`
	// MinCustomers are those of a grade that its rate needs; with fewer the grade's rank
	// in its template stands for it.
	MinCustomers int64 `json:"min_customers"`
	// Weight is how many customers of the subsidiary's mean are added to each grade, so
	// that a few do not decide.
	Weight int64 `json:"weight"`
}

// Preset is the rule before HQ has set one.
func Preset() Rule {
	return Rule{Days: 30, Bounds: [Levels - 1]int64{100, 300, 700, 1500, 3000, 5000}, MinCustomers: 10, Weight: 10}
}

// Validate gives all faults.
func (r Rule) Validate() error {
	var c fault.Checks
	c.Require(r.Days >= 1 && r.Days <= 365, "days", "OUT_OF_RANGE", "1 to 365 days")
	c.Require(r.MinCustomers >= 1 && r.MinCustomers <= 1000, "min_customers", "OUT_OF_RANGE", "1 to 1000 customers")
	c.Require(r.Weight >= 0 && r.Weight <= 1000, "weight", "OUT_OF_RANGE", "0 to 1000 customers")
	last := int64(0)
	for i, b := range r.Bounds {
		c.Require(b > last && b < One, "bounds", "OUT_OF_RANGE", fmt.Sprintf("rates that rise, each above 0 and below 100 %%: number %d does not", i+1))
		last = b
	}
	return c.Err()
}

// level is the one that a rate falls into.
func (r Rule) level(rate int64) int {
	for i, b := range r.Bounds {
		if rate < b {
			return i + 1
		}
	}
	return Levels
}

// Observed is what became of the customers of a grade within twelve months.
type Observed struct {
	Grade      string `json:"grade"`
	Rank       int    `json:"rank"`      // in its template, 0 is the best
	Grades     int    `json:"grades"`    // of the template
	Customers  int64  `json:"customers"` // with items that could have come late
	Late       int64  `json:"late"`      // of them, who did
	Since      int64  `json:"since"`     // of them, rated only after the twelve months had begun
	Due        int64  `json:"due"`       // amount of the items
	LateAmount int64  `json:"late_amount"`
	WrittenOff int64  `json:"written_off"` // given up within the months
}

// Weight is a category of the library with its part of a template's score. The names of
// templates and of a subsidiary's own indicators stay its own.
type Weight struct {
	Category string `json:"category"`
	Points   int64  `json:"points"` // basis points
}

// Snapshot is what was observed of a subsidiary on a day.
type Snapshot struct {
	AsOf, From calendar.Date
	Days       int      // of the rule
	Unknown    int64    // customers whose past is not known, and who are left out
	Template   int      // number of the version in force; 0 without one
	Weights    []Weight // the heaviest first
	Grades     []Observed
}

// Basis says what a level stands on.
type Basis string

// The bases.
const (
	ByRate Basis = "observed" // enough customers
	ByRank Basis = "rank"     // not enough evidence: the grade's place in its template
)

// Graded is a grade on the group's scale, with its reason.
type Graded struct {
	Observed
	Level    int
	Basis    Basis
	Rate     int64 // late ÷ customers
	Mean     int64 // of all customers of the subsidiary
	Smoothed int64 // (late + weight × mean) ÷ (customers + weight); what the level stands on
	Inverted bool  // a worse grade of the template came late less often
	Days     int
	AsOf     calendar.Date
	Previous *Past // of the quarter before
}

// Past is a grade on the last day of the quarter before.
type Past struct {
	Level     int
	Basis     Basis
	Smoothed  int64
	Customers int64
	AsOf      calendar.Date
}

// Drift is by how much the rate has grown since the quarter before; ok is false where
// one of them stands on no evidence.
func (g Graded) Drift() (bp int64, ok bool) {
	if g.Previous == nil || g.Basis != ByRate || g.Previous.Basis != ByRate {
		return 0, false
	}
	return g.Smoothed - g.Previous.Smoothed, true
}

// rate divides, rounded half up; 0 of nothing.
func rate(part, whole int64) int64 {
	if whole <= 0 {
		return 0
	}
	return (part*One + whole/2) / whole
}

// Scale maps the grades of one subsidiary.
func (r Rule) Scale(s Snapshot) []Graded {
	var late, customers int64
	for _, o := range s.Grades {
		late, customers = late+o.Late, customers+o.Customers
	}
	mean := rate(late, customers)
	out := make([]Graded, 0, len(s.Grades))
	for _, o := range s.Grades {
		g := Graded{Observed: o, Basis: ByRank, Level: place(o.Rank, o.Grades), Rate: rate(o.Late, o.Customers), Mean: mean, Days: s.Days, AsOf: s.AsOf}
		if n := o.Customers + r.Weight; n > 0 {
			g.Smoothed = (o.Late*One + r.Weight*mean + n/2) / n
		}
		if o.Customers >= r.MinCustomers {
			g.Basis, g.Level = ByRate, r.level(g.Smoothed)
		}
		out = append(out, g)
	}
	slices.SortFunc(out, func(a, b Graded) int { return a.Rank - b.Rank })
	for i := range out {
		out[i].Inverted = out[i].Basis == ByRate && slices.ContainsFunc(out[i+1:], func(worse Graded) bool { return worse.Basis == ByRate && worse.Smoothed < out[i].Smoothed })
	}
	return out
}

// place spreads the ranks of a template over the scale.
func place(rank, grades int) int {
	if grades < 2 {
		return (Levels + 1) / 2
	}
	return 1 + (2*rank*(Levels-1)+grades-1)/(2*(grades-1))
}

// Subsidiary is one with its grades on the scale.
type Subsidiary struct {
	ID        uuid.UUID
	Name      string
	Projected bool
	Snapshot
	Graded []Graded
}

// Of gives a grade of the subsidiary; nil when nothing was projected of it.
func (s Subsidiary) Of(grade string) *Graded {
	for i, g := range s.Graded {
		if g.Grade == grade {
			return &s.Graded[i]
		}
	}
	return nil
}

// Apply maps a subsidiary's newest snapshot, and the one of the quarter before.
func (r Rule) Apply(s *Subsidiary, before *Snapshot) {
	s.Graded = r.Scale(s.Snapshot)
	if before == nil {
		return
	}
	for _, p := range r.Scale(*before) {
		if g := s.Of(p.Grade); g != nil {
			g.Previous = &Past{Level: p.Level, Basis: p.Basis, Smoothed: p.Smoothed, Customers: p.Customers, AsOf: before.AsOf}
		}
	}
}

// quarter gives the first day of a date's quarter.
func quarter(d calendar.Date) calendar.Date {
	y, m, _ := d.Time().Date()
	return calendar.NewDate(y, (m-1)/3*3+1, 1)
}
