package portfolio_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/portfolio"
	"zhuxin/shared/calendar"
)

var today = calendar.NewDate(2026, 11, 22)

func TestTheWorstCauseDecides(t *testing.T) {
	t.Parallel()
	rule := portfolio.Preset()
	facts := func(days int, change func(*portfolio.Facts)) portfolio.Facts {
		f := portfolio.Facts{Open: 100, Overdue: 100, OldestDue: today.AddDays(-days)}
		if change != nil {
			change(&f)
		}
		return f
	}
	for _, x := range []struct {
		name   string
		facts  portfolio.Facts
		want   portfolio.Category
		causes int
	}{
		{"due today", facts(0, nil), portfolio.Normal, 0},
		{"one day late", facts(1, nil), portfolio.SpecialMention, 1},
		{"90 days", facts(90, nil), portfolio.SpecialMention, 1},
		{"91 days", facts(91, nil), portfolio.Substandard, 1},
		{"181 days", facts(181, nil), portfolio.Doubtful, 1},
		{"366 days", facts(366, nil), portfolio.Loss, 1},
		{"credits cover what is overdue", facts(366, func(f *portfolio.Facts) { f.Overdue = 0 }), portfolio.Normal, 0},
		{"listed", facts(1, func(f *portfolio.Facts) { f.Listed = true }), portfolio.Doubtful, 2},
		{"lawsuit over a loss", facts(400, func(f *portfolio.Facts) { f.Lawsuit = true }), portfolio.Loss, 2},
		{"disputed", facts(0, func(f *portfolio.Facts) { f.Disputed = 1 }), portfolio.SpecialMention, 1},
	} {
		c := rule.Classify(x.facts, today)
		if c.Category != x.want || c.ByRule != x.want || len(c.Causes) != x.causes || len(c.Causes) > 0 && c.Causes[0].Category != x.want {
			t.Errorf("%s: %+v", x.name, c)
		}
	}
	f := facts(400, func(f *portfolio.Facts) {
		f.Override = &portfolio.Override{Category: portfolio.Substandard, Until: today}
	})
	if c := rule.Classify(f, today); c.Category != portfolio.Substandard || c.ByRule != portfolio.Loss {
		t.Errorf("overridden: %+v", c)
	}
	if c := rule.Classify(f, today.AddDays(1)); c.Category != portfolio.Loss {
		t.Errorf("the override is over: %+v", c)
	}
	groups := portfolio.Groups([]portfolio.Classified{rule.Classify(f, today), rule.Classify(facts(0, nil), today)}, today)
	if groups[0].Customers != 1 || groups[2] != (portfolio.Group{Category: portfolio.Substandard, Customers: 1, Open: 100, Overdue: 100, Overridden: 1}) {
		t.Errorf("groups: %+v", groups)
	}
}

// TestMoreDaysNeverBetter is the monotony of the rule.
func TestMoreDaysNeverBetter(t *testing.T) {
	t.Parallel()
	rule, last := portfolio.Preset(), 0
	for days := range 500 {
		c := rule.Classify(portfolio.Facts{Overdue: 1, OldestDue: today.AddDays(-days)}, today)
		at := slices.Index(portfolio.Categories, c.Category)
		if at < last {
			t.Fatalf("%d days: %s", days, c.Category)
		}
		last = at
	}
}

func TestLossRatesOfAKnownHistory(t *testing.T) {
	t.Parallel()
	// Half of what is not due stays, a fifth falls due and is not paid; of each later
	// bucket half rolls on.
	var moves []portfolio.Moves
	for m := range 3 {
		month := calendar.NewDate(2026, 8+1, 0).AddMonths(m)
		moves = append(moves, portfolio.Moves{Month: month, From: 0, To: 0, Items: 5, Before: 500, After: 500}, portfolio.Moves{Month: month, From: 0, To: 1, Items: 2, Before: 200, After: 200},
			portfolio.Moves{Month: month, From: 0, To: -1, Items: 3, Before: 300})
		for k := 1; k < 6; k++ {
			moves = append(moves, portfolio.Moves{Month: month, From: k, To: k + 1, Items: 1, Before: 100, After: 50})
		}
	}
	rates := portfolio.Preset().Rates(portfolio.Rolls(moves))
	// 366+ is lost; ½, ¼, ⅛, 1/16, 1/32 back to 1–30; not due: 0.2/0.5 of that
	for k, want := range []int{125, 313, 625, 1250, 2500, 5000, 10_000} {
		if rates[k].Final != want {
			t.Errorf("%s: %d, want %d", portfolio.Buckets[k], rates[k].Final, want)
		}
	}
	r := rates[0].Roll
	if r.Months != 3 || r.Items != 30 || r.Before != 3000 || r.Stayed(0) != 1500 || r.Older(0) != 600 || r.Collected(0) != 900 || len(r.ByMonth) != 3 || r.ByMonth[1] != (portfolio.RollMonth{Month: calendar.NewDate(2026, 9, 30), Items: 10, Before: 1000, Stayed: 500, Older: 200}) {
		t.Errorf("what it is made from: %+v", r)
	}
	// two months are no history, and a rule may not want it
	if got := portfolio.Preset().Rates(portfolio.Rolls(moves[:16])); got[1].Basis != portfolio.FromGiven || got[1].Loss != 200 {
		t.Errorf("of two months: %+v", got[1])
	}
	// what is written off is lost, whole or in part, and not collected
	var off []portfolio.Moves
	for m := range 3 {
		off = append(off, portfolio.Moves{Month: calendar.NewDate(2026, 8+1, 0).AddMonths(m), From: 4, To: -1, Items: 1, Before: 100, Lost: 100},
			portfolio.Moves{Month: calendar.NewDate(2026, 8+1, 0).AddMonths(m), From: 4, To: 5, Items: 1, Before: 100, After: 40, Lost: 10})
	}
	if got := portfolio.Preset().Rates(portfolio.Rolls(off))[4]; got.Roll.Lost != 330 || got.Collected(4) != 150 || got.ByMonth[0].Lost != 110 || got.Loss != 5500+2000*portfolio.Preset().Given[5]/portfolio.One {
		t.Errorf("written off: %+v", got)
	}
	given := portfolio.Preset()
	given.History, given.Factor = false, 12_000
	if got := given.Rates(portfolio.Rolls(moves)); got[5].Basis != portfolio.FromGiven || got[5].Loss != 5000 || got[5].Final != 6000 || got[6].Final != 10_000 {
		t.Errorf("given: %+v", got[5])
	}
}

// TestLossesAddUp holds for any history and any portfolio: rates are within 0 and 1,
// a bucket's provision is its base times its rate, and the customers add up to the
// buckets to the fen.
func TestLossesAddUp(t *testing.T) {
	t.Parallel()
	for seed := range uint64(2000) {
		rng := rand.New(rand.NewPCG(seed, 7))
		rule := portfolio.Preset()
		rule.Terminal, rule.Factor = rng.IntN(10_001), 5000+rng.IntN(25_001)
		var moves []portfolio.Moves
		for m := range rng.IntN(13) {
			for k := range 7 {
				for to := k - 1; to < 7; to++ {
					before := rng.Int64N(1 << rng.IntN(50))
					move := portfolio.Moves{Month: calendar.NewDate(2026, 1, 31).AddMonths(m), From: k, To: to, Items: 1, Before: before, After: rng.Int64N(before + 1), Lost: rng.Int64N(before + 1)}
					if to < k {
						move.To, move.After = -1, 0
					}
					moves = append(moves, move)
				}
			}
		}
		owed := make([]portfolio.Owed, rng.IntN(20))
		var open int64
		for i := range owed {
			for k := range owed[i].Open {
				owed[i].Open[k] = rng.Int64N(1<<40) - 1<<38
				open += owed[i].Open[k]
			}
		}
		e := portfolio.Expect(rule.Rates(portfolio.Rolls(moves)), owed)
		var buckets, customers, base int64
		for k, b := range e.Buckets {
			if b.Loss < 0 || b.Loss > portfolio.One || b.Final < 0 || b.Final > portfolio.One {
				t.Fatalf("seed %d, %s: rates %d, %d", seed, portfolio.Buckets[k], b.Loss, b.Final)
			}
			if got, want := b.Provision, halfUp(b.Base, int64(b.Final)); got != want {
				t.Fatalf("seed %d, %s: %d of %d × %d, want %d", seed, portfolio.Buckets[k], got, b.Base, b.Final, want)
			}
			if b.Collected(k) < 0 || b.Roll.Lost < 0 || b.Before != b.Stayed(k)+b.Older(k)+b.Roll.Lost+b.Collected(k) {
				t.Fatalf("seed %d, %s: moves do not add up: %+v", seed, portfolio.Buckets[k], b.Roll)
			}
			buckets, base = buckets+b.Provision, base+b.Base
		}
		for _, c := range e.Customers {
			if c.Provision < 0 {
				t.Fatalf("seed %d: a provision of %d", seed, c.Provision)
			}
			customers += c.Provision
		}
		if e.Provision != buckets || e.Provision != customers && len(owed) > 0 || e.Open != open || e.Base != base || e.Base < e.Provision {
			t.Fatalf("seed %d: provision %d, buckets %d, customers %d, open %d of %d", seed, e.Provision, buckets, customers, e.Open, open)
		}
	}
}

// halfUp rounds base×bp÷10,000 in two parts, so that nothing overflows.
func halfUp(base, bp int64) int64 {
	return base/10_000*bp + (base%10_000*bp*2+10_000)/20_000
}

func TestLatenessByAmount(t *testing.T) {
	t.Parallel()
	c, due := uuid.New(), calendar.NewDate(2026, 5, 31)
	settled := []portfolio.Settled{{c, due, 100_00}, {c, due.AddDays(30), 300_00}}
	paid := []portfolio.Paid{{c, due.AddDays(10), 100_00}, {c, due.AddDays(50), 150_00}, {c, due.AddDays(70), 150_00}}
	got := portfolio.Late(settled, paid, calendar.NewDate(2025, 11, 22))
	// 100 × 10, 150 × 20, 150 × 40 days over 400 yuan
	if want := (portfolio.Lateness{Days: 25, Payments: 3, Amount: 400_00}); got[c] != want || got[uuid.Nil] != want {
		t.Errorf("%+v", got)
	}
	if got := portfolio.Late(settled, paid, due.AddDays(11)); len(got) != 0 {
		t.Errorf("two payments are no habit: %+v", got)
	}
	early := portfolio.Late([]portfolio.Settled{{c, due, 3_00}}, []portfolio.Paid{{c, due.AddDays(-5), 1_00}, {c, due.AddDays(-5), 1_00}, {c, due.AddDays(-4), 1_00}}, due.AddDays(-99))
	if early[c].Days != -5 { // −14/3
		t.Errorf("early: %+v", early)
	}
	fen := portfolio.Late([]portfolio.Settled{{c, due, 3}}, []portfolio.Paid{{c, due.AddDays(9), 1}, {c, due.AddDays(9), 1}, {c, due.AddDays(9), 1}}, due)
	if fen[c].Days != 9 {
		t.Errorf("of single fen: %+v", fen)
	}
}

func TestForecastOfOne(t *testing.T) {
	t.Parallel()
	d := portfolio.Debtor{Late: portfolio.Lateness{Days: 10}, Open: []portfolio.OpenDue{
		{today.AddDays(-40), 1000}, // behind, but 700 of it are promised
		{today.AddDays(-20), -100}, // credit, off the oldest
		{today.AddDays(-5), 500},   // in five days
		{today.AddDays(400), 50},   // later
	}, Promises: []portfolio.Promise{{today.AddDays(9), 700}}}
	f := portfolio.Forecast(portfolio.Weeks, today, []portfolio.Debtor{d})
	if len(f.Spans) != 13 || f.Spans[0] != (portfolio.Span{First: today, Last: today}) || f.Spans[1].Last != today.AddDays(7) { // a Sunday
		t.Fatalf("spans %v", f.Spans)
	}
	e := f.Total
	if e.Open != 1450 || e.Behind != 200 || e.Spans[2].Promised != 700 || e.Spans[1].Habit != 500 || e.Later.Habit != 50 {
		t.Errorf("%+v", e)
	}
	months := portfolio.Months.Spans(today)
	if len(months) != 12 || months[0].Last != calendar.NewDate(2026, 11, 30) || months[11].Last != calendar.NewDate(2027, 10, 31) {
		t.Errorf("months %v", months)
	}
}

// TestForecastAddsUp holds for any debts and promises.
func TestForecastAddsUp(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3000) {
		rng := rand.New(rand.NewPCG(seed, 11))
		debtors := make([]portfolio.Debtor, rng.IntN(6))
		var open int64
		for i := range debtors {
			debtors[i].Late.Days = rng.IntN(200) - 60
			due := today.AddDays(-rng.IntN(500))
			for range rng.IntN(8) {
				fen := rng.Int64N(1000) - 250
				open += fen
				debtors[i].Open = append(debtors[i].Open, portfolio.OpenDue{Due: due, Amount: fen})
				due = due.AddDays(1 + rng.IntN(150))
			}
			for range rng.IntN(3) {
				debtors[i].Promises = append(debtors[i].Promises, portfolio.Promise{On: today.AddDays(rng.IntN(500) - 20), Amount: rng.Int64N(1500)})
			}
		}
		f := portfolio.Forecast(portfolio.Steps[rng.IntN(2)], today, debtors)
		var parts int64
		for _, c := range append([]portfolio.DebtorCash{{Expected: f.Total}}, f.Customers...) {
			sum := c.Later.Sum() + c.Behind + c.Credit
			for _, s := range c.Spans {
				if s.Promised < 0 || s.Habit < 0 {
					t.Fatalf("seed %d: %+v", seed, s)
				}
				sum += s.Sum()
			}
			if sum != c.Expected.Open || c.Credit > 0 || c.Behind < 0 {
				t.Fatalf("seed %d: %d of %d: %+v", seed, sum, c.Expected.Open, c.Expected)
			}
			parts += sum
		}
		if f.Total.Open != open || parts != 2*open {
			t.Fatalf("seed %d: %d of %d", seed, f.Total.Open, open)
		}
	}
}

func TestRuleIsChecked(t *testing.T) {
	t.Parallel()
	if err := portfolio.Preset().Validate(); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*portfolio.Rule){
		"days that fall":      func(r *portfolio.Rule) { r.Days[2] = 5 },
		"an unknown category": func(r *portfolio.Rule) { r.Listed = "bad" },
		"rates that fall":     func(r *portfolio.Rule) { r.Given[3] = 1 },
		"more than all":       func(r *portfolio.Rule) { r.Terminal = 10_001 },
		"no factor":           func(r *portfolio.Rule) { r.Factor = 0 },
	} {
		r := portfolio.Preset()
		if change(&r); r.Validate() == nil {
			t.Errorf("%s passed", name)
		}
	}
}
