// Package u8 reads from a Yonyou U8 by its open API (开放平台) and takes limits to its
// customer files. It owns the protocol and how U8's books are understood; when it is
// called, and what becomes of the records, is biz/erp's.
package u8

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"zhuxin/biz/erp"
	"zhuxin/data/erp/wire"
)

const (
	rowsAtOnce = 100
	maxPages   = 20_000
	maxAnswer  = 16 << 20
)

// session is a token of an account.
type session struct {
	wire  *wire.Client
	base  string
	query url.Values // what every call carries
}

func login(ctx context.Context, c *wire.Client, e erp.Endpoint) (*session, error) {
	s := &session{wire: c, base: e.BaseURL, query: url.Values{}}
	var answer struct {
		Token struct {
			ID string `json:"id"`
		} `json:"token"`
	}
	err := s.get(ctx, "/system/token", url.Values{"from_account": {e.Company}, "app_key": {e.Username}, "app_secret": {e.Secret}}, &answer)
	if refused, ok := errors.AsType[refusal](err); ok {
		if f := wire.Account(refused.Error()); f != nil {
			return nil, f
		}
		return nil, erp.ErrLogin.With("error", refused.text)
	}
	if err != nil {
		return nil, err
	}
	if answer.Token.ID == "" {
		return nil, erp.ErrLogin
	}
	s.query = url.Values{"from_account": {e.Company}, "to_account": {e.Database}, "app_key": {e.Username}, "token": {answer.Token.ID}}
	return s, nil
}

// refusal is an errcode that is not 0.
type refusal struct{ code, text string }

func (r refusal) Error() string { return r.code + " " + r.text }

// noData: one and the same errcode says "no data" and "update failed", so the words count.
func (r refusal) noData() bool {
	return r.code == "20002" && (strings.Contains(r.text, "没有") || strings.Contains(r.text, "无数据"))
}

// rows gives the objects of a list, page after page. The list lies under the name of
// the object.
func (s *session) rows(ctx context.Context, object string, more url.Values, yield func(json.RawMessage) error) error {
	seen := map[[sha256.Size]byte]bool{}
	for n := 1; n <= maxPages; n++ {
		params := url.Values{"ds_sequence": {"1"}, "page_index": {strconv.Itoa(n)}, "rows_per_page": {strconv.Itoa(rowsAtOnce)}}
		for k, v := range more {
			params[k] = v
		}
		var answer map[string]json.RawMessage
		err := s.get(ctx, "/api/"+object+"/batch_get", params, &answer)
		if refused, ok := errors.AsType[refusal](err); ok && refused.noData() {
			return nil
		}
		if err != nil {
			return told(err)
		}
		var list []json.RawMessage
		var at, pages string
		if json.Unmarshal(answer[object], &list) != nil || json.Unmarshal(answer["page_index"], &at) != nil || json.Unmarshal(answer["page_count"], &pages) != nil {
			return erp.ErrAnswer
		}
		if at != strconv.Itoa(n) {
			return erp.ErrAnswer.With("page", fmt.Sprintf("asked for %d, got %.20q", n, at))
		}
		for _, one := range list {
			sum := sha256.Sum256(one)
			if seen[sum] {
				return erp.ErrAnswer.With("page", "a row comes twice: its pages repeat")
			}
			seen[sum] = true
			if err := yield(one); err != nil {
				return err
			}
		}
		if last, err := strconv.Atoi(pages); err != nil || last < 0 {
			return erp.ErrAnswer.With("page_count", fmt.Sprintf("%.20q", pages))
		} else if n >= last {
			return nil
		}
	}
	return erp.ErrAnswer.With("page", "the list has no end")
}

// told turns a refusal into a fault that says what the ERP said.
func told(err error) error {
	if refused, ok := errors.AsType[refusal](err); ok {
		if f := wire.Account(refused.Error()); f != nil {
			return f
		}
		return erp.ErrAnswer.With("error", fmt.Sprintf("%.200s", refused.Error()))
	}
	return err
}

func (s *session) get(ctx context.Context, path string, more url.Values, into any) error {
	return s.do(ctx, http.MethodGet, path, more, nil, into)
}

func (s *session) do(ctx context.Context, method, path string, more url.Values, body []byte, into any) error {
	params := url.Values{}
	for _, set := range []url.Values{s.query, more} {
		for k, v := range set {
			params[k] = v
		}
	}
	raw, err := s.wire.Do(ctx, wire.Request{Method: method, URL: s.base + path + "?" + params.Encode(), Header: http.Header{}, Body: body, Most: maxAnswer, Changes: body != nil})
	if err != nil {
		return err
	}
	var head struct {
		Code *string `json:"errcode"`
		Text string  `json:"errmsg"`
	}
	if json.Unmarshal(raw, &head) != nil || head.Code == nil {
		return erp.ErrAnswer
	}
	if *head.Code != "0" {
		return refusal{*head.Code, head.Text}
	}
	if json.Unmarshal(raw, into) != nil {
		return erp.ErrAnswer
	}
	return nil
}
