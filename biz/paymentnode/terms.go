// Package paymentnode works out when what was settled under a supply contract
// falls due (000-66). Contracts of this trade do not say "net 30": they name
// months, progress of the building, volumes and amounts, and what happens to the
// rest.
//
// It owns the terms as data and the due table that follows from them. It knows
// nothing of storage, of payments, or of what is overdue: biz/contract feeds it
// and keeps what comes out. Everything here is pure and deterministic.
//
// # How a settled amount is divided
//
// Each clause takes its share of every settled amount; the remainder takes what
// is left to 100 %. The shares of one settlement are rounded by largest
// remainder, so they add up to it to the fen. A step clause divides its share
// once more, by which step the volume or amount fell into.
//
//	by_month   due on a day of a following month
//	by_node    due N days after the first node of the clause that is reached on or
//	           after the settlement; once topping-out is behind, after the settlement
//	by_volume  due N days after the step it belongs to is full
//	by_amount  the same, by settled amounts
//	remainder  due N days after topping-out, or N days after the last delivery,
//	           whichever is first
//
// A node or step that does not come falls back to the terms' N days after the
// last delivery: the first time that no delivery follows for N days. A due date is
// never before the settlement itself. A settlement below zero (a credit note) is
// due at once.
package paymentnode

import (
	"fmt"
	"regexp"

	"zhuxin/shared/fault"
)

// Kind is a kind of clause.
type Kind string

// The kinds.
const (
	ByMonth  Kind = "by_month"
	ByNode   Kind = "by_node"
	ByVolume Kind = "by_volume"
	ByAmount Kind = "by_amount"
)

// NodeKind is physical progress of the building (形象进度).
type NodeKind string

// The nodes.
const (
	ZeroLevel  NodeKind = "zero_level" // ±0.00
	Floor      NodeKind = "floor"
	ToppingOut NodeKind = "topping_out"
)

// Whole is 100 % in basis points.
const Whole = 10_000

// RemainderClause is the clause's id in the due table of what no clause takes.
const RemainderClause = "remainder"

// NodeRule says which nodes a clause waits for. Every is for floors: each so many
// floors, counted from the ground.
type NodeRule struct {
	Kind  NodeKind `json:"kind"`
	Every int      `json:"every,omitempty"`
}

// Clause takes a share of each settled amount.
type Clause struct {
	ID    string `json:"id"`
	Kind  Kind   `json:"kind"`
	Share int    `json:"share"` // basis points

	Day         int        `json:"day,omitempty"`          // by_month: of the month; 31 is the last
	MonthsAfter int        `json:"months_after,omitempty"` // by_month: 1 is the following month
	Nodes       []NodeRule `json:"nodes,omitempty"`        // by_node
	Step        int64      `json:"step,omitempty"`         // by_volume: thousandths of m³; by_amount: fen
	Days        int        `json:"days,omitempty"`         // by_node, by_volume, by_amount: payable within
}

// Remainder is what falls due last. DaysAfterLastDelivery always holds, so that
// every fen has a date; AfterToppingOut adds the earlier way.
type Remainder struct {
	AfterToppingOut       bool `json:"after_topping_out"`
	DaysAfterToppingOut   int  `json:"days_after_topping_out,omitempty"`
	DaysAfterLastDelivery int  `json:"days_after_last_delivery"`
}

// Terms are the payment terms of a contract.
type Terms struct {
	Clauses   []Clause  `json:"clauses"`
	Remainder Remainder `json:"remainder"`
	// FallbackDays after the last delivery a node or step counts as never coming.
	FallbackDays int `json:"fallback_days"`
}

const (
	maxClauses = 20
	maxDays    = 3650
)

var clauseID = regexp.MustCompile(`^[a-z0-9_-]{1,32}$`)

// Validate gives all faults with the names of the fields.
func (t Terms) Validate() error {
	var c fault.Checks
	c.Require(len(t.Clauses) <= maxClauses, "terms.clauses", "TOO_MANY", fmt.Sprintf("at most %d clauses", maxClauses))
	sum, seen := 0, map[string]bool{}
	for i, clause := range t.Clauses {
		at := fmt.Sprintf("terms.clauses[%d].", i)
		c.Require(clauseID.MatchString(clause.ID) && clause.ID != RemainderClause, at+"id", "BAD_FORM", "1 to 32 of a-z, 0-9, _ and -, and not \"remainder\"")
		c.Require(!seen[clause.ID], at+"id", "DUPLICATE", "each clause has an id of its own")
		seen[clause.ID] = true
		c.Require(clause.Share > 0 && clause.Share <= Whole, at+"share", "OUT_OF_RANGE", "above 0 and at most 100 %")
		sum += clause.Share
		clause.check(&c, at)
	}
	c.Require(sum <= Whole, "terms.clauses", "SHARES_OVER_100", fmt.Sprintf("the clauses take %d.%02d %% together; at most 100 %% can be taken", sum/100, sum%100))
	days(&c, "terms.remainder.days_after_topping_out", t.Remainder.DaysAfterToppingOut)
	days(&c, "terms.remainder.days_after_last_delivery", t.Remainder.DaysAfterLastDelivery)
	days(&c, "terms.fallback_days", t.FallbackDays)
	return c.Err()
}

func days(c *fault.Checks, field string, n int) {
	c.Require(n >= 0 && n <= maxDays, field, "OUT_OF_RANGE", fmt.Sprintf("0 to %d days", maxDays))
}

func (k Clause) check(c *fault.Checks, at string) {
	switch k.Kind {
	case ByMonth:
		c.Require(k.Day >= 1 && k.Day <= 31, at+"day", "OUT_OF_RANGE", "a day of the month, 1 to 31")
		c.Require(k.MonthsAfter >= 0 && k.MonthsAfter <= 24, at+"months_after", "OUT_OF_RANGE", "0 to 24 months")
	case ByNode:
		c.Require(len(k.Nodes) > 0, at+"nodes", "REQUIRED", "name at least one node")
		for i, n := range k.Nodes {
			field := fmt.Sprintf("%snodes[%d]", at, i)
			c.Require(n.Kind == ZeroLevel || n.Kind == Floor || n.Kind == ToppingOut, field+".kind", "UNKNOWN", "one of zero_level, floor, topping_out")
			c.Require(n.Kind != Floor || n.Every >= 1 && n.Every <= 200, field+".every", "OUT_OF_RANGE", "each 1 to 200 floors")
		}
	case ByVolume, ByAmount:
		c.Require(k.Step > 0 && k.Step <= 1_000_000_000_000_000, at+"step", "OUT_OF_RANGE", "above zero")
	default:
		c.Add(at+"kind", "UNKNOWN", "one of by_month, by_node, by_volume, by_amount")
	}
	days(c, at+"days", k.Days)
}
