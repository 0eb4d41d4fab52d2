-- +goose Up
-- modify "erp_contracts" table
ALTER TABLE "erp_contracts" ADD COLUMN "customer_number" character varying NOT NULL DEFAULT '', ADD COLUMN "uscc" character varying NOT NULL DEFAULT '';

-- +goose Down
-- reverse: modify "erp_contracts" table
ALTER TABLE "erp_contracts" DROP COLUMN "uscc", DROP COLUMN "customer_number";
