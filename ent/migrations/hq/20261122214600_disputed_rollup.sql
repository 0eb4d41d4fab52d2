-- +goose Up
-- modify "rollup_customers" table
ALTER TABLE "rollup_customers" ADD COLUMN "disputed" bigint NOT NULL DEFAULT 0, ADD COLUMN "disputed_overdue" bigint NOT NULL DEFAULT 0;
-- modify "rollup_subsidiaries" table
ALTER TABLE "rollup_subsidiaries" ADD COLUMN "disputed" bigint NOT NULL DEFAULT 0, ADD COLUMN "disputed_overdue" bigint NOT NULL DEFAULT 0;

-- +goose Down
-- reverse: modify "rollup_subsidiaries" table
ALTER TABLE "rollup_subsidiaries" DROP COLUMN "disputed_overdue", DROP COLUMN "disputed";
-- reverse: modify "rollup_customers" table
ALTER TABLE "rollup_customers" DROP COLUMN "disputed_overdue", DROP COLUMN "disputed";
