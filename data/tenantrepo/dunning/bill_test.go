package dunning_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"zhuxin/biz/dunning"
	"zhuxin/biz/letter"
	"zhuxin/data/letterpdf"
	letterrepo "zhuxin/data/tenantrepo/letter"
	"zhuxin/shared/access"
)

// A level with a bill makes one, numbered and stored, which goes with the mail; by
// hand it is made as of today. The sum is items and fees less what was waived.
func TestBill(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := w.NewCustomer(t, w.ctx, 1).ID
	w.phone(t, c)
	if _, err := w.service.Bill(w.ctx, c, false); !errors.Is(err, dunning.ErrNoBill) {
		t.Errorf("a bill of nothing: %v", err)
	}
	w.owe(t, c, "A-1", -10, 1000_00)
	w.owe(t, c, "CR-1", -1, -200_00)
	w.owe(t, c, "A-2", 20, 900_00)
	w.enable(t)
	ok(t, w.service.Daily(w.ctx, w.today))
	ok(t, w.service.Daily(w.ctx, w.today))
	if n := w.Count(t, w.ctx, `SELECT count(*) FROM letters WHERE kind = 'dunning_bill' AND amount = 80500`); n != 1 {
		t.Fatalf("%d bills of 1,000.00 − 200.00 + 0.05%% × 10 days", n)
	}
	if n := w.Count(t, w.ctx, `SELECT count(*) FROM notify_deliveries d JOIN letters l ON l.id = d.letter_id WHERE d.audience = 'customer' AND d.body LIKE '%附催款单 2026-0001%'`); n != 1 {
		t.Errorf("%d messages carry the bill", n)
	}
	b, err := w.service.Bill(w.ctx, c, true)
	if err != nil || b.Number() != "2026-0002" || b.Kind != letter.KindBill || b.LateFee() != 5_00 || b.Queued != 0 {
		t.Errorf("%+v, %v", b, err)
	}
	_, other := w.AddMember(t, w.A, "同事", access.RoleSalesperson)
	if _, err := w.service.Bill(other, c, false); err == nil {
		t.Error("a salesperson billed another's customer")
	}
	var pdf []byte
	ok(t, w.Pool.Tenant().InTx(w.ctx, func(ctx context.Context) error {
		l, err := letterrepo.Repo{}.Get(ctx, b.ID)
		if err != nil {
			return err
		}
		if x := l.Lines[0]; x.DailyRate != "0.05%" || x.LateFee != 5_00 || x.Days != 10 || !strings.Contains(l.Body, "5.00") {
			t.Errorf("%+v\n%s", l.Lines, l.Body)
		}
		pdf, err = letterpdf.Printer{}.Print(ctx, l)
		return err
	}))
	if !bytes.HasPrefix(pdf, []byte("%PDF")) {
		t.Error("no PDF")
	}
}
