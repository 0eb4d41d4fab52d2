package customer

import (
	"slices"
	"testing"

	"zhuxin/shared/fault"
)

func TestStandardTerms(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]int{"": nil, " ": nil, "30": {30}, "30, 60,90": {30, 60, 90}, "0,30": {0, 30}} {
		if got, err := ParseTerms(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v %v", text, got, err)
		}
	}
	for _, text := range []string{"x", "60,30", "30,30", "-1", "731", "30,", "1,2,3,4,5,6,7,8,9"} {
		if got, err := ParseTerms(text); err == nil {
			t.Errorf("%q was taken as %v", text, got)
		}
	}
	for _, c := range []struct {
		terms  string
		preset *int
		field  string
	}{
		{"", nil, ""}, {"", new(60), ""}, {"45", new(45), ""},
		{"", new(45), "standard_term"}, {"30,60", new(90), "standard_term"}, {"60,30", new(30), "standard_terms"},
	} {
		var checks fault.Checks
		CheckTerms(&checks, "standard_terms", c.terms, "standard_term", c.preset)
		e, _ := fault.As(checks.Err())
		if c.field == "" && e != nil || c.field != "" && (e == nil || len(e.Fields) != 1 || e.Fields[0].Name != c.field) {
			t.Errorf("%+v: %v", c, checks.Err())
		}
	}
}
