// Package rating owns rating templates and credit ratings (000-45 to 000-54):
// what a template may look like, how values become points, a grade and three
// maxima, and the life of both. It does not own limits (biz/limit), nor who
// approves (biz/approval).
package rating

import (
	"encoding/json"
	"reflect"

	"zhuxin/shared/calendar"
	"zhuxin/shared/indicator"
)

// Grade is a credit grade, best first.
type Grade string

// The grades of 000-47.
const (
	GradeA Grade = "A"
	GradeB Grade = "B"
	GradeC Grade = "C"
	GradeD Grade = "D"
)

// Grades lists them, best first.
var Grades = []Grade{GradeA, GradeB, GradeC, GradeD}

// Definition is what a template says. It is stored as one document because it
// is read, compared and versioned as a whole, and never changes once submitted.
type Definition struct {
	Items []Item `json:"items"`
	Bands []Band `json:"bands"`

	formulas Formula // compiles the formulas; With sets it
}

// KindFormula is an indicator that is computed from others of the template. The
// group's library has none: a formula is the subsidiary's own.
const KindFormula indicator.Kind = "formula"

// Same says whether two definitions score alike in every word.
func (d Definition) Same(other Definition) bool {
	return reflect.DeepEqual(d.plain(), other.plain())
}

// plain is the definition as it would be read from storage.
func (d Definition) plain() (p Definition) {
	b, err := json.Marshal(d)
	if err != nil || json.Unmarshal(b, &p) != nil {
		return d
	}
	return p
}

// Item is one indicator in a template: a copy of the library's entry at the
// time it was picked, with the tenant's weight and scoring.
type Item struct {
	IndicatorCode string               `json:"indicator_code"`
	NameZH        string               `json:"name_zh"`
	NameEN        string               `json:"name_en"`
	Category      indicator.Category   `json:"category"`
	Kind          indicator.Kind       `json:"kind"`
	Unit          string               `json:"unit"`
	DataSource    indicator.DataSource `json:"data_source,omitempty"`
	Weight        indicator.Points     `json:"weight"` // hundredths of a percent; all weights sum to 10000
	Scoring       indicator.Scoring    `json:"scoring"`
	Formula       string               `json:"formula,omitempty"`       // of kind formula: over the codes of other items
	Missing       MissingRule          `json:"missing,omitempty"`       // what becomes of it without a value
	MissingScore  indicator.Points     `json:"missing_score,omitempty"` // of the rule fixed
	PeriodMonths  int                  `json:"period_months,omitempty"` // that a data source measures; 0 is twelve
}

// Measures is the data source with its period, by which measured values are found.
func (it Item) Measures() indicator.DataSource { return it.DataSource.Over(it.PeriodMonths) }

// Band maps scores from MinScore (hundredths, inclusive) up to the next better
// band to a grade and its maxima. Only the lower bound is stored, so bands can
// neither overlap nor leave a gap.
type Band struct {
	Grade    Grade            `json:"grade"`
	MinScore indicator.Points `json:"min_score"`
	indicator.Maxima
	// Months that a rating of the grade holds; 0, as in templates from before there
	// was a validity, is the grade's preset.
	ValidMonths int `json:"valid_months,omitempty"`
}

// Value is one indicator value of a rating, with all that was seen (000-51):
// it stays readable when template and data have moved on.
type Value struct {
	IndicatorCode string            `json:"indicator_code"`
	Number        *indicator.Number `json:"number,omitempty"`
	Choice        string            `json:"choice,omitempty"`
	Source        ValueSource       `json:"source"`
	SourceDetail  string            `json:"source_detail,omitempty"` // of a data value: what was counted, as of when
	AsOf          calendar.Date     `json:"as_of,omitzero"`          // of a data value: the business date it was measured on
	Weight        indicator.Points  `json:"weight"`
	Score         indicator.Points  `json:"score"`    // 0 to 10000
	Weighted      int64             `json:"weighted"` // weight × score, before division by 10000
	// Of an item without a value: the rule that gave its score, or its weight away.
	Missing MissingRule `json:"missing,omitempty"`
	// Of a value that a person has put in place of a measured one.
	Override *Override `json:"override,omitempty"`
}

// ValueSource says where a value comes from.
type ValueSource string

// The sources of a value.
const (
	ValueManual  ValueSource = "manual"
	ValueData    ValueSource = "data"
	ValueFormula ValueSource = "formula"
	ValueMissing ValueSource = "missing" // none: the item's rule decided
	// ValueOverride: a person's, in place of a measured one.
	ValueOverride ValueSource = "override"
)
