-- +goose Up
-- Rights on the tables of the receivables' life. Written by hand.
-- +goose StatementBegin
DO $$
DECLARE
  rw text := quote_ident(current_schema() || '_rw');
BEGIN
  -- append-only
  EXECUTE format('GRANT SELECT, INSERT ON collection_settings, contract_terms, late_fee_waivers, payment_applications TO %s', rw);
  -- changed, never deleted
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON acceptance_drafts, deliveries, disputes, dunning_pauses, follow_ups, site_nodes, statements, write_offs TO %s', rw);
  -- worked out anew whenever what they follow from changes
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON receivable_instalments TO %s', rw);
END $$;
-- +goose StatementEnd

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON collection_settings FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON contract_terms FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON late_fee_waivers FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payment_applications FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE collection_settings ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE contract_terms ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE late_fee_waivers ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE payment_applications ENABLE ALWAYS TRIGGER append_only;

-- +goose Down
DROP TRIGGER append_only ON payment_applications;
DROP TRIGGER append_only ON late_fee_waivers;
DROP TRIGGER append_only ON contract_terms;
DROP TRIGGER append_only ON collection_settings;
