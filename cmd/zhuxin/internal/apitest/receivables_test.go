package apitest_test

import (
	"time"

	"zhuxin/shared/calendar"
)

// contracts links a contract to the project, with a node of its site, and keeps
// the receivable that the import has made.
func (h *house) contracts() {
	today := calendar.Of(time.Now(), calendar.Shanghai).String()
	h.keep("contract", h.call("finance", "POST", "/v1/contracts", m{"erp_contract_no": h.mark, "project_id": h.id("project"), "signed_on": today}))
	d := h.call("finance", "POST", "/v1/contracts/"+h.id("contract")+"/nodes", m{"kind": "floor", "floor": 4, "reached_on": today})
	h.keep("site_node", list(d, "nodes")[0])
	page := h.call("finance", "GET", "/v1/receivables?view=all&customer_id="+h.id("customer"), nil)
	h.keep("receivable", list(page, "receivables")[0])
}
