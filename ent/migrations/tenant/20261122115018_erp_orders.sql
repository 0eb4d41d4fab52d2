-- +goose Up
-- create "erp_orders" table
CREATE TABLE "erp_orders" (
  "id" uuid NOT NULL,
  "source" character varying NOT NULL,
  "order_no" character varying NOT NULL,
  "customer_id" uuid NOT NULL,
  "contract_no" character varying NOT NULL DEFAULT '',
  "ordered_on" date NOT NULL,
  "volume" bigint NOT NULL DEFAULT 0,
  "amount" bigint NOT NULL,
  "open_amount" bigint NOT NULL,
  "currency" character varying NOT NULL,
  "created_at" timestamptz NOT NULL,
  "updated_at" timestamptz NOT NULL,
  PRIMARY KEY ("id"),
  CONSTRAINT "erp_order_open" CHECK ((open_amount >= 0) AND (open_amount <= amount))
);
-- create index "erp_order_open" to table: "erp_orders"
CREATE INDEX "erp_order_open" ON "erp_orders" ("customer_id") WHERE (open_amount > 0);
-- create index "erporder_source_order_no" to table: "erp_orders"
CREATE UNIQUE INDEX "erporder_source_order_no" ON "erp_orders" ("source", "order_no");

-- +goose Down
-- reverse: create index "erporder_source_order_no" to table: "erp_orders"
DROP INDEX "erporder_source_order_no";
-- reverse: create index "erp_order_open" to table: "erp_orders"
DROP INDEX "erp_order_open";
-- reverse: create "erp_orders" table
DROP TABLE "erp_orders";
