package rating_test

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"zhuxin/biz/rating"
	"zhuxin/data/tenantrepo/credittest"
	ratingrepo "zhuxin/data/tenantrepo/rating"
	"zhuxin/shared/calendar"
	"zhuxin/shared/indicator"
)

func TestMeasure(t *testing.T) {
	t.Parallel()
	w := credittest.New(t)
	admin := w.CtxA(t)
	today := calendar.NewDate(2026, 11, 20)
	fresh, old := w.NewCustomer(t, admin, 1), w.NewCustomer(t, admin, 2)
	invoice := func(no, on, due string, amount, open int64) {
		w.Exec(t, admin, `INSERT INTO receivables (id, source, document_no, customer_id, invoice_date, due_date, currency, amount, open_amount, import_id, updated_at)
			VALUES ($1, 'erp', $2, $3, $4::date, $5::date, 'CNY', $6, $7, $1, now())`, uuid.New(), no, old.ID, on, due, amount, open)
	}
	receipt := func(no, on string, amount int64) {
		w.Exec(t, admin, `INSERT INTO receipts (id, source, document_no, customer_id, received_on, currency, amount, created_at)
			VALUES ($1, 'erp', $2, $3, $4::date, 'CNY', $5, now())`, uuid.New(), no, old.ID, on, amount)
	}
	invoice("before", "2025-11-20", "2026-01-01", 5000, 0) // the day before the period begins
	invoice("first", "2025-11-21", "2026-01-01", 1000, 0)
	invoice("last", "2026-11-20", "2026-11-20", 3000, 3000) // due today is not overdue
	w.InA(t, func(ctx context.Context) error { return w.Accounts.Recompute(ctx, old.ID) })
	_, err := w.Admin(t).ExecContext(t.Context(), `INSERT INTO hq.negative_entries (id, uscc, company_name, reason_code, reason_text, tenant_id, listed_by, listed_at)
		VALUES ($1, $2, 'x', 'malicious_arrears', 'x', $3, $1, now())`, uuid.New(), old.USCC, w.B.ID)
	ok(t, err)

	measure := func(id uuid.UUID, uscc string) rating.Measurements {
		t.Helper()
		var m rating.Measurements
		w.InA(t, func(ctx context.Context) (err error) {
			m, err = ratingrepo.NewMeasurer(w.Accounts, nil).Measure(ctx, rating.Subject{CustomerID: id, USCC: uscc}, today, indicator.DataSources)
			return err
		})
		return m
	}
	check := func(name string, m rating.Measurements, want map[indicator.DataSource]int64) {
		t.Helper()
		for source, n := range want {
			if got, known := m[source]; !known || got.Number != n || got.Detail == "" {
				t.Errorf("%s: %s = %+v, want %d", name, source, got, n)
			}
		}
	}
	// somebody new has no base for any of them: each is measured, as zero
	check("new customer", measure(fresh.ID, fresh.USCC), map[indicator.DataSource]int64{
		indicator.SourceOverdueRatio: 0, indicator.SourceMaxOverdueDays: 0, indicator.SourceCooperationMonths: 0,
		indicator.SourceCollectionRate: 0, indicator.SourceSales12Months: 0, indicator.SourceNegativeEntries: 0})
	// without receipts, what is settled of the period's invoices counts as collected
	check("from invoices", measure(old.ID, old.USCC), map[indicator.DataSource]int64{
		indicator.SourceOverdueRatio: 0, indicator.SourceMaxOverdueDays: 0, indicator.SourceCooperationMonths: 12_000,
		indicator.SourceCollectionRate: 2_500_000, indicator.SourceSales12Months: 4_000_000, indicator.SourceNegativeEntries: 1000})
	// with receipts, they do, also those for older invoices
	receipt("r0", "2025-11-20", 9999)
	receipt("r1", "2026-01-05", 5000)
	receipt("r2", "2026-02-05", 1000)
	check("from receipts", measure(old.ID, old.USCC), map[indicator.DataSource]int64{indicator.SourceCollectionRate: 15_000_000})

	err = w.Pool.Tenant().InTx(admin, func(ctx context.Context) error {
		_, err := ratingrepo.NewMeasurer(w.Accounts, nil).Measure(ctx, rating.Subject{CustomerID: old.ID}, today, []indicator.DataSource{"moon_phase"})
		return err
	})
	if err == nil {
		t.Error("an unknown source is measured")
	}
}
