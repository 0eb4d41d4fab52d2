// Package wire makes one POST to a provider of messages and reads its JSON answer,
// however badly that behaves. It knows no provider.
//
// What decides about sending again is whether the request can have been taken:
// without a connection it was not, after it was written nobody knows. So a timeout,
// a broken answer and a gateway's page are notify.Uncertain, and only a refused
// connection or a plain "not now" is worth another attempt.
package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync/atomic"
	"time"

	"zhuxin/biz/notify"
	"zhuxin/data/outbound"
)

// maxBody bounds an answer; the longest real one has a few hundred bytes.
const maxBody = 64 << 10

// Post sends body and decodes the answer into out. Statuses in read are decoded
// too: some providers put their code into the body of a 4xx.
func Post(ctx context.Context, client *http.Client, url string, header http.Header, body []byte, out any, read ...int) error {
	var written atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteHeaders: func() { written.Store(true) }})
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return notify.Fail(notify.AccountRefused, "", "the address of the channel is not right")
	}
	req.GetBody = nil // never sent a second time by the transport
	req.Header = header
	res, err := client.Do(req)
	if err != nil {
		return away(ctx, err, written.Load())
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(res.Body, maxBody+1))
	if ok := res.StatusCode == http.StatusOK || contains(read, res.StatusCode); !ok {
		return status(res)
	}
	switch {
	case err != nil:
		return away(ctx, err, true)
	case len(text) > maxBody || !json.Valid(text):
		return notify.Fail(notify.Uncertain, "HTTP "+strconv.Itoa(res.StatusCode), "the answer is no JSON document; the message may have been sent")
	}
	if err := json.Unmarshal(text, out); err != nil {
		return notify.Fail(notify.Uncertain, "", "the answer has another form than expected; the message may have been sent")
	}
	return nil
}

func contains(list []int, s int) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// status judges an answer whose body says nothing.
func status(res *http.Response) error {
	code := "HTTP " + strconv.Itoa(res.StatusCode)
	e := notify.Fail(notify.Refused, code, "the provider does not take the request")
	switch s := res.StatusCode; {
	case s == http.StatusTooManyRequests, s == http.StatusServiceUnavailable:
		e = notify.Fail(notify.Throttled, code, "the provider asks to wait")
		if s == http.StatusServiceUnavailable {
			e = notify.Fail(notify.Unreachable, code, "the provider's servers are away")
		}
		if n, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && n > 0 {
			e.RetryAfter = time.Duration(min(n, 3600)) * time.Second
		}
	case s == http.StatusUnauthorized, s == http.StatusForbidden:
		e = notify.Fail(notify.AccountRefused, code, "the provider does not take the credential")
	case s >= 500:
		e = notify.Fail(notify.Uncertain, code, "the provider's servers fail; the message may have been sent")
	case s >= 300 && s < 400:
		e = notify.Fail(notify.Refused, code, "the provider leads elsewhere, which is not followed")
	case s < 300:
		e = notify.Fail(notify.Uncertain, code, "the answer is not one that this provider gives; the message may have been sent")
	}
	return e
}

// away leaves out the address: a robot's carries its key.
func away(ctx context.Context, err error, written bool) error {
	switch {
	case errors.Is(err, outbound.ErrForbidden):
		return notify.Fail(notify.Forbidden, "", "the address is not public, and not among the networks that the operator allows")
	case written:
		return notify.Fail(notify.Uncertain, "", "no whole answer came; the message may have been sent")
	case errors.Is(ctx.Err(), context.Canceled):
		return context.Canceled
	}
	return notify.Fail(notify.Unreachable, "", "the connection failed")
}

// Cut shortens s to at most n bytes of whole characters and ends it with an ellipsis.
func Cut(s string, n int) string {
	const end = "…"
	if len(s) <= n {
		return s
	}
	n -= len(end)
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:max(n, 0)] + end
}

// Body puts text and link together within n bytes; the link stays whole.
func Body(title, text, link string, n int) string {
	out := text
	if title != "" {
		out = title + "\n" + text
	}
	if link == "" {
		return Cut(out, n)
	}
	return Cut(out, n-len(link)-1) + "\n" + link
}

// Need takes the named fields of a credential.
func Need(a notify.Account, names ...string) ([]string, error) {
	out := make([]string, len(names))
	for i, n := range names {
		if out[i] = a.Credential[n]; out[i] == "" {
			return nil, notify.Fail(notify.AccountRefused, "", fmt.Sprintf("the channel's %s is missing", n))
		}
	}
	return out, nil
}
