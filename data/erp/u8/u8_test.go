package u8_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"zhuxin/biz/erp"
	"zhuxin/biz/exposure"
	"zhuxin/biz/feed"
	"zhuxin/data/erp/u8"
	"zhuxin/data/erp/wire"
	"zhuxin/data/outbound"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
)

type m = map[string]any

// server answers as U8's open platform does; broken, if set, answers every list.
type server struct {
	lists  map[string][]m
	asked  map[string]string // the last query of an object
	broken http.HandlerFunc
	deaf   bool // takes a change and makes none
	refuse string
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	answer := func(v any) { _ = json.NewEncoder(w).Encode(v) }
	object, call, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/api/"), "/")
	switch {
	case r.URL.Path == "/system/token":
		if q.Get("app_secret") != "right" || q.Get("from_account") != "us" {
			answer(m{"errcode": "10002", "errmsg": "app_secret错误"})
			return
		}
		answer(m{"errcode": "0", "errmsg": "", "token": m{"appKey": q.Get("app_key"), "expiresIn": 7200, "id": "T"}})
	case q.Get("token") != "T" || q.Get("to_account") != "them":
		answer(m{"errcode": "10003", "errmsg": "token无效"})
	case r.URL.Path == "/system/tradeid":
		answer(m{"errcode": "0", "errmsg": "", "trade": m{"id": "guid"}})
	case call == "batch_get" && s.broken != nil:
		s.broken(w, r)
	case call == "batch_get":
		s.list(w, object, q)
	case r.URL.Path == "/api/customer/get":
		for _, c := range s.lists["customer"] {
			if c["code"] == q.Get("id") {
				answer(m{"errcode": "0", "errmsg": "", "customer": c})
				return
			}
		}
		answer(m{"errcode": "20002", "errmsg": "没有数据"})
	case r.URL.Path == "/api/customer/edit":
		s.edit(answer, r)
	default:
		http.NotFound(w, r)
	}
}

func (s *server) list(w http.ResponseWriter, object string, q map[string][]string) {
	s.asked[object] = fmt.Sprint(q["date_begin"])
	size, _ := strconv.Atoi(q["rows_per_page"][0])
	at, _ := strconv.Atoi(q["page_index"][0])
	all := s.lists[object]
	if len(all) == 0 {
		_, _ = w.Write([]byte(`{"errcode":"20002","errmsg":"没有数据"}`))
		return
	}
	from := min((at-1)*size, len(all))
	_ = json.NewEncoder(w).Encode(m{"errcode": "0", "errmsg": "", "page_index": fmt.Sprint(at), "rows_per_page": fmt.Sprint(size), "row_count": fmt.Sprint(len(all)),
		"page_count": fmt.Sprint((len(all) + size - 1) / size), object: all[from:min(from+size, len(all))]})
}

func (s *server) edit(answer func(any), r *http.Request) {
	var body struct{ Customer map[string]string }
	_ = json.NewDecoder(r.Body).Decode(&body)
	if s.refuse != "" || r.URL.Query().Get("tradeid") != "guid" {
		answer(m{"errcode": "20002", "errmsg": s.refuse})
		return
	}
	for _, c := range s.lists["customer"] {
		for k, v := range body.Customer {
			if c["code"] == body.Customer["code"] && !s.deaf {
				c[k] = v
			}
		}
	}
	answer(m{"errcode": "0", "errmsg": "", "id": "", "tradeid": "guid"})
}

func start(t *testing.T, s *server) (u8.Adapter, erp.Endpoint) {
	t.Helper()
	s.asked = map[string]string{}
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	return u8.New(wire.New(outbound.Client(outbound.Config{Private: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Timeout: time.Second})).Paced(time.Millisecond)),
		erp.Endpoint{BaseURL: h.URL, Database: "them", Company: "us", Username: "K", Secret: "right"}
}

func customer(code, owes string) m {
	return m{"code": code, "name": "示例" + code, "tax_reg_code": "91330100MAX0A001X8", "credit_amount": "500000", "Credit": "1", "ar_rest": owes}
}

func bill(code, day, customer, amount, state string) m {
	return m{"code": code, "date": day, "state": state, "cust_vendor_code": customer, "cusname": "示例", "amount": amount, "natamount": amount}
}

func read(t *testing.T, a u8.Adapter, e erp.Endpoint, k feed.Kind, w erp.Window) (out []string, err error) {
	t.Helper()
	err = a.Read(t.Context(), e, k, w, func(r feed.Record) error {
		_, sum, _ := r.Sums()
		out = append(out, r.RecordID()+" "+sum.String())
		return nil
	})
	return out, err
}

// What a customer owes lies on his latest documents, and adds up to what U8 says.
func TestReceivables(t *testing.T) {
	t.Parallel()
	s := &server{lists: map[string][]m{
		"customer": {customer("C001", "236000"), customer("C002", "0"), customer("C003", "100.5")},
		"oughtreceivelist": {bill("2", "2025-11-01", "C001", "126000", "approved"), bill("1", "2025-08-01", "C001", "210000.00", "approved"), bill("9", "2025-11-02", "C001", "7", "saved"),
			bill("3", "2025-07-01", "C002", "84000", "approved"), bill("4", "2025-07-01", "C003", "100", "approved"), bill("5", "2025-07-02", "C003", "-50", "approved")},
	}}
	a, e := start(t, s)
	got, err := read(t, a, e, feed.Receivables, erp.Window{From: calendar.NewDate(2025, 1, 1)})
	want := []string{"1 110000.00", "2 126000.00", "3 0.00", "4 100.00", "5 0.00", "OPENING-C003 0.50"}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
}

// An approved document stands, and so does what is older than the list; one that is
// neither is gone.
func TestStanding(t *testing.T) {
	t.Parallel()
	s := &server{lists: map[string][]m{"oughtreceivelist": {{"code": "Y1", "date": "2026-03-01", "state": "approved", "cust_vendor_code": "C-7", "natamount": "5.00"},
		{"code": "Y2", "date": "2026-03-01", "state": "", "cust_vendor_code": "C-7", "natamount": "5.00"}}}}
	a, e := start(t, s)
	on := calendar.NewDate(2026, 3, 1)
	got, err := a.Standing(t.Context(), e, erp.Window{From: on}, []feed.Receivable{{DocumentNo: "Y1", InvoiceDate: on}, {DocumentNo: "Y2", InvoiceDate: on},
		{DocumentNo: "Y0", InvoiceDate: on.AddDays(-1000)}, {DocumentNo: "OPENING-C-7", InvoiceDate: on}})
	if err != nil || !got["Y1"] || got["Y2"] || !got["Y0"] || !got["OPENING-C-7"] {
		t.Errorf("%v, %v", got, err)
	}
}

func TestOtherKinds(t *testing.T) {
	t.Parallel()
	s := &server{lists: map[string][]m{}}
	for n := range 250 {
		s.lists["customer"] = append(s.lists["customer"], customer(fmt.Sprintf("C%03d", n), "0"))
	}
	a, e := start(t, s)
	got, err := read(t, a, e, feed.Customers, erp.Window{})
	if err != nil || len(got) != 250 || got[249] != "C249 0.00" {
		t.Errorf("%d customers, %v", len(got), err)
	}
	since := erp.Window{Since: time.Date(2025, 9, 16, 20, 0, 0, 0, time.UTC)}
	if got, err := read(t, a, e, feed.Receipts, since); err != nil || len(got) != 0 { // "no data" is no error
		t.Errorf("%q, %v", got, err)
	}
	s.lists["accept"] = []m{{"vouchcode": "R1", "vouchdate": "2025-09-15", "customercode": "C001", "amount": "100000", "flag": "AR"}, {"vouchcode": "P1", "flag": "AP"}}
	if got, err := read(t, a, e, feed.Receipts, since); err != nil || !slices.Equal(got, []string{"R1 100000.00"}) || s.asked["accept"] != "[2025-09-15]" {
		t.Errorf("%q, %v, asked from %s", got, err, s.asked["accept"])
	}
	if _, err := a.Check(t.Context(), e); err != nil {
		t.Error(err)
	}
	e.Secret = "wrong"
	if _, err := a.Check(t.Context(), e); !errors.Is(err, erp.ErrLogin) {
		t.Errorf("a wrong secret: %v", err)
	}
}

func TestPushLimits(t *testing.T) {
	t.Parallel()
	s := &server{lists: map[string][]m{"customer": {customer("C001", "0"), customer("C002", "0")}}}
	a, e := start(t, s)
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
	got := push(amount("C001", 12_345_67), amount("C009", 1), erp.Limit{CustomerNumber: "C002", Kind: exposure.LimitUnlimited})
	c := s.lists["customer"]
	if got[0] != nil || !errors.Is(got[1], erp.ErrNoCustomer) || got[2] != nil || c[0]["credit_amount"] != "12345.67" || c[1]["Credit"] != "0" {
		t.Errorf("%v, %v", got, c)
	}
	s.deaf = true
	if got := push(amount("C001", 1)); !errors.Is(got[0], erp.ErrNotTaken) {
		t.Errorf("what is read back is another limit: %v", got)
	}
	s.refuse = "更新失败"
	if got := push(amount("C001", 1)); !errors.Is(got[0], erp.ErrNotTaken) {
		t.Errorf("a refusal: %v", got)
	}
}

func TestMisbehaviour(t *testing.T) {
	t.Parallel()
	text := func(s string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(s)) }
	}
	list := func(at, pages, rows string) string {
		return `{"errcode":"0","errmsg":"","page_index":"` + at + `","page_count":"` + pages + `","customer":` + rows + `}`
	}
	for name, c := range map[string]struct {
		broken http.HandlerFunc
		want   error
	}{
		"HTML": {text("<html>"), erp.ErrAnswer}, "cut off": {text(`{"errcode":"0","customer":[{`), erp.ErrAnswer}, "nothing": {text(""), erp.ErrAnswer},
		"no errcode": {text(`{"customer":[]}`), erp.ErrAnswer}, "an errcode": {text(`{"errcode":"30001","errmsg":"参数错误"}`), erp.ErrAnswer},
		"update failed under the code of no data": {text(`{"errcode":"20002","errmsg":"更新失败"}`), erp.ErrAnswer}, "no list": {text(`{"errcode":"0"}`), erp.ErrAnswer},
		"the first page for ever": {text(list("1", "9", "[]")), erp.ErrAnswer}, "a list of numbers": {text(list("1", "1", "[1]")), erp.ErrAnswer},
		"pages that are no number": {text(list("1", "many", "[]")), erp.ErrAnswer}, "an amount that is none": {text(list("1", "1", `[{"code":"C1","ar_rest":"1e3"}]`)), erp.ErrAnswer},
		"503": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }, erp.ErrUnreachable}, "429": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(429) }, erp.ErrBusy},
		"403": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(403) }, erp.ErrLogin}, "302": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/elsewhere", http.StatusFound) }, erp.ErrAnswer},
		"it hangs": {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, erp.ErrUnreachable},
		"it resets": {func(w http.ResponseWriter, _ *http.Request) {
			c, _, err := w.(http.Hijacker).Hijack()
			if err == nil {
				_ = c.Close()
			}
		}, erp.ErrUnreachable},
		"17 MiB": {text(list("1", "1", `["`+strings.Repeat("x", 17<<20)+`"]`)), erp.ErrAnswer},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, e := start(t, &server{broken: c.broken})
			if _, err := read(t, a, e, feed.Receivables, erp.Window{From: calendar.NewDate(2025, 1, 1)}); !errors.Is(err, c.want) {
				t.Errorf("got %v, want %v", err, c.want)
			}
		})
	}
}
