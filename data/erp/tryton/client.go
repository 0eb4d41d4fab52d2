// Package tryton reads from a Tryton server by its JSON-RPC (tried with 6.0) and takes
// limits to its parties. It owns the protocol and how Tryton's books are understood; when it is
// called, and what becomes of the records, is biz/erp's.
package tryton

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"zhuxin/biz/erp"
	"zhuxin/data/erp/wire"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

// maxAnswer bounds one page of an answer; a page is 500 rows of a few hundred bytes.
const maxAnswer = 8 << 20

// session is a login; it ends with close.
type session struct {
	wire  *wire.Client
	url   string
	auth  string
	id    int
	scope map[string]any // Tryton's context: company and language
}

func login(ctx context.Context, c *wire.Client, e erp.Endpoint) (*session, error) {
	s := &session{wire: c, url: e.BaseURL + "/" + url.PathEscape(e.Database) + "/"}
	var key []any
	if err := s.call(ctx, "common.db.login", []any{e.Username, map[string]string{"password": e.Secret}, "en"}, &key); err != nil {
		return nil, err
	}
	if len(key) != 2 {
		return nil, erp.ErrLogin // null: the password alone is not enough for this user
	}
	s.auth = "Session " + base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%s:%v:%v", e.Username, key[0], key[1]))
	s.scope = map[string]any{"language": "en"}
	if e.Company != "" {
		company, err := strconv.Atoi(e.Company)
		if err != nil {
			return nil, erp.ErrLogin.With("company", "the number of a company, such as 1")
		}
		s.scope["company"] = company
	}
	return s, nil
}

// at is the session at another address.
func (s *session) at(url string) *session {
	other := *s
	other.url = url
	return &other
}

func (s *session) close(ctx context.Context) {
	_ = s.call(context.WithoutCancel(ctx), "common.db.logout", []any{}, nil) // it ends by itself otherwise
}

// search reads a page; fields as in Tryton, "party.name" gives .Party.Name.
func (s *session) search(ctx context.Context, model string, domain []any, limit int, fields []string, into any) error {
	return s.call(ctx, "model."+model+".search_read", []any{domain, 0, limit, [][]string{{"id", "ASC"}}, fields, s.scope}, into)
}

// pages reads a model by its ids, page after page.
func pages[T any](ctx context.Context, s *session, model string, domain []any, fields []string, id func(T) int64, each func([]T) error) error {
	for last := int64(0); ; {
		var found []T
		if err := s.search(ctx, model, append(slices.Clone(domain), []any{"id", ">", last}), page, fields, &found); err != nil {
			return err
		}
		if len(found) == 0 {
			return nil
		}
		for _, one := range found {
			if id(one) <= last {
				return erp.ErrAnswer.With("page", "its rows are not in the order asked for, or come again")
			}
			last = id(one)
		}
		if err := each(found); err != nil {
			return err
		}
	}
}

// since asks what was written or made since; write_date is null until the first change.
func since(t time.Time, prefix string) []any {
	return []any{"OR", []any{prefix + "write_date", ">=", instant(t)}, []any{prefix + "create_date", ">=", instant(t)}}
}

func (s *session) call(ctx context.Context, method string, params []any, into any) error {
	s.id++
	body, err := json.Marshal(map[string]any{"id": s.id, "method": method, "params": params})
	if err != nil {
		return err
	}
	r := wire.Request{Method: http.MethodPost, URL: s.url, Header: http.Header{}, Body: body, Most: maxAnswer, Changes: strings.HasSuffix(method, ".write"),
		Status: func(code int, _ []byte) error {
			if code == http.StatusForbidden {
				return erp.ErrAnswer.With("method", method+" is not known there, or not for this user")
			}
			return nil
		}}
	if s.auth != "" {
		r.Header.Set("Authorization", s.auth)
	}
	raw, err := s.wire.Do(ctx, r)
	if err != nil {
		return err
	}
	return read(raw, into)
}

func read(raw []byte, into any) error {
	var answer struct {
		Result json.RawMessage `json:"result"`
		Error  []any           `json:"error"`
	}
	if json.Unmarshal(raw, &answer) != nil {
		return erp.ErrAnswer
	}
	if len(answer.Error) > 0 {
		return erp.ErrAnswer.With("error", fmt.Sprintf("%.100v", answer.Error[0]))
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(answer.Result, into); err != nil {
		return erp.ErrAnswer
	}
	return nil
}

// date is {"__class__": "date", …}, or null.
type date calendar.Date

// UnmarshalJSON reads Tryton's form.
func (d *date) UnmarshalJSON(b []byte) error {
	var v struct {
		Class string `json:"__class__"`
		Year  int    `json:"year"`
		Month int    `json:"month"`
		Day   int    `json:"day"`
	}
	if string(b) == "null" {
		return nil
	}
	if err := json.Unmarshal(b, &v); err != nil || v.Class != "date" {
		return fmt.Errorf("no date: %.60s", b)
	}
	*d = date(calendar.NewDate(v.Year, time.Month(v.Month), v.Day))
	return nil
}

// amount is {"__class__": "Decimal", "decimal": "110000.00"}.
type amount money.Amount

// UnmarshalJSON reads Tryton's form exactly.
func (a *amount) UnmarshalJSON(b []byte) error {
	var v struct {
		Class   string `json:"__class__"`
		Decimal string `json:"decimal"`
	}
	if string(b) == "null" {
		return nil
	}
	if err := json.Unmarshal(b, &v); err != nil || v.Class != "Decimal" {
		return fmt.Errorf("no amount: %.60s", b)
	}
	m, err := money.Parse(v.Decimal)
	*a = amount(m)
	return err
}

// instant is how Tryton takes one in a domain, in UTC.
func instant(t time.Time) map[string]any {
	t = t.UTC()
	return map[string]any{"__class__": "datetime", "year": t.Year(), "month": int(t.Month()), "day": t.Day(),
		"hour": t.Hour(), "minute": t.Minute(), "second": t.Second(), "microsecond": t.Nanosecond() / 1000}
}
