-- +goose Up
-- create "step_up_challenges" table
CREATE TABLE "step_up_challenges" (
  "id" uuid NOT NULL,
  "person_id" uuid NOT NULL,
  "act" character varying NOT NULL,
  "digest" bytea NOT NULL,
  "created_at" timestamptz NOT NULL,
  "expires_at" timestamptz NOT NULL,
  "used_at" timestamptz NULL,
  "used_by" uuid NULL,
  "verified_at" timestamptz NULL,
  "request_id" character varying NOT NULL DEFAULT '',
  PRIMARY KEY ("id")
);
-- create index "stepupchallenge_person_id_expires_at" to table: "step_up_challenges"
CREATE INDEX "stepupchallenge_person_id_expires_at" ON "step_up_challenges" ("person_id", "expires_at");

-- +goose Down
-- reverse: create index "stepupchallenge_person_id_expires_at" to table: "step_up_challenges"
DROP INDEX "stepupchallenge_person_id_expires_at";
-- reverse: create "step_up_challenges" table
DROP TABLE "step_up_challenges";
