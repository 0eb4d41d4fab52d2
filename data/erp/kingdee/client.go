// Package kingdee reads from a Kingdee K3Cloud (星空) server by its web API and takes
// limits to its credit files. It owns the protocol and how Kingdee's bills are understood; when it is
// called, and what becomes of the records, is biz/erp's.
package kingdee

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"zhuxin/biz/erp"
	"zhuxin/data/erp/wire"
)

const (
	services  = "/k3cloud/Kingdee.BOS.WebApi.ServicesStub."
	suffix    = ".common.kdsvc"
	chinese   = 2052
	maxAnswer = 16 << 20
)

// session is a login, known by its cookie.
type session struct {
	wire   *wire.Client
	base   string
	cookie string
	org    string
}

func login(ctx context.Context, c *wire.Client, e erp.Endpoint) (*session, error) {
	s := &session{wire: c, base: e.BaseURL + services}
	var answer struct {
		LoginResultType int    `json:"LoginResultType"`
		SessionID       string `json:"KDSVCSessionId"`
		Context         *struct {
			Organisation struct {
				Name string `json:"Name"`
			} `json:"CurrentOrganizationInfo"`
		} `json:"Context"`
	}
	body := map[string]any{"acctid": e.Database, "username": e.Username, "password": e.Secret, "lcid": chinese}
	raw, err := s.post(ctx, "AuthService.ValidateUser", body)
	if err != nil {
		return nil, err
	}
	if json.Unmarshal(raw, &answer) != nil {
		return nil, erp.ErrAnswer
	}
	if answer.LoginResultType != 1 || answer.SessionID == "" {
		return nil, erp.ErrLogin
	}
	s.cookie = "kdservice-sessionid=" + answer.SessionID
	if answer.Context != nil {
		s.org = answer.Context.Organisation.Name
	}
	return s, nil
}

func (s *session) close(ctx context.Context) {
	_, _ = s.post(context.WithoutCancel(ctx), "AuthService.Logout", map[string]any{}) // it ends by itself otherwise
}

// query is one page of ExecuteBillQuery: rows of values in the order of the fields.
func (s *session) query(ctx context.Context, f form, filter string, start, limit int) ([][]json.RawMessage, error) {
	raw, err := s.post(ctx, "DynamicFormService.ExecuteBillQuery", map[string]any{"data": map[string]any{
		"FormId": f.id, "FieldKeys": strings.Join(f.fields, ","), "FilterString": filter, "OrderString": f.fields[0] + " ASC", "TopRowCount": 0,
		"StartRow": start, "Limit": limit, "SubSystemId": "",
	}})
	if err != nil {
		return nil, err
	}
	var rows [][]json.RawMessage
	if json.Unmarshal(raw, &rows) != nil {
		return nil, erp.ErrAnswer
	}
	if len(rows) == 1 && len(rows[0]) == 1 && len(f.fields) > 1 {
		return nil, refusal(rows[0][0])
	}
	for _, r := range rows {
		if len(r) != len(f.fields) {
			return nil, erp.ErrAnswer.With("columns", fmt.Sprintf("%d for %d fields", len(r), len(f.fields)))
		}
	}
	return rows, nil
}

const lostSession = "会话信息已丢失"

var sessionLost = erp.ErrUnreachable.With("session", "it was lost in between; the next run logs in again")

// refusal reads an error that comes in the form of a row, with status 200.
func refusal(raw json.RawMessage) error {
	var r struct {
		Result struct {
			Status struct {
				Errors []struct {
					Message string `json:"Message"`
				} `json:"Errors"`
				MsgCode int `json:"MsgCode"`
			} `json:"ResponseStatus"`
		} `json:"Result"`
	}
	if json.Unmarshal(raw, &r) != nil || len(r.Result.Status.Errors) == 0 {
		return erp.ErrAnswer
	}
	text := r.Result.Status.Errors[0].Message
	if strings.Contains(text, lostSession) {
		return sessionLost
	}
	if f := wire.Account(text); f != nil {
		return f
	}
	return erp.ErrAnswer.With("error", fmt.Sprintf("%.200s", text))
}

func (s *session) post(ctx context.Context, service string, body any) ([]byte, error) {
	b, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	r := wire.Request{Method: http.MethodPost, URL: s.base + service + suffix, Header: http.Header{}, Body: b, Most: maxAnswer,
		Changes: strings.HasSuffix(service, ".Save"), Status: gateway}
	if s.cookie != "" {
		r.Header.Set("Cookie", s.cookie)
	}
	return s.wire.Do(ctx, r)
}

// gateway reads the status that the public gateway has of its own.
func gateway(code int, body []byte) error {
	var answer struct {
		Code int    `json:"errcode"`
		Text string `json:"description_cn"`
	}
	if code != 519 || json.Unmarshal(body, &answer) != nil {
		return nil
	}
	if answer.Code == 4002 || answer.Code == 4006 { // not authorised, by its words
		return erp.ErrLogin.With("error", fmt.Sprintf("%.200s", answer.Text))
	}
	return nil
}
