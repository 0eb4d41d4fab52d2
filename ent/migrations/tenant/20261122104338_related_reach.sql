-- +goose Up
-- modify "parties" table
ALTER TABLE "parties" ADD COLUMN "group_print" bytea NULL;
-- create index "parties_group_print_key" to table: "parties"
CREATE UNIQUE INDEX "parties_group_print_key" ON "parties" ("group_print");
-- create "related_reach" table
CREATE TABLE "related_reach" (
  "id" uuid NOT NULL,
  "customer_id" uuid NOT NULL,
  "uscc" character varying NOT NULL,
  "company_name" character varying NOT NULL,
  "depth" bigint NOT NULL,
  "path" jsonb NOT NULL,
  PRIMARY KEY ("id"),
  CONSTRAINT "related_reach_depth" CHECK ((depth >= 1) AND (depth <= 4))
);
-- create index "relatedreach_customer_id_uscc" to table: "related_reach"
CREATE UNIQUE INDEX "relatedreach_customer_id_uscc" ON "related_reach" ("customer_id", "uscc");
-- create index "relatedreach_uscc" to table: "related_reach"
CREATE INDEX "relatedreach_uscc" ON "related_reach" ("uscc");

-- +goose Down
-- reverse: create index "relatedreach_uscc" to table: "related_reach"
DROP INDEX "relatedreach_uscc";
-- reverse: create index "relatedreach_customer_id_uscc" to table: "related_reach"
DROP INDEX "relatedreach_customer_id_uscc";
-- reverse: create "related_reach" table
DROP TABLE "related_reach";
-- reverse: create index "parties_group_print_key" to table: "parties"
DROP INDEX "parties_group_print_key";
-- reverse: modify "parties" table
ALTER TABLE "parties" DROP COLUMN "group_print";
