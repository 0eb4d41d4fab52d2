-- +goose Up
-- modify "audit_log" table
ALTER TABLE "audit_log" ADD COLUMN "mac" bytea NOT NULL DEFAULT '\x';
-- create "keysets" table
CREATE TABLE "keysets" (
  "id" character varying NOT NULL,
  "wrapped" bytea NOT NULL,
  "created_at" timestamptz NOT NULL,
  PRIMARY KEY ("id")
);

-- +goose Down
-- reverse: create "keysets" table
DROP TABLE "keysets";
-- reverse: modify "audit_log" table
ALTER TABLE "audit_log" DROP COLUMN "mac";
