// Package qichacha asks Qichacha's open API: the second provider behind
// biz/registry. Status is text, 201 is an empty answer, and each request is signed
// with its time (interfaces.md, section 4).
//
// It owns no retry (data/registry/guard) and keeps nothing.
package qichacha

import (
	"bytes"
	"context"
	"crypto/md5" //nolint:gosec // the provider's signature, not ours to choose
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"zhuxin/biz/registry"
	"zhuxin/data/registry/web"
	"zhuxin/shared/calendar"
)

// BaseURL is where the provider is.
const BaseURL = "https://api.qichacha.com"

// Client implements registry.Adapter.
type Client struct {
	base  string
	web   *web.Client
	clock calendar.Clock
}

var _ registry.Adapter = (*Client)(nil)

// New makes a client of the provider at base.
func New(base string, timeout time.Duration, clock calendar.Clock) *Client {
	return &Client{base: base, web: web.New(timeout, clock), clock: clock}
}

const (
	pathVerify = "/EnterpriseInfo/Verify"
	pageSize   = 20
	maxPages   = 25
)

// Offers implements registry.Adapter. It sells no list of lawsuits, listings of
// abnormality or changes of owners under the paths we know.
func (*Client) Offers(kind registry.Kind) bool {
	_, ok := lists[kind]
	return ok || kind == registry.KindBasics
}

type envelope struct {
	Status  *web.Text       `json:"Status"`
	Message string          `json:"Message"`
	Paging  *paging         `json:"Paging"`
	Result  json.RawMessage `json:"Result"`
}

type paging struct {
	TotalRecords web.Text `json:"TotalRecords"`
}

// Token is the signature of a request: upper case MD5 of key, time and secret.
func Token(key, timespan, secret string) string {
	sum := md5.Sum([]byte(key + timespan + secret)) //nolint:gosec // see above
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

func (c *Client) get(ctx context.Context, a registry.Ask, path string, q url.Values) (e envelope, raw []byte, err error) {
	if err := a.Spend(ctx); err != nil {
		return e, nil, err
	}
	q.Set("key", a.Credential.Key)
	now := strconv.FormatInt(c.clock.Now().Unix(), 10)
	raw, err = c.web.Get(ctx, c.base+path+"?"+q.Encode(), http.Header{
		"Token": {Token(a.Credential.Key, now, a.Credential.Secret)}, "Timespan": {now}, "Accept": {"application/json"}})
	if err != nil {
		return e, nil, err
	}
	if err := web.Decode(raw, &e); err != nil {
		return e, nil, err
	}
	if e.Status == nil {
		return e, nil, web.Unreadable("Status is missing", nil)
	}
	switch code := string(*e.Status); code {
	case "200":
		if len(e.Result) == 0 || bytes.Equal(e.Result, []byte("null")) {
			return e, nil, web.Unreadable("a success without a result", nil)
		}
		return e, raw, nil
	case "201":
		e.Result = nil
		return e, raw, nil
	default:
		return e, nil, refusal(code, e.Message)
	}
}

// refusal sorts Qichacha's codes.
func refusal(code, message string) error {
	t := registry.RequestRefused
	switch code {
	case "101", "103", "104", "106", "107", "108", "115":
		t = registry.AccountRefused
	case "102":
		t = registry.BalanceExhausted
	case "109", "112":
		t = registry.QuotaExhausted
	case "110":
		t = registry.QuotaExhausted // too many wrong calls: it wants to be left alone for hours
	case "105", "111", "214":
		t = registry.NoRight
	case "205":
		t = registry.Pending
	case "199":
		t = registry.Unreachable
	}
	return registry.Fail(t, code, web.Text(message).Plain(), nil)
}

type verified struct {
	Verify web.Text        `json:"VerifyResult"`
	Data   json.RawMessage `json:"Data"`
}

// open takes the data out of a result; nil when the provider found nothing.
func open(e envelope) (json.RawMessage, error) {
	if e.Result == nil {
		return nil, nil
	}
	var v verified
	if err := web.Decode(e.Result, &v); err != nil {
		return nil, err
	}
	switch {
	case v.Verify == "0":
		return nil, nil
	case v.Verify != "1":
		return nil, web.Unreadable("VerifyResult is neither 0 nor 1", nil)
	case len(v.Data) == 0 || bytes.Equal(v.Data, []byte("null")):
		return nil, web.Unreadable("verified without data", nil)
	}
	return v.Data, nil
}

// Probe implements registry.Adapter.
func (c *Client) Probe(ctx context.Context, a registry.Ask) error {
	_, _, err := c.get(ctx, a, pathVerify, url.Values{"searchKey": {"测试"}})
	return err
}

// Belongs implements registry.Adapter.
func (c *Client) Belongs(ctx context.Context, a registry.Ask, name string) (bool, error) {
	answer, err := c.basics(ctx, a)
	if err != nil || answer.Company == nil {
		return false, err
	}
	return registry.PlainName(answer.Company.Name) == registry.PlainName(name), nil
}

// Look implements registry.Adapter.
func (c *Client) Look(ctx context.Context, a registry.Ask, kind registry.Kind) (registry.Answer, error) {
	if kind == registry.KindBasics {
		return c.basics(ctx, a)
	}
	l, ok := lists[kind]
	if !ok {
		return registry.Answer{}, registry.Fail(registry.NotOffered, "", "Qichacha has no such list", nil)
	}
	return c.list(ctx, a, kind, l)
}

func (c *Client) basics(ctx context.Context, a registry.Ask) (registry.Answer, error) {
	e, raw, err := c.get(ctx, a, pathVerify, url.Values{"searchKey": {string(a.USCC)}})
	if err != nil {
		return registry.Answer{}, err
	}
	out := registry.Answer{Outcome: registry.NoData, Complete: true, Raw: append(raw, '\n'), Requests: 1}
	data, err := open(e)
	if err != nil || data == nil {
		return out, err
	}
	var b struct {
		Name     web.Text `json:"Name"`
		Code     web.Text `json:"CreditCode"`
		Status   web.Text `json:"Status"`
		Capital  web.Text `json:"RegistCapi"`
		Type     web.Text `json:"EconKind"`
		Started  web.Text `json:"StartDate"`
		Address  web.Text `json:"Address"`
		Industry web.Text `json:"Industry"`
	}
	if err := web.Decode(data, &b); err != nil {
		return registry.Answer{}, err
	}
	founded, err := b.Started.Day()
	switch {
	case err != nil:
		return registry.Answer{}, web.Unreadable("StartDate", err)
	case b.Name.Plain() == "":
		return registry.Answer{}, web.Unreadable("a company without a name", nil)
	case b.Code != "" && !strings.EqualFold(string(b.Code), string(a.USCC)):
		return registry.Answer{}, web.Unreadable("it is about another company", nil)
	}
	out.Outcome = registry.Found
	out.Company = &registry.Company{Name: b.Name.Plain(), USCC: string(a.USCC), Status: b.Status.Plain(), Capital: b.Capital.Plain(),
		Type: b.Type.Plain(), Industry: b.Industry.Plain(), Established: founded, Address: b.Address.Plain()}
	return out, nil
}
