-- +goose Up
-- create "documents" table
CREATE TABLE "documents" (
  "id" uuid NOT NULL,
  "created_at" timestamptz NOT NULL,
  "created_by" uuid NULL,
  "customer_id" uuid NULL,
  "kind" character varying NOT NULL,
  "file_name" character varying NOT NULL,
  "content_type" character varying NOT NULL,
  "size_bytes" bigint NOT NULL,
  "sha256" bytea NOT NULL,
  "object_key" character varying NOT NULL,
  "revision" bigint NOT NULL DEFAULT 1,
  PRIMARY KEY ("id")
);
-- create index "documents_object_key_key" to table: "documents"
CREATE UNIQUE INDEX "documents_object_key_key" ON "documents" ("object_key");
-- create "idempotency_keys" table
CREATE TABLE "idempotency_keys" (
  "id" character varying NOT NULL,
  "request_hash" bytea NOT NULL,
  "response" bytea NOT NULL,
  "created_at" timestamptz NOT NULL,
  PRIMARY KEY ("id")
);
-- create "audit_seals" table
CREATE TABLE "audit_seals" (
  "id" bigint NOT NULL,
  "audit_id" bigint NOT NULL,
  "hash" bytea NOT NULL,
  "sealed_at" timestamptz NOT NULL,
  PRIMARY KEY ("id")
);
-- create index "audit_seals_audit_id_key" to table: "audit_seals"
CREATE UNIQUE INDEX "audit_seals_audit_id_key" ON "audit_seals" ("audit_id");
-- create "reservations" table
CREATE TABLE "reservations" (
  "id" uuid NOT NULL,
  "customer_id" uuid NOT NULL,
  "order_no" character varying NOT NULL,
  "amount" bigint NOT NULL,
  "held_amount" bigint NOT NULL,
  "status" character varying NOT NULL DEFAULT 'open',
  "source" character varying NOT NULL DEFAULT '',
  "document_no" character varying NOT NULL DEFAULT '',
  "check_id" uuid NOT NULL,
  "expires_at" timestamptz NOT NULL,
  "created_at" timestamptz NOT NULL,
  "updated_at" timestamptz NOT NULL,
  PRIMARY KEY ("id"),
  CONSTRAINT "reservation_held" CHECK ((held_amount >= 0) AND (held_amount <= amount) AND ((held_amount = 0) OR ((status)::text = 'open'::text) OR ((status)::text = 'committed'::text)))
);
-- create index "reservation_customer_id" to table: "reservations"
CREATE INDEX "reservation_customer_id" ON "reservations" ("customer_id");
-- create index "reservation_one_live_per_order" to table: "reservations"
CREATE UNIQUE INDEX "reservation_one_live_per_order" ON "reservations" ("order_no") WHERE (((status)::text = 'open'::text) OR ((status)::text = 'committed'::text));
-- create index "reservation_open_expiry" to table: "reservations"
CREATE INDEX "reservation_open_expiry" ON "reservations" ("expires_at") WHERE ((status)::text = 'open'::text);
-- create "credit_accounts" table
CREATE TABLE "credit_accounts" (
  "id" uuid NOT NULL,
  "limit_kind" character varying NOT NULL DEFAULT 'none',
  "standing_amount" bigint NOT NULL DEFAULT 0,
  "temporary_amount" bigint NOT NULL DEFAULT 0,
  "grade" character varying NOT NULL DEFAULT '',
  "max_overdue_amount" bigint NULL,
  "max_overdue_days" bigint NULL,
  "receivable_amount" bigint NOT NULL DEFAULT 0,
  "overdue_amount" bigint NOT NULL DEFAULT 0,
  "oldest_due_on" date NULL,
  "reserved_amount" bigint NOT NULL DEFAULT 0,
  "frozen" boolean NOT NULL DEFAULT false,
  "frozen_reason" character varying NOT NULL DEFAULT '',
  "as_of" date NOT NULL,
  "valid_through" date NOT NULL,
  "version" bigint NOT NULL DEFAULT 1,
  PRIMARY KEY ("id"),
  CONSTRAINT "credit_account_reserved" CHECK (reserved_amount >= 0),
  CONSTRAINT "credit_account_standing" CHECK (standing_amount >= 0)
);
-- create "credit_checks" table
CREATE TABLE "credit_checks" (
  "id" uuid NOT NULL,
  "customer_id" uuid NOT NULL,
  "order_no" character varying NOT NULL,
  "operation" character varying NOT NULL,
  "amount" bigint NOT NULL,
  "outcome" character varying NOT NULL,
  "reasons" jsonb NOT NULL,
  "facts" jsonb NOT NULL,
  "binding_limit" character varying NOT NULL,
  "policy_version" bigint NOT NULL,
  "reservation_id" uuid NULL,
  "actor_id" uuid NULL,
  "actor_name" character varying NOT NULL,
  "request_id" character varying NOT NULL,
  "created_at" timestamptz NOT NULL,
  PRIMARY KEY ("id")
);
-- create index "creditcheck_customer_id_created_at" to table: "credit_checks"
CREATE INDEX "creditcheck_customer_id_created_at" ON "credit_checks" ("customer_id", "created_at");
-- create "receivable_imports" table
CREATE TABLE "receivable_imports" (
  "id" uuid NOT NULL,
  "created_at" timestamptz NOT NULL,
  "created_by" uuid NULL,
  "updated_at" timestamptz NOT NULL,
  "version" bigint NOT NULL DEFAULT 1,
  "file_name" character varying NOT NULL,
  "source" character varying NOT NULL,
  "file_sha256" bytea NOT NULL,
  "object_key" character varying NOT NULL DEFAULT '',
  "mapping" jsonb NOT NULL,
  "dry_run" boolean NOT NULL,
  "status" character varying NOT NULL DEFAULT 'queued',
  "failure" character varying NOT NULL DEFAULT '',
  "rows_read" bigint NOT NULL DEFAULT 0,
  "rows_inserted" bigint NOT NULL DEFAULT 0,
  "rows_updated" bigint NOT NULL DEFAULT 0,
  "rows_unchanged" bigint NOT NULL DEFAULT 0,
  "rows_refused" bigint NOT NULL DEFAULT 0,
  "totals" jsonb NULL,
  "error_document_id" uuid NULL,
  "finished_at" timestamptz NULL,
  PRIMARY KEY ("id")
);
-- create index "receivableimport_created_at" to table: "receivable_imports"
CREATE INDEX "receivableimport_created_at" ON "receivable_imports" ("created_at");
-- create "credit_policies" table
CREATE TABLE "credit_policies" (
  "id" bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
  "over_limit" character varying NOT NULL DEFAULT 'block',
  "overdue_amount" character varying NOT NULL DEFAULT 'block',
  "overdue_days" character varying NOT NULL DEFAULT 'block',
  "no_limit" character varying NOT NULL DEFAULT 'block',
  "unrated" character varying NOT NULL DEFAULT 'warn',
  "reservation_hours" bigint NOT NULL DEFAULT 72,
  "overdue_tolerance" bigint NOT NULL DEFAULT 0,
  "created_at" timestamptz NOT NULL,
  "created_by" uuid NULL,
  PRIMARY KEY ("id")
);
-- create "receivables" table
CREATE TABLE "receivables" (
  "id" uuid NOT NULL,
  "source" character varying NOT NULL,
  "document_no" character varying NOT NULL,
  "customer_id" uuid NOT NULL,
  "project_id" uuid NULL,
  "invoice_date" date NOT NULL,
  "due_date" date NOT NULL,
  "currency" character varying NOT NULL,
  "amount" bigint NOT NULL,
  "open_amount" bigint NOT NULL,
  "import_id" uuid NOT NULL,
  "updated_at" timestamptz NOT NULL,
  PRIMARY KEY ("id")
);
-- create index "receivable_open" to table: "receivables"
CREATE INDEX "receivable_open" ON "receivables" ("customer_id", "due_date") WHERE (open_amount <> 0);
-- create index "receivable_source_document_no" to table: "receivables"
CREATE UNIQUE INDEX "receivable_source_document_no" ON "receivables" ("source", "document_no");
-- create "receipts" table
CREATE TABLE "receipts" (
  "id" uuid NOT NULL,
  "source" character varying NOT NULL,
  "document_no" character varying NOT NULL,
  "customer_id" uuid NOT NULL,
  "received_on" date NOT NULL,
  "currency" character varying NOT NULL,
  "amount" bigint NOT NULL,
  "created_at" timestamptz NOT NULL,
  PRIMARY KEY ("id")
);
-- create index "receipt_customer_id_received_on" to table: "receipts"
CREATE INDEX "receipt_customer_id_received_on" ON "receipts" ("customer_id", "received_on");
-- create index "receipt_source_document_no" to table: "receipts"
CREATE UNIQUE INDEX "receipt_source_document_no" ON "receipts" ("source", "document_no");
-- create "audit_log" table
CREATE TABLE "audit_log" (
  "id" bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY,
  "at" timestamptz NOT NULL,
  "actor_kind" character varying NOT NULL,
  "actor_id" uuid NULL,
  "actor_name" character varying NOT NULL,
  "action" character varying NOT NULL,
  "object_type" character varying NOT NULL,
  "object_id" character varying NOT NULL,
  "before" jsonb NULL,
  "after" jsonb NULL,
  "request_id" character varying NOT NULL,
  PRIMARY KEY ("id")
);
-- create index "auditlog_object_type_object_id" to table: "audit_log"
CREATE INDEX "auditlog_object_type_object_id" ON "audit_log" ("object_type", "object_id");
-- create "handled_events" table
CREATE TABLE "handled_events" (
  "id" character varying NOT NULL,
  "handled_at" timestamptz NOT NULL,
  PRIMARY KEY ("id")
);
-- create "customers" table
CREATE TABLE "customers" (
  "id" uuid NOT NULL,
  "created_at" timestamptz NOT NULL,
  "created_by" uuid NULL,
  "updated_at" timestamptz NOT NULL,
  "version" bigint NOT NULL DEFAULT 1,
  "number" character varying NOT NULL,
  "name" character varying NOT NULL,
  "uscc" character varying NULL,
  "uscc_override_reason" character varying NOT NULL DEFAULT '',
  "tax_no" character varying NOT NULL DEFAULT '',
  "salesperson_id" uuid NULL,
  "contact_name" character varying NOT NULL DEFAULT '',
  "contact_phone_enc" bytea NULL,
  "contact_phone_mask" character varying NOT NULL DEFAULT '',
  "legal_representative" character varying NOT NULL DEFAULT '',
  "legal_representative_id_enc" bytea NULL,
  "legal_representative_id_mask" character varying NOT NULL DEFAULT '',
  "bank_account_enc" bytea NULL,
  "bank_account_mask" character varying NOT NULL DEFAULT '',
  "address" character varying NOT NULL DEFAULT '',
  "credit_term_days" bigint NOT NULL DEFAULT 0,
  "status" character varying NOT NULL DEFAULT 'active',
  "settles_advance" boolean NOT NULL DEFAULT false,
  PRIMARY KEY ("id")
);
-- create index "customer_name" to table: "customers"
CREATE UNIQUE INDEX "customer_name" ON "customers" ("name") WHERE (uscc IS NOT NULL);
-- create index "customer_salesperson_id" to table: "customers"
CREATE INDEX "customer_salesperson_id" ON "customers" ("salesperson_id");
-- create index "customer_uscc" to table: "customers"
CREATE UNIQUE INDEX "customer_uscc" ON "customers" ("uscc");
-- create index "customers_number_key" to table: "customers"
CREATE UNIQUE INDEX "customers_number_key" ON "customers" ("number");
-- create "import_mappings" table
CREATE TABLE "import_mappings" (
  "id" uuid NOT NULL,
  "created_at" timestamptz NOT NULL,
  "created_by" uuid NULL,
  "updated_at" timestamptz NOT NULL,
  "version" bigint NOT NULL DEFAULT 1,
  "name" character varying NOT NULL,
  "mapping" jsonb NOT NULL,
  PRIMARY KEY ("id")
);
-- create index "import_mappings_name_key" to table: "import_mappings"
CREATE UNIQUE INDEX "import_mappings_name_key" ON "import_mappings" ("name");
-- create "keysets" table
CREATE TABLE "keysets" (
  "id" character varying NOT NULL,
  "wrapped" bytea NOT NULL,
  "created_at" timestamptz NOT NULL,
  PRIMARY KEY ("id")
);
-- create "outbox" table
CREATE TABLE "outbox" (
  "id" uuid NOT NULL,
  "topic" character varying NOT NULL,
  "payload" jsonb NOT NULL,
  "status" character varying NOT NULL DEFAULT 'pending',
  "attempts" bigint NOT NULL DEFAULT 0,
  "last_error" character varying NOT NULL DEFAULT '',
  "created_at" timestamptz NOT NULL,
  "due_at" timestamptz NOT NULL,
  PRIMARY KEY ("id")
);
-- create index "outbox_open" to table: "outbox"
CREATE INDEX "outbox_open" ON "outbox" ("due_at") WHERE (((status)::text = 'pending'::text) OR ((status)::text = 'sent'::text));
-- create "approvals" table
CREATE TABLE "approvals" (
  "id" uuid NOT NULL,
  "updated_at" timestamptz NOT NULL,
  "version" bigint NOT NULL DEFAULT 1,
  "kind" character varying NOT NULL,
  "subject_id" uuid NOT NULL,
  "customer_id" uuid NULL,
  "title" character varying NOT NULL,
  "facts" jsonb NOT NULL,
  "amount" bigint NOT NULL DEFAULT 0,
  "submitted_by" uuid NOT NULL,
  "submitted_at" timestamptz NOT NULL,
  "status" character varying NOT NULL DEFAULT 'pending',
  "decided_by" uuid NULL,
  "decided_at" timestamptz NULL,
  "comment" character varying NOT NULL DEFAULT '',
  PRIMARY KEY ("id"),
  CONSTRAINT "approval_decided" CHECK ((decided_by IS NULL) = ((status)::text = 'pending'::text)),
  CONSTRAINT "approval_second_person" CHECK (((status)::text = 'withdrawn'::text) OR (decided_by IS NULL) OR (decided_by <> submitted_by))
);
-- create index "approval_one_pending" to table: "approvals"
CREATE UNIQUE INDEX "approval_one_pending" ON "approvals" ("subject_id") WHERE ((status)::text = 'pending'::text);
-- create index "approval_status_submitted_at" to table: "approvals"
CREATE INDEX "approval_status_submitted_at" ON "approvals" ("status", "submitted_at");
-- create "projects" table
CREATE TABLE "projects" (
  "id" uuid NOT NULL,
  "created_at" timestamptz NOT NULL,
  "created_by" uuid NULL,
  "updated_at" timestamptz NOT NULL,
  "version" bigint NOT NULL DEFAULT 1,
  "number" character varying NOT NULL,
  "name" character varying NOT NULL,
  "owner_name" character varying NOT NULL DEFAULT '',
  "address" character varying NOT NULL DEFAULT '',
  "contracted_volume" bigint NOT NULL DEFAULT 0,
  "status" character varying NOT NULL DEFAULT 'supplying',
  "customer_id" uuid NOT NULL,
  PRIMARY KEY ("id"),
  CONSTRAINT "projects_customers_projects" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION
);
-- create index "project_customer_id" to table: "projects"
CREATE INDEX "project_customer_id" ON "projects" ("customer_id");
-- create index "projects_number_key" to table: "projects"
CREATE UNIQUE INDEX "projects_number_key" ON "projects" ("number");
-- create "contracts" table
CREATE TABLE "contracts" (
  "id" uuid NOT NULL,
  "created_at" timestamptz NOT NULL,
  "created_by" uuid NULL,
  "updated_at" timestamptz NOT NULL,
  "version" bigint NOT NULL DEFAULT 1,
  "erp_contract_no" character varying NOT NULL,
  "volume" bigint NOT NULL,
  "unit_price" bigint NOT NULL,
  "credit_term_days" bigint NOT NULL,
  "signed_on" date NOT NULL,
  "project_id" uuid NOT NULL,
  PRIMARY KEY ("id"),
  CONSTRAINT "contracts_projects_contracts" FOREIGN KEY ("project_id") REFERENCES "projects" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION
);
-- create index "contract_project_id" to table: "contracts"
CREATE INDEX "contract_project_id" ON "contracts" ("project_id");
-- create index "contracts_erp_contract_no_key" to table: "contracts"
CREATE UNIQUE INDEX "contracts_erp_contract_no_key" ON "contracts" ("erp_contract_no");
-- create "credit_limits" table
CREATE TABLE "credit_limits" (
  "id" uuid NOT NULL,
  "created_at" timestamptz NOT NULL,
  "created_by" uuid NULL,
  "updated_at" timestamptz NOT NULL,
  "version" bigint NOT NULL DEFAULT 1,
  "class" character varying NOT NULL,
  "kind" character varying NOT NULL,
  "mode" character varying NOT NULL DEFAULT 'add',
  "amount" bigint NOT NULL,
  "starts_on" date NOT NULL,
  "ends_on" date NULL,
  "reason" character varying NOT NULL,
  "rating_id" uuid NULL,
  "status" character varying NOT NULL DEFAULT 'submitted',
  "effective_at" timestamptz NULL,
  "lapsed_at" timestamptz NULL,
  "customer_id" uuid NOT NULL,
  PRIMARY KEY ("id"),
  CONSTRAINT "credit_limits_customers_limits" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION,
  CONSTRAINT "credit_limit_amount" CHECK (amount >= 0)
);
-- create index "credit_limit_one_standing" to table: "credit_limits"
CREATE UNIQUE INDEX "credit_limit_one_standing" ON "credit_limits" ("customer_id") WHERE (((status)::text = 'effective'::text) AND ((class)::text = 'standing'::text));
-- create index "creditlimit_customer_id_class" to table: "credit_limits"
CREATE INDEX "creditlimit_customer_id_class" ON "credit_limits" ("customer_id", "class");
-- create "rating_templates" table
CREATE TABLE "rating_templates" (
  "id" uuid NOT NULL,
  "created_at" timestamptz NOT NULL,
  "created_by" uuid NULL,
  "updated_at" timestamptz NOT NULL,
  "version" bigint NOT NULL DEFAULT 1,
  "number" bigint NOT NULL,
  "name" character varying NOT NULL,
  "status" character varying NOT NULL DEFAULT 'draft',
  "definition" jsonb NOT NULL,
  "effective_at" timestamptz NULL,
  "retired_at" timestamptz NULL,
  PRIMARY KEY ("id")
);
-- create index "rating_template_one_effective" to table: "rating_templates"
CREATE UNIQUE INDEX "rating_template_one_effective" ON "rating_templates" ("status") WHERE ((status)::text = 'effective'::text);
-- create index "rating_template_one_submitted" to table: "rating_templates"
CREATE UNIQUE INDEX "rating_template_one_submitted" ON "rating_templates" ("status") WHERE ((status)::text = 'submitted'::text);
-- create index "rating_templates_number_key" to table: "rating_templates"
CREATE UNIQUE INDEX "rating_templates_number_key" ON "rating_templates" ("number");
-- create "credit_ratings" table
CREATE TABLE "credit_ratings" (
  "id" uuid NOT NULL,
  "created_at" timestamptz NOT NULL,
  "created_by" uuid NULL,
  "updated_at" timestamptz NOT NULL,
  "version" bigint NOT NULL DEFAULT 1,
  "status" character varying NOT NULL DEFAULT 'draft',
  "values" jsonb NOT NULL,
  "total_score" bigint NOT NULL,
  "grade" character varying NOT NULL,
  "max_credit_amount" bigint NOT NULL,
  "max_overdue_amount" bigint NOT NULL,
  "max_overdue_days" bigint NOT NULL,
  "remark" character varying NOT NULL DEFAULT '',
  "effective_at" timestamptz NULL,
  "lapsed_at" timestamptz NULL,
  "customer_id" uuid NOT NULL,
  "template_id" uuid NOT NULL,
  PRIMARY KEY ("id"),
  CONSTRAINT "credit_ratings_customers_ratings" FOREIGN KEY ("customer_id") REFERENCES "customers" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION,
  CONSTRAINT "credit_ratings_rating_templates_ratings" FOREIGN KEY ("template_id") REFERENCES "rating_templates" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION
);
-- create index "creditrating_customer_id_created_at" to table: "credit_ratings"
CREATE INDEX "creditrating_customer_id_created_at" ON "credit_ratings" ("customer_id", "created_at");
-- create index "rating_one_effective" to table: "credit_ratings"
CREATE UNIQUE INDEX "rating_one_effective" ON "credit_ratings" ("customer_id") WHERE ((status)::text = 'effective'::text);
-- create index "rating_one_submitted" to table: "credit_ratings"
CREATE UNIQUE INDEX "rating_one_submitted" ON "credit_ratings" ("customer_id") WHERE ((status)::text = 'submitted'::text);

-- +goose Down
-- reverse: create index "rating_one_submitted" to table: "credit_ratings"
DROP INDEX "rating_one_submitted";
-- reverse: create index "rating_one_effective" to table: "credit_ratings"
DROP INDEX "rating_one_effective";
-- reverse: create index "creditrating_customer_id_created_at" to table: "credit_ratings"
DROP INDEX "creditrating_customer_id_created_at";
-- reverse: create "credit_ratings" table
DROP TABLE "credit_ratings";
-- reverse: create index "rating_templates_number_key" to table: "rating_templates"
DROP INDEX "rating_templates_number_key";
-- reverse: create index "rating_template_one_submitted" to table: "rating_templates"
DROP INDEX "rating_template_one_submitted";
-- reverse: create index "rating_template_one_effective" to table: "rating_templates"
DROP INDEX "rating_template_one_effective";
-- reverse: create "rating_templates" table
DROP TABLE "rating_templates";
-- reverse: create index "creditlimit_customer_id_class" to table: "credit_limits"
DROP INDEX "creditlimit_customer_id_class";
-- reverse: create index "credit_limit_one_standing" to table: "credit_limits"
DROP INDEX "credit_limit_one_standing";
-- reverse: create "credit_limits" table
DROP TABLE "credit_limits";
-- reverse: create index "contracts_erp_contract_no_key" to table: "contracts"
DROP INDEX "contracts_erp_contract_no_key";
-- reverse: create index "contract_project_id" to table: "contracts"
DROP INDEX "contract_project_id";
-- reverse: create "contracts" table
DROP TABLE "contracts";
-- reverse: create index "projects_number_key" to table: "projects"
DROP INDEX "projects_number_key";
-- reverse: create index "project_customer_id" to table: "projects"
DROP INDEX "project_customer_id";
-- reverse: create "projects" table
DROP TABLE "projects";
-- reverse: create index "approval_status_submitted_at" to table: "approvals"
DROP INDEX "approval_status_submitted_at";
-- reverse: create index "approval_one_pending" to table: "approvals"
DROP INDEX "approval_one_pending";
-- reverse: create "approvals" table
DROP TABLE "approvals";
-- reverse: create index "outbox_open" to table: "outbox"
DROP INDEX "outbox_open";
-- reverse: create "outbox" table
DROP TABLE "outbox";
-- reverse: create "keysets" table
DROP TABLE "keysets";
-- reverse: create index "import_mappings_name_key" to table: "import_mappings"
DROP INDEX "import_mappings_name_key";
-- reverse: create "import_mappings" table
DROP TABLE "import_mappings";
-- reverse: create index "customers_number_key" to table: "customers"
DROP INDEX "customers_number_key";
-- reverse: create index "customer_uscc" to table: "customers"
DROP INDEX "customer_uscc";
-- reverse: create index "customer_salesperson_id" to table: "customers"
DROP INDEX "customer_salesperson_id";
-- reverse: create index "customer_name" to table: "customers"
DROP INDEX "customer_name";
-- reverse: create "customers" table
DROP TABLE "customers";
-- reverse: create "handled_events" table
DROP TABLE "handled_events";
-- reverse: create index "auditlog_object_type_object_id" to table: "audit_log"
DROP INDEX "auditlog_object_type_object_id";
-- reverse: create "audit_log" table
DROP TABLE "audit_log";
-- reverse: create index "receipt_source_document_no" to table: "receipts"
DROP INDEX "receipt_source_document_no";
-- reverse: create index "receipt_customer_id_received_on" to table: "receipts"
DROP INDEX "receipt_customer_id_received_on";
-- reverse: create "receipts" table
DROP TABLE "receipts";
-- reverse: create index "receivable_source_document_no" to table: "receivables"
DROP INDEX "receivable_source_document_no";
-- reverse: create index "receivable_open" to table: "receivables"
DROP INDEX "receivable_open";
-- reverse: create "receivables" table
DROP TABLE "receivables";
-- reverse: create "credit_policies" table
DROP TABLE "credit_policies";
-- reverse: create index "receivableimport_created_at" to table: "receivable_imports"
DROP INDEX "receivableimport_created_at";
-- reverse: create "receivable_imports" table
DROP TABLE "receivable_imports";
-- reverse: create index "creditcheck_customer_id_created_at" to table: "credit_checks"
DROP INDEX "creditcheck_customer_id_created_at";
-- reverse: create "credit_checks" table
DROP TABLE "credit_checks";
-- reverse: create "credit_accounts" table
DROP TABLE "credit_accounts";
-- reverse: create index "reservation_open_expiry" to table: "reservations"
DROP INDEX "reservation_open_expiry";
-- reverse: create index "reservation_one_live_per_order" to table: "reservations"
DROP INDEX "reservation_one_live_per_order";
-- reverse: create index "reservation_customer_id" to table: "reservations"
DROP INDEX "reservation_customer_id";
-- reverse: create "reservations" table
DROP TABLE "reservations";
-- reverse: create index "audit_seals_audit_id_key" to table: "audit_seals"
DROP INDEX "audit_seals_audit_id_key";
-- reverse: create "audit_seals" table
DROP TABLE "audit_seals";
-- reverse: create "idempotency_keys" table
DROP TABLE "idempotency_keys";
-- reverse: create index "documents_object_key_key" to table: "documents"
DROP INDEX "documents_object_key_key";
-- reverse: create "documents" table
DROP TABLE "documents";
