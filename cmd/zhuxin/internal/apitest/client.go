package apitest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// Client speaks HTTP as one person or ERP.
type Client struct {
	Base   string
	Token  string // of a session
	Key    string // of an ERP
	Tenant string // slug
	HTTP   *http.Client
}

// In gives a copy that acts in the subsidiary.
func (c *Client) In(slug string) *Client { d := *c; d.Tenant = slug; return &d }

// Answer is what came back.
type Answer struct {
	Status int
	Body   []byte
}

// Reason is the stable reason of an error answer.
func (a Answer) Reason() string {
	var e struct{ Reason string }
	_ = json.Unmarshal(a.Body, &e)
	return e.Reason
}

// Field reads a top-level text field of the answer.
func (a Answer) Field(name string) string {
	var m map[string]any
	_ = json.Unmarshal(a.Body, &m)
	s, _ := m[name].(string)
	return s
}

// Do sends body (nil, []byte, or a value that becomes JSON); headers are pairs.
func (c *Client) Do(ctx context.Context, method, path string, body any, headers ...string) (Answer, error) {
	var r io.Reader
	contentType := "application/json"
	switch b := body.(type) {
	case nil:
	case []byte:
		r, contentType = bytes.NewReader(b), "application/octet-stream"
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			return Answer{}, err
		}
		r = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.Base+path, r)
	if err != nil {
		return Answer{}, err
	}
	if r != nil {
		req.Header.Set("Content-Type", contentType)
	}
	if c.Token != "" {
		req.Header.Set("X-Session-Token", c.Token)
	}
	if c.Key != "" {
		req.Header.Set("Authorization", "Bearer "+c.Key)
	}
	if c.Tenant != "" {
		req.Header.Set("X-Zhuxin-Tenant", c.Tenant)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	client := c.HTTP
	if client == nil {
		client = http.DefaultClient
	}
	res, err := client.Do(req)
	if err != nil {
		return Answer{}, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return Answer{res.StatusCode, b}, err
}

// Must sends and wants a success.
func (c *Client) Must(ctx context.Context, method, path string, body any, headers ...string) (Answer, error) {
	a, err := c.Do(ctx, method, path, body, headers...)
	if err == nil && a.Status >= 300 {
		err = fmt.Errorf("%s %s: %d %s", method, path, a.Status, a.Body)
	}
	return a, err
}
