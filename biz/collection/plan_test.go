package collection_test

import (
	"errors"
	"math/big"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"zhuxin/biz/collection"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

var today = calendar.NewDate(2026, 5, 1)

func TestRules(t *testing.T) {
	t.Parallel()
	project := uuid.New()
	a := collection.Item{ID: uuid.New(), DocumentNo: "A", ContractNo: "HT-1", DueDate: today - 10, Open: 100}
	b := collection.Item{ID: uuid.New(), DocumentNo: "B", ProjectID: project, DueDate: today - 30, Open: 50}
	c := collection.Item{ID: uuid.New(), DocumentNo: "C", ContractNo: "HT-1", DueDate: today - 60, Open: 70, Disputed: true}
	items := []collection.Item{a, b, c}
	type want struct {
		no     string
		amount money.Amount
	}
	for name, x := range map[string]struct {
		sel    collection.Selection
		amount money.Amount
		want   []want
		err    error
	}{
		"oldest first leaves disputed ones out": {collection.Selection{Rule: collection.RuleOldest}, 120, []want{{"B", 50}, {"A", 70}}, nil},
		"chosen in their order, disputed too":   {collection.Selection{Rule: collection.RuleChosen, Items: []uuid.UUID{c.ID, a.ID, c.ID}}, 90, []want{{"C", 70}, {"A", 20}}, nil},
		"by contract":                           {collection.Selection{Rule: collection.RuleContract, ContractNo: "HT-1"}, 500, []want{{"A", 100}}, nil},
		"by project":                            {collection.Selection{Rule: collection.RuleProject, ProjectID: project}, 500, []want{{"B", 50}}, nil},
		"by hand, in part":                      {collection.Selection{Rule: collection.RuleManual, Amounts: map[uuid.UUID]money.Amount{a.ID: 30, c.ID: 1}}, 500, []want{{"C", 1}, {"A", 30}}, nil},
		"by hand, more than is open":            {collection.Selection{Rule: collection.RuleManual, Amounts: map[uuid.UUID]money.Amount{b.ID: 51}}, 500, nil, collection.ErrTooMuch},
		"by hand, more than came in":            {collection.Selection{Rule: collection.RuleManual, Amounts: map[uuid.UUID]money.Amount{a.ID: 60, b.ID: 50}}, 100, nil, collection.ErrTooMuch},
		"an item that is not open":              {collection.Selection{Rule: collection.RuleChosen, Items: []uuid.UUID{uuid.New()}}, 100, nil, collection.ErrItemNotFound},
		"nothing left of the receipt":           {collection.Selection{Rule: collection.RuleOldest}, 0, nil, collection.ErrNothingOpen},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := collection.Plan(x.sel, items, x.amount)
			if !errors.Is(err, x.err) || len(got) != len(x.want) {
				t.Fatalf("got %v, %v", got, err)
			}
			for i, w := range x.want {
				if got[i].Item.DocumentNo != w.no || got[i].Amount != w.amount {
					t.Errorf("%d: got %s %d, want %+v", i, got[i].Item.DocumentNo, got[i].Amount, w)
				}
			}
		})
	}
}

func TestPlanNeverGivesTooMuch(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var items []collection.Item
		var ids []uuid.UUID
		for range rapid.IntRange(0, 8).Draw(t, "items") {
			i := collection.Item{ID: uuid.New(), Open: money.Amount(rapid.Int64Range(1, 1000).Draw(t, "open")), DueDate: today.AddDays(rapid.IntRange(-99, 99).Draw(t, "due")), Disputed: rapid.Bool().Draw(t, "disputed")}
			items, ids = append(items, i), append(ids, i.ID)
		}
		amount := money.Amount(rapid.Int64Range(0, 3000).Draw(t, "amount"))
		sel := collection.Selection{Rule: rapid.SampledFrom([]collection.Rule{collection.RuleOldest, collection.RuleChosen, collection.RuleContract, collection.RuleProject}).Draw(t, "rule"), Items: ids}
		got, err := collection.Plan(sel, items, amount)
		var given money.Amount
		for _, a := range got {
			given += a.Amount
			if a.Amount <= 0 || a.Amount > a.Item.Open {
				t.Fatalf("item of %d gets %d", a.Item.Open, a.Amount)
			}
		}
		var open money.Amount
		for _, i := range items {
			if !i.Disputed || sel.Rule == collection.RuleChosen {
				open += i.Open
			}
		}
		if given != min(amount, open) || (err == nil) != (given > 0) {
			t.Fatalf("gave %d of %d, open %d, %v", given, amount, open, err)
		}
	})
}

func TestLateFee(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		open        money.Amount
		late        int
		rate, grace int
		want        money.Amount
	}{
		{1_000_000, 10, 500, 0, 5_000}, // CNY 10,000 for 10 days at 0.05 %
		{1_000_000, 10, 500, 10, 0},    // within the grace
		{1_000_000, 11, 500, 10, 5_500},
		{1_000, 1, 500, 0, 1}, // half a fen is one
		{999, 1, 500, 0, 0},
		{-5_000_000, 100, 500, 0, 0},
		{10_000_000_000_000, 10_000, 10_000, 0, 1_000_000_000_000_000},
		{1_000_000, -3, 500, 0, 0},
	} {
		if got, _ := (collection.FeeTerms{PPM: c.rate, GraceDays: c.grace}).Of(c.open, nil, today.AddDays(-c.late), today); got != c.want {
			t.Errorf("%+v: got %d", c, got)
		}
	}
}

// A fee stands when the debt is paid: parts cost what the whole costs on the same dates,
// what is paid today costs what is open, and who pays earlier never pays more.
func TestPaymentsKeepTheFee(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		terms := collection.FeeTerms{PPM: rapid.IntRange(0, 10_000).Draw(t, "ppm"), GraceDays: rapid.IntRange(0, 30).Draw(t, "grace")}
		due := today.AddDays(-rapid.IntRange(-5, 400).Draw(t, "late"))
		open := money.Amount(rapid.Int64Range(0, 100_000_000).Draw(t, "open"))
		var whole, parts, earlier []collection.Payment
		for range rapid.IntRange(0, 5).Draw(t, "payments") {
			p := collection.Payment{On: today.AddDays(-rapid.IntRange(0, 400).Draw(t, "on")), Amount: money.Amount(rapid.Int64Range(1, 100_000_000).Draw(t, "amount"))}
			whole, earlier = append(whole, p), append(earlier, collection.Payment{On: p.On.AddDays(-rapid.IntRange(0, 40).Draw(t, "earlier")), Amount: p.Amount})
			first := money.Amount(rapid.Int64Range(0, int64(p.Amount)).Draw(t, "part"))
			parts = append(parts, collection.Payment{On: p.On, Amount: first}, collection.Payment{On: p.On, Amount: p.Amount - first})
		}
		fee, _ := terms.Of(open, whole, due, today)
		if got, _ := terms.Of(open, parts, due, today); got != fee {
			t.Fatalf("in parts %d, at once %d", got, fee)
		}
		if got, _ := terms.Of(0, append(whole, collection.Payment{On: today, Amount: open}), due, today); got != fee {
			t.Fatalf("paid today %d, open today %d", got, fee)
		}
		if got, _ := terms.Of(open, earlier, due, today); got > fee {
			t.Fatalf("paid earlier %d, later %d", got, fee)
		}
	})
}

// What lateness costs is never below zero, rises with days and amount, and what is
// waived of an item never exceeds its fees, however its instalments lie.
func TestFeesHold(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := collection.Settings{LateFeePPM: rapid.IntRange(0, 10_000).Draw(t, "ppm"), LateFeeGraceDays: rapid.IntRange(0, 30).Draw(t, "grace")}
		given, item := money.Amount(rapid.Int64Range(0, 1_000_000).Draw(t, "given")), uuid.New()
		var lines []collection.FeeLine
		for range rapid.IntRange(1, 6).Draw(t, "lines") {
			l := collection.FeeLine{Receivable: item, Given: given, DueDate: today.AddDays(-rapid.IntRange(-5, 400).Draw(t, "late")), Open: money.Amount(rapid.Int64Range(-1_000_000, 100_000_000).Draw(t, "open"))}
			if rapid.Bool().Draw(t, "own") {
				ppm := rapid.IntRange(0, 10_000).Draw(t, "contract")
				l.Contract = &ppm
			}
			lines = append(lines, l)
		}
		var fees, waived money.Amount
		for _, l := range s.Fees(lines, today) {
			exact := big.NewRat(int64(l.Open)*int64(l.Terms.PPM)*int64(l.Days), 1_000_000)
			off := new(big.Rat).Sub(big.NewRat(int64(l.Fee), 1), exact)
			switch {
			case l.Contract != nil && l.Terms.PPM != *l.Contract || l.Contract == nil && l.Terms.PPM != s.LateFeePPM:
				t.Fatalf("the rate is %d", l.Terms.PPM)
			case l.Open <= 0 || l.Days <= s.LateFeeGraceDays:
				if l.Fee != 0 {
					t.Fatalf("%+v costs", l)
				}
			case off.Abs(off).Cmp(big.NewRat(1, 2)) > 0:
				t.Fatalf("%+v is off by %s fen", l, off)
			}
			if l.Waived < 0 || l.Waived > l.Fee {
				t.Fatalf("%+v", l)
			}
			fees, waived = fees+l.Fee, waived+l.Waived
		}
		if waived != min(given, fees) {
			t.Fatalf("waived %d of %d, given %d", waived, fees, given)
		}
	})
}
