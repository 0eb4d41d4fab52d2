-- +goose Up
-- modify "credit_accounts" table
ALTER TABLE "credit_accounts" ADD COLUMN "shared_limit_id" uuid NULL;
-- create index "credit_account_shared" to table: "credit_accounts"
CREATE INDEX "credit_account_shared" ON "credit_accounts" ("shared_limit_id") WHERE (shared_limit_id IS NOT NULL);
-- create "shared_limits" table
CREATE TABLE "shared_limits" (
  "id" uuid NOT NULL,
  "created_at" timestamptz NOT NULL,
  "created_by" uuid NULL,
  "updated_at" timestamptz NOT NULL,
  "version" bigint NOT NULL DEFAULT 1,
  "name" character varying NOT NULL,
  "amount" bigint NOT NULL,
  "members" jsonb NOT NULL,
  "replaces_id" uuid NULL,
  "reason" character varying NOT NULL,
  "status" character varying NOT NULL DEFAULT 'submitted',
  "effective_at" timestamptz NULL,
  "ended_at" timestamptz NULL,
  PRIMARY KEY ("id")
);
-- create index "shared_limit_one_change" to table: "shared_limits"
CREATE UNIQUE INDEX "shared_limit_one_change" ON "shared_limits" ("replaces_id") WHERE ((status)::text = 'submitted'::text);
-- create index "sharedlimit_status_name" to table: "shared_limits"
CREATE INDEX "sharedlimit_status_name" ON "shared_limits" ("status", "name");

-- +goose Down
-- reverse: create index "sharedlimit_status_name" to table: "shared_limits"
DROP INDEX "sharedlimit_status_name";
-- reverse: create index "shared_limit_one_change" to table: "shared_limits"
DROP INDEX "shared_limit_one_change";
-- reverse: create "shared_limits" table
DROP TABLE "shared_limits";
-- reverse: create index "credit_account_shared" to table: "credit_accounts"
DROP INDEX "credit_account_shared";
-- reverse: modify "credit_accounts" table
ALTER TABLE "credit_accounts" DROP COLUMN "shared_limit_id";
