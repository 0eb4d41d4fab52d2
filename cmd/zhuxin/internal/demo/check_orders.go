package demo

import (
	"fmt"
	"net/http"

	creditcheckv1 "zhuxin/app/api/creditcheck/v1"
	memberv1 "zhuxin/app/api/member/v1"
)

func (w *walk) checkAllow() (string, error) {
	var k memberv1.CreateAPIKeyReply
	err := w.admin.call(w.ctx, http.MethodPost, "/v1/api-keys",
		&memberv1.CreateAPIKeyRequest{Name: "ERP", Scopes: []string{"credit.check", "credit.reserve"}, ValidDays: 30}, &k)
	if err != nil {
		return "", err
	}
	w.erp = newClient(w.cfg.BaseURL)
	w.erp.apiKey = k.GetSecret()
	d, err := w.check("SO-A-"+w.run, 10_000_00)
	if err == nil && d.GetOutcome() != "allow" {
		err = fmt.Errorf("outcome %s: %v", d.GetOutcome(), d.GetReasons())
	}
	f := d.GetFacts()
	return fmt.Sprintf("limit %s, exposure %s, headroom %s, policy v%d",
		hundredths(f.GetStandingLimit()), hundredths(f.GetExposure()), hundredths(f.GetHeadroom()), d.GetPolicyVersion()), err
}

func (w *walk) check(order string, fen int64) (*creditcheckv1.Decision, error) {
	var d creditcheckv1.Decision
	err := w.erp.call(w.ctx, http.MethodPost, "/v1/credit-checks",
		&creditcheckv1.CheckRequest{CustomerNumber: "CK-" + w.run, OrderNo: order, Amount: fen}, &d, "Idempotency-Key", order)
	return &d, err
}

func (w *walk) reserveRequest(fen int64) *creditcheckv1.ReserveRequest {
	return &creditcheckv1.ReserveRequest{Uscc: string(w.customerUSCC), OrderNo: "SO-R-" + w.run, Amount: fen}
}

func (w *walk) reserve() (string, error) {
	var first, again creditcheckv1.Decision
	in := w.reserveRequest(20_000_00)
	for _, out := range []*creditcheckv1.Decision{&first, &again} {
		if err := w.erp.call(w.ctx, http.MethodPost, "/v1/credit-reservations", in, out, "Idempotency-Key", "r-"+w.run); err != nil {
			return "", err
		}
	}
	if first.GetReservation() == nil || first.GetReservation().GetId() != again.GetReservation().GetId() {
		return "", fmt.Errorf("the repeated request made another reservation: %v, %v", first.GetReservation(), again.GetReservation())
	}
	w.reservationID = first.GetReservation().GetId()
	s, err := w.standing(w.ctx)
	if err == nil && s.GetReserved() != in.GetAmount() {
		err = fmt.Errorf("%d fen are held instead of %d", s.GetReserved(), in.GetAmount())
	}
	return "held once: " + hundredths(s.GetReserved()), err
}

func (w *walk) reuseKey() (string, error) {
	err := w.erp.call(w.ctx, http.MethodPost, "/v1/credit-reservations", w.reserveRequest(30_000_00), nil, "Idempotency-Key", "r-"+w.run)
	if !refused(err, http.StatusUnprocessableEntity) {
		return "", fmt.Errorf("not refused: %v", err)
	}
	return "422", nil
}

func (w *walk) commit() (string, error) {
	var r creditcheckv1.Reservation
	err := w.erp.call(w.ctx, http.MethodPost, "/v1/credit-reservations/"+w.reservationID+":commit",
		&creditcheckv1.CommitRequest{Amount: 15_000_00}, &r, "Idempotency-Key", "c-"+w.run)
	if err == nil && (r.GetStatus() != "committed" || r.GetHeldAmount() != 15_000_00) {
		err = fmt.Errorf("reservation is %s and holds %d", r.GetStatus(), r.GetHeldAmount())
	}
	if err != nil {
		return "", err
	}
	err = w.erp.call(w.ctx, http.MethodPost, "/v1/credit-reservations/"+w.reservationID+":release",
		&creditcheckv1.ReleaseRequest{Reason: "检查结束"}, &r, "Idempotency-Key", "f-"+w.run)
	if err == nil && r.GetHeldAmount() != 0 {
		err = fmt.Errorf("%d fen are still held", r.GetHeldAmount())
	}
	return "150.00 hundred kept until billed, then given back", err
}

func (w *walk) checkBlock() (string, error) {
	s, err := w.standing(w.ctx)
	if err != nil {
		return "", err
	}
	d, err := w.check("SO-B-"+w.run, s.GetHeadroom()+1)
	if err != nil {
		return "", err
	}
	if d.GetOutcome() != "block" || len(d.GetReasons()) == 0 || d.GetReasons()[0].GetCode() != "OVER_LIMIT" {
		return "", fmt.Errorf("one fen above the headroom: %s %v", d.GetOutcome(), d.GetReasons())
	}
	r := d.GetReasons()[0]
	return fmt.Sprintf("%s %s: %s against %s; bound by %s", d.GetOutcome(), r.GetCode(), hundredths(r.GetActual()), hundredths(r.GetBound()), d.GetBindingLimit()), nil
}
