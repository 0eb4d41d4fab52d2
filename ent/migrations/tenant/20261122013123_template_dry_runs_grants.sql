-- replay: skip
-- +goose Up
-- A dry run is written once; those of a draft go when it is tried again.
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT, DELETE ON template_dry_runs, template_trials TO %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON template_dry_runs, template_trials FROM %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd
