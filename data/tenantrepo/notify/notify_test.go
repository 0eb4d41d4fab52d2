package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/notify"
	"zhuxin/biz/todo"
	"zhuxin/biz/warning"
	"zhuxin/data/auditlog"
	"zhuxin/data/outbox"
	"zhuxin/data/tenantrepo/credittest"
	notifyrepo "zhuxin/data/tenantrepo/notify"
	"zhuxin/shared/access"
	"zhuxin/shared/event"
	"zhuxin/tenancy/tenancytest"
)

// post is a channel that does as it is told.
type post struct {
	got  []notify.Message
	fail []error
}

func (p *post) Send(_ context.Context, m notify.Message) (notify.Receipt, error) {
	p.got = append(p.got, m)
	if len(p.fail) > 0 {
		err := p.fail[0]
		p.fail = p.fail[1:]
		return notify.Receipt{}, err
	}
	return notify.Receipt{ID: "R"}, nil
}

type world struct {
	*credittest.World
	service         *notify.Service
	mail, chat, sms *post
	credential      map[string]string
	ctx             context.Context
	reviewer        access.Actor
	rctx            context.Context
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{World: credittest.New(t), mail: &post{}, chat: &post{}, sms: &post{}}
	w.service = notify.New(notify.Config{Tx: w.Pool.Tenant(), Repo: notifyrepo.New(w.Keys), Audit: auditlog.Tenant(w.Pool), Clock: w.Clock, Events: outbox.Tenant(w.Pool),
		Page: func(_ context.Context, l todo.Link) string { return "https://zhuxin.example/" + l.Route },
		Makers: map[notify.ChannelKind]notify.Maker{
			notify.AliyunSMS: func(notify.Account) (notify.Channel, error) { return w.sms, nil },
			notify.Mail:      func(notify.Account) (notify.Channel, error) { return w.mail, nil },
			notify.WeCom: func(a notify.Account) (notify.Channel, error) {
				w.credential = a.Credential
				if a.Credential["webhook"] == "" {
					return nil, notify.Fail(notify.AccountRefused, "", "the channel's webhook is missing")
				}
				return w.chat, nil
			},
		}})
	w.ctx = w.CtxA(t, access.RoleAdministrator)
	w.reviewer, w.rctx = w.AddMember(t, w.A, "复核员", access.RoleCreditReviewer)
	for _, a := range []notify.AccountState{{Kind: notify.Mail, Enabled: true},
		{Kind: notify.WeCom, Enabled: true, Hint: "信控群", Credential: map[string]string{"webhook": "https://wecom.example/send?key=hush-hush"}}} {
		ok(t, w.service.SaveAccount(w.ctx, a))
	}
	return w
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// warn raises a warning and gives its event.
func (w *world) warn(t *testing.T, n int) event.Delivered {
	t.Helper()
	c := w.NewCustomer(t, w.ctx, n)
	id := uuid.New()
	w.Exec(t, w.ctx, `INSERT INTO warnings (id, kind, customer_id, subject, severity, facts, status, first_seen_at, last_seen_at, raised_on, updated_at, version)
		VALUES ($1, 'overdue', $2, 's', 'serious', '{}', 'open', now(), now(), '2026-11-20', now(), 1)`, id, c.ID)
	p, err := json.Marshal(warning.Raised{WarningIDs: []uuid.UUID{id}})
	ok(t, err)
	return event.Delivered{ID: uuid.New(), TenantID: w.A.ID, Topic: warning.TopicRaised, Payload: p}
}

func (w *world) hear(t *testing.T, d event.Delivered) {
	t.Helper()
	ok(t, w.Pool.Tenant().InTx(w.ctx, func(ctx context.Context) error { return w.service.Handle(ctx, d) }))
}

func (w *world) flush(t *testing.T) int {
	t.Helper()
	n, err := w.service.Flush(w.ctx)
	ok(t, err)
	return n
}

func (w *world) state(t *testing.T, c notify.ChannelKind) notify.Delivery {
	t.Helper()
	list, _, err := w.service.Deliveries(w.ctx, notify.DeliveryInput{})
	ok(t, err)
	for _, d := range list {
		if d.Channel == c {
			return d
		}
	}
	t.Fatalf("nothing over %s", c)
	return notify.Delivery{}
}

// An event that is delivered twice is told once: on the page, by mail, in the chat.
func TestToldOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	d := w.warn(t, 1)
	w.hear(t, d)
	w.hear(t, d)
	if n := w.flush(t); n != 2 || len(w.mail.got) != 1 || len(w.chat.got) != 1 {
		t.Fatalf("%d sent, mail %+v, chat %+v", n, w.mail.got, w.chat.got)
	}
	w.hear(t, d)
	if n := w.flush(t); n != 0 {
		t.Errorf("%d sent again", n)
	}
	if m := w.mail.got[0]; m.To.Email != w.reviewer.Email || m.Title != "信用预警" || !strings.Contains(m.Text, "[严重]") {
		t.Errorf("%+v", m)
	}
	in, err := w.service.Inbox(w.rctx, notify.InboxInput{})
	ok(t, err)
	list, unread := in.News, in.Unread
	if len(list) != 1 || unread != 1 || list[0].Link.Route != "warnings" || list[0].Parts["severity"] != "serious" {
		t.Fatalf("%+v, %d unread", list, unread)
	}
	if _, err := w.service.MarkRead(w.ctx, []uuid.UUID{list[0].ID}, false); !errors.Is(err, notify.ErrNoNews) {
		t.Errorf("another's news: %v", err)
	}
	if n, err := w.service.Unread(w.rctx); err != nil || n != 1 {
		t.Errorf("another's news was read: %d, %v", n, err)
	}
	if n, err := w.service.MarkRead(w.rctx, nil, true); err != nil || n != 0 {
		t.Errorf("%d, %v", n, err)
	}
	if n, err := w.service.Unread(w.rctx); err != nil || n != 0 {
		t.Errorf("%d unread, %v", n, err)
	}
	for _, table := range []string{"notifications", "notify_deliveries", "notify_accounts"} {
		tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
			switch r := notifyrepo.New(w.Keys); table {
			case "notifications":
				l, err := r.Inbox(ctx, notify.InboxQuery{Person: w.reviewer.ID, Limit: 10})
				return len(l), err
			case "notify_deliveries":
				l, err := r.Deliveries(ctx, notify.DeliveryQuery{Limit: 10})
				return len(l), err
			default:
				l, err := r.Accounts(ctx)
				return len(l), err
			}
		})
	}
}

// What cannot have been sent is tried again with growing waits, and given up; what
// may have been sent is not tried again.
func TestFailures(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	busy := notify.Fail(notify.Throttled, "45009", "too many")
	w.chat.fail = []error{busy}
	w.mail.fail = []error{notify.Fail(notify.BadRecipient, "550", "no such address")}
	w.hear(t, w.warn(t, 1))
	w.flush(t)
	if d := w.state(t, notify.WeCom); d.State != notify.Failed || d.Attempts != 1 || !d.NextAt.Equal(w.Clock.At.Add(time.Minute)) || d.Trouble != notify.Throttled {
		t.Errorf("%+v", d)
	}
	if d := w.state(t, notify.Mail); d.State != notify.GaveUp || d.Trouble != notify.BadRecipient {
		t.Errorf("%+v", d)
	}
	w.chat.fail = []error{notify.Fail(notify.Uncertain, "", "no answer")}
	w.Clock.At = w.Clock.At.Add(time.Minute)
	w.flush(t)
	if d := w.state(t, notify.WeCom); d.State != notify.GaveUp || d.Attempts != 2 || d.Trouble != notify.Uncertain {
		t.Errorf("%+v", d)
	}
	w.hear(t, w.warn(t, 2))
	for range 12 {
		w.chat.fail = []error{busy}
		w.flush(t)
		w.Clock.At = w.Clock.At.Add(24 * time.Hour)
	}
	if d := w.state(t, notify.WeCom); d.State != notify.GaveUp || d.Attempts != 6 || len(w.chat.got) != 2+6 {
		t.Errorf("%+v after %d", d, len(w.chat.got))
	}
}

// A worker that died while it sent: a mail may go again, a chat's message may not.
func TestLostClaim(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.hear(t, w.warn(t, 1))
	ok(t, w.Pool.Tenant().InTx(w.ctx, func(ctx context.Context) error {
		_, err := notifyrepo.New(w.Keys).Claim(ctx, w.Clock.At, w.Clock.At.Add(time.Minute), 10)
		return err
	}))
	if n := w.flush(t); n != 0 {
		t.Errorf("%d were sent while another sends them", n)
	}
	w.Clock.At = w.Clock.At.Add(2 * time.Minute)
	if n := w.flush(t); n != 1 || len(w.mail.got) != 1 || len(w.chat.got) != 0 {
		t.Errorf("%d sent, mail %d, chat %d", n, len(w.mail.got), len(w.chat.got))
	}
	if d := w.state(t, notify.WeCom); d.State != notify.GaveUp || d.Trouble != notify.Uncertain {
		t.Errorf("%+v", d)
	}
}

// Quiet hours hold everything back; a digest joins what came; off is off.
func TestPeace(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ok(t, w.service.Prefer(w.rctx, []notify.Preference{{Kind: notify.KindWarning, OnPage: false, Outside: notify.Digest}}))
	w.Clock.At = time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC) // 22:00 in Shanghai
	w.hear(t, w.warn(t, 1))
	w.hear(t, w.warn(t, 2))
	if n := w.flush(t); n != 0 {
		t.Fatalf("%d sent at night", n)
	}
	w.Clock.At = time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC) // 08:00
	if n := w.flush(t); n != 2 || len(w.chat.got) != 2 || len(w.mail.got) != 0 {
		t.Fatalf("%d sent, mail %d", n, len(w.mail.got))
	}
	w.Clock.At = w.Clock.At.Add(time.Hour)
	if n := w.flush(t); n != 2 || len(w.mail.got) != 1 || strings.Count(w.mail.got[0].Text, "[严重]") != 2 {
		t.Fatalf("%d, %+v", n, w.mail.got)
	}
	if link := w.mail.got[0].Link; link != "https://zhuxin.example/inbox" {
		t.Errorf("the digest leads to %q", link)
	}
	if in, err := w.service.Inbox(w.rctx, notify.InboxInput{View: "unread"}); err != nil || in.Unread != 0 || len(in.News) != 0 {
		t.Errorf("%+v on the page, %v", in, err)
	}
	ok(t, w.service.Prefer(w.rctx, []notify.Preference{{Kind: notify.KindWarning, OnPage: true, Outside: notify.Off}}))
	w.hear(t, w.warn(t, 3))
	w.Clock.At = w.Clock.At.Add(48 * time.Hour)
	w.flush(t)
	if len(w.mail.got) != 1 {
		t.Error("mail was sent to somebody who wants none")
	}
	list, err := w.service.Preferences(w.rctx)
	if err != nil || len(list) != len(notify.Kinds) || list[slices.IndexFunc(list, func(p notify.Preference) bool { return p.Kind == notify.KindWarning })].Outside != notify.Off {
		t.Errorf("%+v, %v", list, err)
	}
}

// The credential is stored sealed, kept when none is given, and checked before.
func TestCredential(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var sealed []byte
	ok(t, w.Admin(t).QueryRowContext(t.Context(), `SELECT credential FROM "`+w.A.Schema+`".notify_accounts WHERE id = 'wecom'`).Scan(&sealed))
	if len(sealed) == 0 || strings.Contains(string(sealed), "hush") {
		t.Errorf("stored as %q", sealed)
	}
	ok(t, w.service.SaveAccount(w.ctx, notify.AccountState{Kind: notify.WeCom, Enabled: true, Hint: "新群名", Version: 1}))
	w.hear(t, w.warn(t, 1))
	if w.flush(t); w.credential["webhook"] != "https://wecom.example/send?key=hush-hush" {
		t.Errorf("%v", w.credential)
	}
	if err := w.service.SaveAccount(w.ctx, notify.AccountState{Kind: notify.WeCom, Enabled: true, Version: 1}); !errors.Is(err, notify.ErrChanged) {
		t.Error(err)
	}
	if err := w.service.SaveAccount(w.ctx, notify.AccountState{Kind: notify.WeCom, Version: 2, Credential: map[string]string{"x": "y"}}); err == nil {
		t.Error("a credential without its webhook was taken")
	}
	if err := w.service.SaveAccount(w.rctx, notify.AccountState{Kind: notify.Mail, Version: 1}); err == nil {
		t.Error("a reviewer changed a channel")
	}
	set := notify.Preset()
	set.QuietWeekdays = []time.Weekday{time.Sunday}
	ok(t, w.service.SaveSettings(w.ctx, set))
	if err := w.service.SaveSettings(w.ctx, set); !errors.Is(err, notify.ErrChanged) {
		t.Error(err)
	}
}
