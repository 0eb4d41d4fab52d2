package mail_test

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"zhuxin/data/notify/mail"
	"zhuxin/shared/directory"
)

func TestApplicationMail(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		in   directory.ApplicationMail
		want []string
	}{
		{"to decide", directory.ApplicationMail{ForHQ: true, Status: directory.StatusSubmitted}, []string{"等待总公司审批", "waits for headquarters", "https://credit.example/hq/applications"}},
		{"ready", directory.ApplicationMail{Status: directory.StatusActive, TenantSlug: "east"}, []string{"已开通，您是管理员", "is ready", "https://credit.example/t/east/setup"}},
		{"rejected", directory.ApplicationMail{Status: directory.StatusRejected, Reason: "不是<本集团>子企业"}, []string{"未获总公司批准", "原因：不是<本集团>子企业", "https://credit.example/onboarding"}},
		{"duplicate", directory.ApplicationMail{Status: directory.StatusDuplicate}, []string{"联系其管理员", "invite you"}},
		{"failed", directory.ApplicationMail{Status: directory.StatusFailed}, []string{"开通中断", "stopped"}},
		{"failed, to HQ", directory.ApplicationMail{ForHQ: true, Status: directory.StatusFailed}, []string{"请查看并重试", "/hq/applications"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s, addr := sink(t)
			m := newMailer(t, mail.Config{Addr: addr, From: "no-reply@zhuxin.example", PublicURL: "https://credit.example"})
			c.in.Email, c.in.Name, c.in.Company, c.in.ID = "li@a.example", "李工", "东海 100% 混凝土", uuid.New()
			if err := m.SendApplication(t.Context(), c.in); err != nil {
				t.Fatal(err)
			}
			mails, err := s.List("li@a.example", 0)
			if err != nil || len(mails) != 1 {
				t.Fatalf("%+v, %v", mails, err)
			}
			for _, want := range append(c.want, "李工", "东海 100% 混凝土") {
				if !strings.Contains(mails[0].Text, want) {
					t.Errorf("the text lacks %q:\n%s", want, mails[0].Text)
				}
			}
			if !strings.Contains(mails[0].Subject, "东海 100% 混凝土") || strings.Contains(mails[0].HTML, "<本集团>") {
				t.Errorf("subject %q, page %s", mails[0].Subject, mails[0].HTML)
			}
		})
	}
	m := newMailer(t, mail.Config{Addr: "127.0.0.1:1", From: "no-reply@zhuxin.example", PublicURL: "https://credit.example"})
	if err := m.SendApplication(t.Context(), directory.ApplicationMail{Status: directory.StatusApproved}); err == nil || !strings.Contains(err.Error(), "approved") {
		t.Errorf("news without words: %v", err)
	}
}
