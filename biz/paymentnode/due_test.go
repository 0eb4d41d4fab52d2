package paymentnode_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"zhuxin/biz/paymentnode"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/volume"
)

func day(s string) calendar.Date {
	d, err := calendar.Parse(s)
	if err != nil {
		panic(err)
	}
	return d
}

// mixed has the three kinds of clause of the trade in one contract.
var mixed = paymentnode.Terms{
	Clauses: []paymentnode.Clause{
		{ID: "month", Kind: paymentnode.ByMonth, Share: 4000, Day: 10, MonthsAfter: 1},
		{ID: "node", Kind: paymentnode.ByNode, Share: 2000, Days: 10, Nodes: []paymentnode.NodeRule{{Kind: paymentnode.ZeroLevel}, {Kind: paymentnode.Floor, Every: 4}, {Kind: paymentnode.ToppingOut}}},
		{ID: "volume", Kind: paymentnode.ByVolume, Share: 1500, Days: 10, Step: 1_000_000},
	},
	Remainder:    paymentnode.Remainder{AfterToppingOut: true, DaysAfterToppingOut: 30, DaysAfterLastDelivery: 60},
	FallbackDays: 60,
}

func spring(nodes ...paymentnode.Node) paymentnode.Input {
	return paymentnode.Input{
		Settlements: []paymentnode.Settlement{
			{ID: "S2", On: day("2026-04-30"), Amount: 50_000_000, Volume: 1_200_000},
			{ID: "S1", On: day("2026-03-31"), Amount: 100_000_001, Volume: 2_400_000},
		},
		Deliveries: []paymentnode.Delivery{{On: day("2026-04-15"), Volume: 1_200_000}, {On: day("2026-03-10"), Volume: 1_000_000}, {On: day("2026-03-20"), Volume: 1_400_000}},
		Nodes:      nodes,
	}
}

// The due tables below are drawn by hand from the contract's words.
func TestDueTableDrawnByHand(t *testing.T) {
	t.Parallel()
	zero := paymentnode.Node{Kind: paymentnode.ZeroLevel, On: day("2026-04-20")}
	fourth := paymentnode.Node{Kind: paymentnode.Floor, Floor: 4, On: day("2026-05-15")}
	third := paymentnode.Node{Kind: paymentnode.Floor, Floor: 3, On: day("2026-05-02")}
	topping := paymentnode.Node{Kind: paymentnode.ToppingOut, On: day("2026-05-01")}
	for name, c := range map[string]struct {
		nodes []paymentnode.Node
		want  []string
	}{
		"month, node and volume mixed": {[]paymentnode.Node{fourth, third, zero}, []string{
			"S1 month 2026-04-10 400000.01 month",  // 40 % of March, and the fen that the rounding leaves
			"S1 volume 2026-04-10 62500.00 volume", // the first 1,000 m³, full on 10 March, settled on the 31st
			"S1 volume 2026-04-10 62500.00 volume", // the second
			"S1 volume 2026-04-25 25000.00 volume", // 400 m³ of the third, full on 15 April
			"S1 node 2026-04-30 200000.00 node",    // ±0.00 on 20 April
			"S1 remainder 2026-06-14 250000.00 last_delivery",
			"S2 month 2026-05-10 200000.00 month",
			"S2 volume 2026-05-10 37500.00 volume",   // 600 m³ of the third
			"S2 node 2026-05-25 100000.00 node",      // the 4th floor, not the 3rd
			"S2 volume 2026-06-14 37500.00 fallback", // the fourth never fills
			"S2 remainder 2026-06-14 125000.00 last_delivery",
		}},
		"no node is ever reported: the site stands still": {nil, []string{
			"S1 month 2026-04-10 400000.01 month",
			"S1 volume 2026-04-10 62500.00 volume",
			"S1 volume 2026-04-10 62500.00 volume",
			"S1 volume 2026-04-25 25000.00 volume",
			"S1 node 2026-06-14 200000.00 fallback",
			"S1 remainder 2026-06-14 250000.00 last_delivery",
			"S2 month 2026-05-10 200000.00 month",
			"S2 volume 2026-05-10 37500.00 volume",
			"S2 node 2026-06-14 100000.00 fallback",
			"S2 volume 2026-06-14 37500.00 fallback",
			"S2 remainder 2026-06-14 125000.00 last_delivery",
		}},
		"topping-out brings the remainder forward": {[]paymentnode.Node{zero, topping}, []string{
			"S1 month 2026-04-10 400000.01 month",
			"S1 volume 2026-04-10 62500.00 volume",
			"S1 volume 2026-04-10 62500.00 volume",
			"S1 volume 2026-04-25 25000.00 volume",
			"S1 node 2026-04-30 200000.00 node",
			"S1 remainder 2026-05-31 250000.00 topping_out",
			"S2 month 2026-05-10 200000.00 month",
			"S2 volume 2026-05-10 37500.00 volume",
			"S2 node 2026-05-11 100000.00 node",
			"S2 remainder 2026-05-31 125000.00 topping_out",
			"S2 volume 2026-06-14 37500.00 fallback",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compare(t, mixed.Table(spring(c.nodes...)), c.want)
		})
	}
}

func compare(t *testing.T, table []paymentnode.Due, want []string) {
	t.Helper()
	for i := range max(len(table), len(want)) {
		got, expected := "nothing", "nothing"
		if i < len(table) {
			d := table[i]
			got = fmt.Sprintf("%s %s %s %s %s", d.SettlementID, d.Clause, d.DueOn, d.Amount, d.Why.Rule)
		}
		if i < len(want) {
			expected = want[i]
		}
		if got != expected {
			t.Errorf("line %d: got %q, want %q", i, got, expected)
		}
	}
}

func TestSingleClauses(t *testing.T) {
	t.Parallel()
	one := func(c paymentnode.Clause) paymentnode.Terms {
		return paymentnode.Terms{Clauses: []paymentnode.Clause{c}, Remainder: paymentnode.Remainder{DaysAfterLastDelivery: 60}, FallbackDays: 30}
	}
	for name, c := range map[string]struct {
		terms paymentnode.Terms
		in    paymentnode.Input
		want  []string
	}{
		"70 % of last month by the 10th": {
			one(paymentnode.Clause{ID: "m", Kind: paymentnode.ByMonth, Share: 7000, Day: 10, MonthsAfter: 1}),
			paymentnode.Input{Settlements: []paymentnode.Settlement{{ID: "S", On: day("2026-01-31"), Amount: 100}}},
			[]string{"S m 2026-02-10 0.70 month", "S remainder 2026-04-01 0.30 last_delivery"},
		},
		"the 31st of February is its last day": {
			one(paymentnode.Clause{ID: "m", Kind: paymentnode.ByMonth, Share: 10_000, Day: 31, MonthsAfter: 1}),
			paymentnode.Input{Settlements: []paymentnode.Settlement{{ID: "S", On: day("2026-01-31"), Amount: 100}}},
			[]string{"S m 2026-02-28 1.00 month"},
		},
		"each CNY 1,000,000, payable within 10 days": {
			one(paymentnode.Clause{ID: "a", Kind: paymentnode.ByAmount, Share: 10_000, Step: 100_000_000, Days: 10}),
			paymentnode.Input{Settlements: []paymentnode.Settlement{{ID: "S1", On: day("2026-01-31"), Amount: 60_000_000}, {ID: "S2", On: day("2026-02-10"), Amount: 60_000_000}}},
			[]string{"S1 a 2026-02-20 600000.00 amount", "S2 a 2026-02-20 400000.00 amount", "S2 a 2026-03-12 200000.00 fallback"},
		},
		"a node during a long stop comes too late": {
			one(paymentnode.Clause{ID: "n", Kind: paymentnode.ByNode, Share: 10_000, Nodes: []paymentnode.NodeRule{{Kind: paymentnode.ZeroLevel}}, Days: 10}),
			paymentnode.Input{Settlements: []paymentnode.Settlement{{ID: "S", On: day("2026-01-10"), Amount: 100}},
				Deliveries: []paymentnode.Delivery{{On: day("2026-01-05")}, {On: day("2026-06-01")}}, Nodes: []paymentnode.Node{{Kind: paymentnode.ZeroLevel, On: day("2026-06-05")}}},
			[]string{"S n 2026-02-04 1.00 fallback"},
		},
		"a stop before the settlement does not count once deliveries went on": {
			one(paymentnode.Clause{ID: "n", Kind: paymentnode.ByNode, Share: 10_000, Nodes: []paymentnode.NodeRule{{Kind: paymentnode.ZeroLevel}}, Days: 10}),
			paymentnode.Input{Settlements: []paymentnode.Settlement{{ID: "S", On: day("2026-06-02"), Amount: 100}},
				Deliveries: []paymentnode.Delivery{{On: day("2026-01-05")}, {On: day("2026-06-01")}}, Nodes: []paymentnode.Node{{Kind: paymentnode.ZeroLevel, On: day("2026-06-05")}}},
			[]string{"S n 2026-06-15 1.00 node"},
		},
		"a credit note is due at once": {
			one(paymentnode.Clause{ID: "m", Kind: paymentnode.ByMonth, Share: 7000, Day: 10, MonthsAfter: 1}),
			paymentnode.Input{Settlements: []paymentnode.Settlement{{ID: "S", On: day("2026-01-31"), Amount: -100}}},
			[]string{"S remainder 2026-01-31 -1.00 credit"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compare(t, c.terms.Table(c.in), c.want)
		})
	}
}

func drawTerms(t *rapid.T) paymentnode.Terms {
	terms := paymentnode.Terms{FallbackDays: rapid.IntRange(0, 120).Draw(t, "fallback"),
		Remainder: paymentnode.Remainder{AfterToppingOut: rapid.Bool().Draw(t, "after topping-out"), DaysAfterToppingOut: rapid.IntRange(0, 90).Draw(t, "days"), DaysAfterLastDelivery: rapid.IntRange(0, 120).Draw(t, "last")}}
	left := paymentnode.Whole
	for i := range rapid.IntRange(0, 4).Draw(t, "clauses") {
		c := paymentnode.Clause{ID: fmt.Sprint("c", i), Share: rapid.IntRange(1, max(1, left/2)).Draw(t, "share"), Days: rapid.IntRange(0, 30).Draw(t, "within"),
			Kind: rapid.SampledFrom([]paymentnode.Kind{paymentnode.ByMonth, paymentnode.ByNode, paymentnode.ByVolume, paymentnode.ByAmount}).Draw(t, "kind"),
			Day:  rapid.IntRange(1, 31).Draw(t, "day"), MonthsAfter: rapid.IntRange(0, 2).Draw(t, "months"), Step: rapid.Int64Range(10_000, 3_000_000).Draw(t, "step"),
			Nodes: []paymentnode.NodeRule{{Kind: paymentnode.ZeroLevel}, {Kind: paymentnode.Floor, Every: rapid.IntRange(1, 5).Draw(t, "every")}}}
		terms.Clauses, left = append(terms.Clauses, c), left-c.Share
	}
	return terms
}

func drawInput(t *rapid.T) paymentnode.Input {
	var in paymentnode.Input
	at := func() calendar.Date { return day("2026-01-01").AddDays(rapid.IntRange(0, 400).Draw(t, "on")) }
	for i := range rapid.IntRange(1, 6).Draw(t, "settlements") {
		in.Settlements = append(in.Settlements, paymentnode.Settlement{ID: fmt.Sprint("S", i), On: at(),
			Amount: money.Amount(rapid.Int64Range(-1_000, 50_000_000).Draw(t, "amount")), Volume: volume.M3(rapid.Int64Range(0, 5_000_000).Draw(t, "volume"))})
	}
	for range rapid.IntRange(0, 8).Draw(t, "deliveries") {
		in.Deliveries = append(in.Deliveries, paymentnode.Delivery{On: at(), Volume: volume.M3(rapid.Int64Range(1, 2_000_000).Draw(t, "m3"))})
	}
	for i := range rapid.IntRange(0, 6).Draw(t, "nodes") {
		n := paymentnode.Node{Kind: rapid.SampledFrom([]paymentnode.NodeKind{paymentnode.ZeroLevel, paymentnode.Floor, paymentnode.ToppingOut}).Draw(t, "node"), On: at()}
		if n.Kind == paymentnode.Floor {
			n.Floor = i + 1
		}
		in.Nodes = append(in.Nodes, n)
	}
	return in
}

func TestEverySettlementIsDividedToTheFen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		terms, in := drawTerms(t), drawInput(t)
		if err := terms.Validate(); err != nil {
			t.Fatal(err)
		}
		sums, settled := map[string]money.Amount{}, map[string]paymentnode.Settlement{}
		for _, s := range in.Settlements {
			settled[s.ID] = s
		}
		table := terms.Table(in)
		for _, d := range table {
			sums[d.SettlementID] += d.Amount
			if d.DueOn < settled[d.SettlementID].On {
				t.Fatalf("due before it was settled: %+v", d)
			}
		}
		for _, s := range in.Settlements {
			if sums[s.ID] != s.Amount {
				t.Fatalf("%s: %d of %d", s.ID, sums[s.ID], s.Amount)
			}
		}
		// The order in which things are told means nothing.
		turned := paymentnode.Input{Settlements: rapid.Permutation(in.Settlements).Draw(t, "settlements turned"), Deliveries: rapid.Permutation(in.Deliveries).Draw(t, "deliveries turned"), Nodes: rapid.Permutation(in.Nodes).Draw(t, "nodes turned")}
		if again := terms.Table(turned); fmt.Sprint(plain(again)) != fmt.Sprint(plain(table)) {
			t.Fatalf("another order, another table:\n%v\n%v", plain(table), plain(again))
		}
	})
}

func plain(table []paymentnode.Due) (out []string) {
	for _, d := range table {
		out = append(out, fmt.Sprint(d.SettlementID, d.Part, d.Clause, d.DueOn, d.Amount, d.Why.Rule))
	}
	return out
}

func TestMovingANodeChangesOnlyWhatHangsOnIt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		terms, in := drawTerms(t), drawInput(t)
		in.Nodes = append(in.Nodes, paymentnode.Node{Kind: paymentnode.Floor, Floor: 60, On: day("2026-03-01")})
		moved := in
		moved.Nodes = append([]paymentnode.Node{}, in.Nodes...)
		last := len(in.Nodes) - 1
		moved.Nodes[last].On = moved.Nodes[last].On.AddDays(rapid.IntRange(-60, 200).Draw(t, "moved by"))
		key := func(d paymentnode.Due) string { return fmt.Sprint(d.SettlementID, " ", d.Part) }
		onIt := func(d paymentnode.Due) bool { return d.Why.Node != nil && d.Why.Node.Floor == 60 }
		before := map[string]paymentnode.Due{}
		for _, d := range terms.Table(in) {
			before[key(d)] = d
		}
		for _, d := range terms.Table(moved) {
			was := before[key(d)]
			if was.Amount != d.Amount || was.Clause != d.Clause {
				t.Fatalf("an amount changed: %+v, was %+v", d, was)
			}
			if was.DueOn != d.DueOn && !onIt(d) && !onIt(was) {
				t.Fatalf("a date changed that does not hang on the node: %+v, was %+v", d, was)
			}
		}
	})
}

func TestTermsSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	bad := paymentnode.Terms{FallbackDays: -1, Clauses: []paymentnode.Clause{
		{ID: "A B", Kind: paymentnode.ByMonth, Share: 6000, Day: 32},
		{ID: "x", Kind: paymentnode.ByNode, Share: 4001},
		{ID: "x", Kind: "by_moon", Share: 0},
		{ID: "y", Kind: paymentnode.ByAmount, Share: 1},
	}}
	want := []string{"terms.clauses[0].id", "terms.clauses[0].day", "terms.clauses[1].nodes", "terms.clauses[2].id", "terms.clauses[2].share", "terms.clauses[2].kind", "terms.clauses[3].step", "terms.clauses", "terms.fallback_days"}
	if got := fieldsOf(bad.Validate()); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
	if err := mixed.Validate(); err != nil {
		t.Error(err)
	}
}
