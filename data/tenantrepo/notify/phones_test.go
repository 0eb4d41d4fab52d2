package notify_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/notify"
	notifyrepo "zhuxin/data/tenantrepo/notify"
	"zhuxin/tenancy/tenancytest"
)

// SMS goes to who wants it of the kind and has a phone, over a channel with the
// wording for people; the number is kept sealed and shown masked.
func TestStaffSMS(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	want := func(sms bool) {
		t.Helper()
		ok(t, w.service.Prefer(w.rctx, []notify.Preference{{Kind: notify.KindWarning, OnPage: true, Outside: notify.Off, SMS: sms}}))
	}
	raise := func(n int) int {
		t.Helper()
		w.hear(t, w.warn(t, n))
		w.flush(t)
		return len(w.sms.got)
	}
	want(true)
	p, err := w.service.SetPhone(w.rctx, "138 1234 5678")
	ok(t, err)
	if p.Ready || strings.Contains(p.Masked, "1234567") || !strings.HasSuffix(p.Masked, "5678") {
		t.Errorf("%+v", p)
	}
	if _, err := w.service.SetPhone(w.rctx, "12"); err == nil {
		t.Error("a number of two digits was taken")
	}
	if n := raise(1); n != 0 {
		t.Errorf("%d SMS without a channel", n)
	}
	ok(t, w.service.SaveAccount(w.ctx, notify.AccountState{Kind: notify.AliyunSMS, Enabled: true, Credential: map[string]string{"template.dunning.overdue": "SMS_1"}}))
	if n := raise(2); n != 0 {
		t.Errorf("%d SMS without a wording for people", n)
	}
	ok(t, w.service.SaveAccount(w.ctx, notify.AccountState{Kind: notify.AliyunSMS, Enabled: true, Version: 1, Credential: map[string]string{"template.staff.notice": "SMS_2"}}))
	if p, err := w.service.Phone(w.rctx); err != nil || !p.Ready {
		t.Errorf("%+v, %v", p, err)
	}
	if n := raise(3); n != 1 {
		t.Fatalf("%d SMS", n)
	}
	m := w.sms.got[0]
	if m.To.Phone != "13812345678" || m.Template != "staff.notice" || len(m.Params) != 3 || m.Params[0].Value != "信用预警" || !strings.Contains(m.Params[1].Value, "[严重]") {
		t.Errorf("%+v", m)
	}
	if d := w.state(t, notify.AliyunSMS); d.State != notify.Sent || d.Recipient != w.reviewer.ID {
		t.Errorf("%+v", d)
	}
	var sealed []byte
	ok(t, w.Admin(t).QueryRowContext(t.Context(), `SELECT phone_enc FROM "`+w.A.Schema+`".notify_phones`).Scan(&sealed))
	if strings.Contains(string(sealed), "1381234") {
		t.Error("the number lies open")
	}
	want(false)
	if n := raise(4); n != 1 {
		t.Error("SMS to somebody who wants none")
	}
	want(true)
	_, err = w.service.SetPhone(w.rctx, "")
	ok(t, err)
	if n := raise(5); n != 1 {
		t.Error("SMS to a number that was forgotten")
	}
	_, err = w.service.SetPhone(w.rctx, "13812345678")
	ok(t, err)
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		list, err := notifyrepo.New(w.Keys).Phones(ctx, []uuid.UUID{w.reviewer.ID})
		return len(list), err
	})
}

// A letter's PDF goes with its mail; until it is made the mail waits.
func TestLetterGoesWithTheMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, letter := w.NewCustomer(t, w.ctx, 1).ID, uuid.New()
	var paper *notify.File
	w.service.Paper = func(_ context.Context, id uuid.UUID) (*notify.File, error) {
		if id != letter {
			t.Errorf("asked for %s", id)
		}
		return paper, nil
	}
	ok(t, w.Pool.Tenant().InTx(w.ctx, func(ctx context.Context) error {
		n, err := w.service.Write(ctx, notify.Letter{Key: "bill:1", Customer: c, Title: "催款单", Text: "请查收", LetterID: letter}, []notify.ChannelKind{notify.Mail})
		if n != 1 {
			t.Errorf("%d queued", n)
		}
		return err
	}))
	if n := w.flush(t); n != 0 || len(w.mail.got) != 0 || w.state(t, notify.Mail).State != notify.Failed {
		t.Errorf("%d sent without the bill: %+v", n, w.mail.got)
	}
	paper = &notify.File{Name: "催款单.pdf", Type: "application/pdf", Body: []byte("%PDF")}
	w.Clock.At = w.Clock.At.Add(time.Hour)
	if n := w.flush(t); n != 1 || len(w.mail.got[0].Files) != 1 || w.mail.got[0].Files[0].Name != "催款单.pdf" {
		t.Errorf("%d sent: %+v", n, w.mail.got)
	}
}
