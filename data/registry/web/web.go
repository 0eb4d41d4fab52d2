// Package web makes one request to a provider of company data and reads its
// answer, however badly that behaves: slow, endless, cut off, redirected, a page
// of HTML, another charset. It knows no provider.
//
// What it returns is either the text of a JSON document in UTF-8, or a
// *registry.Error that says which kind of trouble it was.
package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"zhuxin/biz/registry"
	"zhuxin/shared/calendar"
)

// Preset bounds of a request.
const (
	Timeout = 8 * time.Second
	MaxBody = 2 << 20
	maxSkew = 5 * time.Minute
)

// Client makes requests to one provider.
type Client struct {
	http  *http.Client
	clock calendar.Clock
}

// New makes a client; timeout is for a whole request with its answer.
func New(timeout time.Duration, clock calendar.Clock) *Client {
	transport := &http.Transport{
		MaxIdleConnsPerHost: 2, MaxConnsPerHost: 4, IdleConnTimeout: 30 * time.Second,
		ResponseHeaderTimeout: timeout, TLSHandshakeTimeout: timeout, MaxResponseHeaderBytes: 64 << 10,
	}
	return &Client{clock: clock, http: &http.Client{Transport: transport, Timeout: timeout,
		// A provider does not redirect; one that does leads somewhere else.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// Get asks for a JSON document.
func (c *Client) Get(ctx context.Context, url string, header http.Header) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, registry.Fail(registry.RequestRefused, "", "the address of the provider is not right", nil)
	}
	req.Header = header
	res, err := c.http.Do(req)
	if err != nil {
		return nil, away(err)
	}
	defer func() { _ = res.Body.Close() }()
	if err := c.status(res); err != nil {
		return nil, err
	}
	kind, _, err := mime.ParseMediaType(res.Header.Get("Content-Type"))
	if err != nil || (kind != "application/json" && kind != "text/json" && kind != "text/plain") {
		return nil, registry.Fail(registry.BadAnswer, "", fmt.Sprintf("the answer is %.60q, not JSON", res.Header.Get("Content-Type")), nil)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, MaxBody+1))
	switch {
	case err != nil:
		return nil, away(err)
	case len(body) > MaxBody:
		return nil, registry.Fail(registry.BadAnswer, "", "the answer is longer than 2 MiB", nil)
	case !utf8.Valid(body):
		return nil, registry.Fail(registry.BadAnswer, "", "the answer is not UTF-8", nil)
	case !json.Valid(body):
		return nil, registry.Fail(registry.BadAnswer, "", "the answer is no whole JSON document", nil)
	}
	return body, nil
}

// Skew is how far the provider's clock seems to be from ours, for the message of a
// refused signature; empty when they agree.
func (c *Client) skew(res *http.Response) string {
	at, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		return ""
	}
	if d := c.clock.Now().Sub(at); d > maxSkew || d < -maxSkew {
		return fmt.Sprintf("; our clock and the provider's differ by %s", d.Round(time.Minute))
	}
	return ""
}

func (c *Client) status(res *http.Response) error {
	code := "HTTP " + strconv.Itoa(res.StatusCode)
	switch {
	case res.StatusCode == http.StatusOK:
		return nil
	case res.StatusCode == http.StatusUnauthorized:
		return registry.Fail(registry.AccountRefused, code, "the provider does not take the credential"+c.skew(res), nil)
	case res.StatusCode == http.StatusForbidden:
		return registry.Fail(registry.AccountRefused, code, "the provider does not let this address in", nil)
	case res.StatusCode == http.StatusTooManyRequests:
		e := registry.Fail(registry.RateLimited, code, "too many requests at once", nil)
		if s, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && s > 0 {
			e.RetryAfter = time.Duration(min(s, 3600)) * time.Second
		}
		return e
	case res.StatusCode >= 500:
		return registry.Fail(registry.Unreachable, code, "the provider's servers fail", nil)
	case res.StatusCode >= 300 && res.StatusCode < 400:
		return registry.Fail(registry.BadAnswer, code, "the provider leads elsewhere, which is not followed", nil)
	}
	return registry.Fail(registry.RequestRefused, code, "the provider does not take the request", nil)
}

// away leaves out the address, which may carry a key.
func away(err error) error {
	var timeout interface{ Timeout() bool }
	if errors.As(err, &timeout) && timeout.Timeout() {
		return registry.Fail(registry.Unreachable, "", "no whole answer in time", nil)
	}
	if errors.Is(err, context.Canceled) {
		return context.Canceled
	}
	return registry.Fail(registry.Unreachable, "", "the connection failed or broke off", nil)
}
