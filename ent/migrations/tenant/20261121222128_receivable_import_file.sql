-- +goose Up
-- modify "receivable_imports" table
ALTER TABLE "receivable_imports" ADD COLUMN "file_id" uuid NULL, ADD COLUMN "rows_total" bigint NOT NULL DEFAULT 0, ADD COLUMN "errors" jsonb NULL;

-- +goose Down
-- reverse: modify "receivable_imports" table
ALTER TABLE "receivable_imports" DROP COLUMN "errors", DROP COLUMN "rows_total", DROP COLUMN "file_id";
