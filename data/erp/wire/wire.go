// Package wire makes one request to an ERP and says what its answer, however bad, is
// taken for: away, busy, used up, login refused, unreadable. It knows no make of ERP.
//
// A request that changes nothing there is tried again when the ERP is away or asks to
// wait a few seconds: with pauses that grow and differ, or as long as the ERP says. One
// that changes something is made once: whether it arrived is for its caller to look.
package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/cenkalti/backoff/v5"

	"zhuxin/biz/erp"
	"zhuxin/data/outbound"
	"zhuxin/shared/fault"
)

// Tries is how often a request is made at most.
const Tries = 3

const (
	pause   = 500 * time.Millisecond // before the second try, on average
	longest = 10 * time.Second       // a longer wait is for the next run
)

// Client makes requests.
type Client struct {
	http  *http.Client
	pause time.Duration
}

// New makes a client over outbound's.
func New(c *http.Client) *Client { return &Client{c, pause} }

// Paced has another pause between tries; for tests.
func (c *Client) Paced(d time.Duration) *Client { return &Client{c.http, d} }

// Request is one request.
type Request struct {
	Method, URL string
	Header      http.Header
	Body        []byte
	Most        int64 // bytes of the answer
	Changes     bool  // something there; it is made once
	// Status judges an answer that is not 200 before the common rules do; nil leaves it
	// to them. body is its beginning.
	Status func(code int, body []byte) error
}

// Do gives the answer's text, which is UTF-8. Faults: ERP_UNREACHABLE, ERP_BUSY,
// ERP_QUOTA, ERP_LOGIN_REFUSED, ERP_ADDRESS_FORBIDDEN, ERP_ANSWER_UNREADABLE.
func (c *Client) Do(ctx context.Context, r Request) (body []byte, err error) {
	if r.Changes {
		return c.once(ctx, r)
	}
	pauses := backoff.NewExponentialBackOff()
	pauses.InitialInterval, pauses.MaxInterval = c.pause, longest
	var last error
	body, err = backoff.Retry(ctx, func() ([]byte, error) {
		var body []byte
		body, last = c.once(ctx, r)
		return body, again(last)
	}, backoff.WithBackOff(pauses), backoff.WithMaxTries(Tries))
	if err != nil && ctx.Err() == nil {
		err = last
	}
	return body, err
}

// again says whether and when another try may go better.
func again(err error) error {
	f, ok := fault.As(err)
	switch {
	case err == nil:
		return nil
	case ok && f.RetryAfter > int(longest/time.Second):
		return backoff.Permanent(err)
	case ok && f.RetryAfter > 0:
		return backoff.RetryAfter(f.RetryAfter)
	case errors.Is(err, erp.ErrUnreachable) || errors.Is(err, erp.ErrBusy):
		return err
	}
	return backoff.Permanent(err)
}

func (c *Client) once(ctx context.Context, r Request) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, r.Method, r.URL, bytes.NewReader(r.Body))
	if err != nil {
		return nil, erp.ErrUnreachable
	}
	req.GetBody = nil // the transport sends nothing a second time
	if r.Header != nil {
		req.Header = r.Header
	}
	if len(r.Body) > 0 {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := c.http.Do(req)
	if err != nil {
		return nil, failed(ctx, err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, r.Most+1))
	if res.StatusCode != http.StatusOK {
		return nil, r.refused(res, body)
	}
	switch {
	case err != nil:
		return nil, failed(ctx, err)
	case int64(len(body)) > r.Most:
		return nil, erp.ErrAnswer.With("size", fmt.Sprintf("an answer of more than %d MiB", r.Most>>20))
	case !utf8.Valid(body):
		return nil, erp.ErrAnswer.With("charset", "the answer is not UTF-8")
	}
	return body, nil
}

func (r Request) refused(res *http.Response, body []byte) error {
	if r.Status != nil {
		if err := r.Status(res.StatusCode, body); err != nil {
			return err
		}
	}
	switch {
	case res.StatusCode == http.StatusUnauthorized || res.StatusCode == http.StatusForbidden:
		return erp.ErrLogin
	case res.StatusCode == http.StatusPaymentRequired:
		return erp.ErrQuota
	case res.StatusCode == http.StatusTooManyRequests:
		return after(erp.ErrBusy.With("status", res.Status), res)
	case res.StatusCode >= http.StatusInternalServerError:
		return after(erp.ErrUnreachable.With("status", res.Status), res)
	}
	return erp.ErrAnswer.With("status", res.Status)
}

// after keeps how long the ERP asks to wait, in seconds or till an instant.
func after(f *fault.Error, res *http.Response) error {
	text := res.Header.Get("Retry-After")
	seconds, err := strconv.Atoi(text)
	if at, bad := http.ParseTime(text); err != nil && bad == nil {
		if now, bad := http.ParseTime(res.Header.Get("Date")); bad == nil { // by their clock, not ours
			seconds = int(at.Sub(now) / time.Second)
		}
	}
	if seconds > 0 {
		f.RetryAfter = min(seconds, 24*3600)
	}
	return f
}

// failed hides the address, which may carry a token.
func failed(ctx context.Context, err error) error {
	switch {
	case errors.Is(err, outbound.ErrForbidden):
		return erp.ErrAddress
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return erp.ErrUnreachable
}
