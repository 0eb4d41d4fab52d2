package apitest_test

import (
	"net/url"
	"time"

	"zhuxin/shared/calendar"
)

// contracts links a contract to the project, with a node of its site, and keeps
// the receivable that the import has made, and contracts of an ERP that are not linked.
func (h *house) contracts() {
	today := calendar.Of(time.Now(), calendar.Shanghai).String()
	h.keep("contract", h.call("finance", "POST", "/v1/contracts", m{"erp_contract_no": h.mark, "project_id": h.id("project"), "signed_on": today}))
	d := h.call("finance", "POST", "/v1/contracts/"+h.id("contract")+"/nodes", m{"kind": "floor", "floor": 4, "reached_on": today})
	h.keep("site_node", list(d, "nodes")[0])
	h.keep("contract_idle", h.call("finance", "POST", "/v1/contracts", m{"erp_contract_no": h.mark + " idle", "project_id": h.id("project"), "signed_on": today}))
	for _, name := range []string{"erp_contract", "erp_contract_renumbered"} {
		number := h.mark + name
		h.call("finance", "POST", "/v1/feed/contracts", m{"source": "erp-contracts", "records": []any{m{"number": number, "customer_number": h.values["customer_number"],
			"project_name": h.mark, "signed_on": today, "volume": "5", "amount": "5"}}})
		h.keep(name, list(h.call("finance", "GET", "/v1/erp-contracts:unlinked?q="+url.QueryEscape(number), nil), "contracts")[0])
	}
	items := map[any]m{}
	for _, r := range list(h.call("finance", "GET", "/v1/receivables?view=all&customer_id="+h.id("customer"), nil), "receivables") {
		items[r["documentNo"]] = r
	}
	for name, no := range map[string]string{"receivable_paid": "-1", "credit_note": "-3", "receivable": "-4", "receivable_disputed": "-5"} {
		h.keep(name, items[h.mark+no])
	}
}

// payments books money for the customer: some to apply, some applied, some by a
// draft, some to be reversed.
func (h *house) payments() {
	today := calendar.Of(time.Now(), calendar.Shanghai).String()
	book := func(name, method string, more m) m {
		in := m{"customer_id": h.id("customer"), "number": h.mark + "-" + name, "received_on": today, "amount": "100", "method": method, "payer": h.mark}
		for k, v := range more {
			in[k] = v
		}
		d := h.call("finance", "POST", "/v1/receipts", in)
		h.keep(name, d["receipt"].(m))
		return d
	}
	book("receipt", "transfer", nil)
	book("receipt_reversed", "cash", nil)
	d := book("receipt_applied", "transfer", m{"apply": m{"rule": "chosen", "receivable_ids": []any{h.id("receivable_paid")}}})
	h.keep("application_entry", list(d, "entries")[0])
	d = book("receipt_draft", "draft", m{"draft": m{"number": h.mark, "kind": "bank", "acceptor": h.mark, "issued_on": today, "due_on": today}})
	h.keep("draft", d["receipt"].(m)["draft"].(m))
	item := "/v1/receivables/" + h.id("receivable_disputed")
	h.call("administrator", "POST", item+":dispute", m{"cause": "price", "detail": h.mark})
	l := h.call("finance", "POST", item+":write-off", m{"amount": "3", "reason": h.mark})
	h.keep("write_off", list(l, "writeOffs")[0])
	h.approve(h.id("write_off"))
}
