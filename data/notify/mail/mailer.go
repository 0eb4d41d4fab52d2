// Package mail sends the product's own mails over SMTP: invitations, news, letters and
// scheduled reports. Mails
// about logins (verification, recovery) are Ory Kratos's.
//
// It owns wording and delivery to the mail server; when a mail is due, and that
// it is sent once, is its callers'.
package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"

	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
)

// Config names the mail server and the sender.
type Config struct {
	Addr      string // host:port
	From      string // "no-reply@example.com" or "筑信 <no-reply@example.com>"
	Username  string // empty: no authentication
	Password  string
	TLS       bool          // STARTTLS or nothing; without it TLS is used where offered
	PublicURL string        // origin of the console, for links
	Timeout   time.Duration // 10 s: of one mail
}

// ErrUnavailable means that the mail server did not take the mail now.
var ErrUnavailable = &fault.Error{Kind: fault.KindUnavailable, Reason: "MAIL_UNAVAILABLE",
	Message: "the mail server did not take the mail; it is tried again", RetryAfter: 30}

// Mailer sends mails.
type Mailer struct {
	config Config
	from   *mail.Address
	host   string
	port   int
	clock  calendar.Clock
}

// New makes a Mailer, or says which setting is wrong; it connects with the first mail.
func New(c Config, clock calendar.Clock) (*Mailer, error) {
	if c.Timeout <= 0 {
		c.Timeout = 10 * time.Second
	}
	m := &Mailer{config: c, clock: clock}
	host, port, err := net.SplitHostPort(c.Addr)
	if err == nil {
		m.host = host
		m.port, err = strconv.Atoi(port)
	}
	if err != nil || m.host == "" || m.port < 1 || m.port > 65535 {
		return nil, fmt.Errorf("mail: Addr %q is no address like smtp.example.com:587", c.Addr)
	}
	if m.from, err = mail.ParseAddress(c.From); err != nil {
		return nil, fmt.Errorf("mail: From %q is no e-mail address: %w", c.From, err)
	}
	if c.PublicURL == "" {
		return nil, errors.New("mail: PublicURL is missing; links in mails need the console's origin")
	}
	if c.Password != "" && c.Username == "" {
		return nil, errors.New("mail: Password is set without Username")
	}
	return m, nil
}

// message is one mail in both forms. Key makes its Message-ID, so that a mail
// that is sent twice is one mail to the receiving programs.
type message struct {
	to      mail.Address
	subject string
	text    string
	html    string
	key     string
	files   []attachment
}

// attachment is a file that a mail carries.
type attachment struct {
	name, contentType string
	body              []byte
}

func (m *Mailer) send(ctx context.Context, msg message) error {
	out := gomail.NewMsg()
	out.FromMailAddress(m.from)
	out.ToMailAddress(&msg.to)
	out.Subject(msg.subject)
	out.SetDateWithValue(m.clock.Now())
	out.SetMessageIDWithValue(msg.key + "@" + m.host)
	out.SetGenHeader("Auto-Submitted", "auto-generated") // no answers of absence notices (RFC 3834)
	out.SetBodyString(gomail.TypeTextPlain, msg.text)
	out.AddAlternativeString(gomail.TypeTextHTML, msg.html)
	for _, f := range msg.files {
		if err := out.AttachReader(f.name, bytes.NewReader(f.body), gomail.WithFileContentType(gomail.ContentType(f.contentType))); err != nil {
			return fmt.Errorf("attach %s: %w", f.name, err)
		}
	}

	// The library leaves the connection open when the server lacks STARTTLS or
	// refuses the login, so it is closed here, whatever happens.
	var conn net.Conn
	client, err := m.client(func(ctx context.Context, network, address string) (net.Conn, error) {
		var err error
		conn, err = (&net.Dialer{Timeout: m.config.Timeout}).DialContext(ctx, network, address)
		return conn, err
	})
	if err != nil {
		return err
	}
	defer func() {
		if conn != nil {
			_ = conn.Close() // closed already after a mail that went well
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, m.config.Timeout)
	defer cancel()
	if err := client.DialAndSendWithContext(ctx, out); err != nil {
		return ErrUnavailable.Wrap(fmt.Errorf("send mail: %w", err))
	}
	return nil
}

// client is made per mail: a library's client is not safe for use by several
// goroutines, and mails are few.
func (m *Mailer) client(dial gomail.DialContextFunc) (*gomail.Client, error) {
	policy := gomail.TLSOpportunistic
	if m.config.TLS {
		policy = gomail.TLSMandatory
	}
	options := []gomail.Option{gomail.WithPort(m.port), gomail.WithTimeout(m.config.Timeout), gomail.WithTLSPolicy(policy), gomail.WithDialContextFunc(dial)}
	if m.config.Username != "" {
		options = append(options, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(m.config.Username), gomail.WithPassword(m.config.Password))
	}
	client, err := gomail.NewClient(m.host, options...)
	if err != nil {
		return nil, fmt.Errorf("mail: %w", err)
	}
	return client, nil
}
