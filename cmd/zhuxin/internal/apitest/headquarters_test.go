package apitest_test

import (
	"database/sql"
	"slices"
	"strings"
	"testing"

	_ "github.com/lib/pq" // the driver

	"zhuxin/cmd/zhuxin/internal/apitest"
	"zhuxin/shared/access"
)

// headquarters is HQ's own house.
func headquarters(t *testing.T, env *apitest.Env, a, b *house) *house {
	t.Helper()
	hq := &house{t: t, env: env, mark: "PRIVATEHcanary", public: "PUBLICHcanary", people: map[string]*apitest.Client{}, values: map[string]any{}}
	var err error
	for _, r := range append(slices.Clone(access.HQRoles), access.RoleHQViewer) {
		if hq.people[string(r)], err = env.Person(t.Context(), nil, hq.public, r); err != nil {
			t.Fatal(err)
		}
	}
	applicant, err := env.Outsider(t.Context(), hq.public)
	if err != nil {
		t.Fatal(err)
	}
	hq.people["applicant"] = applicant
	top := "hq_administrator"
	hq.keep("application", hq.call("applicant", "POST", "/v1/account/applications", m{"name": hq.public, "short_name": hq.public, "uscc": string(apitest.USCC()), "contact_name": "x1", "contact_phone": "13800138000"}))
	hq.keep("code", hq.call(top, "POST", "/v1/hq/invitation-codes", m{"note": "x", "max_uses": 1, "valid_days": 5})["invitationCode"].(m))
	hq.keep("invitation", hq.call(top, "POST", "/v1/hq/invitations", m{"email": "hq-canary@test.example", "name": "x", "roles": []string{"hq_viewer"}}))
	for _, member := range list(hq.call(top, "GET", "/v1/hq/members", nil), "members") {
		if slices.Contains(member["roles"].([]any), any("hq_viewer")) {
			hq.keep("membership", member)
		}
		if slices.Contains(member["roles"].([]any), any(top)) {
			hq.values["person_"+top] = member["personId"]
		}
	}
	for _, i := range list(hq.call(top, "GET", "/v1/hq/indicators", nil), "indicators") {
		if i["code"] == "settlement_method" {
			hq.values["indicator.version"], hq.values["indicator_value"] = i["version"], i
		}
	}
	hq.values["policy.version"] = hq.call(top, "GET", "/v1/hq/policy", nil)["version"]
	hq.negativeCases(b)
	a.askedBy(b)
	b.askedBy(a)
	hq.caps(b)
	hq.schedules(top, "/v1/hq/report-schedules", "group", top)
	hq.values["tenant"], hq.values["customer_code"] = a.tenant.ID.String(), b.values["customer_code"]
	hq.values["customer"], hq.values["person_salesperson"] = a.values["customer"], a.values["person_salesperson"]
	hq.until("the projection of both", func() bool {
		rows := list(hq.call(top, "GET", "/v1/hq/customers?page_size=50", nil), "customers")
		n := 0
		for _, r := range rows {
			if r["grade"] != "" {
				n++
			}
		}
		return len(rows) == 22 && n == 2
	})
	return hq
}

// sums gives a checksum of everything of B: its schema, and its rows at HQ. What
// jobs write in their own time is left out.
func sums(t *testing.T, env *apitest.Env, h *house) map[string]string {
	t.Helper()
	db, err := sql.Open("postgres", env.Conf.Postgres.AdminDSN)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var schema string
	if err := db.QueryRowContext(t.Context(), `SELECT schema_name FROM hq.tenants WHERE id = $1`, h.tenant.ID).Scan(&schema); err != nil {
		t.Fatal(err)
	}
	rows, err := db.QueryContext(t.Context(), `SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname IN ($1, 'hq')
		AND tablename NOT IN ('outbox', 'handled_events', 'audit_seals', 'audit_heads', 'audit_log', 'schema_states',
		'customer_figures', 'customer_figure_marks', 'rollup_figures', 'rollup_subsidiary_figures', 'rollup_projects') OR schemaname = $1 AND tablename = 'audit_log'`, schema)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			t.Fatal(err)
		}
		out[table] = ""
	}
	if err := rows.Err(); err != nil || len(out) < 20 {
		t.Fatalf("%d tables, %v", len(out), err)
	}
	for table := range out {
		query := `SELECT count(*) || ' ' || coalesce(md5(string_agg((to_jsonb(t) - 'last_used_at')::text, '|' ORDER BY (to_jsonb(t) - 'last_used_at')::text)), '') FROM ` + table + ` t`
		if strings.HasPrefix(table, "hq.") {
			query += ` WHERE t::text LIKE '%' || '` + h.tenant.ID.String() + `' || '%'`
		}
		var sum string
		if err := db.QueryRowContext(t.Context(), query).Scan(&sum); err != nil {
			t.Fatal(err)
		}
		out[table] = sum
	}
	return out
}
