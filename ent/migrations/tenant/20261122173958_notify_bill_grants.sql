-- replay: skip
-- +goose Up
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON notify_phones TO %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON notify_phones FROM %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd
