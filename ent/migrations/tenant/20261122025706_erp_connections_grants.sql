-- replay: skip
-- +goose Up
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON erp_connections, erp_runs TO %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd

-- +goose Down
-- the tables go with their grants
SELECT 1;
