package apitest_test

import (
	"database/sql"
	"time"

	"zhuxin/cmd/zhuxin/internal/apitest"
)

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

// settled waits until the worker has told everything and sent what is due: what HQ
// does last is told here as well.
func (h *house) settled(env *apitest.Env) {
	h.t.Helper()
	db, err := sql.Open("postgres", env.Conf.Postgres.AdminDSN)
	if err != nil {
		h.t.Fatal(err)
	}
	defer db.Close()
	var schema string
	if err := db.QueryRowContext(h.t.Context(), `SELECT schema_name FROM hq.tenants WHERE id = $1`, h.tenant.ID).Scan(&schema); err != nil {
		h.t.Fatal(err)
	}
	none := func(query string) func() bool {
		return func() bool {
			var n int
			if err := db.QueryRowContext(h.t.Context(), query).Scan(&n); err != nil {
				h.t.Fatal(err)
			}
			return n == 0
		}
	}
	h.until("the telling", none(`SELECT (SELECT count(*) FROM hq.outbox WHERE status = 'pending' AND topic = 'news.group') + count(*) FROM `+schema+`.outbox WHERE status = 'pending' AND topic = 'news.told'`))
	h.until("the sending", none(`SELECT count(*) FROM `+schema+`.notify_deliveries WHERE (state = 'queued' OR state = 'failed') AND next_at < now()`))
}
