package paymentnode

import (
	"cmp"
	"slices"

	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/volume"
)

// Settlement is an amount settled with the customer: a statement, or an invoice
// without one. Volume may be unknown (0).
type Settlement struct {
	ID     string
	On     calendar.Date
	Amount money.Amount
	Volume volume.M3
}

// Delivery is what was delivered on a day.
type Delivery struct {
	On     calendar.Date
	Volume volume.M3
}

// Node is progress as reported.
type Node struct {
	Kind  NodeKind      `json:"kind"`
	Floor int           `json:"floor,omitempty"`
	On    calendar.Date `json:"on"`
}

// Rule names what made a line due.
type Rule string

// The rules.
const (
	RuleMonth        Rule = "month"
	RuleNode         Rule = "node"
	RuleVolume       Rule = "volume"
	RuleAmount       Rule = "amount"
	RuleToppingOut   Rule = "topping_out"   // of the remainder
	RuleLastDelivery Rule = "last_delivery" // of the remainder
	RuleFallback     Rule = "fallback"      // the node or step did not come
	RuleCredit       Rule = "credit"
)

// Why says what made a line due, as data: a screen puts it into words.
type Why struct {
	Rule      Rule           `json:"rule"`
	Share     int            `json:"share"` // basis points of the settled amount
	SettledOn calendar.Date  `json:"settled_on"`
	Node      *Node          `json:"node,omitempty"`
	Step      int64          `json:"step,omitempty"`  // the threshold: thousandths of m³ or fen, counted from the contract's beginning
	Event     *calendar.Date `json:"event,omitempty"` // when the step was full, or the last delivery
	Days      int            `json:"days"`
}

// Due is a line of the due table. Part counts the lines of a settlement in the
// order of the clauses, whatever their dates.
type Due struct {
	SettlementID string
	Part         int
	Clause       string
	DueOn        calendar.Date
	Amount       money.Amount
	Why          Why
}

// Input is what is known of a contract. The order of its lists means nothing.
type Input struct {
	Settlements []Settlement
	Deliveries  []Delivery
	Nodes       []Node
}

// Table works the due table out: settlements by date, the lines of each by due
// date. Its amounts add up to the settled amounts, for each settlement.
func (t Terms) Table(in Input) []Due {
	w := newWorld(t, in)
	var out []Due
	for _, s := range w.settlements {
		lines := w.lines(s)
		slices.SortStableFunc(lines, func(a, b Due) int { return cmp.Compare(a.DueOn, b.DueOn) })
		out = append(out, lines...)
	}
	return out
}

// world is the input in order, with what is counted over all settlements.
type world struct {
	Terms
	settlements []Settlement
	deliveries  []Delivery
	nodes       []Node
	beforeV     map[string]int64 // what was settled before a settlement
	beforeA     map[string]int64
	fullV       []crossing
	fullA       []crossing
}

// crossing says that a counted total was reached on a day.
type crossing struct {
	total int64
	on    calendar.Date
}

func newWorld(t Terms, in Input) *world {
	w := &world{Terms: t, settlements: slices.Clone(in.Settlements), deliveries: slices.Clone(in.Deliveries), nodes: slices.Clone(in.Nodes),
		beforeV: map[string]int64{}, beforeA: map[string]int64{}}
	slices.SortFunc(w.settlements, func(a, b Settlement) int { return cmp.Or(cmp.Compare(a.On, b.On), cmp.Compare(a.ID, b.ID)) })
	slices.SortFunc(w.deliveries, func(a, b Delivery) int { return cmp.Or(cmp.Compare(a.On, b.On), cmp.Compare(a.Volume, b.Volume)) })
	slices.SortFunc(w.nodes, func(a, b Node) int {
		return cmp.Or(cmp.Compare(a.On, b.On), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Floor, b.Floor))
	})
	var v, a int64
	for _, s := range w.settlements {
		if s.Amount <= 0 {
			continue
		}
		w.beforeV[s.ID], w.beforeA[s.ID] = v, a
		v, a = v+max(0, int64(s.Volume)), a+int64(s.Amount)
		w.fullV, w.fullA = append(w.fullV, crossing{v, s.On}), append(w.fullA, crossing{a, s.On})
	}
	// Tickets say earlier than statements when a volume was full.
	var d int64
	for _, x := range w.deliveries {
		d += max(0, int64(x.Volume))
		w.fullV = append(w.fullV, crossing{d, x.On})
	}
	slices.SortStableFunc(w.fullV, func(a, b crossing) int { return cmp.Compare(a.on, b.on) })
	if len(w.deliveries) == 0 {
		for _, s := range w.settlements {
			w.deliveries = append(w.deliveries, Delivery{On: s.On})
		}
	}
	return w
}

func (w *world) lines(s Settlement) []Due {
	if s.Amount <= 0 {
		return []Due{{SettlementID: s.ID, Clause: RemainderClause, DueOn: s.On, Amount: s.Amount, Why: Why{Rule: RuleCredit, Share: Whole, SettledOn: s.On}}}
	}
	weights, left := make([]int64, 0, len(w.Clauses)+1), int64(Whole)
	for _, c := range w.Clauses {
		weights, left = append(weights, int64(c.Share)), left-int64(c.Share)
	}
	shares := apportion(int64(s.Amount), append(weights, left))
	var out []Due
	put := func(clause string, share int, amount int64, on calendar.Date, why Why) {
		if amount == 0 {
			return
		}
		why.Share, why.SettledOn = share, s.On
		out = append(out, Due{SettlementID: s.ID, Part: len(out), Clause: clause, DueOn: max(on, s.On), Amount: money.Amount(amount), Why: why})
	}
	for i, c := range w.Clauses {
		switch c.Kind {
		case ByMonth:
			on := dayOf(s.On, c.MonthsAfter, c.Day)
			put(c.ID, c.Share, shares[i], on, Why{Rule: RuleMonth, Days: c.Day})
		case ByNode:
			on, why := w.node(c, s.On)
			put(c.ID, c.Share, shares[i], on, why)
		case ByVolume:
			w.steps(c, s, shares[i], RuleVolume, w.beforeV[s.ID], max(0, int64(s.Volume)), w.fullV, put)
		case ByAmount:
			w.steps(c, s, shares[i], RuleAmount, w.beforeA[s.ID], int64(s.Amount), w.fullA, put)
		}
	}
	on, why := w.rest(s.On)
	put(RemainderClause, int(left), shares[len(w.Clauses)], on, why)
	return out
}

// dayOf is a day of the month so many months later; a day that the month does
// not have is its last.
func dayOf(d calendar.Date, months, day int) calendar.Date {
	y, m, _ := d.Time().Date()
	first := calendar.NewDate(y, m, 1).AddMonths(months)
	return min(first.AddDays(day-1), first.AddMonths(1).AddDays(-1))
}

// node finds when the clause's condition is met for what was settled on a day.
func (w *world) node(c Clause, settled calendar.Date) (calendar.Date, Why) {
	fallback, last := w.idle(settled, w.FallbackDays)
	for i, n := range w.nodes {
		if !c.waitsFor(n) {
			continue
		}
		// Behind topping-out nothing higher comes: its condition stays met.
		if n.On < settled && n.Kind != ToppingOut {
			continue
		}
		if due := max(n.On, settled).AddDays(c.Days); due <= fallback {
			return due, Why{Rule: RuleNode, Node: &w.nodes[i], Days: c.Days}
		}
		break
	}
	return fallback, Why{Rule: RuleFallback, Event: &last, Days: w.FallbackDays}
}

func (k Clause) waitsFor(n Node) bool {
	return slices.ContainsFunc(k.Nodes, func(r NodeRule) bool {
		return r.Kind == n.Kind && (n.Kind != Floor || n.Floor > 0 && n.Floor%r.Every == 0)
	})
}

// idle is the day on which no delivery had followed for so many days: the first
// such day that still counts on the day of the settlement, and the delivery it
// counts from.
func (w *world) idle(settled calendar.Date, days int) (on, last calendar.Date) {
	for i, d := range w.deliveries {
		if i+1 < len(w.deliveries) {
			if next := w.deliveries[i+1].On; next <= d.On.AddDays(days) || next <= settled {
				continue
			}
		}
		return max(d.On.AddDays(days), settled), d.On
	}
	return settled.AddDays(days), settled
}

// maxSteps is into how many steps one settlement is divided.
const maxSteps = 200

// steps divides a share by the steps that the settlement's volume or amount lies in.
func (w *world) steps(c Clause, s Settlement, amount int64, rule Rule, before, size int64, full []crossing,
	put func(string, int, int64, calendar.Date, Why)) {
	fallback, last := w.idle(s.On, w.FallbackDays)
	never := Why{Rule: RuleFallback, Event: &last, Days: w.FallbackDays}
	if size == 0 {
		put(c.ID, c.Share, amount, fallback, never)
		return
	}
	if size/c.Step > maxSteps {
		// Nobody reads so long a table: the whole of it waits for its last step.
		c.Step *= size/c.Step + 1
	}
	var sizes, bounds []int64
	for at := before; at < before+size; {
		bound := (at/c.Step + 1) * c.Step
		end := min(bound, before+size)
		sizes, bounds, at = append(sizes, end-at), append(bounds, bound), end
	}
	for i, part := range apportion(amount, sizes) {
		j := slices.IndexFunc(full, func(x crossing) bool { return x.total >= bounds[i] })
		if j >= 0 {
			if due := max(full[j].on, s.On).AddDays(c.Days); due <= fallback {
				put(c.ID, c.Share, part, due, Why{Rule: rule, Step: bounds[i], Event: &full[j].on, Days: c.Days})
				continue
			}
		}
		why := never
		why.Step = bounds[i]
		put(c.ID, c.Share, part, fallback, why)
	}
}

// rest is when the remainder falls due.
func (w *world) rest(settled calendar.Date) (calendar.Date, Why) {
	r := w.Remainder
	on, last := w.idle(settled, r.DaysAfterLastDelivery)
	if r.AfterToppingOut {
		for i, n := range w.nodes {
			if n.Kind == ToppingOut {
				if due := max(n.On, settled).AddDays(r.DaysAfterToppingOut); due < on {
					return due, Why{Rule: RuleToppingOut, Node: &w.nodes[i], Days: r.DaysAfterToppingOut}
				}
				break
			}
		}
	}
	return on, Why{Rule: RuleLastDelivery, Event: &last, Days: r.DaysAfterLastDelivery}
}
