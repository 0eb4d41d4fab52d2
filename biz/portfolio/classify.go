package portfolio

import (
	"github.com/google/uuid"

	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

// Facts are what a customer is judged by.
type Facts struct {
	CustomerID      uuid.UUID
	Number, Name    string
	Salesperson     string
	Open, Overdue   money.Amount // net of credit notes
	OldestDue       calendar.Date
	Listed, Lawsuit bool
	Disputed        money.Amount // open of items in dispute
	Override        *Override    // the newest, whether it still holds or not
}

// Override is a category that a person gave, against the rule, until a day.
type Override struct {
	Category Category // empty: taken back
	Reason   string
	Until    calendar.Date
	By       string
	On       calendar.Date
}

// Cause is why a customer is at least in a category.
type Cause struct {
	Code     string // overdue_days, listed, lawsuit, disputed
	Category Category
	Value    int64 // days, or fen of a dispute
}

// Classified is a customer with his category.
type Classified struct {
	Facts
	Days     int // past due of the oldest item
	ByRule   Category
	Category Category // the override's while it holds
	Causes   []Cause  // of the rule, the worst first; none for normal
}

// Overridden says whether a person's word holds on the day.
func (f Facts) Overridden(today calendar.Date) bool {
	return f.Override != nil && f.Override.Category != "" && f.Override.Until >= today
}

// Classify gives a customer's category on a day. The worst cause decides; more days
// past due never give a better category.
func (r Rule) Classify(f Facts, today calendar.Date) Classified {
	c := Classified{Facts: f, ByRule: Normal}
	if f.Overdue > 0 && !f.OldestDue.IsZero() {
		c.Days = max(0, today.DaysSince(f.OldestDue))
	}
	byDays := Normal
	for i, from := range r.Days {
		if c.Days >= from {
			byDays = Categories[i+1]
		}
	}
	for _, x := range []struct {
		holds bool
		cause Cause
	}{
		{true, Cause{"overdue_days", byDays, int64(c.Days)}},
		{f.Listed, Cause{"listed", r.Listed, 0}},
		{f.Lawsuit, Cause{"lawsuit", r.Lawsuit, 0}},
		{f.Disputed > 0, Cause{"disputed", r.Disputed, int64(f.Disputed)}},
	} {
		if !x.holds || x.cause.Category == Normal {
			continue
		}
		if x.cause.Category.rank() > c.ByRule.rank() {
			c.ByRule = x.cause.Category
			c.Causes = append([]Cause{x.cause}, c.Causes...)
		} else {
			c.Causes = append(c.Causes, x.cause)
		}
	}
	if c.Category = c.ByRule; f.Overridden(today) {
		c.Category = f.Override.Category
	}
	return c
}

// Group sums the customers of a category.
type Group struct {
	Category      Category
	Customers     int64
	Open, Overdue money.Amount
	Overridden    int64
}

// Groups sums all categories; together they are the whole portfolio.
func Groups(all []Classified, today calendar.Date) []Group {
	out := make([]Group, len(Categories))
	for i, c := range Categories {
		out[i].Category = c
	}
	for _, x := range all {
		g := &out[x.Category.rank()]
		g.Customers++
		g.Open += x.Open
		g.Overdue += x.Overdue
		if x.Overridden(today) {
			g.Overridden++
		}
	}
	return out
}
