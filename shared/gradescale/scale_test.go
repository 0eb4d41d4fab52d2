package gradescale

import (
	"testing"
)

func four(late, customers [4]int64) Snapshot {
	s := Snapshot{Days: 30}
	for i, g := range []string{"A", "B", "C", "D"} {
		s.Grades = append(s.Grades, Observed{Grade: g, Rank: i, Grades: 4, Late: late[i], Customers: customers[i]})
	}
	return s
}

func TestScale(t *testing.T) {
	t.Parallel()
	r := Preset()
	for name, c := range map[string]struct {
		late, customers [4]int64
		levels          [4]int
		bases           [4]Basis
	}{
		// Means: 130/400 is 32.5 %; A is (0 + 10×0.325)÷110 = 2.95 %.
		"enough of each":     {[4]int64{0, 10, 40, 80}, [4]int64{100, 100, 100, 100}, [4]int{2, 4, 6, 7}, [4]Basis{ByRate, ByRate, ByRate, ByRate}},
		"nobody":             {[4]int64{}, [4]int64{}, [4]int{1, 3, 5, 7}, [4]Basis{ByRank, ByRank, ByRank, ByRank}},
		"nine are too few":   {[4]int64{0, 0, 9, 0}, [4]int64{100, 100, 9, 9}, [4]int{1, 1, 5, 7}, [4]Basis{ByRate, ByRate, ByRank, ByRank}},
		"all are late":       {[4]int64{50, 50, 50, 50}, [4]int64{50, 50, 50, 50}, [4]int{7, 7, 7, 7}, [4]Basis{ByRate, ByRate, ByRate, ByRate}},
		"the best are worst": {[4]int64{40, 0, 0, 0}, [4]int64{50, 50, 50, 50}, [4]int{7, 3, 3, 3}, [4]Basis{ByRate, ByRate, ByRate, ByRate}},
	} {
		for i, g := range r.Scale(four(c.late, c.customers)) {
			if g.Level != c.levels[i] || g.Basis != c.bases[i] {
				t.Errorf("%s: %s is %d by %s (%d, mean %d), want %d by %s", name, g.Grade, g.Level, g.Basis, g.Smoothed, g.Mean, c.levels[i], c.bases[i])
			}
			if want := name == "the best are worst" && i == 0; g.Inverted != want {
				t.Errorf("%s: %s inverted %v", name, g.Grade, g.Inverted)
			}
		}
	}
}

// A few customers do not decide: the same share comes nearer to the mean the fewer they
// are, and never past it.
func TestSmoothing(t *testing.T) {
	t.Parallel()
	r := Preset()
	last := int64(-1)
	for n := int64(10); n <= 10_000; n *= 10 {
		g := r.Scale(four([4]int64{0, n, 0, 0}, [4]int64{n, n, 0, 0})) // the mean is one half
		if g[0].Smoothed > g[0].Mean || g[1].Smoothed < g[1].Mean || last >= 0 && g[0].Smoothed >= last {
			t.Errorf("of %d: %d and %d, mean %d", n, g[0].Smoothed, g[1].Smoothed, g[0].Mean)
		}
		last = g[0].Smoothed
	}
	r.Weight = 0
	if g := r.Scale(four([4]int64{1, 0, 0, 0}, [4]int64{3, 0, 0, 0})); g[0].Smoothed != 3333 || g[0].Rate != 3333 {
		t.Errorf("without: %+v", g[0])
	}
}

func TestDrift(t *testing.T) {
	t.Parallel()
	r := Preset()
	now, before := four([4]int64{10, 5, 5, 5}, [4]int64{100, 100, 100, 5}), four([4]int64{2, 5, 5, 5}, [4]int64{100, 100, 9, 5})
	s := Subsidiary{Snapshot: now}
	r.Apply(&s, &before)
	if d, ok := s.Of("A").Drift(); !ok || d <= 0 || s.Of("A").Previous.Level >= s.Of("A").Level {
		t.Errorf("A: %d %v, %+v", d, ok, s.Of("A"))
	}
	for _, grade := range []string{"C", "D"} { // too few then, and now
		if _, ok := s.Of(grade).Drift(); ok || s.Of(grade).Previous == nil {
			t.Errorf("%s drifts", grade)
		}
	}
	if s.Of("X") != nil {
		t.Error("a grade that is none")
	}
}

func TestRule(t *testing.T) {
	t.Parallel()
	if err := Preset().Validate(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Rule){
		"falling bounds": func(r *Rule) { r.Bounds[3] = r.Bounds[2] }, "a bound of 100 %": func(r *Rule) { r.Bounds[5] = One }, "no days": func(r *Rule) { r.Days = 0 },
		"no customers": func(r *Rule) { r.MinCustomers = 0 }, "negative weight": func(r *Rule) { r.Weight = -1 },
	} {
		r := Preset()
		if change(&r); r.Validate() == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
