package mail

import (
	"bytes"
	"context"
	"errors"
	"net/mail"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"zhuxin/shared/schedule"
)

var _ schedule.Mailer = (*Mailer)(nil)

// SendReport implements schedule.Mailer: the words of a notice, with the report as
// attachment.
func (m *Mailer) SendReport(ctx context.Context, in schedule.Mail) error {
	data := struct {
		Notice
		Lines []string
	}{Notice{Link: in.Link}, strings.Split(in.Text, "\n")}
	var html bytes.Buffer
	if err := noticeTemplate.Execute(&html, data); err != nil {
		return err
	}
	err := m.send(ctx, message{to: mail.Address{Name: oneLine(in.To.Name), Address: in.To.Email}, subject: oneLine(in.Subject), text: in.Text + "\n\n" + in.Link + "\n",
		html: html.String(), key: in.Key, files: []attachment{{name: in.File, contentType: in.ContentType, body: in.Body}}})
	var refused *gomail.SendError
	if errors.As(err, &refused) && !refused.IsTemp() && refused.ErrorCode() >= 500 {
		return schedule.ErrRefused.Wrap(err)
	}
	return err
}
