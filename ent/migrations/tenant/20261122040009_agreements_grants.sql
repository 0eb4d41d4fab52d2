-- +goose Up
-- A letter only learns where its PDF lies, an event that it was seen to; the steps
-- of a stop are never changed.
-- +goose StatementBegin
DO $$
DECLARE
  rw text := current_schema() || '_rw';
BEGIN
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON agreement_events, credit_agreements, agreement_settings, letters, letter_serials, letter_templates, supply_stops TO %I', rw);
  EXECUTE format('GRANT SELECT, INSERT ON supply_stop_events TO %I', rw);
END $$;
-- +goose StatementEnd
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON supply_stop_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE supply_stop_events ENABLE ALWAYS TRIGGER append_only;

-- +goose Down
DROP TRIGGER append_only ON supply_stop_events;
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON credit_agreements, agreement_settings, letter_serials, letter_templates, supply_stops, letters, agreement_events, supply_stop_events FROM %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd
