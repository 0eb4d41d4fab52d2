package mailsink_test

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/smtp"
	"net/url"
	"strings"
	"testing"

	"zhuxin/deploy/dev/mailsink"
)

func serve(t *testing.T) (*mailsink.Sink, string) {
	t.Helper()
	sink, err := mailsink.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- sink.Serve(ln) }()
	t.Cleanup(func() {
		if err := errors.Join(sink.Close(), <-served); err != nil {
			t.Error(err)
		}
	})
	return sink, ln.Addr().String()
}

func send(t *testing.T, addr, to, text string) {
	t.Helper()
	text = strings.ReplaceAll(text, "\n", "\r\n")
	if err := smtp.SendMail(addr, nil, "no-reply@zhuxin.example", []string{to}, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

const chinese = `From: no-reply@zhuxin.example
To: b@example.com
Subject: =?utf-8?B?6aqM6K+B56CB?=
Content-Type: multipart/alternative; boundary=x

--x
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

=E4=BB=A3=E7=A0=81 123456
--x
Content-Type: text/html; charset=utf-8
Content-Transfer-Encoding: base64

PGI+MTIzNDU2PC9iPg==
--x--
`

func TestMailsAreKeptNewestFirst(t *testing.T) {
	sink, addr := serve(t)
	send(t, addr, "a@example.com", "Subject: first\n\none\n")
	send(t, addr, "b@example.com", chinese)

	all, err := sink.List("", 0)
	if err != nil || len(all) != 2 || all[1].Subject != "first" {
		t.Fatalf("got %+v (%v), want two mails, the first one last", all, err)
	}
	m := all[0]
	if m.Subject != "验证码" || strings.TrimSpace(m.Text) != "代码 123456" || m.HTML != "<b>123456</b>" || m.Received.IsZero() {
		t.Errorf("decoded as %+v", m)
	}
	only, err := sink.List("A@Example.com", 0)
	if err != nil || len(only) != 1 || only[0].Subject != "first" {
		t.Errorf("for one recipient: %+v (%v)", only, err)
	}
	if got, err := sink.Get(m.ID); err != nil || got.Subject != m.Subject {
		t.Errorf("by id: %+v (%v)", got, err)
	}
	for _, id := range []string{"", "../secrets", "01a20016-0ba8-7525-ad65-3c9879112c8e"} {
		if _, err := sink.Get(id); !errors.Is(err, mailsink.ErrNoMail) {
			t.Errorf("Get(%q): %v, want ErrNoMail", id, err)
		}
	}
}

func TestHandler(t *testing.T) {
	sink, addr := serve(t)
	send(t, addr, "a@example.com", "Subject: <script>alert(1)</script>\n\nhello & goodbye\n")
	web := httptest.NewServer(sink.Handler())
	defer web.Close()

	fetch := func(path string) (int, string) {
		resp, err := http.Get(web.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode, string(b)
	}
	if code, page := fetch("/"); code != 200 || strings.Contains(page, "<script>") || !strings.Contains(page, "hello &amp; goodbye") {
		t.Errorf("page: %d %s", code, page)
	}
	var mails []mailsink.Mail
	code, text := fetch("/api/mails?to=" + url.QueryEscape("a@example.com"))
	if err := json.Unmarshal([]byte(text), &mails); code != 200 || err != nil || len(mails) != 1 {
		t.Fatalf("list: %d %s (%v)", code, text, err)
	}
	for path, want := range map[string]int{
		"/api/mails/" + mails[0].ID: 200,
		"/api/mails/nothing":        404,
		"/api/mails?limit=0":        400,
		"/api/mails?to=nobody@x":    200,
		"/elsewhere":                404,
	} {
		if got, _ := fetch(path); got != want {
			t.Errorf("%s answers %d, want %d", path, got, want)
		}
	}
}
