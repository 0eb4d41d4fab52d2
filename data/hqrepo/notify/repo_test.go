package notify_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/notify"
	"zhuxin/biz/todo"
	hqnotify "zhuxin/data/hqrepo/notify"
	"zhuxin/data/outbox"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/event"
	"zhuxin/shared/news"
	"zhuxin/tenancy/tenancytest"
)

type post struct{ got []notify.Message }

func (p *post) Send(_ context.Context, m notify.Message) (notify.Receipt, error) {
	p.got = append(p.got, m)
	return notify.Receipt{}, nil
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// What waits for HQ is told those who may act on it, but not who brought it: once on
// the page however often it is delivered, by mail as each wants, and not when it was
// overtaken. A review date is told once.
func TestWhatWaitsForHQIsTold(t *testing.T) {
	t.Parallel()
	env := tenancytest.New(t)
	admin := env.Admin(t)
	exec := func(text string, args ...any) {
		t.Helper()
		_, err := admin.ExecContext(t.Context(), text, args...)
		ok(t, err)
	}
	hctx := env.HQCtx(t, access.RoleHQCreditController)
	controller, _ := access.From(hctx)
	brought, viewer := uuid.New(), uuid.New()
	mail := &post{}
	g := notify.NewGroup(notify.GroupConfig{Tx: env.Pool.HQ(), Repo: hqnotify.Repo{}, Clock: calendar.System{}, Events: outbox.HQ(env.Pool),
		Mail: func(notify.Account) (notify.Channel, error) { return mail, nil },
		Members: func(context.Context) ([]notify.Colleague, error) {
			return []notify.Colleague{{ID: controller.ID, Name: "总控", Email: "c@example.com", Roles: []access.Role{access.RoleHQCreditController}},
				{ID: brought, Name: "兼任", Email: "b@example.com", Roles: []access.Role{access.RoleHQAdministrator}},
				{ID: viewer, Name: "查看", Email: "v@example.com", Roles: []access.Role{access.RoleHQViewer}}}, nil
		},
		Page: func(l todo.Link) string { return l.Route + "/" + l.Params["id"] }})
	today := calendar.Of(calendar.System{}.Now(), calendar.Shanghai)
	entry := func(status string, review any) uuid.UUID {
		id := uuid.New()
		exec(`INSERT INTO hq.negative_entries (id, uscc, company_name, reason_code, reason_text, tenant_id, listed_by, listed_at, status, review_on)
			VALUES ($1, $2, '乙公司', 'fraud', '虚假合同', $3, $4, now(), $5, $6)`, id, "U"+id.String()[:17], env.A.ID, brought, status, review)
		return id
	}
	proposed, listed := entry("proposed", nil), entry("listed", today.String())
	d := event.Delivered{ID: uuid.New(), Topic: news.GroupTopic}
	for range 2 {
		ok(t, g.Tell(hctx, d, news.NegativeProposed, proposed, listed)) // the second is past proposing
	}
	box, err := g.Inbox(hctx, notify.InboxInput{})
	ok(t, err)
	if len(box.News) != 1 || box.Unread != 1 || box.News[0].Parts["company"] != "乙公司" || box.News[0].Link.Params["id"] != proposed.String() {
		t.Fatalf("the controller's page says %+v", box)
	}
	if len(mail.got) != 2 || mail.got[0].To.Email != "c@example.com" || mail.got[0].Key != mail.got[1].Key || mail.got[0].Link != "hq-negative-case/"+proposed.String() {
		t.Errorf("mails: %+v", mail.got)
	}
	var rows int
	ok(t, admin.QueryRowContext(t.Context(), `SELECT count(*) FROM hq.notifications WHERE person_id = $1 OR person_id = $2`, brought, viewer).Scan(&rows))
	if rows != 0 {
		t.Error("who brought it, or who may only look, was told")
	}
	unread, err := g.MarkRead(hctx, []uuid.UUID{box.News[0].ID}, false)
	ok(t, err)
	if unread != 0 {
		t.Errorf("%d unread after reading", unread)
	}

	// He wants no mail, and a digest there is not.
	ok(t, g.Prefer(hctx, []notify.Preference{{Kind: notify.Kind(news.NegativeObjected), OnPage: true, Outside: notify.Off}}))
	if err := g.Prefer(hctx, []notify.Preference{{Kind: notify.Kind(news.NegativeObjected), OnPage: true, Outside: notify.Digest}}); err == nil {
		t.Error("HQ has a digest")
	}
	claim := uuid.New()
	exec(`INSERT INTO hq.negative_claims (id, entry_id, kind, tenant_id, raised_by, raised_at, text, status) VALUES ($1, $2, 'objection', $3, $4, now(), '与事实不符', 'open')`, claim, listed, env.B.ID, brought)
	ok(t, g.Tell(hctx, event.Delivered{ID: uuid.New()}, news.NegativeObjected, claim))
	if len(mail.got) != 2 {
		t.Error("a mail that he does not want went out")
	}

	for _, want := range []int{1, 0} {
		before := events(t, env)
		ok(t, g.Daily(hctx))
		if got := events(t, env) - before; got != want {
			t.Errorf("the review date was told %d times, want %d", got, want)
		}
	}
	if _, err := g.Inbox(env.CtxA(t, access.RoleAdministrator), notify.InboxInput{}); err == nil {
		t.Error("a subsidiary reads HQ's news")
	}
	if err := env.Pool.Tenant().InTx(env.CtxA(t, access.RoleAdministrator), func(ctx context.Context) error {
		list, err := hqnotify.Repo{}.Inbox(ctx, notify.InboxQuery{Person: controller.ID, Limit: 10})
		if len(list) > 0 {
			return errors.New("HQ's news lie in a subsidiary's schema")
		}
		return err
	}); err != nil {
		t.Error(err)
	}
}

func events(t *testing.T, env *tenancytest.Env) (n int) {
	t.Helper()
	ok(t, env.Admin(t).QueryRowContext(t.Context(), `SELECT count(*) FROM hq.outbox WHERE topic = $1 AND payload->>'kind' = $2`, string(news.GroupTopic), string(news.NegativeReview)).Scan(&n))
	return n
}
