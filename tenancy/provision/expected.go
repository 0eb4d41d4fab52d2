package provision

// privileges are what a tenant's role may do on the tables of its schema, in
// PostgreSQL's letters: r SELECT, a INSERT, w UPDATE, d DELETE. The grants
// themselves stand in ent/migrations/tenant; this is the second opinion that
// Verify holds them against, so a new table is entered in both.
var privileges = map[string]string{
	"audit_log":          "ra",
	"audit_seals":        "ra",
	"credit_checks":      "ra",
	"credit_policies":    "ra",
	"receipts":           "ra",
	"documents":          "ra",
	"idempotency_keys":   "rad",
	"approvals":          "raw",
	"contracts":          "raw",
	"credit_accounts":    "raw",
	"credit_limits":      "raw",
	"customers":          "raw",
	"daily_runs":         "raw",
	"daily_snapshots":    "raw",
	"daily_steps":        "raw",
	"erp_connections":    "raw",
	"erp_runs":           "raw",
	"keysets":            "raw",
	"projects":           "raw",
	"receivable_imports": "raw",
	"receivables":        "raw",
	"reservations":       "raw",
	"credit_ratings":     "rawd",
	"handled_events":     "rawd",
	"import_mappings":    "rawd",
	"outbox":             "rawd",
	"rating_templates":   "rawd",
	"schema_migrations":  "",
	"template_dry_runs":  "rad",
	"template_trials":    "rad",

	// made anew from items and receipts
	"customer_figure_marks": "rawd",
	"customer_figures":      "rawd",
	// the course of a submission through its flow
	"approval_acts":        "ra",
	"approval_authorities": "raw",
	"approval_delegations": "raw",
	"approval_flows":       "ra",
	"approval_hands":       "ra",
	"approval_policies":    "ra",
	"approval_slots":       "raw",
	"approval_steps":       "raw",

	// emptied by TRUNCATE at the end of each import
	"receivable_staging":           "rawD",
	"receivable_staging_customers": "rawD",
}

// guarded lists the triggers that must fire always, by table.
var guarded = map[string]string{
	"approval_acts":     "append_only",
	"approval_flows":    "append_only",
	"approval_hands":    "append_only",
	"approval_policies": "append_only",
	"approval_steps":    "keep_step_order",
	"approvals":         "keep_approval",
	"audit_log":         "append_only",
	"audit_seals":       "append_only",
	"credit_checks":     "append_only",
	"credit_policies":   "append_only",
	"receipts":          "append_only",
	"credit_ratings":    "keep_submitted",
	"rating_templates":  "keep_submitted",
}
