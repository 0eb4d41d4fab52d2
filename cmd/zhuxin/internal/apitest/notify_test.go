package apitest_test

import "time"

// channels sets mail up and switches dunning on, before anything happens that is told.
func (h *house) channels() {
	h.t.Helper()
	h.values["channel.version"] = h.call("administrator", "PUT", "/v1/notification-channels/mail", m{"hint": h.mark, "enabled": true, "version": "0"})["version"]
	h.values["notify_settings.version"] = h.call("administrator", "PUT", "/v1/notification-settings", m{"version": "0", "quiet_from": 0, "quiet_to": 0, "digest_at": 540})["version"]
	rule := h.call("administrator", "GET", "/v1/dunning/rule", nil)
	rule["enabled"], rule["paymentText"] = true, h.mark
	h.values["dunning_rule.version"] = h.call("administrator", "PUT", "/v1/dunning/rule", rule)["version"]
}

// told keeps a piece of news, a delivery and the letter that the daily run has written.
func (h *house) told() {
	h.t.Helper()
	h.until("the news", func() bool {
		news := list(h.call("credit_reviewer", "GET", "/v1/notifications", nil), "notifications")
		sent := list(h.call("viewer", "GET", "/v1/notification-deliveries?audience=customer", nil), "deliveries")
		for _, d := range list(h.call("viewer", "GET", "/v1/notification-deliveries?page_size=200", nil), "deliveries") {
			if next, err := time.Parse(time.RFC3339, d["nextAt"].(string)); err != nil || d["state"] != "sent" && next.Before(time.Now()) {
				return false // the worker would still change it
			}
		}
		if len(news) == 0 || len(sent) == 0 {
			return false
		}
		h.keep("notification", news[0])
		h.keep("delivery", sent[0])
		return true
	})
	h.keep("dunning_letter", list(h.call("viewer", "GET", "/v1/dunning/letters?customer_id="+h.id("customer"), nil), "letters")[0])
}
