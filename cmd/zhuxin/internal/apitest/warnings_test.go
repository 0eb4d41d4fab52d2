package apitest_test

import (
	"github.com/google/uuid"
)

// warnings puts some into the house's own books. They come of a daily run, which
// no route starts for one subsidiary alone.
func (h *house) warnings() {
	h.t.Helper()
	for _, name := range []string{"warning", "warning_assigned", "warning_closed"} {
		id := uuid.NewString()
		h.write(`INSERT INTO {schema}.warnings (id, kind, customer_id, subject, severity, facts, first_seen_at, last_seen_at, raised_on, updated_at)
			VALUES ($1, 'overdue_receivables', $2, $3, 'notice', jsonb_build_object('note', $4::text), now(), now(), current_date, now())`, id, h.id("customer"), name, h.mark)
		h.keep(name, h.call("administrator", "GET", "/v1/warnings/"+id, nil))
	}
}
