-- +goose Up
-- modify "rollup_customers" table
ALTER TABLE "rollup_customers" ADD COLUMN "stage" character varying NOT NULL DEFAULT '';

-- +goose Down
-- reverse: modify "rollup_customers" table
ALTER TABLE "rollup_customers" DROP COLUMN "stage";
