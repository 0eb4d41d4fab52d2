-- +goose Up
-- create index "ratinghistory_customer_id" to table: "rating_histories"
CREATE INDEX "ratinghistory_customer_id" ON "rating_histories" ("customer_id");

-- +goose Down
-- reverse: create index "ratinghistory_customer_id" to table: "rating_histories"
DROP INDEX "ratinghistory_customer_id";
