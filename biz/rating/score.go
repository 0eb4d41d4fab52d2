package rating

import (
	"fmt"
	"slices"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/indicator"
)

// Input is the value of one indicator as a person enters it: Number for a
// number, Choice for a choice.
type Input struct {
	IndicatorCode string
	Number        *indicator.Number
	Choice        string
	// Of a data indicator whose measured value a person has overridden; never what a
	// client sends with the values.
	Override *Override
}

// Measured is the value of a data source for one customer. Detail says what was
// counted and as of when, in figures and signs that need no language.
type Measured struct {
	Number indicator.Number
	Detail string
	NoBase bool // nothing to measure: 0 unless the item has a rule for missing data
	AsOf   calendar.Date
}

// Measurements are measured values by their source.
type Measurements map[indicator.DataSource]Measured

// Result is what the values come to. Total is Σ weight × score ÷ 100 in
// hundredths of a point, rounded half up once, at the end. Grade and Maxima are
// set only when nothing is missing: half a rating has no grade.
type Result struct {
	Total   indicator.Points
	Grade   Grade
	Maxima  indicator.Maxima
	Values  []Value  // in the order of the template's items; without the missing ones
	Missing []string // codes of the indicators that have no value yet
}

// Complete says whether every indicator has its value.
func (r Result) Complete() bool { return len(r.Missing) == 0 }

// Contribution is what a value adds to the total, in hundredths of a point,
// rounded half up by itself: the contributions may differ from the total by the
// rounding.
func (v Value) Contribution() indicator.Points { return halfUp(v.Weighted) }

// Score scores the values of a rating. A number is taken from the inputs, a data
// value only from the measurements: one that a person sends for a data indicator
// is refused, so that nobody betters what the books say. All faults of the inputs
// come together, with paths like values[3].choice.
func (d Definition) Score(inputs []Input, measured Measurements) (Result, error) {
	return d.score(inputs, measured, false)
}

// Simulate scores like Score and also takes numbers for data indicators: the
// designer's preview plays with them and stores nothing. The definition may be a
// draft; grade and maxima are left out while its bands are not usable.
func (d Definition) Simulate(inputs []Input) (Result, error) {
	var c fault.Checks
	c.Require(len(d.Items) <= MaxItems, "definition.items", "TOO_MANY", fmt.Sprintf("at most %d indicators", MaxItems))
	for i, it := range d.Items {
		c.Require(it.Weight >= 0 && it.Weight <= indicator.FullPoints, fmt.Sprintf("definition.items[%d].weight", i), "OUT_OF_RANGE", "a weight lies between 0 and 100")
		for j, r := range it.Scoring.Ranges {
			c.Require(r.Score >= 0 && r.Score <= indicator.FullPoints, fmt.Sprintf("definition.items[%d].scoring.ranges[%d].score", i, j), "OUT_OF_RANGE", "a score lies between 0 and 100 points")
		}
		for j, o := range it.Scoring.Options {
			c.Require(o.Score >= 0 && o.Score <= indicator.FullPoints, fmt.Sprintf("definition.items[%d].scoring.options[%d].score", i, j), "OUT_OF_RANGE", "a score lies between 0 and 100 points")
		}
	}
	if err := c.Err(); err != nil {
		return Result{}, err
	}
	var bands fault.Checks
	if d.checkBands(&bands); bands.Err() != nil {
		d.Bands = nil
	}
	return d.score(inputs, nil, true)
}

func (d Definition) score(inputs []Input, measured Measurements, simulate bool) (Result, error) {
	byCode, err := d.match(inputs, simulate)
	if err != nil {
		return Result{}, err
	}
	found := make(map[string]Value, len(d.Items))
	for _, it := range d.Items {
		if v, ok := it.value(byCode, measured, simulate); ok {
			found[it.IndicatorCode] = v
		}
	}
	d.compute(found)
	var res Result
	for _, it := range d.Items {
		v, ok := found[it.IndicatorCode]
		if !ok {
			v, ok = it.instead()
		}
		if !ok {
			res.Missing = append(res.Missing, it.IndicatorCode)
			continue
		}
		res.Values = append(res.Values, v)
	}
	if res.Complete() {
		if d.leftOutAll(res.Values) {
			res.Missing = append(res.Missing, res.Values[0].IndicatorCode)
		}
		reweigh(res.Values)
	}
	sum := int64(0)
	for _, v := range res.Values {
		sum += v.Weighted
	}
	res.Total = halfUp(sum)
	if band, ok := d.BandOf(res.Total); ok && res.Complete() && len(d.Items) > 0 {
		res.Grade, res.Maxima = band.Grade, band.Maxima
	}
	return res, nil
}

// leftOutAll says that no indicator has a value: that is no rating.
func (d Definition) leftOutAll(values []Value) bool {
	return len(values) > 0 && !slices.ContainsFunc(values, func(v Value) bool { return v.Missing != MissingLeaveOut })
}

// match checks the inputs against the items and gives them by code.
func (d Definition) match(inputs []Input, simulate bool) (map[string]Input, error) {
	var c fault.Checks
	byCode := make(map[string]Input, len(inputs))
	for i, in := range inputs {
		at := fmt.Sprintf("values[%d].", i)
		n := slices.IndexFunc(d.Items, func(it Item) bool { return it.IndicatorCode == in.IndicatorCode })
		if n < 0 {
			c.Add(at+"indicator_code", "UNKNOWN", fmt.Sprintf("the template has no indicator %q", in.IndicatorCode))
			continue
		}
		if _, twice := byCode[in.IndicatorCode]; twice {
			c.Add(at+"indicator_code", "DUPLICATE", fmt.Sprintf("the indicator %q has two values", in.IndicatorCode))
			continue
		}
		byCode[in.IndicatorCode] = in
		d.Items[n].checkInput(&c, at, in, simulate)
	}
	return byCode, c.Err()
}

func (it Item) checkInput(c *fault.Checks, at string, in Input, simulate bool) {
	switch it.Kind {
	case indicator.KindChoice:
		c.Require(in.Number == nil, at+"number", "NOT_ALLOWED", "this indicator is a choice; send the code of an option")
		if _, known := it.Scoring.Option(in.Choice); in.Choice != "" && !known {
			c.Add(at+"choice", "UNKNOWN", fmt.Sprintf("%q is none of the options of this indicator", in.Choice))
		}
	case indicator.KindData:
		c.Require(in.Choice == "", at+"choice", "NOT_ALLOWED", "this indicator is a number")
		c.Require(simulate || in.Number == nil || in.Override != nil, at+"number", "TAKEN_FROM_DATA", "this value is taken from the subsidiary's own data and cannot be entered; leave it out, or override it with a reason")
	case KindFormula:
		c.Require(in.Choice == "" && in.Number == nil, at+"number", "COMPUTED", "this value is computed from the others and cannot be entered; leave it out")
	default:
		c.Require(in.Choice == "", at+"choice", "NOT_ALLOWED", "this indicator is a number")
	}
}

// value finds and scores the value of the item; ok is false when there is none.
func (it Item) value(byCode map[string]Input, measured Measurements, simulate bool) (Value, bool) {
	v := Value{IndicatorCode: it.IndicatorCode, Weight: it.Weight, Source: ValueManual}
	in, ok := byCode[it.IndicatorCode]
	switch it.Kind {
	case KindFormula:
		return Value{}, false // computed when the others are known
	case indicator.KindChoice:
		o, known := it.Scoring.Option(in.Choice)
		if !ok || !known {
			return Value{}, false
		}
		v.Choice, v.Score = o.Code, o.Score
	default:
		if it.Kind == indicator.KindData && !simulate {
			m, known := measured[it.Measures()]
			known = known && (!m.NoBase || it.Missing == "")
			v.Source, v.SourceDetail, v.AsOf = ValueData, m.Detail, m.AsOf
			if in.Override != nil {
				v.Source, v.Override = ValueOverride, in.Override.over(m, known)
			} else {
				in, ok = Input{Number: &m.Number}, known
			}
		}
		if !ok || in.Number == nil {
			return Value{}, false
		}
		v.Number = in.Number
		score, covered := it.Scoring.ScoreNumber(*in.Number)
		if !covered {
			return Value{}, false
		}
		v.Score = score
	}
	v.Weighted = v.Weight * v.Score
	return v, true
}

// BandOf gives the band of a score: the best one that begins at or below it. ok
// is false only when the bands are not valid.
func (d Definition) BandOf(total indicator.Points) (Band, bool) {
	for _, b := range d.Bands {
		if total >= b.MinScore {
			return b, true
		}
	}
	return Band{}, false
}

// Sources lists the data sources that the definition measures.
func (d Definition) Sources() []indicator.DataSource {
	var out []indicator.DataSource
	for _, it := range d.Items {
		if it.Kind == indicator.KindData && !slices.Contains(out, it.Measures()) {
			out = append(out, it.Measures())
		}
	}
	return out
}

// Item finds the item of an indicator.
func (d Definition) Item(code string) (Item, bool) {
	i := slices.IndexFunc(d.Items, func(it Item) bool { return it.IndicatorCode == code })
	if i < 0 {
		return Item{}, false
	}
	return d.Items[i], true
}

// halfUp divides by 10000 and rounds half up; sums of weights and scores are
// never negative.
func halfUp(sum int64) int64 { return (sum + indicator.FullPoints/2) / indicator.FullPoints }

// Missing lists the indicators of the definition that have none of the values.
func (d Definition) Missing(values []Value) []string {
	var out []string
	for _, it := range d.Items {
		if !slices.ContainsFunc(values, func(v Value) bool { return v.IndicatorCode == it.IndicatorCode }) {
			out = append(out, it.IndicatorCode)
		}
	}
	return out
}
