-- +goose Up
-- modify "erp_connections" table
ALTER TABLE "erp_connections" ADD COLUMN "breaker" jsonb NULL;

-- +goose Down
-- reverse: modify "erp_connections" table
ALTER TABLE "erp_connections" DROP COLUMN "breaker";
