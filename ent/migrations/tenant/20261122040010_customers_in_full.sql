-- +goose Up
-- drop index "customer_salesperson_id" from table: "customers"
DROP INDEX "customer_salesperson_id";
-- create index "customer_salesperson_id_created_at" to table: "customers"
CREATE INDEX "customer_salesperson_id_created_at" ON "customers" ("salesperson_id", "created_at");
-- create index "customer_created_at" to table: "customers"
CREATE INDEX "customer_created_at" ON "customers" ("created_at");
-- create index "customer_updated_at" to table: "customers"
CREATE INDEX "customer_updated_at" ON "customers" ("updated_at");
-- modify "documents" table
ALTER TABLE "documents" ADD COLUMN "project_id" uuid NULL, ADD COLUMN "issued_on" date NULL, ADD COLUMN "expires_on" date NULL;
-- create index "document_customer_id_kind" to table: "documents"
CREATE INDEX "document_customer_id_kind" ON "documents" ("customer_id", "kind");
-- create index "document_expiry" to table: "documents"
CREATE INDEX "document_expiry" ON "documents" ("expires_on") WHERE (expires_on IS NOT NULL);
-- modify "projects" table
ALTER TABLE "projects" ADD COLUMN "owner_id" uuid NULL, ADD COLUMN "salesperson_id" uuid NULL;
-- create index "project_owner_id" to table: "projects"
CREATE INDEX "project_owner_id" ON "projects" ("owner_id");
-- create index "project_salesperson_id" to table: "projects"
CREATE INDEX "project_salesperson_id" ON "projects" ("salesperson_id");
-- create index "project_updated_at" to table: "projects"
CREATE INDEX "project_updated_at" ON "projects" ("updated_at");
-- create "customer_changes" table
CREATE TABLE "customer_changes" (
  "id" uuid NOT NULL,
  "created_at" timestamptz NOT NULL,
  "created_by" uuid NULL,
  "updated_at" timestamptz NOT NULL,
  "version" bigint NOT NULL DEFAULT 1,
  "subject" character varying NOT NULL,
  "subject_id" uuid NOT NULL,
  "before" jsonb NOT NULL,
  "after" jsonb NOT NULL,
  "sealed" bytea NULL,
  "reason" character varying NOT NULL,
  "status" character varying NOT NULL DEFAULT 'submitted',
  PRIMARY KEY ("id")
);
-- create index "customer_change_one_open" to table: "customer_changes"
CREATE UNIQUE INDEX "customer_change_one_open" ON "customer_changes" ("subject_id") WHERE ((status)::text = 'submitted'::text);
-- create index "customerchange_subject_id_created_at" to table: "customer_changes"
CREATE INDEX "customerchange_subject_id_created_at" ON "customer_changes" ("subject_id", "created_at");
-- create "customer_groups" table
CREATE TABLE "customer_groups" (
  "id" uuid NOT NULL,
  "created_at" timestamptz NOT NULL,
  "created_by" uuid NULL,
  "updated_at" timestamptz NOT NULL,
  "version" bigint NOT NULL DEFAULT 1,
  "name" character varying NOT NULL,
  "parent_id" uuid NULL,
  "limit_kind" character varying NOT NULL DEFAULT 'unlimited',
  "limit_amount" bigint NOT NULL DEFAULT 0,
  "status" character varying NOT NULL DEFAULT 'active',
  PRIMARY KEY ("id"),
  CONSTRAINT "customer_group_limit" CHECK (limit_amount >= 0)
);
-- create index "customer_groups_name_key" to table: "customer_groups"
CREATE UNIQUE INDEX "customer_groups_name_key" ON "customer_groups" ("name");
-- create "form_drafts" table
CREATE TABLE "form_drafts" (
  "id" uuid NOT NULL,
  "person_id" uuid NOT NULL,
  "form" character varying NOT NULL,
  "content_enc" bytea NOT NULL,
  "updated_at" timestamptz NOT NULL,
  PRIMARY KEY ("id")
);
-- create index "formdraft_person_id_form" to table: "form_drafts"
CREATE UNIQUE INDEX "formdraft_person_id_form" ON "form_drafts" ("person_id", "form");
-- create "owners" table
CREATE TABLE "owners" (
  "id" uuid NOT NULL,
  "created_at" timestamptz NOT NULL,
  "created_by" uuid NULL,
  "updated_at" timestamptz NOT NULL,
  "version" bigint NOT NULL DEFAULT 1,
  "name" character varying NOT NULL,
  "uscc" character varying NULL,
  "kind" character varying NOT NULL DEFAULT 'company',
  "legal_representative" character varying NOT NULL DEFAULT '',
  "contact_name" character varying NOT NULL DEFAULT '',
  "contact_phone_enc" bytea NULL,
  "contact_phone_mask" character varying NOT NULL DEFAULT '',
  "address" character varying NOT NULL DEFAULT '',
  "remark" character varying NOT NULL DEFAULT '',
  PRIMARY KEY ("id")
);
-- create index "owner_name_uncoded" to table: "owners"
CREATE UNIQUE INDEX "owner_name_uncoded" ON "owners" ("name") WHERE (uscc IS NULL);
-- create index "owner_updated_at" to table: "owners"
CREATE INDEX "owner_updated_at" ON "owners" ("updated_at");
-- create index "owners_uscc_key" to table: "owners"
CREATE UNIQUE INDEX "owners_uscc_key" ON "owners" ("uscc");
-- create "parties" table
CREATE TABLE "parties" (
  "id" uuid NOT NULL,
  "created_at" timestamptz NOT NULL,
  "created_by" uuid NULL,
  "kind" character varying NOT NULL,
  "name" character varying NOT NULL,
  "uscc" character varying NULL,
  "fingerprint" bytea NULL,
  "id_mask" character varying NOT NULL DEFAULT '',
  PRIMARY KEY ("id"),
  CONSTRAINT "party_code" CHECK (((kind)::text = 'company'::text) = (uscc IS NOT NULL))
);
-- create index "parties_fingerprint_key" to table: "parties"
CREATE UNIQUE INDEX "parties_fingerprint_key" ON "parties" ("fingerprint");
-- create index "parties_uscc_key" to table: "parties"
CREATE UNIQUE INDEX "parties_uscc_key" ON "parties" ("uscc");
-- create "party_relations" table
CREATE TABLE "party_relations" (
  "id" uuid NOT NULL,
  "created_at" timestamptz NOT NULL,
  "created_by" uuid NULL,
  "updated_at" timestamptz NOT NULL,
  "version" bigint NOT NULL DEFAULT 1,
  "from_id" uuid NOT NULL,
  "to_id" uuid NOT NULL,
  "kind" character varying NOT NULL,
  "share" bigint NOT NULL DEFAULT 0,
  "source" character varying NOT NULL,
  "source_note" character varying NOT NULL DEFAULT '',
  "valid_from" date NULL,
  "valid_through" date NULL,
  PRIMARY KEY ("id"),
  CONSTRAINT "party_relation_other" CHECK (from_id <> to_id),
  CONSTRAINT "party_relation_share" CHECK ((share >= 0) AND (share <= 10000))
);
-- create index "partyrelation_from_id" to table: "party_relations"
CREATE INDEX "partyrelation_from_id" ON "party_relations" ("from_id");
-- create index "partyrelation_to_id" to table: "party_relations"
CREATE INDEX "partyrelation_to_id" ON "party_relations" ("to_id");
-- create "project_contacts" table
CREATE TABLE "project_contacts" (
  "id" uuid NOT NULL,
  "created_at" timestamptz NOT NULL,
  "created_by" uuid NULL,
  "project_id" uuid NOT NULL,
  "name" character varying NOT NULL,
  "role" character varying NOT NULL DEFAULT '',
  "phone_enc" bytea NULL,
  "phone_mask" character varying NOT NULL DEFAULT '',
  PRIMARY KEY ("id")
);
-- create index "projectcontact_project_id" to table: "project_contacts"
CREATE INDEX "projectcontact_project_id" ON "project_contacts" ("project_id");
-- create "customer_group_members" table
CREATE TABLE "customer_group_members" (
  "id" uuid NOT NULL,
  "created_at" timestamptz NOT NULL,
  "group_id" uuid NOT NULL,
  PRIMARY KEY ("id"),
  CONSTRAINT "customer_group_members_customer_groups_members" FOREIGN KEY ("group_id") REFERENCES "customer_groups" ("id") ON UPDATE NO ACTION ON DELETE NO ACTION
);
-- create index "customergroupmember_group_id" to table: "customer_group_members"
CREATE INDEX "customergroupmember_group_id" ON "customer_group_members" ("group_id");

-- +goose Down
-- reverse: create index "customergroupmember_group_id" to table: "customer_group_members"
DROP INDEX "customergroupmember_group_id";
-- reverse: create "customer_group_members" table
DROP TABLE "customer_group_members";
-- reverse: create index "projectcontact_project_id" to table: "project_contacts"
DROP INDEX "projectcontact_project_id";
-- reverse: create "project_contacts" table
DROP TABLE "project_contacts";
-- reverse: create index "partyrelation_to_id" to table: "party_relations"
DROP INDEX "partyrelation_to_id";
-- reverse: create index "partyrelation_from_id" to table: "party_relations"
DROP INDEX "partyrelation_from_id";
-- reverse: create "party_relations" table
DROP TABLE "party_relations";
-- reverse: create index "parties_uscc_key" to table: "parties"
DROP INDEX "parties_uscc_key";
-- reverse: create index "parties_fingerprint_key" to table: "parties"
DROP INDEX "parties_fingerprint_key";
-- reverse: create "parties" table
DROP TABLE "parties";
-- reverse: create index "owners_uscc_key" to table: "owners"
DROP INDEX "owners_uscc_key";
-- reverse: create index "owner_updated_at" to table: "owners"
DROP INDEX "owner_updated_at";
-- reverse: create index "owner_name_uncoded" to table: "owners"
DROP INDEX "owner_name_uncoded";
-- reverse: create "owners" table
DROP TABLE "owners";
-- reverse: create index "formdraft_person_id_form" to table: "form_drafts"
DROP INDEX "formdraft_person_id_form";
-- reverse: create "form_drafts" table
DROP TABLE "form_drafts";
-- reverse: create index "customer_groups_name_key" to table: "customer_groups"
DROP INDEX "customer_groups_name_key";
-- reverse: create "customer_groups" table
DROP TABLE "customer_groups";
-- reverse: create index "customerchange_subject_id_created_at" to table: "customer_changes"
DROP INDEX "customerchange_subject_id_created_at";
-- reverse: create index "customer_change_one_open" to table: "customer_changes"
DROP INDEX "customer_change_one_open";
-- reverse: create "customer_changes" table
DROP TABLE "customer_changes";
-- reverse: create index "project_updated_at" to table: "projects"
DROP INDEX "project_updated_at";
-- reverse: create index "project_salesperson_id" to table: "projects"
DROP INDEX "project_salesperson_id";
-- reverse: create index "project_owner_id" to table: "projects"
DROP INDEX "project_owner_id";
-- reverse: modify "projects" table
ALTER TABLE "projects" DROP COLUMN "salesperson_id", DROP COLUMN "owner_id";
-- reverse: create index "document_expiry" to table: "documents"
DROP INDEX "document_expiry";
-- reverse: create index "document_customer_id_kind" to table: "documents"
DROP INDEX "document_customer_id_kind";
-- reverse: modify "documents" table
ALTER TABLE "documents" DROP COLUMN "expires_on", DROP COLUMN "issued_on", DROP COLUMN "project_id";
-- reverse: create index "customer_updated_at" to table: "customers"
DROP INDEX "customer_updated_at";
-- reverse: create index "customer_created_at" to table: "customers"
DROP INDEX "customer_created_at";
-- reverse: create index "customer_salesperson_id_created_at" to table: "customers"
DROP INDEX "customer_salesperson_id_created_at";
-- reverse: drop index "customer_salesperson_id" from table: "customers"
CREATE INDEX "customer_salesperson_id" ON "customers" ("salesperson_id");
