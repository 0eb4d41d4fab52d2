// Package portfolio judges the quality of what a subsidiary is owed: the five
// categories of its customers (五级分类, 003-48), the expected credit loss by roll
// rates (rulings, formulas), and the cash that can be expected to come in.
//
// It owns the rule of the subsidiary, the overrides of a customer's category and the
// arithmetic, which is pure and explained: each rate comes with the sums and counts
// it was made from. It does not own the items, receipts and promises it reads, nor
// what somebody does about a category.
//
// Amounts are fen, rates basis points, ages days past the due date.
package portfolio

import (
	"fmt"
	"slices"

	"zhuxin/shared/fault"
)

// Category is one of the five.
type Category string

// The categories, getting worse.
const (
	Normal         Category = "normal"
	SpecialMention Category = "special_mention"
	Substandard    Category = "substandard"
	Doubtful       Category = "doubtful"
	Loss           Category = "loss"
)

// Categories lists them, getting worse.
var Categories = []Category{Normal, SpecialMention, Substandard, Doubtful, Loss}

// rank is how bad a category is; -1 for none.
func (c Category) rank() int { return slices.Index(Categories, c) }

// Buckets are the ages that losses are worked out by: not due, then by days past
// due. The last one is open.
var Buckets = []string{"not_due", "1-30", "31-60", "61-90", "91-180", "181-365", "366+"}

// BucketDays are the last days of all buckets but the last.
var BucketDays = []int{0, 30, 60, 90, 180, 365}

// One is a rate of 100 %.
const One = 10_000

// Rule is how a subsidiary classifies and provides.
type Rule struct {
	Version int64 // the highest is in force; 0 is the preset
	// Days are the days past due from which a customer is special-mention,
	// substandard, doubtful, loss; rising.
	Days [4]int
	// What a customer is at least while he is on the negative list, his agreement
	// stands at a lawsuit, or an item of his is disputed; Normal is no effect.
	Listed, Lawsuit, Disputed Category
	// History: loss rates come from the roll rates of the last twelve months where
	// there are enough of them; otherwise, and for a bucket without history, from Given.
	History bool
	Given   [6]int // loss rate of each bucket but the last
	// Terminal is the loss rate of the last bucket, which the others roll into.
	Terminal int
	// Factor is the forward-looking factor; One leaves the rates as they are.
	Factor int
}

// Preset is the rule of a subsidiary that has set none.
func Preset() Rule {
	return Rule{Days: [4]int{1, 91, 181, 366}, Listed: Doubtful, Lawsuit: Doubtful, Disputed: SpecialMention,
		History: true, Given: [6]int{50, 200, 500, 1000, 2000, 5000}, Terminal: 10_000, Factor: One}
}

// Validate gives all faults with their fields.
func (r Rule) Validate() error {
	var c fault.Checks
	last := 0
	for _, d := range r.Days {
		if d <= last || d > 10_000 {
			c.Add("days", "BAD_FORM", "give four numbers of days that rise, the first at least 1")
			break
		}
		last = d
	}
	for field, v := range map[string]Category{"listed": r.Listed, "lawsuit": r.Lawsuit, "disputed": r.Disputed} {
		c.Require(v.rank() >= 0, field, "UNKNOWN", "one of the five categories")
	}
	low := 0
	for _, g := range r.Given {
		if g < low || g > One {
			c.Add("given", "OUT_OF_RANGE", "loss rates from 0 to 100 %, none smaller than that of a younger bucket")
			break
		}
		low = g
	}
	c.Require(r.Terminal >= 0 && r.Terminal <= One, "terminal", "OUT_OF_RANGE", "0 to 100 %")
	c.Require(r.Factor >= One/2 && r.Factor <= 3*One, "factor", "OUT_OF_RANGE", fmt.Sprintf("%d to %d basis points", One/2, 3*One))
	return c.Err()
}
