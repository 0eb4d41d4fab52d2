package report

import (
	"math/big"
)

// Why a figure or a change has no value.
const (
	ZeroBase   = "zero_base"   // what it would be divided by is zero or below
	NotKnown   = "not_known"   // the state on the date is not known
	BeforeKept = "before_kept" // the date lies before the figures that are kept
)

// Number is a value that may be missing, with the reason.
type Number struct {
	Value int64
	Why   string // empty: there is a value
}

// OK says whether there is a value.
func (n Number) OK() bool { return n.Why == "" }

// ratio is a × scale ÷ b, rounded half away from zero, exact for all int64.
func ratio(a, b, scale int64) Number {
	if b <= 0 {
		return Number{Why: ZeroBase}
	}
	x := new(big.Int).Mul(big.NewInt(a), big.NewInt(2*scale))
	d := big.NewInt(b)
	if a >= 0 {
		x.Add(x, d)
	} else {
		x.Sub(x, d)
	}
	x.Quo(x, d.Mul(d, big.NewInt(2)))
	if !x.IsInt64() {
		return Number{Why: ZeroBase}
	}
	return Number{Value: x.Int64()}
}

// Unit is what a figure's value counts.
type Unit string

// The units.
const (
	UnitFen  Unit = "fen"
	UnitBP   Unit = "bp"        // basis points
	UnitDays Unit = "day_cents" // hundredths of a day
)

// Input is a number that went into a figure, for the formula that is shown.
type Input struct {
	Key   string
	Value int64
	Unit  Unit
}

// Change compares a figure with an earlier one: amounts in basis points of the
// earlier one, rates and days by their difference in their own unit.
type Change struct {
	Number
	Base int64 // the earlier value; 0 without one
}

// Figure is one figure of a report with what it was made from.
type Figure struct {
	Key    string
	Unit   Unit
	Now    Number
	YoY    Change // against the same span a year before
	PoP    Change // against the span before
	Inputs []Input
}

// Keys of figures.
const (
	KeyReceivable    = "receivable"
	KeySales         = "sales"
	KeyCollections   = "collections"
	KeyOverdue       = "overdue"
	KeyOverdueRatio  = "overdue_ratio"
	KeyDSO           = "dso"
	KeyCollection    = "collection_rate"
	KeyDueCollection = "due_collection_rate"
	KeyDisputed      = "disputed"
	KeyDisputedLate  = "disputed_overdue"
)

// formula makes a figure out of the sums of a period.
type formula struct {
	key    string
	unit   Unit
	state  bool // needs the state on the period's end
	of     func(s Sums, p Period) Number
	inputs func(s Sums, p Period) []Input
}

func amount(key string, state bool, of func(Sums) int64) formula {
	return formula{key: key, unit: UnitFen, state: state, of: func(s Sums, _ Period) Number { return Number{Value: of(s)} }}
}

func rate(key string, state bool, aKey string, a func(Sums) int64, bKey string, b func(Sums) int64) formula {
	return formula{key: key, unit: UnitBP, state: state,
		of:     func(s Sums, _ Period) Number { return ratio(a(s), b(s), 10_000) },
		inputs: func(s Sums, _ Period) []Input { return []Input{{aKey, a(s), UnitFen}, {bKey, b(s), UnitFen}} }}
}

func receivable(s Sums) int64  { return s.Receivable }
func sales(s Sums) int64       { return s.Sales }
func collections(s Sums) int64 { return s.Collections }

var formulas = []formula{
	amount(KeyReceivable, true, receivable),
	amount(KeySales, false, sales),
	amount(KeyCollections, false, collections),
	amount(KeyOverdue, true, Sums.Overdue),
	rate(KeyOverdueRatio, true, KeyOverdue, Sums.Overdue, KeyReceivable, receivable),
	{key: KeyDSO, unit: UnitDays, state: true,
		of: func(s Sums, p Period) Number {
			if s.Sales <= 0 {
				return Number{Why: ZeroBase}
			}
			x := ratio(s.Receivable, s.Sales, 100*int64(p.Days(s.FirstSale)))
			return x
		},
		inputs: func(s Sums, p Period) []Input {
			return []Input{{KeyReceivable, s.Receivable, UnitFen}, {KeySales, s.Sales, UnitFen}, {"days", int64(p.Days(s.FirstSale)) * 100, UnitDays}}
		}},
	rate(KeyCollection, false, KeyCollections, collections, KeySales, sales),
	rate(KeyDueCollection, true, "collected_due", func(s Sums) int64 { return s.CollectedDue }, "fallen_due", func(s Sums) int64 { return s.FallenDue }),
	amount(KeyDisputed, true, func(s Sums) int64 { return s.Disputed }),
	amount(KeyDisputedLate, true, func(s Sums) int64 { return s.DisputedOverdue }),
}

func (f formula) at(s Series, p Period, oldest calendarDate) Number {
	if p.Dates()[0] < oldest {
		return Number{Why: BeforeKept}
	}
	sums := s.Over(p)
	if f.state && !sums.Known() {
		return Number{Why: NotKnown}
	}
	return f.of(sums, p)
}

func (f formula) change(now, then Number) Change {
	switch {
	case !now.OK():
		return Change{Number: now}
	case !then.OK():
		return Change{Number: then}
	case f.unit != UnitFen:
		return Change{Number: Number{Value: now.Value - then.Value}, Base: then.Value}
	}
	return Change{Number: ratio(now.Value-then.Value, then.Value, 10_000), Base: then.Value}
}

// Figures computes every base figure of the subject over the period (000-84);
// oldest is the first date that figures are kept of.
func Figures(s Series, p Period, oldest calendarDate) []Figure {
	out := make([]Figure, 0, len(formulas))
	sums := s.Over(p)
	for _, f := range formulas {
		x := Figure{Key: f.key, Unit: f.unit, Now: f.at(s, p, oldest)}
		x.YoY = f.change(x.Now, f.at(s, p.YearBefore(), oldest))
		x.PoP = f.change(x.Now, f.at(s, p.Before(), oldest))
		if f.inputs != nil && (!f.state || sums.Known()) {
			x.Inputs = f.inputs(sums, p)
		}
		out = append(out, x)
	}
	return out
}
