package rating

import (
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"zhuxin/shared/fault"
	"zhuxin/shared/indicator"
	"zhuxin/shared/money"
)

func num(n int64) *indicator.Number { return &n }

// library is the shipped one, every entry active.
func library() []indicator.Indicator {
	all := indicator.Defaults()
	for i := range all {
		all[i].Active = true
	}
	return all
}

func concrete(t testing.TB) Definition {
	t.Helper()
	d, _, ok := SampleConcrete.Definition(library())
	if !ok {
		t.Fatal("no sample")
	}
	return d
}

// small is a template of three kinds with weights 50, 30 and 20.
func small() Definition {
	return Definition{
		Items: []Item{
			{IndicatorCode: "method", NameZH: "结算", NameEN: "Method", Category: indicator.CategorySettlement, Kind: indicator.KindChoice, Weight: 5000,
				Scoring: indicator.Scoring{Options: []indicator.Option{{Code: "cash", NameZH: "现款", NameEN: "Cash", Score: 10000}, {Code: "term", NameZH: "账期", NameEN: "Term", Score: 3333}}}},
			{IndicatorCode: "volume", NameZH: "方量", NameEN: "Volume", Category: indicator.CategoryQuantity, Kind: indicator.KindNumber, Unit: indicator.UnitM3, Weight: 3000,
				Scoring: indicator.Scoring{Ranges: []indicator.Range{{To: num(10_000), Score: 2000}, {From: num(10_000), Score: 9000}}}},
			{IndicatorCode: "overdue", NameZH: "逾期", NameEN: "Overdue", Category: indicator.CategoryPerformance, Kind: indicator.KindData, DataSource: indicator.SourceOverdueRatio, Weight: 2000,
				Scoring: indicator.Scoring{Ranges: []indicator.Range{{To: num(1000), Score: 10000}, {From: num(1000), Score: 1}}}},
		},
		Bands: []Band{band(GradeA, 85, 300, 30, 30), band(GradeB, 70, 200, 20, 20), band(GradeC, 55, 100, 10, 10), band(GradeD, 0, 0, 0, 0)},
	}
}

func TestScore(t *testing.T) {
	t.Parallel()
	clean, late := Measurements{indicator.SourceOverdueRatio: {Number: 999, Detail: "d"}}, Measurements{indicator.SourceOverdueRatio: {Number: 1000}}
	for _, tc := range []struct {
		name     string
		inputs   []Input
		measured Measurements
		total    int64
		grade    Grade
		credit   money.Amount
		missing  []string
	}{
		{"all best", []Input{{IndicatorCode: "method", Choice: "cash"}, {IndicatorCode: "volume", Number: num(10_000)}}, clean, 9700, GradeA, 30000, nil},
		// 5000×3333 + 3000×2000 + 2000×1 = 22 667 000 → 2266.7 → 2267
		{"rounds half up at the end", []Input{{IndicatorCode: "method", Choice: "term"}, {IndicatorCode: "volume", Number: num(9_999)}}, late, 2267, GradeD, 0, nil},
		{"the end of a range belongs to the next", []Input{{IndicatorCode: "method", Choice: "cash"}, {IndicatorCode: "volume", Number: num(9_999)}}, clean, 7600, GradeB, 20000, nil},
		{"half a rating has no grade", []Input{{IndicatorCode: "method", Choice: "cash"}}, clean, 7000, "", 0, []string{"volume"}},
		{"nothing", nil, nil, 0, "", 0, []string{"method", "volume", "overdue"}},
		{"an empty choice is missing", []Input{{IndicatorCode: "method"}, {IndicatorCode: "volume", Number: num(0)}}, clean, 2600, "", 0, []string{"method"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r, err := small().Score(tc.inputs, tc.measured)
			if err != nil {
				t.Fatal(err)
			}
			if r.Total != tc.total || r.Grade != tc.grade || r.Maxima.CreditAmount != tc.credit || !slices.Equal(r.Missing, tc.missing) {
				t.Errorf("total %d grade %q credit %d missing %v; want %d %q %d %v", r.Total, r.Grade, r.Maxima.CreditAmount, r.Missing, tc.total, tc.grade, tc.credit, tc.missing)
			}
		})
	}
}

func TestScoreRefusesWhatIsNotForHands(t *testing.T) {
	t.Parallel()
	_, err := small().Score([]Input{
		{IndicatorCode: "overdue", Number: num(0)},
		{IndicatorCode: "method", Choice: "gold"},
		{IndicatorCode: "method", Choice: "cash"},
		{IndicatorCode: "volume", Choice: "cash"},
		{IndicatorCode: "weather"},
	}, nil)
	f, ok := fault.As(err)
	if !ok || f.Kind != fault.KindInvalid {
		t.Fatal(err)
	}
	var got []string
	for _, x := range f.Fields {
		got = append(got, x.Name+" "+x.Reason)
	}
	want := []string{"values[0].number TAKEN_FROM_DATA", "values[1].choice UNKNOWN", "values[2].indicator_code DUPLICATE",
		"values[3].choice NOT_ALLOWED", "values[4].indicator_code UNKNOWN"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestSimulateTakesDataValuesAndDrafts(t *testing.T) {
	t.Parallel()
	d := small()
	d.Bands = d.Bands[:2]
	r, err := d.Simulate([]Input{{IndicatorCode: "overdue", Number: num(0)}, {IndicatorCode: "method", Choice: "cash"}, {IndicatorCode: "volume", Number: num(1)}})
	if err != nil || r.Total != 7600 || r.Grade != "" || !r.Complete() {
		t.Errorf("%+v, %v", r, err)
	}
	d.Items[0].Weight = 1 << 60
	if _, err := d.Simulate(nil); err == nil {
		t.Error("a weight that overflows is taken")
	}
}

func TestContributionsAreShown(t *testing.T) {
	t.Parallel()
	r, err := small().Score([]Input{{IndicatorCode: "method", Choice: "term"}}, nil)
	if err != nil || len(r.Values) != 1 || r.Values[0].Contribution() != 1667 {
		t.Errorf("%+v, %v", r, err)
	}
}

// Every score has exactly one grade, whatever the bands are, as long as they pass the check.
func TestEveryScoreHasOneGrade(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		mins := rapid.SliceOfNDistinct(rapid.Int64Range(1, indicator.FullPoints), 3, 3, rapid.ID).Draw(t, "mins")
		slices.Sort(mins)
		d := Definition{Bands: []Band{{Grade: GradeA, MinScore: mins[2]}, {Grade: GradeB, MinScore: mins[1]}, {Grade: GradeC, MinScore: mins[0]}, {Grade: GradeD}}}
		var c fault.Checks
		if d.checkBands(&c); c.Err() != nil {
			t.Fatal(c.Err())
		}
		upper := indicator.FullPoints + 1 // the top band is closed: 100 belongs to it
		counted := int64(0)
		for _, b := range d.Bands {
			for s := b.MinScore; s < upper; s++ {
				got, ok := d.BandOf(s)
				if !ok || got.Grade != b.Grade {
					t.Fatalf("score %d: grade %q, want %q", s, got.Grade, b.Grade)
				}
				counted++
			}
			upper = b.MinScore
		}
		if counted != indicator.FullPoints+1 {
			t.Fatalf("%d scores have a grade, want %d", counted, indicator.FullPoints+1)
		}
	})
}

// The total lies between the lowest and the highest score given, and what the
// values contribute adds up to it but for rounding.
func TestTotalLiesWithinTheScores(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, MaxItems).Draw(t, "items")
		cuts := rapid.SliceOfNDistinct(rapid.Int64Range(1, indicator.FullPoints-1), n-1, n-1, rapid.ID).Draw(t, "cuts")
		slices.Sort(cuts)
		cuts = append(cuts, indicator.FullPoints)
		d, below, inputs := Definition{Bands: small().Bands}, int64(0), []Input{}
		lowest, highest := indicator.FullPoints, int64(0)
		for i, cut := range cuts {
			score := rapid.Int64Range(0, indicator.FullPoints).Draw(t, "score")
			code := "i" + strings.Repeat("x", i%30) + string(rune('a'+i/30))
			d.Items = append(d.Items, Item{IndicatorCode: code, NameZH: "标", NameEN: "I", Category: indicator.CategoryPrice, Kind: indicator.KindNumber,
				Weight: cut - below, Scoring: indicator.Scoring{Ranges: []indicator.Range{{Score: score}}}})
			inputs = append(inputs, Input{IndicatorCode: code, Number: num(rapid.Int64().Draw(t, "value"))})
			below, lowest, highest = cut, min(lowest, score), max(highest, score)
		}
		if err := d.Validate(); err != nil {
			t.Fatal(err)
		}
		r, err := d.Score(inputs, nil)
		if err != nil {
			t.Fatal(err)
		}
		if r.Total < lowest || r.Total > highest || r.Grade == "" {
			t.Fatalf("total %d (grade %q) outside of %d to %d", r.Total, r.Grade, lowest, highest)
		}
		sum := int64(0)
		for _, v := range r.Values {
			sum += v.Contribution()
		}
		if diff := sum - r.Total; diff > int64(n) || diff < -int64(n) {
			t.Fatalf("contributions sum to %d, total is %d", sum, r.Total)
		}
	})
}

// FuzzBandOf: bands that pass the check leave no score without a grade, and the
// grade never gets worse when the score rises.
func FuzzBandOf(f *testing.F) {
	f.Add(int64(8500), int64(7000), int64(5500), int64(0), int64(7000))
	f.Add(int64(3), int64(2), int64(1), int64(0), int64(10000))
	f.Fuzz(func(t *testing.T, a, b, c, d, score int64) {
		def := Definition{Bands: []Band{{Grade: GradeA, MinScore: a}, {Grade: GradeB, MinScore: b}, {Grade: GradeC, MinScore: c}, {Grade: GradeD, MinScore: d}}}
		var checks fault.Checks
		if def.checkBands(&checks); checks.Err() != nil || score < 0 || score >= indicator.FullPoints {
			return
		}
		here, ok := def.BandOf(score)
		above, okAbove := def.BandOf(score + 1)
		if !ok || !okAbove || slices.Index(Grades, above.Grade) > slices.Index(Grades, here.Grade) {
			t.Errorf("%d: %q, %d: %q", score, here.Grade, score+1, above.Grade)
		}
	})
}

// echo compiles a sum of names like "a + b": enough to see what scoring does with
// formulas; the language itself is data/formula's.
type echo struct{}

type sumOf []string

func (echo) Compile(expression string, names []string) (Program, error) {
	var p sumOf
	for _, name := range strings.Split(expression, " + ") {
		if !slices.Contains(names, name) {
			return nil, &FormulaError{Reason: "FORMULA_INVALID", Message: "there is no " + name}
		}
		p = append(p, name)
	}
	return p, nil
}

func (p sumOf) Uses() []string { return p }

func (p sumOf) Eval(values map[string]*big.Rat) (*big.Rat, error) {
	sum := new(big.Rat)
	for _, name := range p {
		sum.Add(sum, values[name])
	}
	return sum, nil
}

func ranged(code string, weight indicator.Points, kind indicator.Kind) Item {
	at := indicator.Number(10_000)
	return Item{IndicatorCode: code, NameZH: code, NameEN: code, Category: indicator.CategoryQuantity, Kind: kind, Weight: weight,
		Scoring: indicator.Scoring{Ranges: []indicator.Range{{To: &at, Score: 4000}, {From: &at, Score: 9000}}}}
}

func number(n indicator.Number) *indicator.Number { return &n }

func TestFormulasStandOnOneAnother(t *testing.T) {
	t.Parallel()
	top, middle := ranged("top", 6000, KindFormula), ranged("middle", 0, KindFormula)
	top.Formula, middle.Formula = "middle + x", "x + y"
	d := Definition{Items: []Item{top, middle, ranged("x", 4000, indicator.KindNumber), ranged("y", 0, indicator.KindNumber)}, Bands: BlankDefinition().Bands}.With(echo{})
	if err := d.Validate(); err != nil {
		t.Fatal(err)
	}
	// x = 3.5, y = 3: middle = 6.5, top = 10 → 90 points; x → 40 points
	res, err := d.Score([]Input{{IndicatorCode: "x", Number: number(3500)}, {IndicatorCode: "y", Number: number(3000)}}, nil)
	if err != nil || res.Total != 7000 || *res.Values[0].Number != 10_000 || res.Values[0].Source != ValueFormula {
		t.Errorf("%+v, %v", res, err)
	}
	// an operand without a value leaves the formulas without one
	res, err = d.Score([]Input{{IndicatorCode: "x", Number: number(3500)}}, nil)
	if err != nil || strings.Join(res.Missing, " ") != "top middle y" {
		t.Errorf("missing %v, %v", res.Missing, err)
	}
	if _, err = d.Score([]Input{{IndicatorCode: "top", Number: number(1)}}, nil); err == nil {
		t.Error("a formula's value is entered by hand")
	}
}

func TestFormulaFaults(t *testing.T) {
	t.Parallel()
	of := func(a, b string) []string {
		x, y := ranged("x", 5000, KindFormula), ranged("y", 5000, KindFormula)
		x.Formula, y.Formula = a, b
		var out []string
		for _, p := range (Definition{Items: []Item{x, y, ranged("z", 0, indicator.KindNumber)}, Bands: BlankDefinition().Bands}).With(echo{}).Check() {
			if !p.Warning {
				out = append(out, p.Name+" "+p.Reason+" "+p.Message)
			}
		}
		return out
	}
	if got := of("y + z", "z + x"); len(got) != 1 || !strings.Contains(got[0], "items[0].formula FORMULA_CYCLE") || !strings.Contains(got[0], "x → y → x") {
		t.Errorf("a cycle: %q", got)
	}
	if got := of("x + z", "z"); len(got) != 1 || !strings.Contains(got[0], "x → x") {
		t.Errorf("itself: %q", got)
	}
	if got := of("z", "nobody"); len(got) != 2 || !strings.Contains(got[0]+got[1], "items[1].formula FORMULA_INVALID") {
		// z has no weight, and nothing that compiles needs it but x
		if len(got) != 1 {
			t.Errorf("unknown: %q", got)
		}
	}
}

func TestRulesForMissingValues(t *testing.T) {
	t.Parallel()
	score := func(rule MissingRule, fixed indicator.Points) Result {
		a, b, c := ranged("a", 3000, indicator.KindNumber), ranged("b", 3333, indicator.KindNumber), ranged("c", 3667, indicator.KindNumber)
		a.Missing, a.MissingScore = rule, fixed
		res, err := (Definition{Items: []Item{a, b, c}, Bands: BlankDefinition().Bands}).Score([]Input{{IndicatorCode: "b", Number: number(0)}, {IndicatorCode: "c", Number: number(10_000)}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	if r := score(MissingRefuse, 0); r.Complete() || r.Grade != "" {
		t.Errorf("refused: %+v", r)
	}
	// 30×40 + 33.33×40 + 36.67×90
	if r := score(MissingWorst, 0); r.Total != 5834 || r.Grade == "" || r.Values[0].Missing != MissingWorst {
		t.Errorf("worst: %+v", r)
	}
	if r := score(MissingFixed, 5000); r.Total != 6134 {
		t.Errorf("fixed: %d", r.Total)
	}
	// 3333 and 3667 of 7000 become 4761 and 5239: 47.61×40 + 52.39×90
	r := score(MissingLeaveOut, 0)
	if r.Total != 6620 || r.Values[0].Weight != 0 || r.Values[1].Weight != 4761 || r.Values[2].Weight != 5239 {
		t.Errorf("left out: %+v", r)
	}
	// data without a base: zero unless there is a rule
	d := ranged("d", 10_000, indicator.KindData)
	d.DataSource = indicator.SourceCollectionRate
	without := Measurements{indicator.SourceCollectionRate: {NoBase: true}}
	if r, _ := (Definition{Items: []Item{d}, Bands: BlankDefinition().Bands}).Score(nil, without); r.Total != 4000 {
		t.Errorf("no base counts as zero: %+v", r)
	}
	d.Missing = MissingLeaveOut
	if r, _ := (Definition{Items: []Item{d}, Bands: BlankDefinition().Bands}).Score(nil, without); r.Complete() {
		t.Errorf("nothing at all is no rating: %+v", r)
	}
}

func TestWeightsThatAlmostSum(t *testing.T) {
	t.Parallel()
	for weight, says := range map[indicator.Points]string{4999: "99.99", 5001: "100.01"} {
		d := Definition{Items: []Item{ranged("a", 5000, indicator.KindNumber), ranged("b", weight, indicator.KindNumber)}, Bands: BlankDefinition().Bands}
		if err := d.Validate(); err == nil || !strings.Contains(fmt.Sprint(d.Check()), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
}
