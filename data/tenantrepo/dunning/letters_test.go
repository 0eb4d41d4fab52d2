package dunning_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/biz/dunning"
	"zhuxin/biz/notify"
	dunningrepo "zhuxin/data/tenantrepo/dunning"
	"zhuxin/shared/access"
	"zhuxin/shared/paging"
	"zhuxin/tenancy/tenancytest"
)

// A customer without an address gets a letter on paper; once there is one it is sent.
func TestNoAddress(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.enable(t)
	c := w.NewCustomer(t, w.ctx, 1).ID
	w.owe(t, c, "A-1", -2, 1000_00)
	w.owe(t, c, "CR-1", -1, -200_00)
	sim, err := w.service.Simulate(w.ctx, nil, w.today)
	ok(t, err)
	if len(sim.Totals) != 1 || sim.Totals[0].Letters != 1 || sim.Totals[0].Unreachable != 1 || sim.Totals[0].Net != 800_00 || sim.Outcomes[0].Why != dunning.NoAddress || !sim.Enabled {
		t.Errorf("%+v", sim)
	}
	ok(t, w.service.Daily(w.ctx, w.today))
	list, total, err := w.service.Letters(w.ctx, dunning.LetterInput{State: dunning.StateNoAddress})
	if err != nil || total != 1 || list[0].Level.Title != "逾期提醒" || list[0].Net() != 800_00 {
		t.Fatalf("%+v, %d, %v", list, total, err)
	}
	id := list[0].ID
	if _, err := w.service.Send(w.ctx, id); !errors.Is(err, dunning.ErrNoAddress) {
		t.Error(err)
	}
	w.phone(t, c)
	l, err := w.service.Send(w.ctx, id)
	if err != nil || l.State != dunning.StateWaiting || len(l.Sendings) != 1 || l.Sendings[0].Channel != notify.AliyunSMS || len(l.Items) != 2 {
		t.Errorf("%+v, %v", l, err)
	}
	w.Exec(t, w.ctx, `UPDATE notify_deliveries SET state = 'gave_up', trouble = 'refused'`)
	if list, total, err = w.service.Letters(w.ctx, dunning.LetterInput{State: dunning.StateFailed, Text: "客户"}); err != nil || total > 1 {
		t.Errorf("%+v, %d, %v", list, total, err)
	}
	w.Clock.At = w.Clock.At.AddDate(0, 0, 4)
	if _, err := w.service.Send(w.ctx, id); !errors.Is(err, dunning.ErrStale) {
		t.Error(err)
	}
	if _, total, err := w.service.Letters(w.CtxA(t, access.RoleSalesperson), dunning.LetterInput{}); err != nil || total != 0 {
		t.Errorf("a salesperson sees %d letters of others, %v", total, err)
	}
	if _, err := w.service.Letter(w.CtxA(t, access.RoleSalesperson), id); !errors.Is(err, dunning.ErrNotFound) {
		t.Error(err)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		l, _, err := dunningrepo.Repo{}.Letters(ctx, dunning.LetterQuery{Window: paging.Window{Limit: 10}})
		return len(l), err
	})
}

// Mail goes to the customer's contact; the bill names every item, the credits, what is
// left to pay and where to.
func TestMailAndBill(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := dunning.Preset()
	r.Enabled, r.PaymentText = true, "示例银行 6222 0000 0000"
	ok(t, w.service.SaveRule(w.ctx, r))
	w.Exec(t, w.ctx, `INSERT INTO notify_accounts (id, enabled, kinds, updated_at) VALUES ('mail', true, '[]', now())`)
	c := w.NewCustomer(t, w.ctx, 1)
	mail := "caiwu@customer.example"
	_, err := w.Customers.Update(w.ctx, customer.UpdateInput{ID: c.ID, Version: c.Version, Fields: customer.Fields{ContactEmail: &mail}})
	ok(t, err)
	w.owe(t, c.ID, "A-1", -9, 1000_00)
	w.owe(t, c.ID, "A-2", 3, 500_00)
	w.owe(t, c.ID, "CR-1", -1, -200_00)
	ok(t, w.service.Daily(w.ctx, w.today))
	if n := w.Count(t, w.ctx, `SELECT count(*) FROM notify_deliveries WHERE channel = 'mail' AND audience = 'customer' AND recipient = $1 AND body LIKE '%示例银行%'`, c.ID); n != 1 {
		t.Errorf("%d mails", n)
	}
	list, _, err := w.service.Letters(w.ctx, dunning.LetterInput{Customer: c.ID})
	ok(t, err)
	if one, err := w.service.Letter(w.ctx, list[0].ID); err != nil || one.LateFee() != 4_50 || one.Net() != 1300_00 {
		t.Errorf("0.05%% of 1,000.00 for 9 days comes to %d beside %d, %v", one.LateFee(), one.Net(), err)
	}
	pdf, name, err := w.service.Print(w.ctx, list[0].ID)
	if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF")) || !strings.HasSuffix(name, "2026-11-20.pdf") {
		t.Errorf("%d bytes, %s, %v", len(pdf), name, err)
	}
	if again, _, err := w.service.Print(w.ctx, list[0].ID); err != nil || !bytes.Equal(pdf, again) {
		t.Error("the same letter gives another file")
	}
	if _, _, err := w.service.Print(w.ctx, uuid.New()); !errors.Is(err, dunning.ErrNotFound) {
		t.Error(err)
	}
}
