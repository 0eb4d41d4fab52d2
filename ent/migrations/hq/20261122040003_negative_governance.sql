-- +goose Up
-- modify "group_policies" table
ALTER TABLE "group_policies" ADD COLUMN "serious_action" character varying NOT NULL DEFAULT 'hold', ADD COLUMN "notice_action" character varying NOT NULL DEFAULT 'warn';
-- drop index "negative_one_per_reason" from table: "negative_entries"
DROP INDEX "negative_one_per_reason";
-- modify "negative_entries" table
ALTER TABLE "negative_entries" ADD COLUMN "proposed_at" timestamptz NOT NULL DEFAULT CURRENT_TIMESTAMP, ADD COLUMN "evidence" jsonb NOT NULL DEFAULT '[]', ADD COLUMN "severity" character varying NOT NULL DEFAULT 'critical', ADD COLUMN "decided_by" uuid NULL, ADD COLUMN "decided_at" timestamptz NULL, ADD COLUMN "decision_reason" character varying NOT NULL DEFAULT '', ADD COLUMN "review_on" date NULL, ADD COLUMN "repaired_amount" bigint NOT NULL DEFAULT 0, ADD COLUMN "version" bigint NOT NULL DEFAULT 1;
-- create index "negative_one_open_per_reason" to table: "negative_entries"
CREATE UNIQUE INDEX "negative_one_open_per_reason" ON "negative_entries" ("tenant_id", "uscc", "reason_code") WHERE (((status)::text = 'listed'::text) OR ((status)::text = 'proposed'::text));
-- create index "negativeentry_status_listed_at" to table: "negative_entries"
CREATE INDEX "negativeentry_status_listed_at" ON "negative_entries" ("status", "listed_at");
-- create "negative_claims" table
CREATE TABLE "negative_claims" (
  "id" uuid NOT NULL,
  "entry_id" uuid NOT NULL,
  "kind" character varying NOT NULL,
  "tenant_id" uuid NOT NULL,
  "raised_by" uuid NOT NULL,
  "raised_at" timestamptz NOT NULL,
  "text" character varying NOT NULL,
  "amount" bigint NOT NULL DEFAULT 0,
  "paid_on" date NULL,
  "evidence" jsonb NOT NULL DEFAULT '[]',
  "status" character varying NOT NULL DEFAULT 'open',
  "answer" character varying NOT NULL DEFAULT '',
  "answered_by" uuid NULL,
  "answered_at" timestamptz NULL,
  PRIMARY KEY ("id")
);
-- create index "negative_one_open_claim" to table: "negative_claims"
CREATE UNIQUE INDEX "negative_one_open_claim" ON "negative_claims" ("entry_id", "kind", "tenant_id") WHERE ((status)::text = 'open'::text);
-- create index "negativeclaim_entry_id_raised_at" to table: "negative_claims"
CREATE INDEX "negativeclaim_entry_id_raised_at" ON "negative_claims" ("entry_id", "raised_at");
-- create "negative_events" table
CREATE TABLE "negative_events" (
  "id" uuid NOT NULL,
  "entry_id" uuid NOT NULL,
  "claim_id" uuid NULL,
  "at" timestamptz NOT NULL,
  "kind" character varying NOT NULL,
  "tenant_id" uuid NULL,
  "actor_id" uuid NOT NULL,
  "note" character varying NOT NULL,
  "facts" jsonb NOT NULL,
  PRIMARY KEY ("id")
);
-- create index "negativeevent_entry_id_at" to table: "negative_events"
CREATE INDEX "negativeevent_entry_id_at" ON "negative_events" ("entry_id", "at");
-- create "negative_exemptions" table
CREATE TABLE "negative_exemptions" (
  "id" uuid NOT NULL,
  "tenant_id" uuid NOT NULL,
  "uscc" character varying NOT NULL,
  "customer_id" uuid NOT NULL,
  "company_name" character varying NOT NULL,
  "asked_by" uuid NOT NULL,
  "asked_at" timestamptz NOT NULL,
  "reason" character varying NOT NULL,
  "asked_until" date NOT NULL,
  "ends_on" date NOT NULL,
  "status" character varying NOT NULL DEFAULT 'asked',
  "decided_by" uuid NULL,
  "decided_at" timestamptz NULL,
  "decision_reason" character varying NOT NULL DEFAULT '',
  "version" bigint NOT NULL DEFAULT 1,
  PRIMARY KEY ("id")
);
-- create index "negative_granted_exemption" to table: "negative_exemptions"
CREATE INDEX "negative_granted_exemption" ON "negative_exemptions" ("uscc", "tenant_id") WHERE ((status)::text = 'granted'::text);
-- create index "negative_one_asked_exemption" to table: "negative_exemptions"
CREATE UNIQUE INDEX "negative_one_asked_exemption" ON "negative_exemptions" ("tenant_id", "uscc") WHERE ((status)::text = 'asked'::text);
-- create index "negativeexemption_status_asked_at" to table: "negative_exemptions"
CREATE INDEX "negativeexemption_status_asked_at" ON "negative_exemptions" ("status", "asked_at");

-- +goose Down
-- reverse: create index "negativeexemption_status_asked_at" to table: "negative_exemptions"
DROP INDEX "negativeexemption_status_asked_at";
-- reverse: create index "negative_one_asked_exemption" to table: "negative_exemptions"
DROP INDEX "negative_one_asked_exemption";
-- reverse: create index "negative_granted_exemption" to table: "negative_exemptions"
DROP INDEX "negative_granted_exemption";
-- reverse: create "negative_exemptions" table
DROP TABLE "negative_exemptions";
-- reverse: create index "negativeevent_entry_id_at" to table: "negative_events"
DROP INDEX "negativeevent_entry_id_at";
-- reverse: create "negative_events" table
DROP TABLE "negative_events";
-- reverse: create index "negativeclaim_entry_id_raised_at" to table: "negative_claims"
DROP INDEX "negativeclaim_entry_id_raised_at";
-- reverse: create index "negative_one_open_claim" to table: "negative_claims"
DROP INDEX "negative_one_open_claim";
-- reverse: create "negative_claims" table
DROP TABLE "negative_claims";
-- reverse: create index "negativeentry_status_listed_at" to table: "negative_entries"
DROP INDEX "negativeentry_status_listed_at";
-- reverse: create index "negative_one_open_per_reason" to table: "negative_entries"
DROP INDEX "negative_one_open_per_reason";
-- reverse: modify "negative_entries" table
ALTER TABLE "negative_entries" DROP COLUMN "version", DROP COLUMN "repaired_amount", DROP COLUMN "review_on", DROP COLUMN "decision_reason", DROP COLUMN "decided_at", DROP COLUMN "decided_by", DROP COLUMN "severity", DROP COLUMN "evidence", DROP COLUMN "proposed_at";
-- reverse: drop index "negative_one_per_reason" from table: "negative_entries"
CREATE UNIQUE INDEX "negative_one_per_reason" ON "negative_entries" ("tenant_id", "uscc", "reason_code") WHERE ((status)::text = 'listed'::text);
-- reverse: modify "group_policies" table
ALTER TABLE "group_policies" DROP COLUMN "notice_action", DROP COLUMN "serious_action";
