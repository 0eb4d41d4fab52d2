-- +goose Up
-- modify "erp_orders" table
ALTER TABLE "erp_orders" ADD COLUMN "counted_amount" bigint NOT NULL DEFAULT 0;
-- create index "erp_order_counted" to table: "erp_orders"
CREATE INDEX "erp_order_counted" ON "erp_orders" ("customer_id", "order_no") WHERE (counted_amount > 0);

-- +goose Down
-- reverse: create index "erp_order_counted" to table: "erp_orders"
DROP INDEX "erp_order_counted";
-- reverse: modify "erp_orders" table
ALTER TABLE "erp_orders" DROP COLUMN "counted_amount";
