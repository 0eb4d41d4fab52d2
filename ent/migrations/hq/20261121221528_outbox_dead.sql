-- +goose Up
-- create index "outbox_dead" to table: "outbox"
CREATE INDEX "outbox_dead" ON "outbox" ("created_at") WHERE ((status)::text = 'dead'::text);

-- +goose Down
-- reverse: create index "outbox_dead" to table: "outbox"
DROP INDEX "outbox_dead";
