-- +goose Up
-- create index "approval_customer_id_submitted_at" to table: "approvals"
CREATE INDEX "approval_customer_id_submitted_at" ON "approvals" ("customer_id", "submitted_at");

-- +goose Down
-- reverse: create index "approval_customer_id_submitted_at" to table: "approvals"
DROP INDEX "approval_customer_id_submitted_at";
