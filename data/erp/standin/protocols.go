package standin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"zhuxin/data/misbehave"
)

func dec(s string) m { return m{"__class__": "Decimal", "decimal": s} }

func day(month, d int) m { return m{"__class__": "date", "year": 2026, "month": month, "day": d} }

func (b *Books) tryton(w http.ResponseWriter, r *http.Request) {
	how := misbehave.Of(r)
	var q struct {
		ID     int    `json:"id"`
		Method string `json:"method"`
		Params []any  `json:"params"`
	}
	if json.NewDecoder(r.Body).Decode(&q) != nil {
		http.NotFound(w, r)
		return
	}
	answer := func(result any) { write(w, how, m{"id": q.ID, "result": result}) }
	if text, ok := refusals[how]; ok {
		write(w, how, m{"id": q.ID, "error": []any{"UserError", []any{text, "", nil}}})
		return
	}
	switch q.Method {
	case "common.db.login":
		answer([]any{1, strings.Repeat("ab", 32)})
	case "model.account.invoice.search_read":
		domain := q.Params[0].([]any)
		answer(b.trytonInvoices(how, domain[len(domain)-1].([]any)[2].(float64)))
	case "model.account.move.line.search_read":
		answer([]m{})
	case "model.party.identifier.search_read":
		answer([]m{{"id": 1, "party": 2, "code": code}})
	case "model.party.party.search_read":
		answer([]m{{"id": 2, "code": Customer, "name": name}})
	case "model.party.party.write":
		value, _ := q.Params[1].(map[string]any)["credit_limit_amount"].(map[string]any)
		b.set(fmt.Sprint(value["decimal"]))
		answer(nil)
	case "model.party.party.read":
		limit, _ := b.Limit()
		answer([]m{{"credit_limit_amount": dec(limit)}})
	case "common.server.version":
		answer("6.0.29")
	case "model.res.user.get_preferences":
		answer(m{"company.rec_name": "示例建材"})
	default:
		answer(nil)
	}
}

func (b *Books) trytonInvoices(how misbehave.Behaviour, after float64) []m {
	out := []m{}
	for _, i := range b.shown(how) {
		row := m{"id": i.ID, "number": i.No, "invoice_date": day(3, 1), "state": "posted", "move": i.ID, "party": 2, "party.": m{"name": name, "code": Customer},
			"total_amount": dec(i.Amount), "amount_to_pay": dec(i.Open), "currency.": m{"code": "CNY"}}
		switch how {
		case misbehave.Quoted:
			row["amount_to_pay"] = i.Open
		case misbehave.MissingField:
			delete(row, "amount_to_pay")
		case misbehave.RenamedField:
			row["amount_to_pay_v2"] = row["amount_to_pay"]
			delete(row, "amount_to_pay")
		}
		if float64(i.ID) > after || how == misbehave.LoopingPages {
			out = append(out, row)
		}
	}
	if how == misbehave.OutOfOrder {
		slices.Reverse(out)
	}
	return out
}

func (b *Books) kingdee(w http.ResponseWriter, r *http.Request) {
	how := misbehave.Of(r)
	var q struct {
		Data struct {
			FormId, FieldKeys string
			StartRow, Limit   int
			Model             struct {
				FEntity []struct{ FCREDITAMOUNT json.Number }
			}
		} `json:"data"`
	}
	_ = json.NewDecoder(r.Body).Decode(&q)
	refuse := func(text string) {
		write(w, how, []any{[]any{m{"Result": m{"ResponseStatus": m{"IsSuccess": false, "Errors": []m{{"Message": text}}, "MsgCode": 9}}}}})
	}
	switch {
	case strings.Contains(r.URL.Path, "ValidateUser"):
		write(w, how, m{"LoginResultType": 1, "KDSVCSessionId": "s1"})
	case strings.Contains(r.URL.Path, "Logout"):
		write(w, how, true)
	case strings.Contains(r.URL.Path, ".Save."):
		b.set(q.Data.Model.FEntity[0].FCREDITAMOUNT.String())
		write(w, how, m{"Result": m{"ResponseStatus": m{"IsSuccess": true, "Errors": []m{}}}})
	case refusals[how] != "":
		refuse(refusals[how])
	case how == misbehave.RenamedField:
		refuse("元数据中标识为FRECEIVEAMOUNT的字段不存在")
	case q.Data.FormId == "CRE_CustArchives":
		limit, sets := b.Limit()
		if sets == 0 {
			limit = "0"
		}
		write(w, how, []any{[]any{1, 7, Customer, json.RawMessage(limit)}})
	default:
		write(w, how, b.kingdeeRows(how, q.Data.StartRow, q.Data.Limit))
	}
}

func (b *Books) kingdeeRows(how misbehave.Behaviour, start, limit int) [][]any {
	rows := [][]any{}
	for _, i := range b.shown(how) {
		received := i.received()
		row := []any{i.ID, i.No, "2026-03-01T00:00:00", "2026-03-31T00:00:00", Customer, name, code, "PRE001", "C", "A", json.RawMessage(i.Amount), json.RawMessage(received)}
		switch how {
		case misbehave.Quoted:
			row[10], row[11] = i.Amount, received
		case misbehave.MissingField:
			row = row[:11]
		case misbehave.Overflow:
			row[10] = json.RawMessage("1e400")
		}
		rows = append(rows, row)
	}
	if how == misbehave.OutOfOrder {
		slices.Reverse(rows)
	}
	for how == misbehave.LoopingPages && len(rows) < limit {
		rows = append(rows, []any{len(rows) + 1, fmt.Sprint("L", len(rows)), "2026-03-01", "2026-03-31", Customer, name, code, "PRE001", "C", "A", 1, 0})
	}
	if how == misbehave.LoopingPages {
		return rows
	}
	return rows[min(start, len(rows)):]
}

// received is what Kingdee tells instead of what is open.
func (i Item) received() string {
	switch {
	case i.Amount == i.Open:
		return "0"
	case strings.HasPrefix(i.Amount, "-"):
		return "-100.00"
	}
	return "100.00"
}

func (b *Books) u8(w http.ResponseWriter, r *http.Request) {
	how, q := misbehave.Of(r), r.URL.Query()
	answer := func(object string, v any) {
		write(w, how, m{"errcode": "0", "errmsg": "", "page_index": q.Get("page_index"), "page_count": "1", object: v})
	}
	switch {
	case r.URL.Path == "/system/token":
		answer("token", m{"id": "T"})
	case refusals[how] != "":
		write(w, how, m{"errcode": "30001", "errmsg": refusals[how]})
	case how == misbehave.NoDataCode:
		write(w, how, m{"errcode": "20002", "errmsg": "没有数据"})
	case r.URL.Path == "/system/tradeid":
		answer("trade", m{"id": "guid"})
	case r.URL.Path == "/api/customer/edit":
		var body struct{ Customer map[string]string }
		_ = json.NewDecoder(r.Body).Decode(&body)
		b.set(body.Customer["credit_amount"])
		answer("id", "")
	case r.URL.Path == "/api/customer/get":
		limit, _ := b.Limit()
		answer("customer", m{"code": Customer, "name": name, "credit_amount": limit, "Credit": "1"})
	default:
		object := strings.Split(r.URL.Path, "/")[2]
		rows := map[string]func(misbehave.Behaviour) []m{"customer": b.u8Customers, "oughtreceivelist": b.u8Bills}[object](how)
		pages := "1"
		switch how {
		case misbehave.LoopingPages:
			pages = "99999"
		case misbehave.OutOfOrder:
			slices.Reverse(rows)
		}
		write(w, how, m{"errcode": "0", "errmsg": "", "page_index": q.Get("page_index"), "page_count": pages, object: rows})
	}
}

// u8Customers: what is owed is told per customer there.
func (b *Books) u8Customers(how misbehave.Behaviour) []m {
	c := m{"code": Customer, "name": name, "tax_reg_code": code, "ar_rest": "10601.00"}
	switch how {
	case misbehave.RenamedField:
		c["ar_rest_v2"] = c["ar_rest"]
		delete(c, "ar_rest")
	case misbehave.Overflow:
		c["ar_rest"] = "1e400"
	case misbehave.Quoted:
		c["ar_rest"] = 10601
	}
	return []m{c}
}

func (b *Books) u8Bills(how misbehave.Behaviour) []m {
	rows := []m{}
	for _, i := range b.shown(how) {
		row := m{"code": i.No, "date": "2026-03-01", "state": "approved", "cust_vendor_code": Customer, "cusname": name, "natamount": i.Amount}
		if how == misbehave.MissingField {
			delete(row, "natamount")
		}
		rows = append(rows, row)
	}
	return rows
}
