package mail_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"zhuxin/data/notify/mail"
	"zhuxin/deploy/dev/mailsink"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/directory"
	"zhuxin/shared/fault"
)

// sink is a real SMTP server that keeps what it gets.
func sink(t *testing.T) (*mailsink.Sink, string) {
	t.Helper()
	s, err := mailsink.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- s.Serve(ln) }()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return s, ln.Addr().String()
}

func newMailer(t *testing.T, c mail.Config) *mail.Mailer {
	t.Helper()
	m, err := mail.New(c, calendar.System{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func invitation() directory.InvitationMail {
	return directory.InvitationMail{
		Email: "li@a.example", Name: "李工", TenantName: "东海<混凝土>\r\nBcc: x@b.example", InvitedBy: "王总 & 同事",
		Roles: []access.Role{access.RoleSalesperson, access.RoleFinance}, Token: "tok_en-1",
		ExpiresAt: time.Date(2026, 3, 9, 16, 30, 0, 0, time.UTC),
	}
}

func TestInvitationMail(t *testing.T) {
	t.Parallel()
	s, addr := sink(t)
	m := newMailer(t, mail.Config{Addr: addr, From: "筑信 <no-reply@zhuxin.example>", PublicURL: "https://credit.example/"})
	if err := m.SendInvitation(t.Context(), invitation()); err != nil {
		t.Fatal(err)
	}
	mails, err := s.List("", 0)
	if err != nil || len(mails) != 1 {
		t.Fatalf("%+v, %v", mails, err)
	}
	got := mails[0]
	if len(got.To) != 1 || got.To[0] != "li@a.example" {
		t.Errorf("it went to %v", got.To)
	}
	if !strings.Contains(got.Subject, "东海<混凝土> Bcc: x@b.example") || strings.ContainsAny(got.Subject, "\r\n") {
		t.Errorf("subject %q", got.Subject)
	}
	for _, want := range []string{"李工", "王总 & 同事", "业务员、财务", "salesperson, finance", "https://credit.example/invite/tok_en-1", "2026-03-10 00:30 +08:00", "li@a.example"} {
		if !strings.Contains(got.Text, want) {
			t.Errorf("the text lacks %q:\n%s", want, got.Text)
		}
	}
	for _, want := range []string{`href="https://credit.example/invite/tok_en-1"`, "东海&lt;混凝土&gt;", "王总 &amp; 同事"} {
		if !strings.Contains(got.HTML, want) {
			t.Errorf("the page lacks %q:\n%s", want, got.HTML)
		}
	}
}

func TestInvitationToHQ(t *testing.T) {
	t.Parallel()
	s, addr := sink(t)
	m := newMailer(t, mail.Config{Addr: addr, From: "no-reply@zhuxin.example", PublicURL: "https://credit.example"})
	in := invitation()
	in.TenantName, in.InvitedBy, in.Roles = "", "", access.HQRoles
	if err := m.SendInvitation(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	mails, err := s.List("li@a.example", 0)
	if err != nil || len(mails) != 1 {
		t.Fatalf("%+v, %v", mails, err)
	}
	for _, want := range []string{"邀请您加入总公司", "You are invited to join headquarters", "总公司管理员、总公司信控、总公司查看"} {
		if !strings.Contains(mails[0].Text, want) {
			t.Errorf("the text lacks %q:\n%s", want, mails[0].Text)
		}
	}
}

// What is tried again must say that it can be.
func TestNoMailServer(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	m := newMailer(t, mail.Config{Addr: addr, From: "no-reply@zhuxin.example", PublicURL: "https://credit.example"})
	f, ok := fault.As(m.SendInvitation(t.Context(), invitation()))
	if !ok || f.Kind != fault.KindUnavailable || f.RetryAfter == 0 {
		t.Errorf("got %v", f)
	}
}

// With TLS demanded, a server without it gets neither mail nor password.
func TestTLSIsDemanded(t *testing.T) {
	t.Parallel()
	s, addr := sink(t)
	m := newMailer(t, mail.Config{Addr: addr, From: "no-reply@zhuxin.example", PublicURL: "https://credit.example", TLS: true})
	if err := m.SendInvitation(t.Context(), invitation()); err == nil {
		t.Error("sent without TLS")
	}
	if mails, err := s.List("", 0); err != nil || len(mails) != 0 {
		t.Errorf("%+v, %v", mails, err)
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	ok := mail.Config{Addr: "smtp.example.com:587", From: "a@example.com", PublicURL: "https://credit.example"}
	if _, err := mail.New(ok, calendar.System{}); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*mail.Config){
		"no port": func(c *mail.Config) { c.Addr = "smtp.example.com" }, "port 0": func(c *mail.Config) { c.Addr = "smtp.example.com:0" },
		"no host": func(c *mail.Config) { c.Addr = ":25" }, "no sender": func(c *mail.Config) { c.From = "nobody" },
		"no link": func(c *mail.Config) { c.PublicURL = "" }, "a password for nobody": func(c *mail.Config) { c.Password = "x" },
	} {
		c := ok
		change(&c)
		if _, err := mail.New(c, calendar.System{}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}
