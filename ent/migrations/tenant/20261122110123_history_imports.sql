-- +goose Up
-- create "history_imports" table
CREATE TABLE "history_imports" (
  "id" uuid NOT NULL,
  "created_at" timestamptz NOT NULL,
  "created_by" uuid NULL,
  "updated_at" timestamptz NOT NULL,
  "version" bigint NOT NULL DEFAULT 1,
  "as_of" date NOT NULL,
  "note" character varying NOT NULL DEFAULT '',
  "limitation_years" bigint NOT NULL,
  "status" character varying NOT NULL DEFAULT 'draft',
  "files" jsonb NOT NULL,
  "controls" jsonb NOT NULL,
  "result" jsonb NULL,
  "answers" jsonb NOT NULL,
  "authors" jsonb NOT NULL,
  "progress_kind" character varying NOT NULL DEFAULT '',
  "progress_done" bigint NOT NULL DEFAULT 0,
  "progress_total" bigint NOT NULL DEFAULT 0,
  "failure" character varying NOT NULL DEFAULT '',
  "submitted_by" uuid NULL,
  "submitted_at" timestamptz NULL,
  "decided_by" uuid NULL,
  "decided_at" timestamptz NULL,
  "decision" character varying NOT NULL DEFAULT '',
  "applied_at" timestamptz NULL,
  "protocol_document_id" uuid NULL,
  PRIMARY KEY ("id")
);
-- create index "historyimport_created_at" to table: "history_imports"
CREATE INDEX "historyimport_created_at" ON "history_imports" ("created_at");

-- +goose Down
-- reverse: create index "historyimport_created_at" to table: "history_imports"
DROP INDEX "historyimport_created_at";
-- reverse: create "history_imports" table
DROP TABLE "history_imports";
