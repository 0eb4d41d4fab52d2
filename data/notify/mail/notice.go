package mail

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	htmltemplate "html/template"
	"net/mail"
	"strings"
)

//go:embed notice.html.tmpl
var noticeHTML string

var noticeTemplate = htmltemplate.Must(htmltemplate.New("notice").Option("missingkey=error").Parse(noticeHTML))

// Notice is a mail whose words come from its sender: news for a person, a letter to
// a customer. The same Key is the same mail.
type Notice struct {
	Key, Email, Name, Title, Text string
	Link                          string // absolute, or empty
	Files                         []NoticeFile
}

// NoticeFile goes with a notice.
type NoticeFile struct {
	Name, Type string
	Body       []byte
}

// SendNotice sends it; paragraphs of Text are its lines.
func (m *Mailer) SendNotice(ctx context.Context, in Notice) error {
	data := struct {
		Notice
		Lines []string
	}{in, strings.Split(in.Text, "\n")}
	var html bytes.Buffer
	if err := noticeTemplate.Execute(&html, data); err != nil {
		return err
	}
	var files []attachment
	for _, f := range in.Files {
		files = append(files, attachment{f.Name, f.Type, f.Body})
	}
	text := in.Text
	if in.Link != "" {
		text += "\n\n" + in.Link
	}
	sum := sha256.Sum256([]byte(in.Key + "\x00" + in.Email))
	return m.send(ctx, message{to: mail.Address{Name: in.Name, Address: in.Email}, subject: oneLine(in.Title), text: text + "\n",
		html: html.String(), files: files, key: "notice." + hex.EncodeToString(sum[:12])})
}
