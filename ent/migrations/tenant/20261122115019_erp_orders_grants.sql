-- +goose Up
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON erp_orders TO %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON erp_orders FROM %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd
