-- +goose Up
-- modify "collection_settings" table
ALTER TABLE "collection_settings" ADD COLUMN "aging_bounds" character varying NOT NULL DEFAULT '';

-- +goose Down
-- reverse: modify "collection_settings" table
ALTER TABLE "collection_settings" DROP COLUMN "aging_bounds";
