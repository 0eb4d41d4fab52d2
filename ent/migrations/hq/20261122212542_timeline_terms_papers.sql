-- +goose Up
-- create index "negative_of_company" to table: "negative_entries"
CREATE INDEX "negative_of_company" ON "negative_entries" ("uscc");

-- +goose Down
-- reverse: create index "negative_of_company" to table: "negative_entries"
DROP INDEX "negative_of_company";
