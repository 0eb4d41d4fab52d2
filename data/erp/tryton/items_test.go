package tryton_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"zhuxin/biz/erp"
	"zhuxin/biz/feed"
	"zhuxin/data/erp/tryton"
	"zhuxin/data/erp/wire"
	"zhuxin/data/outbound"
	"zhuxin/shared/fault"
)

// server answers as Tryton 6.0 does, from rows; broken, if set, answers instead.
type server struct {
	*httptest.Server
	mu       sync.Mutex
	invoices []map[string]any
	lines    []map[string]any
	asked    []string
	broken   http.HandlerFunc
}

func dec(s string) map[string]any { return map[string]any{"__class__": "Decimal", "decimal": s} }
func day(y, m, d int) map[string]any {
	return map[string]any{"__class__": "date", "year": y, "month": m, "day": d}
}

func start(t *testing.T) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(s.answer))
	t.Cleanup(s.Close)
	return s
}

func (s *server) answer(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var q struct {
		ID     int    `json:"id"`
		Method string `json:"method"`
		Params []any  `json:"params"`
	}
	if err := json.NewDecoder(r.Body).Decode(&q); err != nil || r.URL.Path != "/credit/" && (r.URL.Path != "/" || q.Method != "common.server.version") {
		http.NotFound(w, r)
		return
	}
	s.asked = append(s.asked, q.Method)
	if s.broken != nil && q.Method != "common.db.login" && q.Method != "common.db.logout" {
		s.broken(w, r)
		return
	}
	var result any
	switch {
	case q.Method == "common.db.login":
		if q.Params[1].(map[string]any)["password"] != "right" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		result = []any{1, strings.Repeat("ab", 32)}
	case !strings.HasPrefix(r.Header.Get("Authorization"), "Session "):
		w.WriteHeader(http.StatusUnauthorized)
		return
	case q.Method == "common.server.version":
		result = "6.0.29"
	case q.Method == "model.res.user.get_preferences":
		result = map[string]any{"company.rec_name": "示例建材"}
	case q.Method == "model.account.invoice.search_read":
		domain := q.Params[0].([]any)
		result = s.after(s.invoices, domain[len(domain)-1].([]any)[2].(float64), int(q.Params[2].(float64)))
	case q.Method == "model.account.move.line.search_read":
		result = s.after(s.lines, q.Params[0].([]any)[3].([]any)[2].(float64), int(q.Params[2].(float64)))
	case q.Method == "model.party.identifier.search_read":
		result = []any{map[string]any{"id": 1, "party": 2, "code": "91330100MAX0A001X8"}}
	case q.Method == "common.db.logout":
	default:
		http.Error(w, "<!doctype html>", http.StatusForbidden)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"id": q.ID, "result": result})
}

func (s *server) after(rows []map[string]any, id float64, limit int) []map[string]any {
	out := []map[string]any{}
	for _, r := range rows {
		if float64(r["id"].(int)) > id && len(out) < limit {
			out = append(out, r)
		}
	}
	return out
}

func (s *server) invoice(id int, state, total, open string, terms ...string) {
	s.invoices = append(s.invoices, map[string]any{"id": id, "number": fmt.Sprint("F", id), "invoice_date": day(2026, 3, 1), "state": state, "move": id, "party": 2,
		"total_amount": dec(total), "amount_to_pay": dec(open), "party.": map[string]any{"name": "示例甲", "code": "7"}, "currency.": map[string]any{"code": "CNY"}})
	for n, sum := range terms {
		debit, credit := sum, "0"
		if rest, negative := strings.CutPrefix(sum, "-"); negative {
			debit, credit = "0", rest
		}
		s.lines = append(s.lines, map[string]any{"id": id*10 + n, "move": id, "maturity_date": day(2026, 4+n, 30), "debit": dec(debit), "credit": dec(credit)})
	}
}

func endpoint(s *server) erp.Endpoint {
	return erp.Endpoint{BaseURL: s.URL, Database: "credit", Company: "1", Username: "admin", Secret: "right"}
}

func adapter() tryton.Adapter { return within(time.Second) }

func within(timeout time.Duration) tryton.Adapter {
	return tryton.New(wire.New(outbound.Client(outbound.Config{Private: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Timeout: timeout})).Paced(time.Millisecond))
}

func items(t *testing.T, s *server, since time.Time) (out []string, err error) {
	t.Helper()
	err = adapter().Read(t.Context(), endpoint(s), feed.Receivables, erp.Window{Since: since}, func(r feed.Record) error {
		i := r.(feed.Receivable)
		if i.Void {
			out = append(out, fmt.Sprintf("%s %s %s due %s: void", i.CustomerNumber, i.USCC, i.DocumentNo, i.DueDate))
			return nil
		}
		out = append(out, fmt.Sprintf("%s %s %s due %s: %s of %s %s", i.CustomerNumber, i.USCC, i.DocumentNo, i.DueDate, i.Open, i.Amount, i.Currency))
		return nil
	})
	return out, err
}

func TestItems(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.invoice(1, "posted", "210000.00", "110000.00", "210000.00") // partly paid
	s.invoice(2, "posted", "100.00", "70.01", "40.00", "60.00")   // two parts; the first is paid first
	s.invoice(3, "paid", "84000.00", "0", "84000.00")
	s.invoice(4, "posted", "-50.00", "-50.00", "-50.00") // credit note
	s.invoice(5, "cancelled", "10.00", "10.00", "10.00")
	got, err := items(t, s, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	const who = "7 91330100MAX0A001X8 "
	want := []string{
		who + "F1 due 2026-04-30: 110000.00 of 210000.00 CNY", who + "F2/1 due 2026-04-30: 10.01 of 40.00 CNY", who + "F2/2 due 2026-05-30: 60.00 of 60.00 CNY",
		who + "F3 due 2026-04-30: 0.00 of 84000.00 CNY", who + "F4 due 2026-04-30: -50.00 of -50.00 CNY", who + "F5 due 2026-04-30: void",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if last := s.asked[len(s.asked)-1]; last != "common.db.logout" {
		t.Errorf("the session stays open; last call %s", last)
	}
}

// An invoice of parts stands as a whole; one that the ERP does not know does not.
func TestStanding(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.invoice(2, "paid", "100.00", "0", "40.00", "60.00")
	got, err := adapter().Standing(t.Context(), endpoint(s), erp.Window{}, []feed.Receivable{{DocumentNo: "F2/1"}, {DocumentNo: "F2/2"}, {DocumentNo: "F9"}})
	if err != nil || !got["F2/1"] || !got["F2/2"] || got["F9"] {
		t.Errorf("%v, %v", got, err)
	}
}

func TestManyPages(t *testing.T) {
	t.Parallel()
	s := start(t)
	for n := range 1201 {
		s.invoice(n+1, "posted", "1.00", "1.00", "1.00")
	}
	got, err := items(t, s, time.Time{})
	if err != nil || len(got) != 1201 {
		t.Errorf("%d items, %v", len(got), err)
	}
}

// However the server behaves, the run ends with a fault that says what to do.
func TestMisbehaviour(t *testing.T) {
	t.Parallel()
	text := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status); _, _ = w.Write([]byte(body)) }
	}
	page := `{"id":1,"result":[{"id":0,"number":"F0","state":"posted","party":1,"invoice_date":null}]}`
	for name, c := range map[string]struct {
		broken http.HandlerFunc
		want   *fault.Error
	}{
		"session lost":   {text(401, ""), erp.ErrLogin},
		"unknown method": {text(403, "<!doctype html>"), erp.ErrAnswer},
		"server error":   {text(500, "oops"), erp.ErrUnreachable},
		"redirect": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://169.254.169.254/", http.StatusFound)
		}, erp.ErrAnswer},
		"page of HTML":       {text(200, "<html>"), erp.ErrAnswer},
		"cut off":            {text(200, `{"id":1,"result":[{"id`), erp.ErrAnswer},
		"error in a 200":     {text(200, `{"id":1,"error":["UserError",["x","",null]]}`), erp.ErrAnswer},
		"another type":       {text(200, `{"id":1,"result":{"a":1}}`), erp.ErrAnswer},
		"amount as a number": {text(200, `{"id":1,"result":[{"id":5,"total_amount":5.1}]}`), erp.ErrAnswer},
		"the same page":      {text(200, page), erp.ErrAnswer},
		"endless": {func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 1<<16)); err != nil {
					return
				}
			}
		}, erp.ErrAnswer},
		"silence": {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, erp.ErrUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t)
			s.broken = c.broken
			_, err := items(t, s, time.Time{})
			f, ok := errors.AsType[*fault.Error](err)
			if !ok || f.Reason != c.want.Reason {
				t.Errorf("got %v, want %s", err, c.want.Reason)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	s := start(t)
	info, err := adapter().Check(t.Context(), endpoint(s))
	if err != nil || info != (erp.Info{Version: "6.0.29", Company: "示例建材"}) {
		t.Errorf("%+v, %v", info, err)
	}
	e := endpoint(s)
	e.Secret = "wrong"
	if _, err := adapter().Check(t.Context(), e); !errors.Is(err, erp.ErrLogin) {
		t.Errorf("wrong password: %v", err)
	}
	public := tryton.New(wire.New(outbound.Client(outbound.Config{})).Paced(time.Millisecond))
	if _, err := public.Check(t.Context(), endpoint(s)); !errors.Is(err, erp.ErrAddress) {
		t.Errorf("an address of our own network: %v", err)
	}
}
