-- +goose Up
-- A rule that was in force and a category that somebody gave are history.
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT ON category_overrides, portfolio_rules TO %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON category_overrides FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON portfolio_rules FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE category_overrides ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE portfolio_rules ENABLE ALWAYS TRIGGER append_only;

-- +goose Down
DROP TRIGGER append_only ON portfolio_rules;
DROP TRIGGER append_only ON category_overrides;
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON category_overrides, portfolio_rules FROM %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd
