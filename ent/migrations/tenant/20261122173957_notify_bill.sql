-- +goose Up
-- drop index "acceptance_drafts_draft_no_key" from table: "acceptance_drafts"
DROP INDEX "acceptance_drafts_draft_no_key";
-- create index "acceptance_draft_no" to table: "acceptance_drafts"
CREATE UNIQUE INDEX "acceptance_draft_no" ON "acceptance_drafts" ("draft_no") WHERE ((status)::text <> 'void'::text);
-- modify "collection_settings" table
ALTER TABLE "collection_settings" ADD COLUMN "confirm_receipts" boolean NOT NULL DEFAULT false, ADD COLUMN "statement_day" bigint NOT NULL DEFAULT 0;
-- modify "contracts" table
ALTER TABLE "contracts" ADD COLUMN "late_fee_ppm" bigint NULL;
-- modify "customers" table
ALTER TABLE "customers" ADD COLUMN "statement_day" bigint NULL;
-- modify "dunning_rules" table
ALTER TABLE "dunning_rules" ADD COLUMN "before_rest_days" boolean NOT NULL DEFAULT false;
-- modify "notify_deliveries" table
ALTER TABLE "notify_deliveries" ADD COLUMN "letter_id" uuid NULL;
-- modify "notify_preferences" table
ALTER TABLE "notify_preferences" ADD COLUMN "sms" boolean NOT NULL DEFAULT false;
-- create "notify_phones" table
CREATE TABLE "notify_phones" (
  "id" uuid NOT NULL,
  "phone_enc" bytea NOT NULL,
  "masked" character varying NOT NULL,
  "updated_at" timestamptz NOT NULL,
  PRIMARY KEY ("id")
);

-- +goose Down
-- reverse: create "notify_phones" table
DROP TABLE "notify_phones";
-- reverse: modify "notify_preferences" table
ALTER TABLE "notify_preferences" DROP COLUMN "sms";
-- reverse: modify "notify_deliveries" table
ALTER TABLE "notify_deliveries" DROP COLUMN "letter_id";
-- reverse: modify "dunning_rules" table
ALTER TABLE "dunning_rules" DROP COLUMN "before_rest_days";
-- reverse: modify "customers" table
ALTER TABLE "customers" DROP COLUMN "statement_day";
-- reverse: modify "contracts" table
ALTER TABLE "contracts" DROP COLUMN "late_fee_ppm";
-- reverse: modify "collection_settings" table
ALTER TABLE "collection_settings" DROP COLUMN "statement_day", DROP COLUMN "confirm_receipts";
-- reverse: create index "acceptance_draft_no" to table: "acceptance_drafts"
DROP INDEX "acceptance_draft_no";
-- reverse: drop index "acceptance_drafts_draft_no_key" from table: "acceptance_drafts"
CREATE UNIQUE INDEX "acceptance_drafts_draft_no_key" ON "acceptance_drafts" ("draft_no");
