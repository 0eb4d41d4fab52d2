package customer

import (
	"testing"

	"zhuxin/biz/customer"
	"zhuxin/biz/exposure"
)

// The parts of a standing add up to its exposure.
func TestStandingAddsUp(t *testing.T) {
	t.Parallel()
	a := exposure.Account{LimitKind: exposure.LimitAmount, Receivable: 1, Reserved: 20, Delivered: 300, Reconciled: 4000, Drafts: 50_000, Advances: 100_000}
	s := toStanding(t.Context(), customer.Detail{Account: a})
	if sum := s.GetReceivable() + s.GetReserved() + s.GetDelivered() + s.GetReconciled() + s.GetDrafts() - s.GetAdvances(); s.GetExposure() != sum || sum != int64(a.Exposure()) {
		t.Errorf("exposure %d, parts %d", s.GetExposure(), sum)
	}
}
