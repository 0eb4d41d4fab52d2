package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/erp"
	"zhuxin/biz/letter"
	"zhuxin/biz/notify"
	"zhuxin/biz/rating"
	"zhuxin/biz/statement"
	notifyrepo "zhuxin/data/tenantrepo/notify"
	"zhuxin/shared/access"
	"zhuxin/shared/event"
	"zhuxin/shared/fault"
	"zhuxin/tenancy/tenancytest"
)

func reason(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Reason
	}
	return ""
}

// The inbox has what is unread first, gives each piece once over its pages, and
// refuses a cursor of its own making.
func TestInboxPages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := range 5 {
		w.Clock.At = w.Clock.At.Add(time.Minute)
		w.hear(t, w.warn(t, n+1))
	}
	first, err := w.service.Inbox(w.rctx, notify.InboxInput{Size: 2})
	ok(t, err)
	newest := first.News[0].ID
	if _, err := w.service.MarkRead(w.rctx, []uuid.UUID{newest}, false); err != nil {
		t.Fatal(err)
	}
	var got []notify.Notification
	for cursor, pages := "", 0; ; pages++ {
		in, err := w.service.Inbox(w.rctx, notify.InboxInput{Size: 2, Cursor: cursor, Kind: notify.KindWarning})
		ok(t, err)
		got = append(got, in.News...)
		if cursor = in.Next.String(); cursor == "" || pages > 5 {
			break
		}
	}
	if len(got) != 5 || got[4].ID != newest || got[4].ReadAt == nil || !got[0].CreatedAt.After(got[1].CreatedAt) {
		t.Errorf("%+v", got)
	}
	for _, bad := range []notify.InboxInput{{View: "some"}, {Kind: "gossip"}, {Cursor: "u"}, {Cursor: "x1"}, {Cursor: "r!!"}, {Size: 1000}} {
		if _, err := w.service.Inbox(w.rctx, bad); reason(err) != "INVALID_INPUT" {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if _, err := w.service.MarkRead(w.rctx, nil, false); reason(err) != "INVALID_INPUT" {
		t.Error(err)
	}
}

// What failed is sent again when somebody says so; what may have arrived only when he
// accepts that it comes twice.
func TestRetry(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.chat.fail = []error{notify.Fail(notify.Uncertain, "", "no answer")}
	w.hear(t, w.warn(t, 1))
	w.flush(t)
	d := w.state(t, notify.WeCom)
	if err := w.service.Retry(w.ctx, d.ID, false); !errors.Is(err, notify.ErrUncertain) {
		t.Error(err)
	}
	if err := w.service.Retry(w.rctx, d.ID, true); err == nil {
		t.Error("a reviewer sent it again")
	}
	channels, err := w.service.Channels(w.ctx)
	ok(t, err)
	if len(channels) != 6 || channels[3].Last.Trouble != notify.Uncertain || !channels[3].Offered || channels[2].Offered || channels[0].Last.SentAt == nil {
		t.Errorf("%+v", channels)
	}
	ok(t, w.service.Retry(w.ctx, d.ID, true))
	w.flush(t)
	if d = w.state(t, notify.WeCom); d.State != notify.Sent || len(w.chat.got) != 2 {
		t.Errorf("%+v", d)
	}
	if err := w.service.Retry(w.ctx, d.ID, true); !errors.Is(err, notify.ErrNotFailed) {
		t.Error(err)
	}
	if err := w.service.Retry(w.ctx, uuid.New(), true); !errors.Is(err, notify.ErrNoDelivery) {
		t.Error(err)
	}
	if list, _, err := w.service.Deliveries(w.ctx, notify.DeliveryInput{Audience: notify.ToPerson}); err != nil || len(list) != 1 || list[0].Name != "复核员" {
		t.Errorf("%+v, %v", list, err)
	}
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		_, err := notifyrepo.New(w.Keys).Delivery(ctx, d.ID)
		if errors.Is(err, notify.ErrNoDelivery) {
			return 0, nil
		}
		return 1, err
	})
}

// A test goes to the caller's own address, also at night, and says what is wrong.
func TestTestMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Clock.At = time.Date(2026, 11, 20, 14, 0, 0, 0, time.UTC) // 22:00 in Shanghai
	a, ctx := w.AddMember(t, w.A, "管理员", access.RoleAdministrator)
	got, err := w.service.Test(ctx, notify.Mail, "")
	ok(t, err)
	if got.Trouble != "" || len(w.mail.got) != 1 || w.mail.got[0].To.Email != a.Email {
		t.Errorf("%+v, %+v", got, w.mail.got)
	}
	w.chat.fail = []error{notify.Fail(notify.AccountRefused, "310000", "the robot was stopped")}
	if got, err = w.service.Test(w.ctx, notify.WeCom, ""); err != nil || got.Trouble != notify.AccountRefused || got.Text == "" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := w.service.Test(w.ctx, notify.AliyunSMS, "call me"); reason(err) != "INVALID_INPUT" {
		t.Error(err)
	}
	if _, err := w.service.Test(w.ctx, notify.Feishu, ""); !errors.Is(err, notify.ErrChannel) {
		t.Error(err)
	}
	if n := w.Count(t, w.ctx, `SELECT count(*) FROM audit_log WHERE action = 'notify_account.tested'`); n != 2 {
		t.Errorf("%d tests written down", n)
	}
}

// Statements, lapsed ratings and letters reach the salesperson; what is late reaches
// his superior too. An ERP that takes no login is the administrator's.
func TestSources(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	sales, sctx := w.AddMember(t, w.A, "张三", access.RoleSalesperson)
	boss, bctx := w.AddMember(t, w.A, "主管", access.RoleViewer)
	if _, err := w.Admin(t).ExecContext(t.Context(), `UPDATE hq.memberships SET superior_id = $1 WHERE person_id = $2`, boss.ID, sales.ID); err != nil {
		t.Fatal(err)
	}
	c := w.NewCustomer(t, w.ctx, 1).ID
	w.Exec(t, w.ctx, `UPDATE customers SET salesperson_id = $1 WHERE id = $2`, sales.ID, c)
	st, le, ra := uuid.New(), uuid.New(), uuid.New()
	w.Exec(t, w.ctx, `INSERT INTO credit_ratings (id, created_at, updated_at, status, values, total_score, grade, max_credit_amount, max_overdue_amount, max_overdue_days, customer_id, template_id)
		VALUES ($1, now(), now(), 'lapsed', '[]', 0, 'C', 0, 0, 0, $2, $3)`, ra, c, w.EffectiveTemplate(t, w.A).ID)
	w.Exec(t, w.ctx, `INSERT INTO statements (id, created_at, updated_at, number, customer_id, period_from, period_to, currency, volume, amount, deadline)
		VALUES ($1, now(), now(), 'DZ-1', $2, '2026-10-01', '2026-10-31', 'CNY', 5, 5, '2026-11-10')`, st, c)
	w.Exec(t, w.ctx, `INSERT INTO letters (id, year, serial, kind, customer_id, subject, body, lines, amount, business_date, created_at)
		VALUES ($1, 2026, 1, 'dunning_letter', $2, 's', 'b', '[]', 5, '2026-11-20', now())`, le, c)
	k := uuid.New()
	w.Exec(t, w.ctx, `INSERT INTO erp_connections (id, created_at, updated_at, name, kind, base_url, erp_database, username, secret_enc, source, every_minutes, next_at, breaker)
		VALUES ($1, now(), now(), '总账', 'tryton', 'https://erp.example', 'credit', 'zhuxin', '', 'erp-stopped', 30, now(), '{"state": "stopped"}')`, k)
	_, cctx := w.AddMember(t, w.A, "管理员", access.RoleAdministrator)
	for topic, payload := range map[event.Topic]any{erp.TopicStopped: erp.StoppedEvent{ConnectionID: k}, statement.TopicReminder: statement.Waiting{StatementIDs: []uuid.UUID{st}},
		statement.TopicOverdue: statement.Waiting{StatementIDs: []uuid.UUID{st}}, letter.TopicIssued: letter.Issued{LetterID: le}, rating.TopicLapsed: rating.Effective{RatingID: ra}} {
		p, err := json.Marshal(payload)
		ok(t, err)
		w.hear(t, event.Delivered{ID: uuid.New(), TenantID: w.A.ID, Topic: topic, Payload: p})
	}
	for who, want := range map[*context.Context]int{&sctx: 4, &bctx: 1, &w.rctx: 1, &cctx: 1} {
		in, err := w.service.Inbox(*who, notify.InboxInput{})
		ok(t, err)
		if len(in.News) != want {
			t.Errorf("%d, want %d: %+v", len(in.News), want, in.News)
		}
	}
}
