-- +goose Up
-- modify "audit_log" table
ALTER TABLE "audit_log" ADD COLUMN "mac" bytea NOT NULL DEFAULT '\x';

-- +goose Down
-- reverse: modify "audit_log" table
ALTER TABLE "audit_log" DROP COLUMN "mac";
