package creditcheck

import (
	"testing"

	"zhuxin/shared/money"
)

// A pour that has begun is finished with a warning, up to what is held for its order, and
// a stop of an earlier day is none of it (beyond.md 4).
func TestPourThatHasBegun(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		amount money.Amount
		change func(*Facts, *Policy)
		want   Outcome
	}{
		"stopped in mid-pour":                   {100, func(*Facts, *Policy) {}, Warn},
		"all that is held":                      {1000, func(*Facts, *Policy) {}, Warn},
		"a fen more":                            {1001, func(*Facts, *Policy) {}, Block},
		"within the tolerance":                  {1050, func(f *Facts, _ *Policy) { f.Tolerated = 50 }, Warn},
		"the tenant breaks pours off":           {100, func(_ *Facts, p *Policy) { p.Rules.StopPours = true }, Block},
		"stopped the day before":                {100, func(f *Facts, _ *Policy) { f.Pour.StoppedOn-- }, Block},
		"nothing delivered today":               {100, func(f *Facts, _ *Policy) { f.Pour = nil }, Block},
		"at the order":                          {100, func(f *Facts, _ *Policy) { f.Checkpoint = AtOrder }, Block},
		"frozen in mid-pour":                    {100, func(f *Facts, _ *Policy) { f.SupplyStopped, f.Frozen, f.Pour.FrozenOn = false, true, f.AsOf }, Warn},
		"frozen before":                         {100, func(f *Facts, _ *Policy) { f.SupplyStopped, f.Frozen, f.Pour.FrozenOn = false, true, f.AsOf-1 }, Block},
		"frozen, nobody knows when":             {100, func(f *Facts, _ *Policy) { f.SupplyStopped, f.Frozen = false, true }, Block},
		"overdue since this morning":            {100, func(f *Facts, _ *Policy) { f.SupplyStopped, f.OverdueAmount, f.OverdueDays = false, 9_000_00, 31 }, Warn},
		"over the limit meanwhile":              {100, func(f *Facts, _ *Policy) { f.SupplyStopped, f.Exposure = false, 100_000_01 }, Warn},
		"listed by HQ":                          {100, func(f *Facts, _ *Policy) { f.SupplyStopped, f.NegativeListed = false, true }, Block},
		"over HQ's quota":                       {100, func(f *Facts, _ *Policy) { f.SupplyStopped, f.GroupQuota = false, &PoolFacts{Limit: 1, Used: 2} }, Block},
		"switched off":                          {100, func(f *Facts, _ *Policy) { f.SupplyStopped, f.CustomerActive = false, false }, Block},
		"stopped in mid-pour, and listed by HQ": {100, func(f *Facts, _ *Policy) { f.NegativeListed = true }, Block},
		"nothing stops it":                      {100, func(f *Facts, _ *Policy) { f.SupplyStopped = false }, Allow},
	} {
		f, p := healthy(), Preset()
		f.Checkpoint, f.SupplyStopped, f.Pour = AtDispatch, true, &PourFacts{Left: 1000, StoppedOn: f.AsOf}
		f.Covered = min(c.amount, 1000)
		c.change(&f, &p)
		v := Decide(f, p, c.amount)
		if v.Outcome != c.want {
			t.Errorf("%s: %s, want %s (%+v)", name, v.Outcome, c.want, v.Reasons)
		}
		for _, r := range v.Reasons {
			if r.Covered != (c.want == Warn) && r.Code != NegativeList && r.Code != SupplyStopped {
				t.Errorf("%s: %s is recorded as covered: %v", name, r.Code, r.Covered)
			}
			if c.want == Warn && r.Action == Warn && !r.Covered {
				t.Errorf("%s: the exception from %s is not recorded", name, r.Code)
			}
		}
	}
}
