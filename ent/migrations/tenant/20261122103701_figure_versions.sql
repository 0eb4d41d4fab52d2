-- replay: skip
-- +goose Up
-- The version of the customer's mark in which a row was last written: HQ is sent
-- what it does not have, not every row each day. What waits is sent whole once.
ALTER TABLE customer_figures ADD COLUMN version bigint NOT NULL DEFAULT 0;
UPDATE customer_figure_marks SET projected = 0 WHERE version > projected;

-- +goose Down
ALTER TABLE customer_figures DROP COLUMN version;
