package indicator

import (
	"fmt"
	"regexp"
	"slices"
	"unicode/utf8"

	"zhuxin/shared/fault"
)

// Bounds of what one indicator may hold; they keep a definition readable and a
// request small.
const (
	MaxRanges  = 50
	MaxOptions = 50
	maxName    = 60
)

// codeForm is the form of indicator and option codes: they become field paths
// and keys of stored values, so they are plain and short.
var codeForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// ValidCode says whether s can be the code of an indicator or an option.
func ValidCode(s string) bool { return codeForm.MatchString(s) }

// Check adds all faults of the scoring of an indicator of the given kind to c;
// path is the field the scoring stands in.
func (s Scoring) Check(c *fault.Checks, path string, kind Kind) {
	if kind == KindChoice {
		c.Require(len(s.Ranges) == 0, path+".ranges", "NOT_ALLOWED", "a choice is scored by its options, not by ranges")
		checkOptions(c, path+".options", s.Options)
		return
	}
	c.Require(len(s.Options) == 0, path+".options", "NOT_ALLOWED", "a number is scored by ranges, not by options")
	checkRanges(c, path+".ranges", s.Ranges)
}

// checkRanges holds that the ranges are sorted and cover every number exactly
// once: the first is open below, the last open above, each begins where the one
// before ends.
func checkRanges(c *fault.Checks, path string, rs []Range) {
	if len(rs) == 0 {
		c.Add(path, "REQUIRED", "give at least one range")
		return
	}
	c.Require(len(rs) <= MaxRanges, path, "TOO_MANY", fmt.Sprintf("at most %d ranges", MaxRanges))
	for i, r := range rs {
		at := fmt.Sprintf("%s[%d]", path, i)
		checkPoints(c, at+".score", r.Score)
		switch {
		case i == 0 && r.From != nil:
			c.Add(at+".from", "GAP", "the first range has no lower end, so that every value is covered")
		case i > 0 && (r.From == nil || rs[i-1].To == nil):
			c.Add(at+".from", "OVERLAP", "only the first range is open below and only the last one open above")
		case i > 0 && *r.From > *rs[i-1].To:
			c.Add(at+".from", "GAP", "the range begins above the end of the range before it; begin where that one ends")
		case i > 0 && *r.From < *rs[i-1].To:
			c.Add(at+".from", "OVERLAP", "the range begins below the end of the range before it; begin where that one ends")
		}
		if r.From != nil && r.To != nil {
			c.Require(*r.From < *r.To, at+".to", "EMPTY_RANGE", "a range ends above its beginning; its end belongs to the next one")
		}
		if i == len(rs)-1 {
			c.Require(r.To == nil, at+".to", "GAP", "the last range has no upper end, so that every value is covered")
		}
	}
}

func checkOptions(c *fault.Checks, path string, os []Option) {
	if len(os) == 0 {
		c.Add(path, "REQUIRED", "give at least one option")
		return
	}
	c.Require(len(os) <= MaxOptions, path, "TOO_MANY", fmt.Sprintf("at most %d options", MaxOptions))
	seen := map[string]bool{}
	for i, o := range os {
		at := fmt.Sprintf("%s[%d]", path, i)
		c.Require(ValidCode(o.Code), at+".code", "BAD_CODE", "a code is a small letter followed by small letters, digits and underscores, 40 at most")
		c.Require(!seen[o.Code], at+".code", "DUPLICATE", fmt.Sprintf("the code %q is used by an earlier option", o.Code))
		seen[o.Code] = true
		checkName(c, at+".name_zh", o.NameZH)
		checkName(c, at+".name_en", o.NameEN)
		checkPoints(c, at+".score", o.Score)
	}
}

func checkName(c *fault.Checks, path, name string) {
	n := utf8.RuneCountInString(name)
	c.Require(n > 0, path, "REQUIRED", "give a name")
	c.Require(n <= maxName, path, "TOO_LONG", fmt.Sprintf("at most %d characters", maxName))
}

func checkPoints(c *fault.Checks, path string, p Points) {
	c.Require(p >= 0 && p <= FullPoints, path, "OUT_OF_RANGE", "a score lies between 0 and 100 points")
}

// ScoreNumber gives the score of the range that holds n; ok is false when none does.
func (s Scoring) ScoreNumber(n Number) (score Points, ok bool) {
	for _, r := range s.Ranges {
		if (r.From == nil || n >= *r.From) && (r.To == nil || n < *r.To) {
			return r.Score, true
		}
	}
	return 0, false
}

// Lowest gives the lowest score there is.
func (s Scoring) Lowest() Points {
	lowest := FullPoints
	for _, r := range s.Ranges {
		lowest = min(lowest, r.Score)
	}
	for _, o := range s.Options {
		lowest = min(lowest, o.Score)
	}
	return lowest
}

// Option finds the option with the code.
func (s Scoring) Option(code string) (Option, bool) {
	i := slices.IndexFunc(s.Options, func(o Option) bool { return o.Code == code })
	if i < 0 {
		return Option{}, false
	}
	return s.Options[i], true
}

// CheckFrame adds the faults of what identifies an indicator, wherever it
// stands: names, category, kind and data source. prefix ends in a dot or is empty.
func CheckFrame(c *fault.Checks, prefix, nameZH, nameEN string, category Category, kind Kind, unit string, source DataSource) {
	checkName(c, prefix+"name_zh", nameZH)
	checkName(c, prefix+"name_en", nameEN)
	c.Require(slices.Contains(Categories, category), prefix+"category", "UNKNOWN", fmt.Sprintf("%q is none of the categories of the library", category))
	c.Require(slices.Contains([]Kind{KindNumber, KindChoice, KindData}, kind), prefix+"kind", "UNKNOWN", "the kind is number, choice or data")
	c.Require(utf8.RuneCountInString(unit) <= 20, prefix+"unit", "TOO_LONG", "at most 20 characters")
	if kind == KindData {
		c.Require(slices.Contains(DataSources, source), prefix+"data_source", "UNKNOWN", fmt.Sprintf("%q is none of the known data sources", source))
	} else {
		c.Require(source == "", prefix+"data_source", "NOT_ALLOWED", "only an indicator of kind data has a data source")
	}
}

// Validate gives all faults of a library entry.
func (i Indicator) Validate() error {
	var c fault.Checks
	c.Require(ValidCode(i.Code), "code", "BAD_CODE", "a code is a small letter followed by small letters, digits and underscores, 40 at most")
	CheckFrame(&c, "", i.NameZH, i.NameEN, i.Category, i.Kind, i.Unit, i.DataSource)
	c.Require(utf8.RuneCountInString(i.Description) <= 500, "description", "TOO_LONG", "at most 500 characters")
	i.Scoring.Check(&c, "scoring", i.Kind)
	return c.Err()
}
