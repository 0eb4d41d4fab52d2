-- +goose Up
-- create "erp_connections" table
CREATE TABLE "erp_connections" (
  "id" uuid NOT NULL,
  "created_at" timestamptz NOT NULL,
  "created_by" uuid NULL,
  "updated_at" timestamptz NOT NULL,
  "version" bigint NOT NULL DEFAULT 1,
  "name" character varying NOT NULL,
  "kind" character varying NOT NULL,
  "base_url" character varying NOT NULL,
  "erp_database" character varying NOT NULL,
  "company" character varying NOT NULL DEFAULT '',
  "username" character varying NOT NULL,
  "secret_enc" bytea NOT NULL,
  "source" character varying NOT NULL,
  "enabled" boolean NOT NULL DEFAULT true,
  "every_minutes" bigint NOT NULL,
  "cursor" timestamptz NULL,
  "full_on" date NULL,
  "next_at" timestamptz NOT NULL,
  "succeeded_at" timestamptz NULL,
  "failure" character varying NOT NULL DEFAULT '',
  PRIMARY KEY ("id")
);
-- create index "erp_connections_source_key" to table: "erp_connections"
CREATE UNIQUE INDEX "erp_connections_source_key" ON "erp_connections" ("source");
-- create "erp_runs" table
CREATE TABLE "erp_runs" (
  "id" uuid NOT NULL,
  "connection_id" uuid NOT NULL,
  "full_pull" boolean NOT NULL,
  "status" character varying NOT NULL,
  "started_at" timestamptz NOT NULL,
  "finished_at" timestamptz NULL,
  "items_read" bigint NOT NULL DEFAULT 0,
  "items_settled" bigint NOT NULL DEFAULT 0,
  "rows_inserted" bigint NOT NULL DEFAULT 0,
  "rows_updated" bigint NOT NULL DEFAULT 0,
  "rows_unchanged" bigint NOT NULL DEFAULT 0,
  "rows_refused" bigint NOT NULL DEFAULT 0,
  "open_sums" jsonb NULL,
  "import_id" uuid NULL,
  "failure" character varying NOT NULL DEFAULT '',
  PRIMARY KEY ("id")
);
-- create index "erp_run_one_at_a_time" to table: "erp_runs"
CREATE UNIQUE INDEX "erp_run_one_at_a_time" ON "erp_runs" ("connection_id") WHERE ((status)::text = 'running'::text);
-- create index "erprun_connection_id_started_at" to table: "erp_runs"
CREATE INDEX "erprun_connection_id_started_at" ON "erp_runs" ("connection_id", "started_at");

-- +goose Down
-- reverse: create index "erprun_connection_id_started_at" to table: "erp_runs"
DROP INDEX "erprun_connection_id_started_at";
-- reverse: create index "erp_run_one_at_a_time" to table: "erp_runs"
DROP INDEX "erp_run_one_at_a_time";
-- reverse: create "erp_runs" table
DROP TABLE "erp_runs";
-- reverse: create index "erp_connections_source_key" to table: "erp_connections"
DROP INDEX "erp_connections_source_key";
-- reverse: create "erp_connections" table
DROP TABLE "erp_connections";
