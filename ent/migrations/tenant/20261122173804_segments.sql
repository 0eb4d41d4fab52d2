-- +goose Up
-- modify "customers" table
ALTER TABLE "customers" ADD COLUMN "labels" jsonb NOT NULL DEFAULT '{}';
-- create "segments" table
CREATE TABLE "segments" (
  "id" uuid NOT NULL,
  "created_at" timestamptz NOT NULL,
  "created_by" uuid NULL,
  "updated_at" timestamptz NOT NULL,
  "version" bigint NOT NULL DEFAULT 1,
  "name" character varying NOT NULL,
  "description" character varying NOT NULL DEFAULT '',
  "conditions" jsonb NOT NULL,
  PRIMARY KEY ("id")
);
-- create index "segments_name_key" to table: "segments"
CREATE UNIQUE INDEX "segments_name_key" ON "segments" ("name");
-- create "segment_dimensions" table
CREATE TABLE "segment_dimensions" (
  "id" uuid NOT NULL,
  "updated_at" timestamptz NOT NULL,
  "version" bigint NOT NULL DEFAULT 1,
  "code" character varying NOT NULL,
  "name" character varying NOT NULL DEFAULT '',
  "choices" jsonb NOT NULL,
  "cuts" jsonb NOT NULL,
  PRIMARY KEY ("id")
);
-- create index "segment_dimensions_code_key" to table: "segment_dimensions"
CREATE UNIQUE INDEX "segment_dimensions_code_key" ON "segment_dimensions" ("code");

-- +goose Down
-- reverse: create index "segment_dimensions_code_key" to table: "segment_dimensions"
DROP INDEX "segment_dimensions_code_key";
-- reverse: create "segment_dimensions" table
DROP TABLE "segment_dimensions";
-- reverse: create index "segments_name_key" to table: "segments"
DROP INDEX "segments_name_key";
-- reverse: create "segments" table
DROP TABLE "segments";
-- reverse: modify "customers" table
ALTER TABLE "customers" DROP COLUMN "labels";
