// Package mail is the channel of e-mail: the installation's mail server, by the
// sender of the product's other mails (data/notify/mail). It owns which refusals
// of a mail server are for good.
package mail

import (
	"context"
	"errors"
	"strconv"

	gomail "github.com/wneessen/go-mail"

	"zhuxin/biz/notify"
	"zhuxin/data/notify/mail"
)

// Sender is what is used of mail.Mailer.
type Sender interface {
	SendNotice(ctx context.Context, n mail.Notice) error
}

// Maker makes the channel; a tenant has no credential of its own.
func Maker(s Sender) notify.Maker {
	return func(notify.Account) (notify.Channel, error) { return &channel{s}, nil }
}

type channel struct{ sender Sender }

// Send implements notify.Channel. A repeated mail has the Message-ID of the first,
// so an unknown outcome may be tried again.
func (c *channel) Send(ctx context.Context, m notify.Message) (notify.Receipt, error) {
	if m.To.Email == "" {
		return notify.Receipt{}, notify.Fail(notify.BadRecipient, "", "there is no e-mail address")
	}
	var files []mail.NoticeFile
	for _, f := range m.Files {
		files = append(files, mail.NoticeFile{Name: f.Name, Type: f.Type, Body: f.Body})
	}
	err := c.sender.SendNotice(ctx, mail.Notice{Files: files, Key: m.Key, Email: m.To.Email, Name: m.To.Name, Title: m.Title, Text: m.Text, Link: m.Link})
	var refused *gomail.SendError
	switch {
	case err == nil:
		return notify.Receipt{}, nil
	case errors.Is(ctx.Err(), context.Canceled):
		return notify.Receipt{}, context.Canceled
	case errors.As(err, &refused) && !refused.IsTemp() && refused.ErrorCode() >= 500:
		code := strconv.Itoa(refused.ErrorCode())
		if refused.Reason == gomail.ErrSMTPRcptTo {
			return notify.Receipt{}, notify.Fail(notify.BadRecipient, code, "the mail server does not take the address")
		}
		return notify.Receipt{}, notify.Fail(notify.Refused, code, "the mail server does not take the mail")
	}
	return notify.Receipt{}, notify.Fail(notify.Unreachable, "", "the mail server did not take the mail now")
}
