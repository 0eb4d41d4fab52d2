-- +goose Up
-- create "group_caps" table
CREATE TABLE "group_caps" (
  "id" uuid NOT NULL,
  "created_at" timestamptz NOT NULL,
  "created_by" uuid NULL,
  "updated_at" timestamptz NOT NULL,
  "version" bigint NOT NULL DEFAULT 1,
  "name" character varying NOT NULL,
  "currency" character varying NOT NULL,
  "amount" bigint NOT NULL,
  "free_move" bigint NOT NULL DEFAULT 0,
  "note" character varying NOT NULL DEFAULT '',
  PRIMARY KEY ("id")
);
-- create "group_cap_members" table
CREATE TABLE "group_cap_members" (
  "id" uuid NOT NULL,
  "cap_id" uuid NOT NULL,
  "uscc" character varying NOT NULL,
  "company_name" character varying NOT NULL,
  PRIMARY KEY ("id")
);
-- create index "group_cap_members_uscc_key" to table: "group_cap_members"
CREATE UNIQUE INDEX "group_cap_members_uscc_key" ON "group_cap_members" ("uscc");
-- create index "groupcapmember_cap_id" to table: "group_cap_members"
CREATE INDEX "groupcapmember_cap_id" ON "group_cap_members" ("cap_id");
-- create "group_quota" table
CREATE TABLE "group_quota" (
  "id" uuid NOT NULL,
  "cap_id" uuid NOT NULL,
  "tenant_id" uuid NOT NULL,
  "amount" bigint NOT NULL,
  "committed" bigint NOT NULL DEFAULT 0,
  PRIMARY KEY ("id")
);
-- create index "groupquota_cap_id_tenant_id" to table: "group_quota"
CREATE UNIQUE INDEX "groupquota_cap_id_tenant_id" ON "group_quota" ("cap_id", "tenant_id");
-- create "quota_moves" table
CREATE TABLE "quota_moves" (
  "id" uuid NOT NULL,
  "cap_id" uuid NOT NULL,
  "from_tenant_id" uuid NULL,
  "to_tenant_id" uuid NOT NULL,
  "amount" bigint NOT NULL,
  "reason" character varying NOT NULL,
  "status" character varying NOT NULL DEFAULT 'asked',
  "asked_by" uuid NOT NULL,
  "asked_at" timestamptz NOT NULL,
  "lent_by" uuid NULL,
  "lent_at" timestamptz NULL,
  "decided_by" uuid NULL,
  "decided_at" timestamptz NULL,
  "decision_reason" character varying NOT NULL DEFAULT '',
  "version" bigint NOT NULL DEFAULT 1,
  PRIMARY KEY ("id")
);
-- create index "quota_one_open_move" to table: "quota_moves"
CREATE UNIQUE INDEX "quota_one_open_move" ON "quota_moves" ("cap_id", "to_tenant_id") WHERE (((status)::text = 'asked'::text) OR ((status)::text = 'lent'::text));
-- create index "quotamove_cap_id_asked_at" to table: "quota_moves"
CREATE INDEX "quotamove_cap_id_asked_at" ON "quota_moves" ("cap_id", "asked_at");

-- +goose Down
-- reverse: create index "quotamove_cap_id_asked_at" to table: "quota_moves"
DROP INDEX "quotamove_cap_id_asked_at";
-- reverse: create index "quota_one_open_move" to table: "quota_moves"
DROP INDEX "quota_one_open_move";
-- reverse: create "quota_moves" table
DROP TABLE "quota_moves";
-- reverse: create index "groupquota_cap_id_tenant_id" to table: "group_quota"
DROP INDEX "groupquota_cap_id_tenant_id";
-- reverse: create "group_quota" table
DROP TABLE "group_quota";
-- reverse: create index "groupcapmember_cap_id" to table: "group_cap_members"
DROP INDEX "groupcapmember_cap_id";
-- reverse: create index "group_cap_members_uscc_key" to table: "group_cap_members"
DROP INDEX "group_cap_members_uscc_key";
-- reverse: create "group_cap_members" table
DROP TABLE "group_cap_members";
-- reverse: create "group_caps" table
DROP TABLE "group_caps";
