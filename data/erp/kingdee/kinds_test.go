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
	"zhuxin/biz/exposure"
	"zhuxin/biz/feed"
	"zhuxin/data/erp/kingdee"
	"zhuxin/data/erp/wire"
	"zhuxin/data/outbound"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

// deployment is a K3Cloud with rows by form, and by field where two lists lie in one
// form; refuse answers a save.
type deployment struct {
	forms   map[string][][]any
	filters map[string]string
	credit  map[string]string // amounts of credit files by customer
	refuse  string
	deaf    bool  // takes a save and changes nothing
	further []any // what a deployment with the fields of dispatching adds to each ticket
}

const ok = `{"Result":{"ResponseStatus":{"IsSuccess":true,"Errors":[]}}}`

func (d *deployment) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Data struct {
			FormId, FieldKeys, FilterString string
			StartRow                        int
			Model                           struct {
				FID     string
				FEntity []struct{ FCREDITAMOUNT json.Number }
			}
		} `json:"data"`
	}
	_ = json.NewDecoder(r.Body).Decode(&body)
	q := body.Data
	switch {
	case strings.Contains(r.URL.Path, "ValidateUser"):
		_, _ = w.Write([]byte(`{"LoginResultType":1,"KDSVCSessionId":"s1"}`))
	case strings.Contains(r.URL.Path, "Logout"):
		_, _ = w.Write([]byte(`true`))
	case strings.Contains(r.URL.Path, ".Save."):
		if d.refuse != "" {
			_, _ = w.Write([]byte(`{"Result":{"ResponseStatus":{"IsSuccess":false,"Errors":[{"FieldName":"F","Message":"` + d.refuse + `"}]}}}`))
			return
		}
		if !d.deaf {
			d.credit[q.Model.FID] = q.Model.FEntity[0].FCREDITAMOUNT.String()
		}
		_, _ = w.Write([]byte(ok))
	case q.FormId == "CRE_CustArchives":
		rows := [][]any{}
		for c, a := range d.credit {
			if strings.Contains(q.FilterString, "'"+c+"'") {
				rows = append(rows, []any{c, 7, c, json.Number(a)})
			}
		}
		_ = json.NewEncoder(w).Encode(rows)
	default:
		key := q.FormId
		if strings.Contains(q.FieldKeys, "FSOURCEBILLNO") {
			key += "+links"
		}
		d.filters[key] = q.FilterString
		rows, there := d.forms[key]
		if there && strings.Contains(q.FieldKeys, "FStockerID") {
			if d.further == nil {
				_, _ = w.Write([]byte(`[[{"Result":{"ResponseStatus":{"Errors":[{"Message":"元数据中标识为FStockerID的字段不存在"}],"MsgCode":9}}}]]`))
				return
			}
			rows = slices.Clone(rows)
			for i := range rows {
				rows[i] = slices.Concat(rows[i], d.further)
			}
		}
		if !there {
			_, _ = w.Write([]byte(`[[{"Result":{"ResponseStatus":{"Errors":[{"Message":"元数据中标识为FSOURCEBILLNO的字段不存在"}],"MsgCode":9}}}]]`))
			return
		}
		if q.StartRow > 0 || rows == nil {
			rows = [][]any{}
		}
		_ = json.NewEncoder(w).Encode(rows)
	}
}

func (d *deployment) start(t *testing.T) (kingdee.Adapter, erp.Endpoint) {
	t.Helper()
	d.filters = map[string]string{}
	s := httptest.NewServer(d)
	t.Cleanup(s.Close)
	return kingdee.New(wire.New(outbound.Client(outbound.Config{Private: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Timeout: time.Second})).Paced(time.Millisecond)),
		erp.Endpoint{BaseURL: s.URL, Database: "acct", Company: "101", Username: "demo", Secret: "right"}
}

func TestKinds(t *testing.T) {
	t.Parallel()
	d := &deployment{forms: map[string][][]any{
		"BD_Customer":   {{137411, "C001", "示例甲", "91330100MAX0A001X8"}},
		"SAL_SaleOrder": {{"XSDD1", "2026-03-01T00:00:00", "C001", "", 100.0, 42000.0}, {"XSDD1", "2026-03-01T00:00:00", "C001", "", 50.5, 21000.0}},
		"SAL_OUTSTOCK": {{1, "XSCK1", "2026-04-02T00:00:00", "C001", "", "XSDD1", "PRE001", "C", "A", json.Number("8.0000000000"), 3200.0},
			{1, "XSCK1", "2026-04-02T00:00:00", "C001", "", "XSDD1", "PRE001", "C", "A", 1.5, 600.5}, {2, "XSCK2", "2026-04-02T00:00:00", "C001", "", "", "PRE001", "D", "A", 1, 400}},
		"AR_receivable+links": {{9, "AR9", "XSCK1"}},
		"AR_RECEIVEBILL":      {{400001, "SKD1", "2025-09-15T00:00:00", "C001", "PRE001", "C", "A", 100000.0}},
	}}
	a, e := d.start(t)
	read := func(k feed.Kind, w erp.Window) (out []string) {
		t.Helper()
		err := a.Read(t.Context(), e, k, w, func(r feed.Record) error {
			_, sum, m3 := r.Sums()
			line := fmt.Sprintf("%s %s %s", r.RecordID(), sum, m3)
			if d, ok := r.(feed.Delivery); ok {
				line += fmt.Sprintf(" %s %s %t", d.ContractNo, d.InvoiceNo, d.Void)
			}
			out = append(out, line)
			return nil
		})
		if err != nil {
			t.Error(k, err)
		}
		return out
	}
	orders := func(rows ...[]any) (out []string) {
		t.Helper()
		d.forms["SAL_SaleOrder"] = rows
		err := a.Read(t.Context(), e, feed.Orders, erp.Window{From: calendar.NewDate(2026, 1, 1)}, func(r feed.Record) error {
			o := r.(feed.Order)
			out = append(out, fmt.Sprintf("%s %s of %s void=%t", o.OrderNo, o.Open, o.Amount, o.Void))
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		return out
	}
	row := func(id int, status, closed string, qty, amount, out, back any) []any {
		return []any{id, fmt.Sprint("XSDD", id), "2026-03-01", "C001", "", "PRE001", status, "A", closed, qty, amount, out, back, 420}
	}
	got := orders(row(1, "C", "A", 100, 42000.0, 10, 0), row(1, "C", "A", 50, 21000, 60, 5), row(2, "C", "B", 1, 420, 0, 0), row(3, "D", "A", 1, 420, 0, 0), row(4, "C", "A", 1, 420, 0, 0))
	want := []string{"XSDD1 35700.00 of 63000.00 void=false", "XSDD2 0.00 of 420.00 void=true", "XSDD3 0.00 of 420.00 void=true", "XSDD4 420.00 of 420.00 void=false"}
	if !slices.Equal(got, want) {
		t.Errorf("orders %q, want %q", got, want)
	}
	d.forms["SAL_SaleOrder"] = [][]any{{"XSDD1", "2026-03-01T00:00:00", "C001", "", 100.0, 42000.0}, {"XSDD1", "2026-03-01T00:00:00", "C001", "", 50.5, 21000.0}}
	full, part := erp.Window{From: calendar.NewDate(2026, 1, 1)}, erp.Window{Since: time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)}
	for k, want := range map[feed.Kind][]string{
		feed.Customers: {"C001 0.00 0.000"}, feed.Contracts: {"XSDD1 63000.00 150.500"}, feed.Receipts: {"SKD1 100000.00 0.000"},
		feed.Deliveries: {"XSCK1 3800.50 9.500 XSDD1 AR9 false", "XSCK2 0.00 0.000   true"},
	} {
		if got := read(k, full); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", k, got, want)
		}
	}
	d.further = []any{"BM01", "东郊搅拌站", "张三"}
	err := a.Read(t.Context(), e, feed.Deliveries, full, func(r feed.Record) error {
		if got, want := r.(feed.Delivery).Dispatch, (feed.Dispatch{PlantCode: "BM01", PlantName: "东郊搅拌站", Dispatcher: "张三"}); got != want {
			t.Errorf("dispatched by %+v", got)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	d.further = nil
	if f := d.filters["SAL_OUTSTOCK"]; !strings.Contains(f, "FDate >= '2026-01-01'") || !strings.Contains(f, "FSaleOrgId.FNumber='101'") {
		t.Errorf("filter of a full pull: %s", f)
	}
	read(feed.Deliveries, part)
	if f := d.filters["SAL_OUTSTOCK"]; !strings.Contains(f, "FModifyDate >= '2026-04-01 08:00:00'") || !strings.Contains(f, "or FBillNo in ('XSCK1')") {
		t.Errorf("filter of what changed, or was billed: %s", f)
	}
	delete(d.forms, "AR_receivable+links") // a deployment that does not know the source bill
	if got := read(feed.Deliveries, part); len(got) != 2 || !strings.Contains(got[0], "XSDD1  false") {
		t.Errorf("%q", got)
	}
}

func TestPushLimits(t *testing.T) {
	t.Parallel()
	d := &deployment{credit: map[string]string{"C001": "1.0000000000", "C002": "5"}}
	a, e := d.start(t)
	push := func(limits ...erp.Limit) (out []error) {
		t.Helper()
		if err := a.PushLimits(t.Context(), e, limits, func(_ int, err error) error { out = append(out, err); return nil }); err != nil {
			t.Fatal(err)
		}
		return out
	}
	amount := func(c string, a money.Amount) erp.Limit {
		return erp.Limit{CustomerNumber: c, Kind: exposure.LimitAmount, Amount: a}
	}
	got := push(amount("C001", 50_000_050), amount("C009", 1), erp.Limit{CustomerNumber: "C002", Kind: exposure.LimitUnlimited})
	if got[0] != nil || !errors.Is(got[1], erp.ErrNoCustomer) || !errors.Is(got[2], erp.ErrUnlimited) || d.credit["C001"] != "500000.50" || d.credit["C002"] != "5" {
		t.Errorf("%v, %v", got, d.credit)
	}
	d.deaf = true
	if got := push(amount("C001", 1)); !errors.Is(got[0], erp.ErrNotTaken) {
		t.Errorf("what is read back is another limit: %v", got)
	}
	d.refuse = "信用档案已被锁定"
	if got := push(amount("C001", 1)); !errors.Is(got[0], erp.ErrNotTaken) || !strings.Contains(fmt.Sprintf("%+v", got[0]), "credit") && got[0] == nil {
		t.Errorf("a refusal: %v", got)
	}
	d.refuse = "会话信息已丢失，请重新登录"
	if err := a.PushLimits(t.Context(), e, []erp.Limit{amount("C001", 1)}, func(int, error) error { return nil }); !errors.Is(err, erp.ErrUnreachable) {
		t.Errorf("a lost session: %v", err)
	}
}
