package mail_test

import (
	"bufio"
	"errors"
	"fmt"
	"mime"
	"net"
	"strings"
	"testing"
	"time"

	"zhuxin/biz/notify"
	channel "zhuxin/data/channel/mail"
	"zhuxin/data/notify/mail"
	"zhuxin/deploy/dev/mailsink"
	"zhuxin/shared/calendar"
)

var message = notify.Message{Key: "warning-7", To: notify.Recipient{Name: "李工", Email: "li@a.example"}, Title: "预警\r\nBcc: x@b.example",
	Text: "示例甲<信用>下降\n请处理", Link: "https://credit.example/t/east/warnings"}

func listen(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

func open(t *testing.T, addr string) notify.Channel {
	t.Helper()
	m, err := mail.New(mail.Config{Addr: addr, From: "no-reply@zhuxin.example", PublicURL: "https://credit.example", Timeout: 2 * time.Second}, calendar.System{})
	if err != nil {
		t.Fatal(err)
	}
	c, err := channel.Maker(m)(notify.Account{Kind: notify.Mail})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func decoded(header string) string {
	text, err := (&mime.WordDecoder{}).DecodeHeader(header)
	if err != nil {
		return header
	}
	return text
}

func TestMailArrives(t *testing.T) {
	t.Parallel()
	s, err := mailsink.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ln := listen(t)
	done := make(chan error, 1)
	go func() { done <- s.Serve(ln) }()
	c := open(t, ln.Addr().String())
	billed := message
	billed.Files = []notify.File{{Name: "催款单 2026-0001.pdf", Type: "application/pdf", Body: []byte("%PDF-1.7")}}
	if _, err := c.Send(t.Context(), billed); err != nil {
		t.Fatal(err)
	}
	got, err := s.List("li@a.example", 0)
	if err != nil || len(got) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	if m := got[0]; m.Subject != "预警 Bcc: x@b.example" || !strings.Contains(m.Text, "请处理") || !strings.Contains(m.Text, message.Link) || strings.Contains(m.HTML, "<信用>") {
		t.Errorf("%+v", m)
	}
	if f := got[0].Files; len(f) != 1 || decoded(f[0].Name) != "催款单 2026-0001.pdf" || string(f[0].Body) != "%PDF-1.7" {
		t.Errorf("the bill that goes with it: %+v", f)
	}
	if _, err := c.Send(t.Context(), notify.Message{}); kind(err) != notify.BadRecipient {
		t.Error(err)
	}
	if err := errors.Join(s.Close(), <-done); err != nil {
		t.Error(err)
	}
}

// A refusal for good is told apart from one of the moment.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		verb, answer string
		want         notify.Trouble
	}{
		{"RCPT", "550 5.1.1 no such user", notify.BadRecipient},
		{"RCPT", "451 4.7.1 greylisted", notify.Unreachable},
		{"MAIL", "553 5.1.8 sender refused", notify.Refused},
		{"DATA", "554 5.7.1 spam", notify.Refused},
		{"MAIL", "421 4.3.2 shutting down", notify.Unreachable},
		{"EHLO", "", notify.Unreachable},
	} {
		ln := listen(t)
		go talk(ln, c.verb, c.answer)
		_, err := open(t, ln.Addr().String()).Send(t.Context(), message)
		if kind(err) != c.want {
			t.Errorf("%s %s: %v", c.verb, c.answer, err)
		}
		_ = ln.Close()
	}
}

// talk is a mail server that refuses at one verb; without an answer it hangs up.
func talk(ln net.Listener, verb, answer string) {
	conn, err := ln.Accept()
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	_, _ = fmt.Fprint(conn, "220 mx.example\r\n")
	for lines := bufio.NewScanner(conn); lines.Scan(); {
		switch v, _, _ := strings.Cut(strings.ToUpper(lines.Text()), " "); {
		case v == verb && answer == "":
			return
		case v == verb:
			_, _ = fmt.Fprint(conn, answer+"\r\n")
		case v == "DATA":
			_, _ = fmt.Fprint(conn, "354 go on\r\n")
		case v == "QUIT":
			_, _ = fmt.Fprint(conn, "221 bye\r\n")
			return
		default:
			_, _ = fmt.Fprint(conn, "250 ok\r\n")
		}
	}
}

func kind(err error) notify.Trouble {
	var e *notify.Error
	if errors.As(err, &e) {
		return e.Trouble
	}
	return ""
}
