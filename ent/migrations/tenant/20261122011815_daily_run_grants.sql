-- +goose Up
-- Runs and their steps move on and stay; a snapshot of a date is made anew only
-- by another run of the same date.
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON daily_runs, daily_steps, daily_snapshots TO %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON daily_runs, daily_steps, daily_snapshots FROM %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd
