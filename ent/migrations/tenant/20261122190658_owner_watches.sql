-- +goose Up
-- modify "registry_watches" table
ALTER TABLE "registry_watches" ADD COLUMN "kind" character varying NOT NULL DEFAULT 'customer';

-- +goose Down
-- reverse: modify "registry_watches" table
ALTER TABLE "registry_watches" DROP COLUMN "kind";
