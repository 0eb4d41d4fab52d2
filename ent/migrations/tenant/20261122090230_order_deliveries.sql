-- +goose Up
-- create index "delivery_of_order" to table: "deliveries"
CREATE INDEX "delivery_of_order" ON "deliveries" ("order_no", "customer_id") WHERE ((order_no)::text <> ''::text);
-- modify "reservations" table
ALTER TABLE "reservations" ADD COLUMN "delivered_amount" bigint NOT NULL DEFAULT 0;

-- +goose Down
-- reverse: modify "reservations" table
ALTER TABLE "reservations" DROP COLUMN "delivered_amount";
-- reverse: create index "delivery_of_order" to table: "deliveries"
DROP INDEX "delivery_of_order";
