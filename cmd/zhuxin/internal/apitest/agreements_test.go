package apitest_test

import (
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/calendar"
)

// stages are the four of an agreement, which the house's old debt reaches at once.
func stages(from int) (out []any) {
	for i, s := range []string{"dunning_letter", "stop_supply", "lawyer_letter", "lawsuit"} {
		out = append(out, m{"stage": s, "days": from + 20*i, "join": "or"})
	}
	return out
}

// agreements makes one that has reached a stage, with its letter and its to-do, and
// supply stops in each state that a route begins from.
func (h *house) agreements() {
	agreement := h.call("administrator", "POST", "/v1/agreements", m{"customer_id": h.id("customer"), "triggers": stages(90), "reason": h.mark})
	h.keep("agreement", agreement)
	h.approve(h.id("agreement"))

	other := h.id("customer_other")
	for _, name := range []string{"project_stopped", "project_resumed", "project_free", "project_prepared"} {
		h.keep(name, h.call("administrator", "POST", "/v1/customers/"+other+"/projects", m{"number": h.mark + name, "name": h.mark + name, "owner_name": h.mark, "contracted_volume": "1"}))
	}
	h.keep("document_other", h.call("administrator", "POST", "/v1/customers/"+other+"/documents?kind=other&file_name=e.pdf", h.pdf(), "Content-Type", "application/pdf"))
	for name, steps := range map[string][]string{"stop_stopped:project_stopped": {"notified", "stopped"}, "stop_resumed:project_resumed": {"notified", "stopped"}, "stop_prepared:project_prepared": nil} {
		stop, project := name[:len("stop_stopped")], name[len("stop_stopped:"):]
		if steps == nil {
			stop, project = "stop_prepared", "project_prepared"
		}
		x := h.keep(stop, h.call("administrator", "POST", "/v1/supply-stops", m{"customer_id": other, "project_id": h.id(project), "reason": h.mark}))
		proof := h.call("administrator", "POST", "/v1/supply-stops/"+h.id(stop)+":evidence?file_name=p.pdf", h.pdf(), "Content-Type", "application/pdf")["documentId"]
		if stop == "stop_stopped" {
			h.keep("document_proof", m{"id": proof})
		}
		for _, to := range steps {
			x = h.keep(stop, h.call("administrator", "POST", "/v1/supply-stops/"+h.id(stop)+":step", m{"to": to, "note": h.mark, "version": x["version"], "evidence_document_id": proof}))
		}
	}
	// What leaves the day after is a breach of the project's stop.
	h.write(`INSERT INTO {schema}.contracts (id, created_at, updated_at, erp_contract_no, project_id, volume, unit_price, credit_term_days, signed_on)
		VALUES ($1, now(), now(), $2, $3, 1, 1, 1, current_date)`, uuid.New(), h.mark+"breach", h.id("project_stopped"))
	h.ticket(h.mark+"breach", other, calendar.Of(time.Now(), calendar.Shanghai).AddDays(1).String())
}

// reached waits for what the daily run makes of the agreement.
func (h *house) reached() {
	h.until("the agreement's stage and its letter", func() bool {
		c := h.call("viewer", "GET", "/v1/agreements/"+h.id("agreement"), nil)
		letters := list(h.call("viewer", "GET", "/v1/customers/"+h.id("customer")+"/letters", nil), "letters")
		events := list(c, "events")
		if len(events) == 0 || len(letters) == 0 || letters[0]["documentId"] == "" || letters[0]["documentId"] == nil {
			return false
		}
		h.keep("agreement", c["agreement"].(m))
		h.keep("agreement_event", events[0])
		return true
	})
}
