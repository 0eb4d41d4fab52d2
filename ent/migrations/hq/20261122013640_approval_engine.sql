-- +goose Up
-- modify "memberships" table
ALTER TABLE "memberships" ADD COLUMN "superior_id" uuid NULL;

-- +goose Down
-- reverse: modify "memberships" table
ALTER TABLE "memberships" DROP COLUMN "superior_id";
