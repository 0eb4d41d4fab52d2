-- +goose Up
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON segments, segment_dimensions TO %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON segments, segment_dimensions FROM %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd
