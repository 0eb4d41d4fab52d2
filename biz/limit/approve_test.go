package limit_test

import (
	"testing"

	"zhuxin/biz/exposure"
	"zhuxin/biz/limit"
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
