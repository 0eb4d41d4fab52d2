-- +goose Up
-- modify "group_policies" table
ALTER TABLE "group_policies" ADD COLUMN "related_action" character varying NOT NULL DEFAULT 'warn', ADD COLUMN "related_depth" bigint NOT NULL DEFAULT 2;
-- create "party_edges" table
CREATE TABLE "party_edges" (
  "id" uuid NOT NULL,
  "tenant_id" uuid NOT NULL,
  "from_key" character varying NOT NULL,
  "from_name" character varying NOT NULL,
  "to_key" character varying NOT NULL,
  "to_name" character varying NOT NULL,
  "kind" character varying NOT NULL,
  "valid_from" date NULL,
  "valid_through" date NULL,
  "version" bigint NOT NULL,
  PRIMARY KEY ("id")
);
-- create index "partyedge_from_key" to table: "party_edges"
CREATE INDEX "partyedge_from_key" ON "party_edges" ("from_key");
-- create index "partyedge_to_key" to table: "party_edges"
CREATE INDEX "partyedge_to_key" ON "party_edges" ("to_key");

-- +goose Down
-- reverse: create index "partyedge_to_key" to table: "party_edges"
DROP INDEX "partyedge_to_key";
-- reverse: create index "partyedge_from_key" to table: "party_edges"
DROP INDEX "partyedge_from_key";
-- reverse: create "party_edges" table
DROP TABLE "party_edges";
-- reverse: modify "group_policies" table
ALTER TABLE "group_policies" DROP COLUMN "related_depth", DROP COLUMN "related_action";
