package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"net/url"
	"strings"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// mailTo gives the readable text of a raw mail when it goes to the address.
func mailTo(raw []byte, address string) (string, bool) {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return "", false
	}
	to, err := mail.ParseAddressList(m.Header.Get("To"))
	if err != nil || len(to) == 0 || !strings.EqualFold(to[0].Address, address) {
		return "", false
	}
	return partText(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body), true
}

// partText joins the decoded text parts of a body.
func partText(contentType, encoding string, body io.Reader) string {
	kind, params, err := mime.ParseMediaType(contentType)
	if err == nil && strings.HasPrefix(kind, "multipart/") {
		var all strings.Builder
		for r := multipart.NewReader(body, params["boundary"]); ; {
			p, err := r.NextPart()
			if err != nil {
				return all.String()
			}
			all.WriteString(partText(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p) + "\n")
		}
	}
	if strings.EqualFold(encoding, "quoted-printable") {
		body = quotedprintable.NewReader(body)
	}
	b, err := io.ReadAll(body)
	if err != nil {
		return ""
	}
	return string(b)
}

// verify submits the code of a verification mail in its flow.
func (c *client) verify(ctx context.Context, flowID, code string) error {
	b, err := c.send(ctx, http.MethodGet, "/self-service/verification/flows?id="+url.QueryEscape(flowID), "", nil)
	if err != nil {
		return err
	}
	var f flow
	if err := json.Unmarshal(b, &f); err != nil {
		return err
	}
	fields := map[string]any{"method": "code", "code": code}
	for _, n := range f.UI.Nodes {
		if n.Attributes.Name == "csrf_token" {
			fields["csrf_token"] = n.Attributes.Value
		}
	}
	action, err := url.Parse(f.UI.Action)
	if err != nil {
		return err
	}
	in, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	b, err = c.send(ctx, http.MethodPost, action.RequestURI(), "application/json", bytes.NewReader(in))
	if err != nil {
		return err
	}
	var done struct {
		State string
		flow
	}
	if err := json.Unmarshal(b, &done); err != nil {
		return err
	}
	if done.State != "passed_challenge" {
		return fmt.Errorf("address not verified: %s %s", done.State, done.faults())
	}
	return nil
}

func newPDF() io.Reader { return bytes.NewReader(licence) }

func unmarshal(b []byte, m proto.Message) error {
	return protojson.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(b, m)
}
