// Package segment cuts the customers of a subsidiary into groups on several dimensions
// (客户多维度分群, 003-106): grade, region, salesperson, months of co-operation, sales,
// volume, days overdue, utilization, collection, and labels of the subsidiary's own.
//
// It owns the dimensions and their bands, conditions and what they mean (Matches is
// pure; data/tenantrepo/segment says the same in SQL), saved segments, labels of
// customers and the cross-table of two dimensions. It does not own the figures, which
// are those of the credit account and of the books, nor what is done with a segment:
// lists, proposals and reports take its members as a filter.
//
// Who is in a segment is never stored: it follows from the books of the day. Only active
// customers are in one. Amounts are fen, volumes thousandths of m³, ratios basis points.
package segment

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/fault"
	"zhuxin/shared/money"
)

// Code names a dimension.
type Code string

// The dimensions that there are without a label.
const (
	Grade             Code = "grade"
	Region            Code = "region" // province, by the digits 3 and 4 of the social credit code
	Salesperson       Code = "salesperson"
	CooperationMonths Code = "cooperation_months" // whole months since the first invoice
	Sales             Code = "sales_12_months"    // fen invoiced over 12 months
	Volume            Code = "volume_12_months"   // thousandths of m³ delivered over 12 months
	OverdueDays       Code = "overdue_days"       // of the oldest open item
	Utilization       Code = "utilization"        // exposure ÷ limit, basis points; none without a limited amount
	CollectionRatio   Code = "collection_ratio"   // collected ÷ invoiced over 12 months, basis points; none where nothing was invoiced
)

// None is the choice of those who have no value.
const None = "none"

// Kind says how a dimension's values are picked.
type Kind string

// The kinds: one of a list, or a number in bands. A label is a choice of the
// subsidiary's own, given by hand.
const (
	KindChoice Kind = "choice"
	KindNumber Kind = "number"
	KindLabel  Kind = "label"
)

// Choice is one value of a choice or a label.
type Choice struct {
	Code   string `json:"code"`
	Name   string `json:"name"`              // empty where the code speaks for itself, as a grade does
	NameEN string `json:"name_en,omitempty"` // of a region
}

// Dimension is one way to cut. Cuts are where the bands of a number begin, rising; what
// lies below the first is a band too.
type Dimension struct {
	Code    Code
	Kind    Kind
	Name    string // of a label
	Choices []Choice
	Cuts    []int64
	Version int64 // of what the subsidiary has stored of it; 0 for nothing
}

// presets are the dimensions in the order in which they are shown, with the bands that
// hold until the subsidiary sets its own.
var presets = []Dimension{
	{Code: Grade, Kind: KindChoice, Choices: []Choice{{Code: "A"}, {Code: "B"}, {Code: "C"}, {Code: "D"}}},
	{Code: Region, Kind: KindChoice},
	{Code: Salesperson, Kind: KindChoice},
	{Code: CooperationMonths, Kind: KindNumber, Cuts: []int64{6, 12, 24, 60}},
	{Code: Sales, Kind: KindNumber, Cuts: []int64{1, 100_000_000, 500_000_000, 2_000_000_000}},
	{Code: Volume, Kind: KindNumber, Cuts: []int64{1, 1_000_000, 5_000_000, 20_000_000}},
	{Code: OverdueDays, Kind: KindNumber, Cuts: []int64{1, 31, 61, 91, 181}},
	{Code: Utilization, Kind: KindNumber, Cuts: []int64{2500, 5000, 8000, 10_001}},
	{Code: CollectionRatio, Kind: KindNumber, Cuts: []int64{5000, 7000, 9000, 10_000}},
}

// Range is [From, To); nil is open to that side.
type Range struct {
	From *int64 `json:"from,omitempty"`
	To   *int64 `json:"to,omitempty"`
}

func (r Range) holds(n int64) bool {
	return (r.From == nil || n >= *r.From) && (r.To == nil || n < *r.To)
}

// Condition is met by who has one of the values, or lies in one of the ranges. The
// value None is met by who has none.
type Condition struct {
	Dimension Code     `json:"dimension"`
	Values    []string `json:"values,omitempty"`
	Ranges    []Range  `json:"ranges,omitempty"`
}

// Conditions are all to be met; without any, everybody meets them.
type Conditions []Condition

// Facts are what a customer is judged by. A choice or a number that is not there has
// no value.
type Facts struct {
	CustomerID   uuid.UUID
	Number, Name string
	Choices      map[Code]string
	Numbers      map[Code]int64
	Receivable   money.Amount
	Overdue      money.Amount
}

// Matches says whether the customer meets all conditions.
func (cs Conditions) Matches(f Facts) bool {
	return !slices.ContainsFunc(cs, func(c Condition) bool { return !c.met(f) })
}

func (x Condition) met(f Facts) bool {
	if n, ok := f.Numbers[x.Dimension]; ok {
		return slices.ContainsFunc(x.Ranges, func(r Range) bool { return r.holds(n) })
	}
	v := f.Choices[x.Dimension]
	if v == "" {
		v = None
	}
	return slices.Contains(x.Values, v)
}

// Bounds of what a segment holds.
const (
	maxConditions = 12
	maxValues     = 100
	maxRanges     = 20
	maxCuts       = 12
	maxChoices    = 30
	maxLabels     = 20
	maxSegments   = 200
	maxName       = 40
	maxText       = 300
	maxNumber     = 1_000_000_000_000_000
)

// check adds what is wrong with the conditions, by the dimensions that there are.
func (cs Conditions) check(c *fault.Checks, all []Dimension) {
	c.Require(len(cs) <= maxConditions, "conditions", "TOO_MANY", fmt.Sprintf("at most %d conditions", maxConditions))
	for i, x := range cs {
		at := fmt.Sprintf("conditions[%d].", i)
		d, ok := find(all, x.Dimension)
		if !ok {
			c.Add(at+"dimension", "UNKNOWN", fmt.Sprintf("there is no dimension %q", x.Dimension))
			continue
		}
		x.check(c, at, d)
	}
}

func (x Condition) check(c *fault.Checks, at string, d Dimension) {
	c.Require(len(x.Values)+len(x.Ranges) > 0, at+"values", "REQUIRED", "pick at least one value")
	c.Require(len(x.Values) <= maxValues, at+"values", "TOO_MANY", fmt.Sprintf("at most %d values", maxValues))
	c.Require(len(x.Ranges) <= maxRanges, at+"ranges", "TOO_MANY", fmt.Sprintf("at most %d ranges", maxRanges))
	if d.Kind == KindNumber {
		for j, v := range x.Values {
			c.Require(v == None, fmt.Sprintf("%svalues[%d]", at, j), "UNKNOWN", "a number is picked by ranges; only none is a value of it")
		}
		for j, r := range x.Ranges {
			in := fmt.Sprintf("%sranges[%d]", at, j)
			c.Require(r.From == nil || *r.From >= -maxNumber && *r.From <= maxNumber, in+".from", "OUT_OF_RANGE", "fifteen digits at most")
			c.Require(r.To == nil || *r.To >= -maxNumber && *r.To <= maxNumber, in+".to", "OUT_OF_RANGE", "fifteen digits at most")
			c.Require(r.From == nil || r.To == nil || *r.From < *r.To, in+".to", "EMPTY_RANGE", "a range ends above where it begins")
		}
		return
	}
	c.Require(len(x.Ranges) == 0, at+"ranges", "NOT_ALLOWED", "this dimension is picked by values")
	for j, v := range x.Values {
		known := v == None || d.knows(v)
		c.Require(known, fmt.Sprintf("%svalues[%d]", at, j), "UNKNOWN", fmt.Sprintf("%q is none of the values", v))
	}
}

// knows says whether v can be a value: one of the choices, or, of people, an id.
func (d Dimension) knows(v string) bool {
	if d.Code == Salesperson {
		_, err := uuid.Parse(v)
		return err == nil
	}
	return slices.ContainsFunc(d.Choices, func(c Choice) bool { return c.Code == v })
}

func find(all []Dimension, code Code) (Dimension, bool) {
	i := slices.IndexFunc(all, func(d Dimension) bool { return d.Code == code })
	if i < 0 {
		return Dimension{}, false
	}
	return all[i], true
}

// Segment is saved conditions with a name.
type Segment struct {
	ID          uuid.UUID
	Name        string
	Description string
	Conditions  Conditions
	UpdatedAt   time.Time
	Version     int64
	Customers   int64        // who are in it now, in the caller's scope
	Receivable  money.Amount // of them
	Overdue     money.Amount
}

// ParseID reads the id of a segment by which something is narrowed; nil for an empty one.
func ParseID(text string) (*uuid.UUID, error) {
	if text == "" {
		return nil, nil
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return nil, ErrNotFound
	}
	return &id, nil
}

// Faults of segments.
var (
	ErrNotFound  = fault.NotFound("SEGMENT_NOT_FOUND", "there is no such segment; somebody may have deleted it")
	ErrExists    = fault.Conflict("SEGMENT_EXISTS", "there is a segment or a label of this name already; choose another name")
	ErrVersion   = fault.Conflict("VERSION_CONFLICT", "somebody changed this meanwhile; load it again and repeat your change")
	ErrTooMany   = fault.Conflict("TOO_MANY_SEGMENTS", "the subsidiary has as many as can be kept; delete one that is not needed")
	ErrDimension = fault.NotFound("DIMENSION_NOT_FOUND", "there is no such dimension")
	ErrInUse     = fault.Conflict("DIMENSION_IN_USE", "a segment uses this; change or delete the segment first")
)
