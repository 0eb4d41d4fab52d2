package creditcheck

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
	"google.golang.org/protobuf/proto"

	creditcheckv1 "zhuxin/app/api/creditcheck/v1"
	"zhuxin/biz/creditcheck"
	"zhuxin/biz/exposure"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/money"
)

func decided() creditcheck.Decision {
	id, now := uuid.MustParse("0192a6f0-7c1e-7000-8000-000000000000"), time.Date(2026, 3, 31, 4, 0, 0, 123456000, time.UTC)
	f := creditcheck.Facts{LimitKind: exposure.LimitAmount, StandingLimit: 100, Receivable: 30, Reserved: 20, Exposure: 50, Headroom: 50,
		OverdueAmount: 7, OverdueDays: 3, MaxOverdueAmount: new(money.Amount(10)), MaxOverdueDays: new(0), Grade: "B", CustomerActive: true,
		NegativeListed: true, NegativeReasonCode: "X", NegativeReasonText: "<欠款>", NegativeAction: creditcheck.Warn, Currency: "CNY",
		AsOf: calendar.NewDate(2026, 3, 31)}
	v := creditcheck.Decide(f, creditcheck.Preset(), 40)
	return creditcheck.Decision{ID: id, Operation: creditcheck.OpReserve, OrderNo: "O-1", CustomerID: id, CustomerName: "客户", Amount: 40,
		Outcome: v.Outcome, Reasons: v.Reasons, Facts: f, Binding: v.Binding, PolicyVersion: 2, DecidedAt: now,
		Reservation: &creditcheck.Reservation{ID: id, CustomerID: id, OrderNo: "O-1", Amount: 40, HeldAmount: 40, Status: creditcheck.StatusOpen,
			CheckID: id, ExpiresAt: now.Add(72 * time.Hour), CreatedAt: now, UpdatedAt: now}}
}

// What a repeat is answered with was stored as JSON: it makes the same message.
func TestRememberedDecisionIsTheSameMessage(t *testing.T) {
	t.Parallel()
	first := decided()
	raw, err := json.Marshal(first)
	if err != nil {
		t.Fatal(err)
	}
	var again creditcheck.Decision
	if err := json.Unmarshal(raw, &again); err != nil {
		t.Fatal(err)
	}
	a, b := toDecision(first), toDecision(again)
	if !proto.Equal(a, b) {
		t.Errorf("first %v\nagain %v", a, b)
	}
	if a.Outcome != "block" || a.Reservation.GetStatus() != "open" || a.Facts.GetMaxOverdueDays() != 0 || a.Facts.MaxOverdueDays == nil || a.Facts.AsOf != "2026-03-31" {
		t.Errorf("got %v", a)
	}
}

func TestIDsThatAreNone(t *testing.T) {
	t.Parallel()
	s := New(nil, nil, nil)
	for name, err := range map[string]error{
		"RESERVATION_NOT_FOUND": func() error {
			_, err := s.GetReservation(t.Context(), &creditcheckv1.GetReservationRequest{Id: "x"})
			return err
		}(),
		"CUSTOMER_NOT_FOUND": func() error {
			_, err := s.Check(t.Context(), &creditcheckv1.CheckRequest{CustomerId: "x"})
			return err
		}(),
		"INVALID_INPUT": func() error {
			_, err := s.ListChecks(t.Context(), &creditcheckv1.ListChecksRequest{CustomerId: "x"})
			return err
		}(),
	} {
		var f *fault.Error
		if !errors.As(err, &f) || f.Reason != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}
