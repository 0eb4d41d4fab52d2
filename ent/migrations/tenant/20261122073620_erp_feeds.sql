-- +goose Up
-- modify "deliveries" table
ALTER TABLE "deliveries" ADD COLUMN "invoice_no" character varying NOT NULL DEFAULT '', ADD COLUMN "billed" boolean NOT NULL DEFAULT false;
-- create index "delivery_to_bill" to table: "deliveries"
CREATE INDEX "delivery_to_bill" ON "deliveries" ("customer_id") WHERE ((NOT billed) AND ((invoice_no)::text <> ''::text));
-- modify "erp_connections" table
ALTER TABLE "erp_connections" ADD COLUMN "feeds" jsonb NULL, ADD COLUMN "push_limits" boolean NOT NULL DEFAULT false;
-- modify "erp_runs" table
ALTER TABLE "erp_runs" ADD COLUMN "feed" character varying NOT NULL DEFAULT 'receivables', ADD COLUMN "volume_sum" bigint NOT NULL DEFAULT 0;
-- create "credit_states" table
CREATE TABLE "credit_states" (
  "id" uuid NOT NULL,
  "seq" bigint NOT NULL,
  "limit_kind" character varying NOT NULL,
  "limit_amount" bigint NOT NULL,
  "exposure" bigint NOT NULL,
  "overdue_amount" bigint NOT NULL,
  "grade" character varying NOT NULL DEFAULT '',
  "frozen" boolean NOT NULL,
  "changed_at" timestamptz NOT NULL,
  PRIMARY KEY ("id")
);
-- create index "creditstate_seq" to table: "credit_states"
CREATE UNIQUE INDEX "creditstate_seq" ON "credit_states" ("seq");
-- create "erp_contracts" table
CREATE TABLE "erp_contracts" (
  "id" uuid NOT NULL,
  "source" character varying NOT NULL,
  "contract_no" character varying NOT NULL,
  "customer_id" uuid NOT NULL,
  "project_name" character varying NOT NULL DEFAULT '',
  "signed_on" date NULL,
  "volume" bigint NOT NULL DEFAULT 0,
  "amount" bigint NOT NULL DEFAULT 0,
  "credit_term_days" bigint NOT NULL DEFAULT 0,
  "created_at" timestamptz NOT NULL,
  "updated_at" timestamptz NOT NULL,
  PRIMARY KEY ("id")
);
-- create index "erpcontract_contract_no" to table: "erp_contracts"
CREATE INDEX "erpcontract_contract_no" ON "erp_contracts" ("contract_no");
-- create index "erpcontract_customer_id" to table: "erp_contracts"
CREATE INDEX "erpcontract_customer_id" ON "erp_contracts" ("customer_id");
-- create index "erpcontract_source_contract_no" to table: "erp_contracts"
CREATE UNIQUE INDEX "erpcontract_source_contract_no" ON "erp_contracts" ("source", "contract_no");
-- create "feed_rejects" table
CREATE TABLE "feed_rejects" (
  "id" uuid NOT NULL,
  "source" character varying NOT NULL,
  "feed" character varying NOT NULL,
  "record_id" character varying NOT NULL,
  "record" jsonb NOT NULL,
  "faults" jsonb NOT NULL,
  "first_at" timestamptz NOT NULL,
  "last_at" timestamptz NOT NULL,
  "times" bigint NOT NULL DEFAULT 1,
  PRIMARY KEY ("id")
);
-- create index "feedreject_last_at" to table: "feed_rejects"
CREATE INDEX "feedreject_last_at" ON "feed_rejects" ("last_at");
-- create index "feedreject_source_feed_record_id" to table: "feed_rejects"
CREATE UNIQUE INDEX "feedreject_source_feed_record_id" ON "feed_rejects" ("source", "feed", "record_id");
-- create "limit_pushes" table
CREATE TABLE "limit_pushes" (
  "id" uuid NOT NULL,
  "connection_id" uuid NOT NULL,
  "customer_id" uuid NOT NULL,
  "limit_kind" character varying NOT NULL,
  "limit_amount" bigint NOT NULL,
  "status" character varying NOT NULL DEFAULT 'pending',
  "version" bigint NOT NULL DEFAULT 1,
  "attempts" bigint NOT NULL DEFAULT 0,
  "next_at" timestamptz NOT NULL,
  "failure" character varying NOT NULL DEFAULT '',
  "wanted_at" timestamptz NOT NULL,
  "confirmed_at" timestamptz NULL,
  PRIMARY KEY ("id")
);
-- create index "limit_push_due" to table: "limit_pushes"
CREATE INDEX "limit_push_due" ON "limit_pushes" ("connection_id", "next_at") WHERE ((status)::text <> 'confirmed'::text);
-- create index "limitpush_connection_id_customer_id" to table: "limit_pushes"
CREATE UNIQUE INDEX "limitpush_connection_id_customer_id" ON "limit_pushes" ("connection_id", "customer_id");

-- +goose Down
-- reverse: create index "limitpush_connection_id_customer_id" to table: "limit_pushes"
DROP INDEX "limitpush_connection_id_customer_id";
-- reverse: create index "limit_push_due" to table: "limit_pushes"
DROP INDEX "limit_push_due";
-- reverse: create "limit_pushes" table
DROP TABLE "limit_pushes";
-- reverse: create index "feedreject_source_feed_record_id" to table: "feed_rejects"
DROP INDEX "feedreject_source_feed_record_id";
-- reverse: create index "feedreject_last_at" to table: "feed_rejects"
DROP INDEX "feedreject_last_at";
-- reverse: create "feed_rejects" table
DROP TABLE "feed_rejects";
-- reverse: create index "erpcontract_source_contract_no" to table: "erp_contracts"
DROP INDEX "erpcontract_source_contract_no";
-- reverse: create index "erpcontract_customer_id" to table: "erp_contracts"
DROP INDEX "erpcontract_customer_id";
-- reverse: create index "erpcontract_contract_no" to table: "erp_contracts"
DROP INDEX "erpcontract_contract_no";
-- reverse: create "erp_contracts" table
DROP TABLE "erp_contracts";
-- reverse: create index "creditstate_seq" to table: "credit_states"
DROP INDEX "creditstate_seq";
-- reverse: create "credit_states" table
DROP TABLE "credit_states";
-- reverse: modify "erp_runs" table
ALTER TABLE "erp_runs" DROP COLUMN "volume_sum", DROP COLUMN "feed";
-- reverse: modify "erp_connections" table
ALTER TABLE "erp_connections" DROP COLUMN "push_limits", DROP COLUMN "feeds";
-- reverse: create index "delivery_to_bill" to table: "deliveries"
DROP INDEX "delivery_to_bill";
-- reverse: modify "deliveries" table
ALTER TABLE "deliveries" DROP COLUMN "billed", DROP COLUMN "invoice_no";
