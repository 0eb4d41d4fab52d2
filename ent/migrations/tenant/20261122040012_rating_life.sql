-- +goose Up
-- modify "credit_ratings" table
ALTER TABLE "credit_ratings" ADD COLUMN "due_on" date NULL, ADD COLUMN "lapse_reason" character varying NOT NULL DEFAULT '', ADD COLUMN "decision_document_id" uuid NULL;
-- create index "rating_due" to table: "credit_ratings"
CREATE INDEX "rating_due" ON "credit_ratings" ("due_on") WHERE ((status)::text = 'effective'::text);

-- +goose Down
-- reverse: create index "rating_due" to table: "credit_ratings"
DROP INDEX "rating_due";
-- reverse: modify "credit_ratings" table
ALTER TABLE "credit_ratings" DROP COLUMN "decision_document_id", DROP COLUMN "lapse_reason", DROP COLUMN "due_on";
