package indicator

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"zhuxin/shared/fault"
)

func fields(err error) []string {
	f, ok := fault.As(err)
	if !ok {
		return nil
	}
	var names []string
	for _, x := range f.Fields {
		names = append(names, x.Name+" "+x.Reason)
	}
	return names
}

func num(n int64) *Number { return &n }

func TestDefaultsAreValidAndCoverTheContract(t *testing.T) {
	t.Parallel()
	codes, categories, sources := map[string]bool{}, map[Category]int{}, map[DataSource]int{}
	for _, i := range Defaults() {
		if err := i.Validate(); err != nil {
			t.Errorf("%s: %v", i.Code, err)
		}
		if codes[i.Code] {
			t.Errorf("code %s twice", i.Code)
		}
		codes[i.Code] = true
		categories[i.Category]++
		if i.Kind == KindData {
			sources[i.DataSource]++
		}
	}
	for _, c := range Categories {
		if categories[c] == 0 {
			t.Errorf("no indicator of category %s", c)
		}
	}
	for _, s := range DataSources {
		if sources[s] != 1 {
			t.Errorf("%d indicators measure %s, want 1", sources[s], s)
		}
	}
}

func TestScoringFaults(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name    string
		kind    Kind
		scoring Scoring
		want    []string
	}{
		{"no range", KindNumber, Scoring{}, []string{"s.ranges REQUIRED"}},
		{"one range over all", KindNumber, Scoring{Ranges: []Range{{Score: 1}}}, nil},
		{"closed below and above", KindData, Scoring{Ranges: []Range{{From: num(0), To: num(1)}}}, []string{"s.ranges[0].from GAP", "s.ranges[0].to GAP"}},
		{"gap", KindNumber, Scoring{Ranges: []Range{{To: num(5)}, {From: num(6)}}}, []string{"s.ranges[1].from GAP"}},
		{"overlap", KindNumber, Scoring{Ranges: []Range{{To: num(5)}, {From: num(4)}}}, []string{"s.ranges[1].from OVERLAP"}},
		{"open in the middle", KindNumber, Scoring{Ranges: []Range{{}, {From: num(4)}}}, []string{"s.ranges[1].from OVERLAP"}},
		{"empty range", KindNumber, Scoring{Ranges: []Range{{To: num(5)}, {From: num(5), To: num(5)}, {From: num(5)}}}, []string{"s.ranges[1].to EMPTY_RANGE"}},
		{"score out of range", KindNumber, Scoring{Ranges: []Range{{To: num(0), Score: -1}, {From: num(0), Score: 10001}}}, []string{"s.ranges[0].score OUT_OF_RANGE", "s.ranges[1].score OUT_OF_RANGE"}},
		{"options on a number", KindNumber, Scoring{Ranges: []Range{{}}, Options: []Option{{}}}, []string{"s.options NOT_ALLOWED"}},
		{"ranges on a choice", KindChoice, Scoring{Ranges: []Range{{}}, Options: []Option{{"a", "甲", "A", 1}}}, []string{"s.ranges NOT_ALLOWED"}},
		{"no option", KindChoice, Scoring{}, []string{"s.options REQUIRED"}},
		{"same code, no name", KindChoice, Scoring{Options: []Option{{"a", "甲", "A", 1}, {"a", "", "B", 1}}}, []string{"s.options[1].code DUPLICATE", "s.options[1].name_zh REQUIRED"}},
		{"bad code", KindChoice, Scoring{Options: []Option{{"A b", "甲", "A", 1}}}, []string{"s.options[0].code BAD_CODE"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			var c fault.Checks
			tc.scoring.Check(&c, "s", tc.kind)
			if got := fields(c.Err()); !slices.Equal(got, tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

func TestIndicatorFaultsComeTogether(t *testing.T) {
	t.Parallel()
	i := Indicator{Code: "Über", Category: "weather", Kind: KindChoice, DataSource: SourceOverdueRatio}
	want := []string{"code BAD_CODE", "name_zh REQUIRED", "name_en REQUIRED", "category UNKNOWN", "data_source NOT_ALLOWED", "scoring.options REQUIRED"}
	if got := fields(i.Validate()); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Ranges that pass the check give every number exactly one score.
func TestValidRangesScoreEveryNumberOnce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cuts := rapid.SliceOfNDistinct(rapid.Int64Range(-1000, 1000), 0, 8, rapid.ID).Draw(t, "cuts")
		slices.Sort(cuts)
		var s Scoring
		var from *Number
		for i, cut := range cuts {
			s.Ranges = append(s.Ranges, Range{From: from, To: num(cut), Score: int64(i)})
			from = num(cut)
		}
		s.Ranges = append(s.Ranges, Range{From: from, Score: int64(len(cuts))})
		var c fault.Checks
		s.Check(&c, "s", KindNumber)
		if err := c.Err(); err != nil {
			t.Fatal(err)
		}
		n := rapid.Int64Range(-1100, 1100).Draw(t, "n")
		hits := 0
		for _, r := range s.Ranges {
			if (r.From == nil || n >= *r.From) && (r.To == nil || n < *r.To) {
				hits++
			}
		}
		got, ok := s.ScoreNumber(n)
		at, found := slices.BinarySearch(cuts, n)
		if found {
			at++ // the cut itself belongs to the upper range
		}
		if !ok || hits != 1 || got != int64(at) {
			t.Fatalf("%d: score %d ok %v in %d ranges, want score %d in one", n, got, ok, hits, at)
		}
	})
}
