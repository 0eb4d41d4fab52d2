-- +goose Up
-- create index "agreementevent_customer_id" to table: "agreement_events"
CREATE INDEX "agreementevent_customer_id" ON "agreement_events" ("customer_id");
-- modify "collection_settings" table
ALTER TABLE "collection_settings" ADD COLUMN "standard_terms" character varying NOT NULL DEFAULT '', ADD COLUMN "standard_term" bigint NULL;
-- modify "documents" table
ALTER TABLE "documents" ADD COLUMN "historical" boolean NOT NULL DEFAULT false;
-- create index "orderhold_customer_id_held_at" to table: "order_holds"
CREATE INDEX "orderhold_customer_id_held_at" ON "order_holds" ("customer_id", "held_at");
-- create index "paymentapplication_customer_id" to table: "payment_applications"
CREATE INDEX "paymentapplication_customer_id" ON "payment_applications" ("customer_id");
-- create index "sharedlimit_members" to table: "shared_limits"
CREATE INDEX "sharedlimit_members" ON "shared_limits" USING gin ("members");
-- create index "supply_stop_customer" to table: "supply_stops"
CREATE INDEX "supply_stop_customer" ON "supply_stops" ("customer_id");

-- +goose Down
-- reverse: create index "supply_stop_customer" to table: "supply_stops"
DROP INDEX "supply_stop_customer";
-- reverse: create index "sharedlimit_members" to table: "shared_limits"
DROP INDEX "sharedlimit_members";
-- reverse: create index "paymentapplication_customer_id" to table: "payment_applications"
DROP INDEX "paymentapplication_customer_id";
-- reverse: create index "orderhold_customer_id_held_at" to table: "order_holds"
DROP INDEX "orderhold_customer_id_held_at";
-- reverse: modify "documents" table
ALTER TABLE "documents" DROP COLUMN "historical";
-- reverse: modify "collection_settings" table
ALTER TABLE "collection_settings" DROP COLUMN "standard_term", DROP COLUMN "standard_terms";
-- reverse: create index "agreementevent_customer_id" to table: "agreement_events"
DROP INDEX "agreementevent_customer_id";
