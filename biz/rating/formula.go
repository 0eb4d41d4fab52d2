package rating

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"zhuxin/shared/fault"
	"zhuxin/shared/indicator"
)

// Formula compiles formulas over other indicators (data/formula: CEL). A number
// enters as a rational of its unit, a choice as its points; so does a formula.
type Formula interface {
	// Compile gives a program that uses none but the names, or a *FormulaError.
	Compile(expression string, names []string) (Program, error)
}

// Program is a compiled formula.
type Program interface {
	Uses() []string
	// Eval fails where the formula has no value, as by a division by zero.
	Eval(values map[string]*big.Rat) (*big.Rat, error)
}

// FormulaError says what is wrong with a formula, for the person who wrote it.
type FormulaError struct{ Reason, Message string }

func (e *FormulaError) Error() string { return e.Reason + ": " + e.Message }

// With binds the definition to what compiles its formulas. Without it a formula
// is an open point and has no value.
func (d Definition) With(f Formula) Definition {
	d.formulas = f
	return d
}

// program compiles the formula of an item over all other items.
func (d Definition) program(it Item) (Program, error) {
	if d.formulas == nil {
		return nil, errors.New("rating: the definition is not bound to what compiles formulas")
	}
	var names []string
	for _, other := range d.Items {
		if other.IndicatorCode != it.IndicatorCode && indicator.ValidCode(other.IndicatorCode) && !slices.Contains(names, other.IndicatorCode) {
			names = append(names, other.IndicatorCode)
		}
	}
	return d.formulas.Compile(it.Formula, names)
}

// checkFormulas adds what is wrong with formulas: each by itself, then cycles with
// their path.
func (d Definition) checkFormulas(c *fault.Checks) {
	uses := map[string][]string{}
	at := map[string]string{}
	for i, it := range d.Items {
		field := fmt.Sprintf("items[%d].formula", i)
		if it.Kind != KindFormula {
			c.Require(it.Formula == "", field, "NOT_ALLOWED", "only an indicator of kind formula has a formula")
			continue
		}
		p, err := d.program(it)
		var wrong *FormulaError
		switch {
		case errors.As(err, &wrong) && slices.Contains(d.selfNames(it), it.IndicatorCode):
			c.Add(field, "FORMULA_CYCLE", fmt.Sprintf("the formula needs its own value: %s → %s", it.IndicatorCode, it.IndicatorCode))
		case errors.As(err, &wrong):
			c.Add(field, wrong.Reason, wrong.Message)
		case err != nil:
			c.Add(field, "FORMULA_INVALID", "the formula cannot be compiled here")
		default:
			uses[it.IndicatorCode], at[it.IndicatorCode] = p.Uses(), field
		}
	}
	for _, it := range d.Items {
		if path := cycle(it.IndicatorCode, it.IndicatorCode, uses, nil); path != nil {
			c.Add(at[it.IndicatorCode], "FORMULA_CYCLE", "the formulas need one another's values: "+strings.Join(path, " → "))
			return
		}
	}
}

// selfNames is the item's own code if its formula compiles once that name is known.
func (d Definition) selfNames(it Item) []string {
	names := []string{it.IndicatorCode}
	for _, other := range d.Items {
		if indicator.ValidCode(other.IndicatorCode) && !slices.Contains(names, other.IndicatorCode) {
			names = append(names, other.IndicatorCode)
		}
	}
	p, err := d.formulas.Compile(it.Formula, names)
	if err != nil {
		return nil
	}
	return p.Uses()
}

// cycle finds a way from at back to start.
func cycle(start, at string, uses map[string][]string, seen []string) []string {
	seen = append(seen, at)
	for _, next := range uses[at] {
		if next == start {
			return append(seen, start)
		}
		if slices.Contains(seen, next) {
			continue
		}
		if path := cycle(start, next, uses, seen); path != nil {
			return path
		}
	}
	return nil
}

// used lists the indicators that formulas need; they may have no weight of their own.
func (d Definition) used() map[string]bool {
	out := map[string]bool{}
	for _, it := range d.Items {
		if it.Kind != KindFormula || d.formulas == nil {
			continue
		}
		if p, err := d.program(it); err == nil {
			for _, name := range p.Uses() {
				out[name] = true
			}
		}
	}
	return out
}

// maxNumber bounds what a formula may come to, in thousandths.
const maxNumber = 1_000_000_000_000_000

// compute fills the values of formulas, each after those it needs; one whose
// operands are missing, or that divides by zero, has no value.
func (d Definition) compute(found map[string]Value) {
	operands := map[string]*big.Rat{}
	for code, v := range found {
		if v.Number != nil {
			operands[code] = big.NewRat(*v.Number, 1000)
		} else if v.Choice != "" {
			operands[code] = big.NewRat(v.Score, 100)
		}
	}
	for range d.Items { // as deep as they may stand on one another
		progress := false
		for _, it := range d.Items {
			if _, done := operands[it.IndicatorCode]; done || it.Kind != KindFormula {
				continue
			}
			n, ok := d.eval(it, operands)
			if !ok {
				continue
			}
			score, covered := it.Scoring.ScoreNumber(n)
			if !covered {
				continue
			}
			operands[it.IndicatorCode], progress = big.NewRat(n, 1000), true
			found[it.IndicatorCode] = Value{IndicatorCode: it.IndicatorCode, Number: &n, Source: ValueFormula, SourceDetail: it.Formula,
				Weight: it.Weight, Score: score, Weighted: it.Weight * score}
		}
		if !progress {
			return
		}
	}
}

func (d Definition) eval(it Item, operands map[string]*big.Rat) (indicator.Number, bool) {
	p, err := d.program(it)
	if err != nil {
		return 0, false
	}
	for _, name := range p.Uses() {
		if operands[name] == nil {
			return 0, false
		}
	}
	r, err := p.Eval(operands)
	if err != nil {
		return 0, false
	}
	return thousandths(r)
}

// thousandths rounds half up; ok is false beyond ±10^12 of the unit.
func thousandths(r *big.Rat) (indicator.Number, bool) {
	scaled := new(big.Rat).Add(new(big.Rat).Mul(r, big.NewRat(1000, 1)), big.NewRat(1, 2))
	n := new(big.Int).Div(scaled.Num(), scaled.Denom()) // Euclidean: the floor, the denominator being positive
	if !n.IsInt64() || n.Int64() > maxNumber || n.Int64() < -maxNumber {
		return 0, false
	}
	return n.Int64(), true
}
