-- +goose Up
-- +goose StatementBegin
DO $$
DECLARE
  rw text := quote_ident(current_schema() || '_rw');
BEGIN
  EXECUTE format('GRANT SELECT, INSERT ON registry_settings TO %s', rw);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON registry_accounts, registry_usage, registry_watches, warning_rules, warnings TO %s', rw);
END $$;
-- +goose StatementEnd

-- +goose Down
