// Package tianyancha asks Tianyancha's open API: the first provider behind
// biz/registry. Paths, envelope and codes are those of interfaces.md, section 4.
//
// It answers with HTTP 200 also when it refuses; 300000 is an empty answer, not an
// error. It owns no retry (data/registry/guard) and keeps nothing.
package tianyancha

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"zhuxin/biz/registry"
	"zhuxin/data/registry/web"
	"zhuxin/shared/calendar"
)

// BaseURL is where the provider is.
const BaseURL = "https://open.api.tianyancha.com"

// Client implements registry.Adapter.
type Client struct {
	base string
	web  *web.Client
}

var _ registry.Adapter = (*Client)(nil)

// New makes a client of the provider at base.
func New(base string, timeout time.Duration, clock calendar.Clock) *Client {
	return &Client{base: base, web: web.New(timeout, clock)}
}

const (
	pathSearch  = "/services/open/search/2.0"
	pathBasics  = "/services/open/ic/baseinfo/normal"
	pathMatch   = "/services/v4/open/match"
	pathChanges = "/services/open/ic/changeinfo/2.0"
	pathFreezes = "/services/v4/open/judicial"

	pageSize = 20 // the most it gives
	maxPages = 25
)

// Offers implements registry.Adapter: all of them.
func (*Client) Offers(kind registry.Kind) bool {
	_, ok := lists[kind]
	return ok || kind == registry.KindBasics || kind == registry.KindEquityChange
}

type envelope struct {
	Code   *json.Number    `json:"error_code"`
	Reason string          `json:"reason"`
	Result json.RawMessage `json:"result"`
}

// get makes one request. The result is nil when there is no data.
func (c *Client) get(ctx context.Context, a registry.Ask, path string, q url.Values) (result json.RawMessage, raw []byte, err error) {
	if err := a.Spend(ctx); err != nil {
		return nil, nil, err
	}
	raw, err = c.web.Get(ctx, c.base+path+"?"+q.Encode(), http.Header{"Authorization": {a.Credential.Key}, "Accept": {"application/json"}})
	if err != nil {
		return nil, nil, err
	}
	var e envelope
	if err := web.Decode(raw, &e); err != nil {
		return nil, nil, err
	}
	if e.Code == nil {
		return nil, nil, web.Unreadable("error_code is missing", nil)
	}
	switch code := e.Code.String(); code {
	case "0":
		if len(e.Result) == 0 || bytes.Equal(e.Result, []byte("null")) {
			return nil, nil, web.Unreadable("a success without a result", nil)
		}
		return e.Result, raw, nil
	case "300000":
		return nil, raw, nil
	default:
		return nil, nil, refusal(code, e.Reason)
	}
}

// refusal sorts Tianyancha's codes.
func refusal(code, reason string) error {
	reason = web.Text(reason).Plain()
	t := registry.RequestRefused // 300008 parameter, 300010 URL, and what is new
	var after time.Duration
	switch code {
	case "300001":
		t = registry.Unreachable
	case "300002", "300003", "300009", "300011":
		t = registry.AccountRefused
	case "300004":
		t, after = registry.RateLimited, 3*time.Second
	case "300005":
		t = registry.NoRight
	case "300006":
		t = registry.BalanceExhausted
	case "300007":
		t = registry.QuotaExhausted
	case "300012":
		t = registry.Pending
	}
	e := registry.Fail(t, code, reason, nil)
	e.RetryAfter = after
	return e
}

// Probe implements registry.Adapter by a search, the cheapest request.
func (c *Client) Probe(ctx context.Context, a registry.Ask) error {
	_, _, err := c.get(ctx, a, pathSearch, url.Values{"word": {"测试"}, "pageNum": {"1"}, "pageSize": {"1"}})
	return err
}

// Belongs implements registry.Adapter. The truth value is wrapped once in the
// documented answer, and plain in others that were seen.
func (c *Client) Belongs(ctx context.Context, a registry.Ask, name string) (bool, error) {
	result, _, err := c.get(ctx, a, pathMatch, url.Values{"keyword": {string(a.USCC)}, "name": {name}})
	if err != nil || result == nil {
		return false, err
	}
	var wrapped struct {
		Result *bool `json:"result"`
	}
	if json.Unmarshal(result, &wrapped) == nil && wrapped.Result != nil {
		return *wrapped.Result, nil
	}
	var is bool
	if err := json.Unmarshal(result, &is); err != nil {
		return false, web.Unreadable("neither true nor false", err)
	}
	return is, nil
}

// Look implements registry.Adapter.
func (c *Client) Look(ctx context.Context, a registry.Ask, kind registry.Kind) (registry.Answer, error) {
	switch kind {
	case registry.KindBasics:
		return c.basics(ctx, a)
	case registry.KindEquityChange:
		changes, err := c.list(ctx, a, pathChanges, a.Names, changed)
		if err != nil {
			return registry.Answer{}, err
		}
		freezes, err := c.list(ctx, a, pathFreezes, a.Names, frozen)
		return join(changes, freezes), err
	}
	l, ok := lists[kind]
	if !ok {
		return registry.Answer{}, registry.Fail(registry.NotOffered, "", "Tianyancha has no such list", nil)
	}
	answer, err := c.list(ctx, a, l.path, a.Names, l.read)
	for i := range answer.Findings {
		answer.Findings[i].Kind = kind
	}
	return answer, err
}

func join(a, b registry.Answer) registry.Answer {
	out := registry.Answer{Outcome: registry.NoData, Findings: append(a.Findings, b.Findings...), Complete: a.Complete && b.Complete,
		Raw: append(a.Raw, b.Raw...), Requests: a.Requests + b.Requests}
	for i := range out.Findings {
		out.Findings[i].Kind = registry.KindEquityChange
	}
	if a.Outcome == registry.Found || b.Outcome == registry.Found {
		out.Outcome = registry.Found
	}
	return out
}

// list reads all pages of a list. Pages that repeat, or that hold nothing although
// more was announced, are not taken for an answer.
func (c *Client) list(ctx context.Context, a registry.Ask, path string, names []string, read reader) (registry.Answer, error) {
	out := registry.Answer{Outcome: registry.NoData, Complete: true}
	seen, got := map[string]bool{}, 0
	for page := 1; ; page++ {
		result, raw, err := c.get(ctx, a, path, url.Values{"keyword": {string(a.USCC)}, "pageNum": {strconv.Itoa(page)}, "pageSize": {strconv.Itoa(pageSize)}})
		if err != nil {
			return registry.Answer{}, err
		}
		out.Requests++
		out.Raw = append(append(out.Raw, raw...), '\n')
		if result == nil {
			return out, nil
		}
		var p struct {
			Total *web.Text         `json:"total"`
			Items []json.RawMessage `json:"items"`
		}
		if err := web.Decode(result, &p); err != nil {
			return registry.Answer{}, err
		}
		if p.Total == nil {
			return registry.Answer{}, web.Unreadable("total is missing", nil)
		}
		total, err := strconv.Atoi(string(*p.Total))
		if err != nil || total < 0 {
			return registry.Answer{}, web.Unreadable("total is no number", err)
		}
		if got += len(p.Items); len(p.Items) == 0 && got < total {
			return registry.Answer{}, web.Unreadable("entries are announced and not there", nil)
		}
		fresh := 0
		for _, item := range p.Items {
			if seen[string(item)] {
				continue
			}
			seen[string(item)] = true
			fresh++
			f, err := read(item, names)
			if err != nil {
				return registry.Answer{}, err
			}
			if f != nil {
				out.Findings = append(out.Findings, *f)
			}
		}
		if len(p.Items) > 0 {
			out.Outcome = registry.Found
		}
		switch {
		case fresh == 0 && page > 1:
			return registry.Answer{}, web.Unreadable("its pages repeat", nil)
		case got >= total:
			return out, nil
		case page == maxPages:
			out.Complete = false
			return out, nil
		}
	}
}
