-- +goose Up
-- create "registry_accounts" table
CREATE TABLE "registry_accounts" (
  "id" character varying NOT NULL,
  "credential" bytea NULL,
  "hint" character varying NOT NULL DEFAULT '',
  "enabled" boolean NOT NULL DEFAULT true,
  "stopped_reason" character varying NOT NULL DEFAULT '',
  "stopped_until" timestamptz NULL,
  "updated_at" timestamptz NOT NULL,
  "version" bigint NOT NULL DEFAULT 1,
  PRIMARY KEY ("id")
);
-- create "registry_findings" table
CREATE TABLE "registry_findings" (
  "id" uuid NOT NULL,
  "uscc" character varying NOT NULL,
  "kind" character varying NOT NULL,
  "key" character varying NOT NULL,
  "title" character varying NOT NULL,
  "severity" character varying NOT NULL,
  "occurred_on" date NULL,
  "amount" bigint NOT NULL DEFAULT 0,
  "facts" jsonb NOT NULL,
  "status" character varying NOT NULL DEFAULT 'active',
  "baseline" boolean NOT NULL,
  "first_seen_at" timestamptz NOT NULL,
  "last_seen_at" timestamptz NOT NULL,
  "ended_at" timestamptz NULL,
  "snapshot_id" uuid NOT NULL,
  PRIMARY KEY ("id")
);
-- create index "registryfinding_first_seen_at" to table: "registry_findings"
CREATE INDEX "registryfinding_first_seen_at" ON "registry_findings" ("first_seen_at");
-- create index "registryfinding_uscc_kind_key" to table: "registry_findings"
CREATE UNIQUE INDEX "registryfinding_uscc_kind_key" ON "registry_findings" ("uscc", "kind", "key");
-- create "registry_looks" table
CREATE TABLE "registry_looks" (
  "id" uuid NOT NULL,
  "uscc" character varying NOT NULL,
  "kind" character varying NOT NULL,
  "provider" character varying NOT NULL DEFAULT '',
  "outcome" character varying NOT NULL DEFAULT 'never',
  "looked_at" timestamptz NULL,
  "tried_at" timestamptz NULL,
  "trouble" character varying NOT NULL DEFAULT '',
  "trouble_text" character varying NOT NULL DEFAULT '',
  "snapshot_id" uuid NULL,
  "claimed_until" timestamptz NULL,
  PRIMARY KEY ("id")
);
-- create index "registrylook_uscc_kind" to table: "registry_looks"
CREATE UNIQUE INDEX "registrylook_uscc_kind" ON "registry_looks" ("uscc", "kind");
-- create "registry_snapshots" table
CREATE TABLE "registry_snapshots" (
  "id" uuid NOT NULL,
  "uscc" character varying NOT NULL,
  "kind" character varying NOT NULL,
  "provider" character varying NOT NULL,
  "taken_at" timestamptz NOT NULL,
  "outcome" character varying NOT NULL,
  "raw" bytea NOT NULL,
  "digest" bytea NOT NULL,
  "taken" jsonb NOT NULL,
  "requests" bigint NOT NULL,
  "tenant_id" uuid NULL,
  PRIMARY KEY ("id")
);
-- create index "registrysnapshot_uscc_kind_taken_at" to table: "registry_snapshots"
CREATE INDEX "registrysnapshot_uscc_kind_taken_at" ON "registry_snapshots" ("uscc", "kind", "taken_at");

-- +goose Down
-- reverse: create index "registrysnapshot_uscc_kind_taken_at" to table: "registry_snapshots"
DROP INDEX "registrysnapshot_uscc_kind_taken_at";
-- reverse: create "registry_snapshots" table
DROP TABLE "registry_snapshots";
-- reverse: create index "registrylook_uscc_kind" to table: "registry_looks"
DROP INDEX "registrylook_uscc_kind";
-- reverse: create "registry_looks" table
DROP TABLE "registry_looks";
-- reverse: create index "registryfinding_uscc_kind_key" to table: "registry_findings"
DROP INDEX "registryfinding_uscc_kind_key";
-- reverse: create index "registryfinding_first_seen_at" to table: "registry_findings"
DROP INDEX "registryfinding_first_seen_at";
-- reverse: create "registry_findings" table
DROP TABLE "registry_findings";
-- reverse: create "registry_accounts" table
DROP TABLE "registry_accounts";
