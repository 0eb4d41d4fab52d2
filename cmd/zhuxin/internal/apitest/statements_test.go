package apitest_test

import (
	"database/sql"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"zhuxin/shared/calendar"
)

// longAgo is a day without deliveries: what is delivered, the daily run may have made
// statements of before somebody asks.
var longAgo = calendar.Of(time.Now(), calendar.Shanghai).AddDays(-400).String()

// statements makes one in each state that a route begins from, out of deliveries
// that no route brings in: a feed does.
func (h *house) statements() {
	h.t.Helper()
	other, day := h.id("customer_other"), calendar.Of(time.Now(), calendar.Shanghai).String()
	h.keep("statement_document", h.call("administrator", "POST", "/v1/customers/"+other+"/documents?kind=other&file_name=s.pdf", h.pdf(), "Content-Type", "application/pdf"))
	for name, to := range map[string]string{"statement": "open", "statement_hindered": "open", "statement_cancelled": "open", "statement_submitted": "submitted", "statement_reconciled": "reconciled"} {
		customer, document := other, "statement_document"
		if to == "reconciled" { // of the customer that has invoices
			customer, document = h.id("customer"), "document"
		}
		h.ticket(h.mark+name, customer, day)
		made := list(h.call("administrator", "POST", "/v1/customers/"+customer+"/statements", m{"period_from": day, "period_to": day}), "statements")
		x := h.keep(name, made[0])
		path := "/v1/statements/" + h.id(name)
		if to != "open" {
			x = h.keep(name, h.call("administrator", "POST", path+":submit", m{"document_id": h.id(document), "evidence": "signed", "version": x["version"]})["statement"].(m))
		}
		if to == "reconciled" {
			h.keep(name, h.call("finance", "POST", path+":review", m{"accept": true, "comment": h.mark, "version": x["version"]})["statement"].(m))
		}
	}
	h.ticket(h.mark+"free", h.id("customer"), day)
}

// ticket is a delivery of a contract of the same number.
func (h *house) ticket(number, customer, day string) {
	h.write(`INSERT INTO {schema}.deliveries (id, source, ticket_no, customer_id, contract_no, volume, amount, currency, delivered_on, created_at, updated_at)
		VALUES ($1, 'erp', $2, $3, $2, 1000, 100000, 'CNY', $4, now(), now())`, uuid.New(), number, customer, day)
}

// write changes the subsidiary's tables beneath the program.
func (h *house) write(query string, args ...any) {
	h.t.Helper()
	db, err := sql.Open("postgres", h.env.Conf.Postgres.AdminDSN)
	if err != nil {
		h.t.Fatal(err)
	}
	defer db.Close()
	var schema string
	if err := db.QueryRowContext(h.t.Context(), `SELECT schema_name FROM hq.tenants WHERE id = $1`, h.tenant.ID).Scan(&schema); err != nil {
		h.t.Fatal(err)
	}
	if _, err := db.ExecContext(h.t.Context(), strings.ReplaceAll(query, "{schema}", pq.QuoteIdentifier(schema)), args...); err != nil {
		h.t.Fatal(err)
	}
}
