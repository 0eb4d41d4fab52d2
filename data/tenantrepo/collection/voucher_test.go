package collection_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	biz "zhuxin/biz/collection"
	"zhuxin/biz/customer"
	"zhuxin/biz/notify"
	"zhuxin/data/query/creditcheck/creditchecktest"
	"zhuxin/data/tenantrepo/collection"
	notifyrepo "zhuxin/data/tenantrepo/notify"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/tenancy/tenancytest"
)

// mailbox queues confirmations as the program does, when it is on.
type mailbox struct {
	on   bool
	last biz.Confirmation
}

func (m *mailbox) Confirm(ctx context.Context, c biz.Confirmation) (bool, error) {
	if !m.on {
		return false, nil
	}
	m.last = c
	return true, notifyrepo.Repo{}.Enqueue(ctx, []notify.Delivery{{ID: uuid.New(), EventKey: c.Key, Audience: notify.ToCustomer, Recipient: c.Customer, Channel: notify.Mail,
		Kind: notify.KindReceipt, Title: c.Title, Text: c.Text, State: notify.Queued}})
}

func TestReceiptForTheCustomer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c := b.fix.Add(t, b.ctx, creditchecktest.Customer{})
	item := b.item(t, c.ID, "R1", calendar.NewDate(2026, 4, 1), 150_000)
	r := b.record(t, c.ID, 140_950, biz.Transfer)
	if _, _, err := b.svc.Apply(b.ctx, r.ID, biz.Selection{Rule: biz.RuleManual, Amounts: map[uuid.UUID]money.Amount{item: 140_000}}, false); err != nil {
		t.Fatal(err)
	}
	pdf, name, err := b.svc.Document(b.ctx, r.ID)
	if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF")) || !strings.Contains(name, r.Number) {
		t.Errorf("%d bytes %q: %v", len(pdf), name, err)
	}
	confirm := func(want error) {
		t.Helper()
		if _, err := b.svc.Confirm(b.ctx, r.ID); !errors.Is(err, want) {
			t.Errorf("confirm: %v, want %v", err, want)
		}
	}
	confirm(biz.ErrNoAddress)
	b.fix.Exec(t, b.ctx, `UPDATE customers SET contact_email_enc = '\x01' WHERE id = $1`, c.ID)
	confirm(biz.ErrNoMail)
	b.mail.on = true
	confirm(nil)
	for _, part := range []string{"1,409.50 元（CNY）", "核销 R1　1,400.00", "尚未核销 9.50", "未结清余额 100.00 元"} {
		if !strings.Contains(b.mail.last.Text, part) {
			t.Errorf("the confirmation lacks %q: %s", part, b.mail.last.Text)
		}
	}
	confirm(biz.ErrConfirmed)
	state := func() string {
		t.Helper()
		d, err := b.svc.Get(b.ctx, r.ID)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(d.To.State, " ", d.To.Sent != nil)
	}
	if got := state(); got != "queued false" {
		t.Errorf("a confirmation that nobody has sent is %q", got)
	}
	b.fix.Exec(t, b.ctx, `UPDATE notify_deliveries SET state = 'gave_up'`)
	if got := state(); got != "gave_up false" {
		t.Errorf("one that was given up is %q", got)
	}
	b.fix.Exec(t, b.ctx, `UPDATE notify_deliveries SET state = 'sent', sent_at = now()`)
	if got := state(); got != "sent true" {
		t.Errorf("one that went out is %q", got)
	}
	if d, err := b.svc.Get(b.ctx, r.ID); err != nil || d.To.Written == nil {
		t.Errorf("the receipt does not show its confirmation: %+v, %v", d.To, err)
	}
	tenancytest.OtherSeesNothing(t, b.env, func(ctx context.Context) (int, error) {
		to, err := collection.Repo{}.Recipient(ctx, c.ID, "receipt:"+r.ID.String())
		if errors.Is(err, customer.ErrNotFound) {
			err = nil
		}
		return len(to.Name), err
	})

	reversed := b.record(t, c.ID, 700, biz.Transfer)
	if reversed.To.Written != nil {
		t.Error("another receipt of the customer passes for confirmed")
	}
	if err := b.svc.ReverseReceipt(b.ctx, reversed.ID, "记错"); err != nil {
		t.Fatal(err)
	}
	r = reversed
	confirm(biz.ErrReceiptReversed)
	if _, _, err := b.svc.Document(b.ctx, reversed.ID); err != nil {
		t.Errorf("a reversed receipt is not printed as such: %v", err)
	}
}
