package kingdee_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"zhuxin/biz/erp"
	"zhuxin/biz/feed"
	"zhuxin/data/erp/kingdee"
	"zhuxin/data/erp/wire"
	"zhuxin/data/outbound"
	"zhuxin/shared/fault"
)

// start answers as K3Cloud does: rows, page by page; broken answers instead of rows.
func start(t *testing.T, rows [][]any, broken string) (*httptest.Server, *[]string) {
	t.Helper()
	var filters []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			Password string `json:"password"`
			Data     struct {
				StartRow, Limit int
				FilterString    string
			} `json:"data"`
		}
		_ = json.NewDecoder(r.Body).Decode(&body)
		switch {
		case strings.HasSuffix(r.URL.Path, "AuthService.ValidateUser.common.kdsvc"):
			if body.Password != "right" {
				_, _ = w.Write([]byte(`{"Message":"用户名或密码错误","LoginResultType":0,"Context":null}`))
				return
			}
			_, _ = w.Write([]byte(`{"LoginResultType":1,"KDSVCSessionId":"s1","Context":{"CurrentOrganizationInfo":{"ID":1,"Name":"示例集团"}}}`))
		case strings.HasSuffix(r.URL.Path, "AuthService.Logout.common.kdsvc"):
			_, _ = w.Write([]byte("true"))
		case !strings.Contains(r.Header.Get("Cookie"), "kdservice-sessionid=s1"):
			_, _ = w.Write([]byte(`[[{"Result":{"ResponseStatus":{"Errors":[{"Message":"会话信息已丢失，请重新登录"}],"MsgCode":1}}}]]`))
		case broken != "":
			_, _ = w.Write([]byte(broken))
		default:
			filters = append(filters, body.Data.FilterString)
			from := min(body.Data.StartRow, len(rows))
			out := rows[from:min(from+body.Data.Limit, len(rows))]
			if out == nil {
				out = [][]any{}
			}
			_ = json.NewEncoder(w).Encode(out)
		}
	}))
	t.Cleanup(s.Close)
	return s, &filters
}

func row(id int, status, cancelled string, amount, received any) []any {
	return []any{id, fmt.Sprint("AR", id), "2026-03-01T00:00:00", "2026-03-31T00:00:00", "C001", "示例甲", "91330100MAX0A001X8", "PRE001", status, cancelled, amount, received}
}

func items(t *testing.T, s *httptest.Server, since time.Time) (out []string, err error) {
	t.Helper()
	a := kingdee.New(wire.New(outbound.Client(outbound.Config{Private: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Timeout: time.Second})).Paced(time.Millisecond))
	e := erp.Endpoint{BaseURL: s.URL, Database: "acct", Company: "10'1", Username: "demo", Secret: "right"}
	err = a.Read(t.Context(), e, feed.Receivables, erp.Window{Since: since}, func(r feed.Record) error {
		i := r.(feed.Receivable)
		if i.Void {
			out = append(out, fmt.Sprintf("%s %s %s: void", i.CustomerNumber, i.DocumentNo, i.DueDate))
			return nil
		}
		out = append(out, fmt.Sprintf("%s %s %s: %s of %s %s", i.CustomerNumber, i.DocumentNo, i.DueDate, i.Open, i.Amount, i.Currency))
		return nil
	})
	return out, err
}

func TestItems(t *testing.T) {
	t.Parallel()
	s, filters := start(t, [][]any{
		row(1, "C", "A", 210000.0, 100000.0), row(2, "C", "A", json.Number("0.10"), 0.0), row(2, "C", "A", json.Number("0.2000000000"), 0.1), row(3, "D", "A", 5, 0), row(4, "C", "B", 7, 0),
	}, "")
	got, err := items(t, s, time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"C001 AR1 2026-03-31: 110000.00 of 210000.00 CNY", "C001 AR2 2026-03-31: 0.20 of 0.30 CNY", "C001 AR3 2026-03-31: void", "C001 AR4 2026-03-31: void"}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if f := (*filters)[0]; !strings.Contains(f, "FModifyDate >= '2026-04-01 08:00:00'") || !strings.Contains(f, "FSETTLEORGID.FNumber='10''1'") {
		t.Errorf("filter %s", f)
	}
}

// A bill whose rows lie on two pages is one item.
func TestManyPages(t *testing.T) {
	t.Parallel()
	var rows [][]any
	for n := range 2100 {
		rows = append(rows, row(n/3, "C", "A", 1, 0))
	}
	s, _ := start(t, rows, "")
	got, err := items(t, s, time.Time{})
	if err != nil || len(got) != 700 || !strings.HasSuffix(got[666], "3.00 of 3.00 CNY") {
		t.Errorf("%d items, %v", len(got), err)
	}
}

func TestMisbehaviour(t *testing.T) {
	t.Parallel()
	status := func(text string) string {
		return `[[{"Result":{"ResponseStatus":{"ErrorCode":500,"IsSuccess":false,"Errors":[{"Message":"` + text + `"}],"MsgCode":9}}}]]`
	}
	for name, c := range map[string]struct {
		body string
		want *fault.Error
	}{
		"unknown field": {status("元数据中标识为FX的字段不存在"), erp.ErrAnswer}, "session lost": {status("会话信息已丢失，请重新登录"), erp.ErrUnreachable},
		"HTML": {"<html>", erp.ErrAnswer}, "cut off": {`[[1,"AR1"`, erp.ErrAnswer}, "fewer columns": {`[[1,2],[3,4]]`, erp.ErrAnswer},
		"an object": {`{"errcode":4002}`, erp.ErrAnswer}, "a date that is none": {`[[1,"AR1","soon","x","C","n","","PRE001","C","A",1,0]]`, erp.ErrAnswer},
		"an amount that is none": {`[[1,"AR1","2026-03-01","2026-03-31","C","n","","PRE001","C","A",1.005,0]]`, erp.ErrAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := start(t, nil, c.body)
			_, err := items(t, s, time.Time{})
			f, ok := errors.AsType[*fault.Error](err)
			if !ok || f.Reason != c.want.Reason {
				t.Errorf("got %v, want %s", err, c.want.Reason)
			}
		})
	}
	s, _ := start(t, nil, "")
	a := kingdee.New(wire.New(outbound.Client(outbound.Config{Private: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})).Paced(time.Millisecond))
	if _, err := a.Check(t.Context(), erp.Endpoint{BaseURL: s.URL, Secret: "wrong"}); !errors.Is(err, erp.ErrLogin) {
		t.Errorf("wrong password: %v", err)
	}
	if info, err := a.Check(t.Context(), erp.Endpoint{BaseURL: s.URL, Secret: "right"}); err != nil || info.Company != "示例集团" {
		t.Errorf("%+v, %v", info, err)
	}
}

// What is asked for by number and still approved stands.
func TestStanding(t *testing.T) {
	t.Parallel()
	s, filters := start(t, [][]any{{1, "AR1"}}, "")
	a := kingdee.New(wire.New(outbound.Client(outbound.Config{Private: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Timeout: time.Second})).Paced(time.Millisecond))
	got, err := a.Standing(t.Context(), erp.Endpoint{BaseURL: s.URL, Database: "acct", Username: "demo", Secret: "right"}, erp.Window{},
		[]feed.Receivable{{DocumentNo: "AR1"}, {DocumentNo: "O'2"}})
	if err != nil || !got["AR1"] || got["O'2"] {
		t.Errorf("%v, %v", got, err)
	}
	if want := "FDocumentStatus='C' and FCancelStatus='A' and FBillNo in ('AR1','O''2')"; len(*filters) != 1 || (*filters)[0] != want {
		t.Errorf("filters %q", *filters)
	}
}
