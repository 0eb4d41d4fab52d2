package creditcheck

import (
	"encoding/json"
	"flag"
	"math"
	"os"
	"testing"

	"pgregory.net/rapid"

	"zhuxin/biz/exposure"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/negativelist"
	"zhuxin/shared/reach"
)

var update = flag.Bool("update", false, "write the golden file anew")

// healthy is a rated customer with room and nothing overdue.
func healthy() Facts {
	return Facts{LimitKind: exposure.LimitAmount, StandingLimit: 100_000_00, TemporaryLimit: 0, Receivable: 40_000_00, Reserved: 10_000_00,
		Exposure: 50_000_00, Headroom: 50_000_00, MaxOverdueAmount: new(money.Amount(5_000_00)), MaxOverdueDays: new(30), Grade: "B",
		CustomerActive: true, NegativeAction: Block, Currency: "CNY", AsOf: calendar.NewDate(2026, 3, 31)}
}

// Business cases, each with its order and what becomes of it, word for word.
func TestDecideGolden(t *testing.T) {
	t.Parallel()
	with := func(change func(*Facts, *Policy)) (Facts, Policy) {
		f, p := healthy(), Preset()
		change(&f, &p)
		return f, p
	}
	cases := []struct {
		name   string
		amount money.Amount
		change func(*Facts, *Policy)
	}{
		{"within the limit", 49_999_99, func(*Facts, *Policy) {}},
		{"to the last fen", 50_000_00, func(*Facts, *Policy) {}},
		{"one fen over blocks", 50_000_01, func(*Facts, *Policy) {}},
		{"over with a warning", 60_000_00, func(_ *Facts, p *Policy) { p.OverLimit = Warn }},
		{"over and let pass", 60_000_00, func(_ *Facts, p *Policy) { p.OverLimit = Allow }},
		{"a temporary limit makes room", 60_000_00, func(f *Facts, _ *Policy) { f.TemporaryLimit = 10_000_00 }},
		{"a replacing one takes it", 40_000_01, func(f *Facts, _ *Policy) { f.TemporaryLimit = -10_000_00 }},
		{"cover makes room", 60_000_00, func(f *Facts, _ *Policy) { f.Cover = 10_000_00 }},
		{"and not a fen more", 60_000_01, func(f *Facts, _ *Policy) { f.Cover = 10_000_00 }},
		{"cover is no limit", 1, func(f *Facts, _ *Policy) {
			f.LimitKind, f.StandingLimit, f.Exposure, f.Cover = exposure.LimitNone, 0, 0, 10_000_00
		}},
		{"zero is an amount and blocks", 1, func(f *Facts, _ *Policy) { f.StandingLimit, f.Exposure = 0, 0 }},
		{"no limit blocks", 1, func(f *Facts, _ *Policy) { f.LimitKind, f.StandingLimit, f.Exposure = exposure.LimitNone, 0, 0 }},
		{"no limit holds", 1, func(f *Facts, p *Policy) { f.LimitKind, p.NoLimit = exposure.LimitNone, Hold }},
		{"unlimited", 900_000_000_00, func(f *Facts, _ *Policy) { f.LimitKind = exposure.LimitUnlimited }},
		{"overdue at the maxima", 1, func(f *Facts, _ *Policy) { f.OverdueAmount, f.OverdueDays = 5_000_00, 30 }},
		{"overdue amount", 1, func(f *Facts, _ *Policy) { f.OverdueAmount, f.OverdueDays = 5_000_01, 3 }},
		{"overdue days", 1, func(f *Facts, _ *Policy) { f.OverdueAmount, f.OverdueDays = 1_00, 31 }},
		{"overdue within the tolerance", 1, func(f *Facts, p *Policy) { f.OverdueAmount, f.OverdueDays, p.OverdueTolerance = 99_00, 400, 100_00 }},
		{"the strictest of several", 60_000_00, func(f *Facts, p *Policy) {
			f.OverdueAmount, f.OverdueDays, p.OverLimit, p.OverdueAmount, p.OverdueDays = 6_000_00, 45, Warn, Hold, Block
		}},
		{"not rated", 1, func(f *Facts, _ *Policy) { f.Grade, f.MaxOverdueAmount, f.MaxOverdueDays = "", nil, nil }},
		{"negative list", 1, func(f *Facts, _ *Policy) {
			f.NegativeListed, f.NegativeReasonCode, f.NegativeReasonText = true, "MALICIOUS_ARREARS", "三年未付款"
		}},
		{"negative list with HQ's warning", 1, func(f *Facts, _ *Policy) { f.NegativeListed, f.NegativeAction = true, Warn }},
		{"a bound of zero by the negative list", 1, func(f *Facts, _ *Policy) {
			f.NegativeListed, f.NegativeAction, f.NegativeLimits = true, Warn, negativelist.CapZero
		}},
		{"a bound of zero, and received in advance", 5_000_00, func(f *Facts, _ *Policy) {
			f.NegativeListed, f.NegativeAction, f.NegativeLimits, f.Advances, f.Exposure = true, Warn, negativelist.CapZero, 55_000_00, -5_000_00
		}},
		{"a bound of zero for a related company", 1, func(f *Facts, _ *Policy) {
			f.Related = &RelatedFacts{Name: "乙公司", Action: Allow, Limits: negativelist.CapZero}
		}},
		{"cash only by the negative list", 5_000_01, func(f *Facts, _ *Policy) {
			f.NegativeListed, f.NegativeAction, f.NegativeLimits, f.Advances, f.Exposure = true, Warn, negativelist.CashOnly, 15_000_00, 35_000_00
		}},
		{"cash only, paid in advance", 5_000_00, func(f *Facts, _ *Policy) {
			f.NegativeListed, f.NegativeAction, f.NegativeLimits, f.Advances, f.Exposure = true, Warn, negativelist.CashOnly, 15_000_00, 35_000_00
		}},
		{"cash only, settles in advance", 1, func(f *Facts, _ *Policy) {
			f.NegativeListed, f.NegativeAction, f.NegativeLimits, f.SettlesAdvance = true, Warn, negativelist.CashOnly, true
		}},
		{"a bound of zero with HQ's exemption", 1, func(f *Facts, _ *Policy) {
			f.NegativeListed, f.NegativeExempt, f.NegativeLimits = true, f.AsOf, negativelist.CapZero
		}},
		{"no higher limit stops no order", 1, func(f *Facts, _ *Policy) {
			f.NegativeListed, f.NegativeAction, f.NegativeLimits = true, Warn, negativelist.RefuseIncrease
		}},
		{"negative list with HQ's exemption", 1, func(f *Facts, _ *Policy) { f.NegativeListed, f.NegativeExempt = true, f.AsOf }},
		{"negative list after HQ's exemption", 1, func(f *Facts, _ *Policy) { f.NegativeListed, f.NegativeExempt = true, f.AsOf-1 }},
		{"related company listed", 1, func(f *Facts, _ *Policy) { f.Related = relatedFacts(Warn, 0) }},
		{"related company listed, stopped by HQ's policy", 1, func(f *Facts, _ *Policy) { f.Related = relatedFacts(Block, 0) }},
		{"related company listed, let through by HQ's policy", 1, func(f *Facts, _ *Policy) { f.Related = relatedFacts(Allow, 0) }},
		{"related company listed with HQ's exemption", 1, func(f *Facts, _ *Policy) { f.Related = relatedFacts(Block, f.AsOf) }},
		{"related company listed after HQ's exemption", 1, func(f *Facts, _ *Policy) { f.Related = relatedFacts(Hold, f.AsOf-1) }},
		{"in advance and related company listed", 1, func(f *Facts, _ *Policy) { f.SettlesAdvance, f.Related = true, relatedFacts(Block, 0) }},
		{"frozen", 1, func(f *Facts, _ *Policy) { f.Frozen, f.FrozenReason = true, "逾期 15 天" }},
		{"frozen by the rule on overdue days", 1, func(f *Facts, _ *Policy) { f.Frozen, f.FrozenReason = true, `{"code":"overdue","days":"15"}` }},
		{"inactive", 1, func(f *Facts, _ *Policy) { f.CustomerActive = false }},
		{"in advance passes every rule about credit", 900_000_00, func(f *Facts, _ *Policy) {
			f.SettlesAdvance, f.LimitKind, f.OverdueAmount, f.OverdueDays, f.Grade = true, exposure.LimitNone, 9_000_00, 90, ""
		}},
		{"in advance and on the negative list", 1, func(f *Facts, _ *Policy) { f.SettlesAdvance, f.NegativeListed = true, true }},
		{"in advance and frozen", 1, func(f *Facts, _ *Policy) { f.SettlesAdvance, f.Frozen = true, true }},
	}
	type line struct {
		Case    string
		Verdict Verdict
	}
	var got []line
	for _, c := range cases {
		f, p := with(c.change)
		got = append(got, line{c.name, Decide(f, p, c.amount)})
	}
	text, err := json.MarshalIndent(got, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	const file = "testdata/decide.json"
	if *update {
		if os.Getenv("CI") != "" {
			t.Fatal("golden files are not written in CI")
		}
		if err := os.WriteFile(file, append(text, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != string(text)+"\n" {
		t.Errorf("decisions changed; look at the difference after `go test ./biz/creditcheck -update`\n%s", text)
	}
}

func relatedFacts(action Outcome, exempt calendar.Date) *RelatedFacts {
	return &RelatedFacts{USCC: "91110000600037341L", Name: "乙公司", ReasonCode: "fraud", Severity: "critical", Action: action, ExemptUntil: exempt, Path: reach.Path{
		Nodes: []reach.Node{{Name: "甲公司"}, {Name: "张*", Person: true}, {Name: "乙公司", USCC: "91110000600037341L"}},
		Steps: []reach.Step{{Kind: reach.LegalRepresentative}, {Kind: reach.Controller, Back: true}},
	}}
}

func anyOutcome(string) *rapid.Generator[Outcome] { return rapid.SampledFrom(outcomes) }

func anyFacts(t *rapid.T) Facts {
	fen := rapid.Int64Range(-1_000_000, 5_000_000)
	f := Facts{
		LimitKind:     rapid.SampledFrom([]exposure.LimitKind{exposure.LimitNone, exposure.LimitAmount, exposure.LimitUnlimited}).Draw(t, "kind"),
		StandingLimit: money.Amount(rapid.Int64Range(0, 5_000_000).Draw(t, "standing")), TemporaryLimit: money.Amount(fen.Draw(t, "temporary")),
		Cover:      money.Amount(rapid.Int64Range(0, 1_000_000).Draw(t, "cover")),
		Receivable: money.Amount(fen.Draw(t, "receivable")), Reserved: money.Amount(rapid.Int64Range(0, 5_000_000).Draw(t, "reserved")),
		OverdueAmount: money.Amount(rapid.Int64Range(0, 1000).Draw(t, "overdue")), OverdueDays: rapid.IntRange(0, 100).Draw(t, "days"),
		Grade: rapid.SampledFrom([]string{"", "A", "D"}).Draw(t, "grade"), CustomerActive: rapid.Bool().Draw(t, "active"),
		SettlesAdvance: rapid.Bool().Draw(t, "advance"), NegativeListed: rapid.Bool().Draw(t, "listed"), NegativeAction: anyOutcome("negative").Draw(t, "negative"),
		AsOf: 100, NegativeExempt: calendar.Date(rapid.SampledFrom([]int32{0, 99, 100, 101}).Draw(t, "exempt")),
		Frozen: rapid.Bool().Draw(t, "frozen"), Currency: "CNY",
	}
	if rapid.Bool().Draw(t, "related") {
		f.Related = relatedFacts(anyOutcome("").Draw(t, "related action"), calendar.Date(rapid.SampledFrom([]int32{0, 99, 100, 101}).Draw(t, "related exempt")))
	}
	f.Exposure = f.Receivable + f.Reserved
	if f.Grade != "" {
		f.MaxOverdueAmount, f.MaxOverdueDays = new(money.Amount(500)), new(50)
	}
	return f
}

func anyPolicy(t *rapid.T) Policy {
	return Policy{OverLimit: anyOutcome("").Draw(t, "over_limit"), OverdueAmount: anyOutcome("").Draw(t, "overdue_amount"),
		OverdueDays: anyOutcome("").Draw(t, "overdue_days"), NoLimit: anyOutcome("").Draw(t, "no_limit"), Unrated: anyOutcome("").Draw(t, "unrated"),
		ReservationHours: 72, OverdueTolerance: money.Amount(rapid.Int64Range(0, 500).Draw(t, "tolerance"))}
}

func TestDecideProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f, p := anyFacts(t), anyPolicy(t)
		amount := money.Amount(rapid.Int64Range(1, 5_000_000).Draw(t, "amount"))
		v := Decide(f, p, amount)
		over := !f.SettlesAdvance && f.LimitKind == exposure.LimitAmount && f.Exposure+amount > f.StandingLimit+f.TemporaryLimit+f.Cover
		if over && p.OverLimit.StricterThan(v.Outcome) {
			t.Fatalf("over the limit, policy %s, outcome %s", p.OverLimit, v.Outcome)
		}
		if r := f.Related; r != nil && !r.exempt(f.AsOf) && r.Action.StricterThan(v.Outcome) {
			t.Fatalf("a related company's %s, outcome %s", r.Action, v.Outcome)
		}
		if f.NegativeListed && !f.exempt() && f.NegativeAction.StricterThan(v.Outcome) || (f.Frozen || !f.CustomerActive) && v.Outcome != Block {
			t.Fatalf("listed %v, frozen %v, active %v, outcome %s", f.NegativeListed, f.Frozen, f.CustomerActive, v.Outcome)
		}
		strictest := Allow
		for i, r := range v.Reasons {
			if r.Action.StricterThan(strictest) {
				strictest = r.Action
			}
			if r.MessageZH == "" || r.MessageEN == "" || (i > 0 && r.Action.StricterThan(v.Reasons[i-1].Action)) {
				t.Fatalf("reason without words, or out of order: %+v", v.Reasons)
			}
		}
		if strictest != v.Outcome {
			t.Fatalf("outcome %s, strictest reason %s", v.Outcome, strictest)
		}
		if v.Outcome == Allow && v.Binding != LimitNone {
			t.Fatalf("allowed and bound by %s", v.Binding)
		}
		more := amount + money.Amount(rapid.Int64Range(0, 5_000_000).Draw(t, "more"))
		if v.Outcome.StricterThan(Decide(f, p, more).Outcome) {
			t.Fatalf("%d is %s and %d milder", amount, v.Outcome, more)
		}
	})
}

// Whatever the figures: no panic, an outcome of the four, no order let through
// because a sum turned over.
func FuzzDecide(f *testing.F) {
	f.Add(int64(math.MaxInt64), int64(1), int64(math.MaxInt64), int64(1), "amount", "block", true)
	f.Add(int64(0), int64(0), int64(0), int64(1), "", "", false)
	f.Fuzz(func(t *testing.T, standing, temporary, exposed, amount int64, kind, policy string, rated bool) {
		facts := Facts{LimitKind: exposure.LimitKind(kind), StandingLimit: money.Amount(standing), TemporaryLimit: money.Amount(temporary),
			Exposure: money.Amount(exposed), CustomerActive: true, NegativeAction: Outcome(policy)}
		if rated {
			facts.Grade = "A"
		}
		p := Policy{OverLimit: Outcome(policy), NoLimit: Outcome(policy), Unrated: Outcome(policy)}
		v := Decide(facts, p, money.Amount(amount))
		if v.Outcome == Allow && kind == "amount" && policy == "block" && amount > 0 && standing >= 0 && temporary == 0 && exposed >= standing {
			t.Errorf("allowed: %+v", facts)
		}
		if kind == "none" && v.Outcome != Outcome(policy) && Outcome(policy).StricterThan(v.Outcome) {
			t.Errorf("no limit, policy %q, outcome %q", policy, v.Outcome)
		}
	})
}
