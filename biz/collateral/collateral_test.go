package collateral_test

import (
	"math"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"zhuxin/biz/collateral"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
)

var today = calendar.NewDate(2026, 11, 20)

func TestWorth(t *testing.T) {
	t.Parallel()
	value := func(a money.Amount) *money.Amount { return &a }
	for name, c := range map[string]struct {
		guaranteed money.Amount
		appraised  *money.Amount
		rate       int
		want       money.Amount
	}{
		"by the rate":                  {1_000_00, nil, 3_000, 300_00},
		"in full":                      {1_000_01, nil, 10_000, 1_000_01},
		"rounded down to the fen":      {99, nil, 5_000, 49},
		"less than a fen":              {1, nil, 9_999, 0},
		"the appraisal where smaller":  {1_000_00, value(600_00), 5_000, 300_00},
		"the guarantee where smaller":  {1_000_00, value(9_000_00), 5_000, 500_00},
		"nothing by a rate of nothing": {1_000_00, nil, 0, 0},
		"the largest amount":           {math.MaxInt64, nil, 10_000, math.MaxInt64},
		"the largest amount in part":   {math.MaxInt64, nil, 7_000, 6456360425798343064},
	} {
		if got := collateral.Worth(c.guaranteed, c.appraised, c.rate); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

// Whatever the figures: exactly the quotient rounded down, never above what is
// guaranteed or appraised, never less by a larger amount or rate.
func TestWorthIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.Int64Range(1, math.MaxInt64)
		g, rate := amount.Draw(t, "guaranteed"), rapid.IntRange(0, 10_000).Draw(t, "rate")
		var appraised *money.Amount
		base := g
		if rapid.Bool().Draw(t, "has a value") {
			appraised = new(money.Amount(amount.Draw(t, "appraised")))
			base = min(g, int64(*appraised))
		}
		got := collateral.Worth(money.Amount(g), appraised, rate)
		want := new(big.Int).Div(new(big.Int).Mul(big.NewInt(base), big.NewInt(int64(rate))), big.NewInt(10_000))
		if !want.IsInt64() || int64(got) != want.Int64() || int64(got) > base {
			t.Fatalf("%d of %d at %d: want %s", got, base, rate, want)
		}
		if rate < 10_000 && collateral.Worth(money.Amount(g), appraised, rate+1) < got {
			t.Fatalf("a better rate than %d gives less", rate)
		}
	})
}

func TestCoverByDate(t *testing.T) {
	t.Parallel()
	item := collateral.Collateral{Terms: collateral.Terms{StartsOn: today, EndsOn: today + 9}, Cover: 70, Status: collateral.StatusActive}
	for day, want := range map[int]money.Amount{-1: 0, 0: 70, 9: 70, 10: 0} {
		if got := item.CoverOn(today.AddDays(day)); got != want {
			t.Errorf("after %d days %d, want %d", day, got, want)
		}
	}
	for day, want := range map[int]collateral.Status{-1: collateral.StatusUpcoming, 0: collateral.StatusActive, 9: collateral.StatusActive, 10: collateral.StatusEnded} {
		if got := item.On(today.AddDays(day)).Status; got != want {
			t.Errorf("after %d days %s, want %s", day, got, want)
		}
	}
	open := item
	open.EndsOn = 0
	if open.CoverOn(today+100_000) != 70 {
		t.Error("a deposit without an end ended")
	}
	for _, s := range collateral.Statuses {
		other := item
		if other.Status = s; s != collateral.StatusActive && other.CoverOn(today) != 0 {
			t.Errorf("%s counts", s)
		}
	}
}

func TestFaultsOfTerms(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(in *collateral.Terms)
		want  []string
	}{
		"sound":                           {func(*collateral.Terms) {}, nil},
		"its last day is today":           {func(in *collateral.Terms) { in.StartsOn, in.EndsOn = today-9, today }, nil},
		"no code is needed":               {func(in *collateral.Terms) { in.ProviderUSCC = "" }, nil},
		"wrong check character":           {func(in *collateral.Terms) { in.ProviderUSCC = "911100000000000010" }, []string{"provider_uscc"}},
		"short code":                      {func(in *collateral.Terms) { in.ProviderUSCC = "9111" }, []string{"provider_uscc"}},
		"no amount":                       {func(in *collateral.Terms) { in.Guaranteed = 0 }, []string{"guaranteed_amount"}},
		"absurd amounts":                  {func(in *collateral.Terms) { in.Guaranteed, *in.Appraised = 1<<60, 1<<60 }, []string{"guaranteed_amount", "appraised_amount"}},
		"a mortgage without appraisal":    {func(in *collateral.Terms) { in.Appraised, in.AppraisedOn = nil, 0 }, []string{"appraised_amount", "appraised_on"}},
		"appraised tomorrow":              {func(in *collateral.Terms) { in.AppraisedOn = today + 1 }, []string{"appraised_on"}},
		"a guarantee with an appraisal":   {func(in *collateral.Terms) { in.Kind = collateral.Guarantee }, []string{"appraised_amount", "appraised_on"}},
		"a mortgage without registration": {func(in *collateral.Terms) { in.ReferenceNo = "" }, []string{"reference_no"}},
		"no last day":                     {func(in *collateral.Terms) { in.EndsOn = 0 }, []string{"ends_on"}},
		"a deposit without a last day": {func(in *collateral.Terms) {
			*in = collateral.Terms{Kind: collateral.Deposit, ProviderName: "x", Guaranteed: 1, StartsOn: today}
		}, nil},
		"ends before it begins": {func(in *collateral.Terms) { in.EndsOn = in.StartsOn - 1 }, []string{"ends_on", "ends_on"}},
		"over already":          {func(in *collateral.Terms) { in.StartsOn, in.EndsOn = today-9, today-1 }, []string{"ends_on"}},
		"beyond fifty years":    {func(in *collateral.Terms) { in.EndsOn = in.StartsOn.AddDays(18_264) }, []string{"ends_on"}},
		"nothing":               {func(in *collateral.Terms) { *in = collateral.Terms{} }, []string{"kind", "provider_name", "guaranteed_amount", "starts_on", "ends_on"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in := collateral.Terms{Kind: collateral.Mortgage, ProviderName: "华泰置业", ProviderUSCC: "91350100M000100Y43", ReferenceNo: "R-1", Guaranteed: 100,
				Appraised: new(money.Amount(90)), AppraisedOn: today, StartsOn: today, EndsOn: today + 30}
			c.spoil(&in)
			var got []string
			if f, ok := fault.As(in.Validate(today)); ok {
				for _, x := range f.Fields {
					got = append(got, x.Name)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("faults of %v, want %v", got, c.want)
			}
		})
	}
}

func TestRatesFaults(t *testing.T) {
	t.Parallel()
	if err := collateral.PresetRates().Validate(); err != nil {
		t.Error(err)
	}
	r := collateral.PresetRates()
	r.Of[collateral.Pledge], r.Of[collateral.Deposit], r.Version = 10_001, -1, -1
	if f, ok := fault.As(r.Validate()); !ok || len(f.Fields) != 3 {
		t.Errorf("faults: %v", f)
	}
	if f, ok := fault.As(collateral.Rates{}.Validate()); !ok || len(f.Fields) != len(collateral.Kinds) {
		t.Errorf("no rates at all: %v", f)
	}
}
