package rating

import (
	"fmt"
	"strings"

	"zhuxin/shared/fault"
	"zhuxin/shared/indicator"
)

// MaxItems bounds a definition, maxFormula what is stored of a formula at all.
const (
	MaxItems   = 60
	maxFormula = 2000
)

// OpenPoint is something about a draft that a person should look at. Only
// warnings may be left when it is submitted.
type OpenPoint struct {
	fault.Field
	Warning bool
}

// Check gives everything that is wrong with the definition, each with the path
// of its field, then the warnings. A definition without faults maps every set of
// values to exactly one score, grade and three maxima.
func (d Definition) Check() []OpenPoint {
	var c fault.Checks
	d.checkItems(&c)
	d.checkBands(&c)
	var points []OpenPoint
	if err := c.Err(); err != nil {
		f, _ := fault.As(err)
		for _, field := range f.Fields {
			points = append(points, OpenPoint{Field: field})
		}
	}
	return append(points, d.warnings()...)
}

// Validate is nil when the definition can be submitted, and otherwise a fault
// with all that hinders it.
func (d Definition) Validate() error {
	var fields []fault.Field
	for _, p := range d.Check() {
		if !p.Warning {
			fields = append(fields, p.Field)
		}
	}
	if len(fields) == 0 {
		return nil
	}
	e := fault.New(fault.KindInvalid, "TEMPLATE_HAS_OPEN_POINTS", "the template is not complete; mend the points listed and submit it again")
	e.Fields = fields
	return e
}

// checkSize bounds what a draft may hold at all, sound or not.
func (d Definition) checkSize(c *fault.Checks) {
	c.Require(len(d.Items) <= MaxItems, "definition.items", "TOO_MANY", fmt.Sprintf("at most %d indicators", MaxItems))
	c.Require(len(d.Bands) <= len(Grades), "definition.bands", "TOO_MANY", fmt.Sprintf("at most %d bands", len(Grades)))
	for i, it := range d.Items {
		at := fmt.Sprintf("definition.items[%d].scoring.", i)
		c.Require(len(it.Scoring.Ranges) <= indicator.MaxRanges, at+"ranges", "TOO_MANY", fmt.Sprintf("at most %d ranges", indicator.MaxRanges))
		c.Require(len(it.Formula) <= maxFormula, strings.TrimSuffix(at, "scoring.")+"formula", "FORMULA_TOO_COSTLY", fmt.Sprintf("at most %d characters", maxFormula))
		c.Require(len(it.Scoring.Options) <= indicator.MaxOptions, at+"options", "TOO_MANY", fmt.Sprintf("at most %d options", indicator.MaxOptions))
	}
}

func (d Definition) checkItems(c *fault.Checks) {
	if len(d.Items) == 0 {
		c.Add("items", "REQUIRED", "pick at least one indicator")
		return
	}
	c.Require(len(d.Items) <= MaxItems, "items", "TOO_MANY", fmt.Sprintf("at most %d indicators", MaxItems))
	seen, used := map[string]bool{}, d.used()
	sum := int64(0)
	for i, it := range d.Items {
		at := fmt.Sprintf("items[%d].", i)
		c.Require(indicator.ValidCode(it.IndicatorCode), at+"indicator_code", "BAD_CODE", "not the code of an indicator")
		c.Require(!seen[it.IndicatorCode], at+"indicator_code", "DUPLICATE", fmt.Sprintf("the indicator %q stands in the template twice", it.IndicatorCode))
		seen[it.IndicatorCode] = true
		kind := it.Kind
		if kind == KindFormula {
			kind = indicator.KindNumber // but for where its value comes from
		}
		indicator.CheckFrame(c, at, it.NameZH, it.NameEN, it.Category, kind, it.Unit, it.DataSource)
		it.DataSource.CheckPeriod(c, at+"period_months", it.PeriodMonths)
		it.checkMissing(c, at)
		c.Require((it.Weight > 0 || it.Weight == 0 && used[it.IndicatorCode]) && it.Weight <= indicator.FullPoints, at+"weight", "OUT_OF_RANGE",
			"a weight lies above 0 and at 100 at most; only what a formula needs may have none of its own")
		sum += min(max(it.Weight, 0), 2*indicator.FullPoints)
		it.Scoring.Check(c, at+"scoring", it.Kind)
	}
	d.checkFormulas(c)
	if diff := indicator.FullPoints - sum; diff > 0 {
		c.Add("items", "WEIGHTS_SUM", fmt.Sprintf("the weights sum to %s, %s short of 100", points(sum), points(diff)))
	} else if diff < 0 {
		c.Add("items", "WEIGHTS_SUM", fmt.Sprintf("the weights sum to %s, %s above 100", points(sum), points(-diff)))
	}
}

func (d Definition) checkBands(c *fault.Checks) {
	if len(d.Bands) != len(Grades) {
		c.Add("bands", "GRADES", "give exactly one band for each grade A, B, C and D, in this order")
		return
	}
	for i, b := range d.Bands {
		at := fmt.Sprintf("bands[%d].", i)
		c.Require(b.Grade == Grades[i], at+"grade", "GRADES", fmt.Sprintf("the bands stand in the order A, B, C, D; this one is for %s", Grades[i]))
		c.Require(b.MinScore >= 0 && b.MinScore <= indicator.FullPoints, at+"min_score", "OUT_OF_RANGE", "a score lies between 0 and 100 points")
		if i > 0 {
			c.Require(b.MinScore < d.Bands[i-1].MinScore, at+"min_score", "NOT_DESCENDING", fmt.Sprintf("grade %s begins below grade %s", Grades[i], Grades[i-1]))
		}
		if i == len(d.Bands)-1 {
			c.Require(b.MinScore == 0, at+"min_score", "GAP", "the lowest grade begins at 0, so that every score has a grade")
		}
		c.Require(b.CreditAmount >= 0 && b.CreditAmount <= maxAmount, at+"max_credit_amount", "OUT_OF_RANGE", amountBounds)
		c.Require(b.OverdueAmount >= 0 && b.OverdueAmount <= maxAmount, at+"max_overdue_amount", "OUT_OF_RANGE", amountBounds)
		c.Require(b.ValidMonths >= 0 && b.ValidMonths <= maxValidMonths, at+"valid_months", "OUT_OF_RANGE", fmt.Sprintf("between 1 and %d months; 0 is the preset of the grade", maxValidMonths))
		c.Require(b.OverdueDays >= 0 && b.OverdueDays <= maxDays, at+"max_overdue_days", "OUT_OF_RANGE", fmt.Sprintf("between 0 and %d days", maxDays))
	}
}

// maxAmount keeps sums of limits far from the end of int64, in fen.
const (
	maxAmount    = 1_000_000_000_000_000
	amountBounds = "a maximum lies between 0 and ten million million"
)

// maxDays bounds the overdue days that a grade tolerates: ten years, in reach of
// every date computation.
const maxDays = 3650

// warnings point at what is allowed and rarely meant.
func (d Definition) warnings() []OpenPoint {
	var ws []OpenPoint
	warn := func(i int, field, message string) {
		ws = append(ws, OpenPoint{Warning: true, Field: fault.Field{
			Name: fmt.Sprintf("bands[%d].%s", i, field), Reason: "RISES_TO_WORSE_GRADE", Message: message}})
	}
	for i := 1; i < len(d.Bands); i++ {
		better, worse := d.Bands[i-1], d.Bands[i]
		says := func(what string) string {
			return fmt.Sprintf("grade %s has a higher %s than grade %s", worse.Grade, what, better.Grade)
		}
		if worse.CreditAmount > better.CreditAmount {
			warn(i, "max_credit_amount", says("credit limit"))
		}
		if worse.OverdueAmount > better.OverdueAmount {
			warn(i, "max_overdue_amount", says("overdue amount"))
		}
		if worse.OverdueDays > better.OverdueDays {
			warn(i, "max_overdue_days", says("number of overdue days"))
		}
		if worse.Validity() > better.Validity() {
			warn(i, "valid_months", says("validity"))
		}
	}
	return ws
}

// points writes hundredths with two decimals.
func points(p int64) string { return fmt.Sprintf("%d.%02d", p/100, p%100) }
