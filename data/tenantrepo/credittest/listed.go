package credittest

import (
	"testing"

	"github.com/google/uuid"

	"zhuxin/data/query/company"
	"zhuxin/shared/negativelist"
)

// Gate wires what the negative list does to customers.
func (w *World) Gate() *negativelist.Gate {
	return negativelist.NewGate(w.Pool.Tenant(), company.Query{}, company.Query{}, w.Looks(), w.Clock)
}

// List puts a company on the group's negative list, in the name of tenant B, until unlist.
func (w *World) List(t testing.TB, uscc string, severity negativelist.Severity) (unlist func()) {
	t.Helper()
	db, id := w.Admin(t), uuid.New()
	_, err := db.ExecContext(t.Context(), `INSERT INTO hq.negative_entries (id, uscc, company_name, reason_code, reason_text, tenant_id, listed_by, listed_at, severity)
		VALUES ($1, $2, '失信建工', 'fraud', '转移货款', $3, $1, now(), $4)`, id, uscc, w.B.ID, severity)
	must(t, err)
	return func() {
		t.Helper()
		_, err := db.ExecContext(t.Context(), `UPDATE hq.negative_entries SET status = 'removed' WHERE id = $1`, id)
		must(t, err)
	}
}
