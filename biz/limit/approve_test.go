package limit_test

import (
	"testing"

	"zhuxin/biz/exposure"
	"zhuxin/biz/limit"
	"zhuxin/shared/money"
)

// What an approver sees used is the exposure, and its parts add up to it.
func TestAccountFactsAddUp(t *testing.T) {
	t.Parallel()
	a := exposure.Account{Receivable: 1, Reserved: 20, Delivered: 300, Reconciled: 4000, Drafts: 50_000, Advances: 100_000}
	f := limit.AccountFactsOf(a)
	if sum := f.Receivable + f.Reserved + f.Delivered + f.Reconciled + f.Drafts - f.Advances; f.Exposure != a.Exposure() || sum != a.Exposure() {
		t.Errorf("exposure %d, shown %d, parts %d", a.Exposure(), f.Exposure, sum)
	}
}

// The one rule against decisions over the line, from the last fen within on.
func TestOverTheLine(t *testing.T) {
	t.Parallel()
	most, quota := new(money.Amount(100)), &limit.Quota{Amount: 60}
	for name, c := range map[string]struct {
		ceiling limit.Ceiling
		after   *money.Amount
		want    limit.LeftOut
	}{
		"to the maximum":       {limit.Ceiling{GradeMax: most}, new(money.Amount(100)), ""},
		"a fen above":          {limit.Ceiling{GradeMax: most}, new(money.Amount(101)), limit.LeftAboveMax},
		"without bound":        {limit.Ceiling{GradeMax: most}, nil, limit.LeftAboveMax},
		"not rated":            {limit.Ceiling{}, new(money.Amount(1)), limit.LeftUnrated},
		"to the quota":         {limit.Ceiling{GradeMax: most, Quota: quota}, new(money.Amount(60)), ""},
		"above the quota":      {limit.Ceiling{GradeMax: most, Quota: quota}, new(money.Amount(61)), limit.LeftAboveQuota},
		"above both":           {limit.Ceiling{GradeMax: most, Quota: quota}, new(money.Amount(101)), limit.LeftAboveMax},
		"a quota of nothing":   {limit.Ceiling{GradeMax: most, Quota: &limit.Quota{}}, new(money.Amount(1)), limit.LeftAboveQuota},
		"a maximum of nothing": {limit.Ceiling{GradeMax: new(money.Amount(0))}, new(money.Amount(1)), limit.LeftAboveMax},
	} {
		got := c.ceiling.Over(c.after)
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if err := c.ceiling.Refusal(got, true); (err == nil) != (c.want == "") {
			t.Errorf("%s: refused with %v", name, err)
		}
	}
}
