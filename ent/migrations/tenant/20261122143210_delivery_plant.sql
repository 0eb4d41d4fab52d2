-- +goose Up
-- modify "deliveries" table
ALTER TABLE "deliveries" ADD COLUMN "plant_code" character varying NOT NULL DEFAULT '', ADD COLUMN "plant_name" character varying NOT NULL DEFAULT '', ADD COLUMN "dispatcher" character varying NOT NULL DEFAULT '';

-- +goose Down
-- reverse: modify "deliveries" table
ALTER TABLE "deliveries" DROP COLUMN "dispatcher", DROP COLUMN "plant_name", DROP COLUMN "plant_code";
