// Package quality is what HQ sees of the quality of the subsidiaries' receivables: the
// five categories of their customers, their expected credit losses, and the cash that
// they can expect (issue 4, items 11). Each subsidiary's figures are computed where its
// books are, by its own rule, projected as a whole, and summed per currency here; HQ
// reads no item.
//
// It owns the projection, the sums and the report. It does not own the arithmetic of a
// subsidiary (biz/portfolio).
//
// Amounts are fen, rates basis points.
package quality

import (
	"slices"

	"zhuxin/shared/calendar"
)

// Categories are the five, getting worse; Buckets the ages that losses are worked out by.
var (
	Categories = []string{"normal", "special_mention", "substandard", "doubtful", "loss"}
	Buckets    = []string{"not_due", "1-30", "31-60", "61-90", "91-180", "181-365", "366+"}
)

// Category sums the customers of one.
type Category struct {
	Customers  int64 `json:"customers"`
	Open       int64 `json:"open"` // net of credit notes
	Overdue    int64 `json:"overdue"`
	Overridden int64 `json:"overridden"` // given by a person
}

// Bucket is an age with its provision.
type Bucket struct {
	Items     int64  `json:"items"`
	Open      int64  `json:"open"`
	Base      int64  `json:"base"` // open without customers' credits in it
	Provision int64  `json:"provision"`
	Rate      int64  `json:"rate"`  // of a subsidiary its rule's; of a sum provision ÷ base
	Basis     string `json:"basis"` // history, given, terminal; empty for a sum
}

// Span is a period of the forecast with what is expected in it.
type Span struct {
	First    calendar.Date `json:"first"`
	Last     calendar.Date `json:"last"`
	Promised int64         `json:"promised"`
	Habit    int64         `json:"habit"`
}

// Cash is a forecast. Spans, Later, Behind and Credit add up to Open.
type Cash struct {
	Spans         []Span `json:"spans"`
	LaterPromised int64  `json:"later_promised"`
	LaterHabit    int64  `json:"later_habit"`
	Behind        int64  `json:"behind"` // overdue for longer than the habit: no day can be told
	Credit        int64  `json:"credit"` // not positive
	Open          int64  `json:"open"`
}

// Figures are a subsidiary's, or a sum of several.
type Figures struct {
	AsOf       calendar.Date `json:"as_of"`
	Categories [5]Category   `json:"categories"`
	Buckets    [7]Bucket     `json:"buckets"`
	Weeks      Cash          `json:"weeks"`
	Months     Cash          `json:"months"`
	LateDays   int64         `json:"late_days"` // average of the payments; of a sum weighted by them
	Payments   int64         `json:"payments"`
}

// Open is what is owed.
func (f Figures) Open() (sum int64) {
	for _, c := range f.Categories {
		sum += c.Open
	}
	return sum
}

// Bad is what is owed in the last three categories.
func (f Figures) Bad() (sum int64) {
	for _, c := range f.Categories[2:] {
		sum += c.Open
	}
	return sum
}

// Customers is how many there are.
func (f Figures) Customers() (sum int64) {
	for _, c := range f.Categories {
		sum += c.Customers
	}
	return sum
}

// Provision is the expected loss, and Base what it is made for.
func (f Figures) Provision() (sum, base int64) {
	for _, b := range f.Buckets {
		sum += b.Provision
		base += b.Base
	}
	return sum, base
}

// Within is what is expected within the spans.
func (c Cash) Within() (sum int64) {
	for _, s := range c.Spans {
		sum += s.Promised + s.Habit
	}
	return sum
}

// Sum adds figures to the fen. They may be of different days: what is expected in a
// span that is over counts in the first one of the newest figures, as a subsidiary's
// own forecast has it with a day that is over.
func Sum(all []Figures) Figures {
	var out Figures
	for _, f := range all {
		if f.AsOf >= out.AsOf {
			out.AsOf = f.AsOf
			out.Weeks.Spans, out.Months.Spans = empty(f.Weeks.Spans), empty(f.Months.Spans)
		}
	}
	var days int64
	for _, f := range all {
		for i, c := range f.Categories {
			x := &out.Categories[i]
			x.Customers, x.Open, x.Overdue, x.Overridden = x.Customers+c.Customers, x.Open+c.Open, x.Overdue+c.Overdue, x.Overridden+c.Overridden
		}
		for i, b := range f.Buckets {
			x := &out.Buckets[i]
			x.Items, x.Open, x.Base, x.Provision = x.Items+b.Items, x.Open+b.Open, x.Base+b.Base, x.Provision+b.Provision
		}
		out.Weeks.add(f.Weeks)
		out.Months.add(f.Months)
		out.Payments += f.Payments
		days += f.LateDays * f.Payments
	}
	for i := range out.Buckets {
		b := &out.Buckets[i]
		b.Rate = Share(b.Provision, b.Base)
	}
	if out.Payments > 0 {
		out.LateDays = days / out.Payments
	}
	return out
}

func empty(spans []Span) []Span {
	out := slices.Clone(spans)
	for i := range out {
		out[i].Promised, out[i].Habit = 0, 0
	}
	return out
}

func (c *Cash) add(o Cash) {
	for _, s := range o.Spans {
		i := slices.IndexFunc(c.Spans, func(x Span) bool { return s.Last <= x.Last })
		if i < 0 {
			c.LaterPromised, c.LaterHabit = c.LaterPromised+s.Promised, c.LaterHabit+s.Habit
			continue
		}
		c.Spans[i].Promised, c.Spans[i].Habit = c.Spans[i].Promised+s.Promised, c.Spans[i].Habit+s.Habit
	}
	c.LaterPromised, c.LaterHabit = c.LaterPromised+o.LaterPromised, c.LaterHabit+o.LaterHabit
	c.Behind, c.Credit, c.Open = c.Behind+o.Behind, c.Credit+o.Credit, c.Open+o.Open
}

// Share gives a part of a whole in basis points, rounded half up; 0 of nothing.
func Share(part, whole int64) int64 {
	if whole <= 0 || part <= 0 {
		return 0
	}
	// Without overflow: fen of a group times ten thousand may not fit.
	q, r := part/whole, part%whole
	for whole > 1<<48 {
		whole, r = whole>>8, r>>8
	}
	return q*10_000 + (r*10_000+whole/2)/whole
}
