-- +goose Up
-- A letter that was written, what it was written for, and by which rule, is history.
-- +goose StatementBegin
DO $$
DECLARE
  rw text := current_schema() || '_rw';
BEGIN
  EXECUTE format('GRANT SELECT, INSERT ON dunning_letters, dunning_marks, dunning_rules, notify_settings TO %I', rw);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON notifications, notify_accounts, notify_deliveries, notify_preferences TO %I', rw);
END $$;
-- +goose StatementEnd
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON dunning_letters FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON dunning_marks FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON dunning_rules FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE dunning_letters ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE dunning_marks ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE dunning_rules ENABLE ALWAYS TRIGGER append_only;

-- +goose Down
DROP TRIGGER append_only ON dunning_rules;
DROP TRIGGER append_only ON dunning_marks;
DROP TRIGGER append_only ON dunning_letters;
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON dunning_letters, dunning_marks, dunning_rules, notifications, notify_accounts, notify_deliveries, notify_preferences, notify_settings FROM %I',
    current_schema() || '_rw');
END $$;
-- +goose StatementEnd
