package mailsink

import (
	"encoding/base64"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Mail is one kept mail.
type Mail struct {
	ID string `json:"id"`
	// Received is when the sink took it.
	Received time.Time `json:"received"`
	From     string    `json:"from"`
	// To are the envelope's recipients: who really got it.
	To      []string `json:"to"`
	Subject string   `json:"subject"`
	// Text and HTML are the two bodies, either may be empty.
	Text string `json:"text"`
	HTML string `json:"html"`
	// Files are the attachments, in their order.
	Files []File `json:"files,omitempty"`
}

// File is an attachment.
type File struct {
	Name string `json:"name"`
	Type string `json:"type"`
	Size int    `json:"size"`
	Body []byte `json:"-"`
}

func (m Mail) sentTo(address string) bool {
	return slices.ContainsFunc(m.To, func(to string) bool { return strings.EqualFold(to, address) })
}

// parse reads a kept mail. A body it cannot decode is shown as it came: this is
// a looking glass, not a gatekeeper.
func parse(id string, r io.Reader) (Mail, error) {
	msg, err := mail.ReadMessage(r)
	if err != nil {
		return Mail{}, fmt.Errorf("mailsink: mail %s: %w", id, err)
	}
	var words mime.WordDecoder
	subject, err := words.DecodeHeader(msg.Header.Get("Subject"))
	if err != nil {
		subject = msg.Header.Get("Subject")
	}
	m := Mail{
		ID:      id,
		From:    msg.Header.Get("X-Envelope-From"),
		To:      strings.Split(msg.Header.Get("X-Envelope-To"), ", "),
		Subject: subject,
	}
	if u, err := uuid.Parse(id); err == nil {
		m.Received = time.Unix(u.Time().UnixTime()).UTC()
	}
	if err := m.readPart(textproto.MIMEHeader(msg.Header), msg.Body, 0); err != nil {
		return Mail{}, fmt.Errorf("mailsink: mail %s: %w", id, err)
	}
	return m, nil
}

// maxDepth bounds how deep multiparts may nest.
const maxDepth = 5

func (m *Mail) readPart(h textproto.MIMEHeader, body io.Reader, depth int) error {
	kind, params, err := mime.ParseMediaType(h.Get("Content-Type"))
	if err != nil {
		kind = "text/plain"
	}
	if strings.HasPrefix(kind, "multipart/") && depth < maxDepth {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if err := m.readPart(p.Header, p, depth+1); err != nil {
				return err
			}
		}
	}
	switch strings.ToLower(h.Get("Content-Transfer-Encoding")) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	b, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	if disposition, more, err := mime.ParseMediaType(h.Get("Content-Disposition")); err == nil && disposition == "attachment" {
		m.Files = append(m.Files, File{Name: more["filename"], Type: kind, Size: len(b), Body: b})
		return nil
	}
	switch {
	case kind == "text/html" && m.HTML == "":
		m.HTML = string(b)
	case strings.HasPrefix(kind, "text/") && m.Text == "":
		m.Text = string(b)
	}
	return nil
}
