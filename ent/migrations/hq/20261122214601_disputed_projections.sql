-- replay: skip
-- +goose Up
-- What of the receivable, and of what of it is past due, is in dispute.
ALTER TABLE rollup_figures ADD COLUMN disputed bigint NOT NULL DEFAULT 0, ADD COLUMN disputed_overdue bigint NOT NULL DEFAULT 0;
ALTER TABLE rollup_subsidiary_figures ADD COLUMN disputed bigint NOT NULL DEFAULT 0, ADD COLUMN disputed_overdue bigint NOT NULL DEFAULT 0;
ALTER TABLE rollup_projects ADD COLUMN disputed bigint NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE rollup_projects DROP COLUMN disputed;
ALTER TABLE rollup_subsidiary_figures DROP COLUMN disputed, DROP COLUMN disputed_overdue;
ALTER TABLE rollup_figures DROP COLUMN disputed, DROP COLUMN disputed_overdue;
