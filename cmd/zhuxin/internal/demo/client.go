package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// client speaks to the running servers the way a browser or an ERP does: over
// HTTP, with a session cookie or an API key, and nothing else.
type client struct {
	base   string
	http   *http.Client
	tenant string // slug sent along, as the console does
	apiKey string

	verification string // flow that waits for the code from the mail
}

func newClient(base string) *client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		panic(err) // only with options, and there are none
	}
	return &client{base: strings.TrimSuffix(base, "/"), http: &http.Client{Jar: jar, Timeout: 60 * time.Second}}
}

// in gives a copy that acts in the subsidiary, with the same session.
func (c *client) in(slug string) *client { d := *c; d.tenant = slug; return &d }

// refusal is an error answer of the server.
type refusal struct {
	Status    int    `json:"code"`
	Reason    string `json:"reason"`
	Message   string `json:"message"`
	RequestID string `json:"request_id"`
	Fields    []struct {
		Field, Reason, Message string
	} `json:"fields"`
}

func (r *refusal) Error() string {
	s := fmt.Sprintf("%d %s: %s", r.Status, r.Reason, r.Message)
	for _, f := range r.Fields {
		s += fmt.Sprintf("; %s: %s", f.Field, f.Message)
	}
	return s + " (request " + r.RequestID + ")"
}

// refused says whether err is an answer with that status.
func refused(err error, status int) bool {
	var r *refusal
	return errors.As(err, &r) && r.Status == status
}

func busy(err error) bool {
	var r *refusal
	return errors.As(err, &r) && r.Reason == "IDENTITY_UNAVAILABLE"
}

func notBusy(err error) error {
	if busy(err) {
		return nil
	}
	return err
}

// call sends in as JSON (nil for none) and reads the answer into out.
func (c *client) call(ctx context.Context, method, path string, in, out proto.Message, headers ...string) error {
	var doc []byte
	if in != nil {
		var err error
		if doc, err = protojson.Marshal(in); err != nil {
			return err
		}
	}
	var b []byte
	err := until(ctx, time.Minute, func() (bool, error) {
		var body io.Reader
		if in != nil {
			body = bytes.NewReader(doc)
		}
		var err error
		b, err = c.send(ctx, method, path, "application/json", body, headers...)
		// A busy identity server says that nothing was done yet.
		return !busy(err), notBusy(err)
	})
	if err != nil || out == nil {
		return err
	}
	return protojson.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(b, out)
}

// send does one request; headers are pairs of name and value.
func (c *client) send(ctx context.Context, method, path, contentType string, body io.Reader, headers ...string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", contentType)
	}
	if c.tenant != "" {
		req.Header.Set("X-Zhuxin-Tenant", c.tenant)
	}
	if c.apiKey != "" {
		req.Header.Set("Authorization", "Bearer "+c.apiKey)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	if res.StatusCode >= 400 {
		r := &refusal{Status: res.StatusCode}
		if json.Unmarshal(b, r) != nil || r.Reason == "" {
			r.Reason, r.Message = "UNEXPECTED_ANSWER", strings.TrimSpace(string(b[:min(len(b), 300)]))
		}
		r.Status = res.StatusCode
		return b, fmt.Errorf("%s %s: %w", method, path, r)
	}
	return b, nil
}

// flow is the part of an Ory Kratos self-service flow that a client needs.
type flow struct {
	UI struct {
		Action   string
		Nodes    []flowNode
		Messages []flowMessage
	}
}

type flowNode struct {
	Attributes struct {
		Name  string
		Value any
	}
	Messages []flowMessage
}

type flowMessage struct{ Text string }

func (f flow) faults() string {
	var all []string
	for _, m := range f.UI.Messages {
		all = append(all, m.Text)
	}
	for _, n := range f.UI.Nodes {
		for _, m := range n.Messages {
			all = append(all, n.Attributes.Name+": "+m.Text)
		}
	}
	return strings.Join(all, "; ")
}

// selfService starts a browser flow (login, registration) and submits it.
func (c *client) selfService(ctx context.Context, kind string, fields map[string]any) ([]byte, error) {
	b, err := c.send(ctx, http.MethodGet, "/self-service/"+kind+"/browser", "", nil)
	if err != nil {
		return nil, err
	}
	var f flow
	if err := json.Unmarshal(b, &f); err != nil {
		return nil, err
	}
	for _, n := range f.UI.Nodes {
		if n.Attributes.Name == "csrf_token" {
			fields["csrf_token"] = n.Attributes.Value
		}
	}
	action, err := url.Parse(f.UI.Action)
	if err != nil {
		return nil, err
	}
	in, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	b, err = c.send(ctx, http.MethodPost, action.RequestURI(), "application/json", bytes.NewReader(in))
	if err != nil {
		var again flow
		if json.Unmarshal(b, &again) == nil && again.faults() != "" {
			return nil, fmt.Errorf("%s: %s", kind, again.faults())
		}
	}
	return b, err
}

func (c *client) login(ctx context.Context, email, password string) error {
	_, err := c.selfService(ctx, "login", map[string]any{"method": "password", "identifier": email, "password": password})
	return err
}

// register makes an account and remembers the flow in which its address is to be
// verified.
func (c *client) register(ctx context.Context, email, name, password string) error {
	b, err := c.selfService(ctx, "registration", map[string]any{
		"method": "password", "password": password, "traits": map[string]any{"email": email, "name": name},
	})
	if err != nil {
		return err
	}
	var done struct {
		ContinueWith []struct {
			Action string
			Flow   struct{ ID string }
		} `json:"continue_with"`
	}
	if err := json.Unmarshal(b, &done); err != nil {
		return err
	}
	for _, next := range done.ContinueWith {
		if next.Action == "show_verification_ui" {
			c.verification = next.Flow.ID
		}
	}
	return nil
}

// until asks again until done says so or the deadline passes.
func until(ctx context.Context, limit time.Duration, done func() (bool, error)) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(150 * time.Millisecond)
	defer tick.Stop()
	for {
		ok, err := done()
		if err != nil || ok {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("not within %s", limit)
		case <-tick.C:
		}
	}
}
