-- +goose Up
-- modify "credit_checks" table
ALTER TABLE "credit_checks" ADD COLUMN "checkpoint" character varying NOT NULL DEFAULT 'order';
-- drop index "credit_limit_one_standing" from table: "credit_limits"
DROP INDEX "credit_limit_one_standing";
-- modify "credit_limits" table
ALTER TABLE "credit_limits" ADD COLUMN "project_id" uuid NULL, ADD COLUMN "batch_id" uuid NULL, ADD COLUMN "superseded_on" date NULL;
-- create index "credit_limit_one_standing" to table: "credit_limits"
CREATE UNIQUE INDEX "credit_limit_one_standing" ON "credit_limits" ("customer_id") WHERE (((status)::text = 'effective'::text) AND ((class)::text = 'standing'::text) AND (superseded_on IS NULL) AND (project_id IS NULL));
-- create index "credit_limit_one_project_standing" to table: "credit_limits"
CREATE UNIQUE INDEX "credit_limit_one_project_standing" ON "credit_limits" ("project_id") WHERE (((status)::text = 'effective'::text) AND ((class)::text = 'standing'::text) AND (superseded_on IS NULL) AND (project_id IS NOT NULL));
-- create index "credit_limit_one_project_submitted" to table: "credit_limits"
CREATE UNIQUE INDEX "credit_limit_one_project_submitted" ON "credit_limits" ("project_id") WHERE (((status)::text = 'submitted'::text) AND ((class)::text = 'standing'::text) AND (project_id IS NOT NULL));
-- create index "credit_limit_one_submitted" to table: "credit_limits"
CREATE UNIQUE INDEX "credit_limit_one_submitted" ON "credit_limits" ("customer_id") WHERE (((status)::text = 'submitted'::text) AND ((class)::text = 'standing'::text) AND (project_id IS NULL));
-- modify "credit_policies" table
ALTER TABLE "credit_policies" ADD COLUMN "rules" jsonb NULL;
-- modify "reservations" table
ALTER TABLE "reservations" ADD COLUMN "project_id" uuid NULL;
-- create "credit_freezes" table
CREATE TABLE "credit_freezes" (
  "id" uuid NOT NULL,
  "customer_id" uuid NOT NULL,
  "source" character varying NOT NULL,
  "reason" character varying NOT NULL,
  "oldest_due_on" date NULL,
  "frozen_at" timestamptz NOT NULL,
  "frozen_by" uuid NULL,
  "lifted_at" timestamptz NULL,
  "lifted_by" uuid NULL,
  "lift_reason" character varying NOT NULL DEFAULT '',
  PRIMARY KEY ("id")
);
-- create index "credit_freeze_one_open" to table: "credit_freezes"
CREATE UNIQUE INDEX "credit_freeze_one_open" ON "credit_freezes" ("customer_id") WHERE (lifted_at IS NULL);
-- create index "creditfreeze_customer_id_frozen_at" to table: "credit_freezes"
CREATE INDEX "creditfreeze_customer_id_frozen_at" ON "credit_freezes" ("customer_id", "frozen_at");
-- create "limit_batches" table
CREATE TABLE "limit_batches" (
  "id" uuid NOT NULL,
  "proposal" jsonb NOT NULL,
  "customers" bigint NOT NULL,
  "created_at" timestamptz NOT NULL,
  "created_by" uuid NULL,
  PRIMARY KEY ("id")
);
-- create "order_holds" table
CREATE TABLE "order_holds" (
  "id" uuid NOT NULL,
  "customer_id" uuid NOT NULL,
  "project_id" uuid NULL,
  "order_no" character varying NOT NULL,
  "amount" bigint NOT NULL,
  "volume" bigint NOT NULL DEFAULT 0,
  "checkpoint" character varying NOT NULL DEFAULT 'order',
  "check_id" uuid NOT NULL,
  "reasons" jsonb NOT NULL,
  "status" character varying NOT NULL DEFAULT 'held',
  "release_id" uuid NULL,
  "closing_note" character varying NOT NULL DEFAULT '',
  "held_at" timestamptz NOT NULL,
  "updated_at" timestamptz NOT NULL,
  "closed_at" timestamptz NULL,
  PRIMARY KEY ("id")
);
-- create index "order_hold_one_live_per_order" to table: "order_holds"
CREATE UNIQUE INDEX "order_hold_one_live_per_order" ON "order_holds" ("order_no") WHERE (((status)::text = 'held'::text) OR ((status)::text = 'released'::text));
-- create index "order_hold_waiting" to table: "order_holds"
CREATE INDEX "order_hold_waiting" ON "order_holds" ("customer_id") WHERE ((status)::text = 'held'::text);
-- create index "orderhold_held_at" to table: "order_holds"
CREATE INDEX "orderhold_held_at" ON "order_holds" ("held_at");
-- create "order_releases" table
CREATE TABLE "order_releases" (
  "id" uuid NOT NULL,
  "hold_id" uuid NOT NULL,
  "customer_id" uuid NOT NULL,
  "order_no" character varying NOT NULL,
  "codes" jsonb NOT NULL,
  "amount" bigint NOT NULL,
  "volume" bigint NOT NULL DEFAULT 0,
  "ends_on" date NOT NULL,
  "reason" character varying NOT NULL,
  "status" character varying NOT NULL DEFAULT 'submitted',
  "asked_by" uuid NOT NULL,
  "asked_at" timestamptz NOT NULL,
  "agreed_by" uuid NULL,
  "agreed_at" timestamptz NULL,
  "used_amount" bigint NOT NULL DEFAULT 0,
  "used_volume" bigint NOT NULL DEFAULT 0,
  PRIMARY KEY ("id"),
  CONSTRAINT "order_release_second_person" CHECK ((agreed_by IS NULL) OR (agreed_by <> asked_by)),
  CONSTRAINT "order_release_used" CHECK ((used_amount >= 0) AND (used_amount <= amount))
);
-- create index "order_release_one_submitted" to table: "order_releases"
CREATE UNIQUE INDEX "order_release_one_submitted" ON "order_releases" ("hold_id") WHERE ((status)::text = 'submitted'::text);
-- create index "orderrelease_customer_id_asked_at" to table: "order_releases"
CREATE INDEX "orderrelease_customer_id_asked_at" ON "order_releases" ("customer_id", "asked_at");
-- create "project_accounts" table
CREATE TABLE "project_accounts" (
  "id" uuid NOT NULL,
  "customer_id" uuid NOT NULL,
  "limit_kind" character varying NOT NULL DEFAULT '',
  "standing_amount" bigint NOT NULL DEFAULT 0,
  "temporary_amount" bigint NOT NULL DEFAULT 0,
  "receivable_amount" bigint NOT NULL DEFAULT 0,
  "reserved_amount" bigint NOT NULL DEFAULT 0,
  "checkpoints" character varying NOT NULL DEFAULT 'inherit',
  "version" bigint NOT NULL DEFAULT 1,
  PRIMARY KEY ("id"),
  CONSTRAINT "project_account_kind" CHECK ((limit_kind)::text = ANY ((ARRAY[''::character varying, 'none'::character varying, 'amount'::character varying, 'unlimited'::character varying])::text[])),
  CONSTRAINT "project_account_reserved" CHECK (reserved_amount >= 0)
);
-- create index "projectaccount_customer_id" to table: "project_accounts"
CREATE INDEX "projectaccount_customer_id" ON "project_accounts" ("customer_id");

-- +goose Down
-- reverse: create index "projectaccount_customer_id" to table: "project_accounts"
DROP INDEX "projectaccount_customer_id";
-- reverse: create "project_accounts" table
DROP TABLE "project_accounts";
-- reverse: create index "orderrelease_customer_id_asked_at" to table: "order_releases"
DROP INDEX "orderrelease_customer_id_asked_at";
-- reverse: create index "order_release_one_submitted" to table: "order_releases"
DROP INDEX "order_release_one_submitted";
-- reverse: create "order_releases" table
DROP TABLE "order_releases";
-- reverse: create index "orderhold_held_at" to table: "order_holds"
DROP INDEX "orderhold_held_at";
-- reverse: create index "order_hold_waiting" to table: "order_holds"
DROP INDEX "order_hold_waiting";
-- reverse: create index "order_hold_one_live_per_order" to table: "order_holds"
DROP INDEX "order_hold_one_live_per_order";
-- reverse: create "order_holds" table
DROP TABLE "order_holds";
-- reverse: create "limit_batches" table
DROP TABLE "limit_batches";
-- reverse: create index "creditfreeze_customer_id_frozen_at" to table: "credit_freezes"
DROP INDEX "creditfreeze_customer_id_frozen_at";
-- reverse: create index "credit_freeze_one_open" to table: "credit_freezes"
DROP INDEX "credit_freeze_one_open";
-- reverse: create "credit_freezes" table
DROP TABLE "credit_freezes";
-- reverse: modify "reservations" table
ALTER TABLE "reservations" DROP COLUMN "project_id";
-- reverse: modify "credit_policies" table
ALTER TABLE "credit_policies" DROP COLUMN "rules";
-- reverse: create index "credit_limit_one_submitted" to table: "credit_limits"
DROP INDEX "credit_limit_one_submitted";
-- reverse: create index "credit_limit_one_project_submitted" to table: "credit_limits"
DROP INDEX "credit_limit_one_project_submitted";
-- reverse: create index "credit_limit_one_project_standing" to table: "credit_limits"
DROP INDEX "credit_limit_one_project_standing";
-- reverse: create index "credit_limit_one_standing" to table: "credit_limits"
DROP INDEX "credit_limit_one_standing";
-- reverse: modify "credit_limits" table
ALTER TABLE "credit_limits" DROP COLUMN "superseded_on", DROP COLUMN "batch_id", DROP COLUMN "project_id";
-- reverse: drop index "credit_limit_one_standing" from table: "credit_limits"
CREATE UNIQUE INDEX "credit_limit_one_standing" ON "credit_limits" ("customer_id") WHERE (((status)::text = 'effective'::text) AND ((class)::text = 'standing'::text));
-- reverse: modify "credit_checks" table
ALTER TABLE "credit_checks" DROP COLUMN "checkpoint";
