-- +goose Up
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON history_imports TO %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION keep_history_import() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- Whoever put anything in does not sign.
  IF NEW.status IN ('applying', 'applied') AND (NEW.decided_by IS NULL OR NEW.decided_by = NEW.created_by OR NEW.decided_by = NEW.submitted_by OR NEW.authors ? NEW.decided_by::text) THEN
    RAISE EXCEPTION 'import of history % needs a second person', NEW.id USING ERRCODE = 'ZX003';
  END IF;
  -- What is over stays; the protocol comes once.
  IF OLD.status IN ('applied', 'discarded') AND
    (to_jsonb(NEW) - 'protocol_document_id' <> to_jsonb(OLD) - 'protocol_document_id' OR OLD.protocol_document_id IS NOT NULL) THEN
    RAISE EXCEPTION 'import of history % is over', OLD.id USING ERRCODE = 'ZX003';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION keep_history_import() FROM PUBLIC;
CREATE TRIGGER keep_history_import BEFORE UPDATE ON history_imports FOR EACH ROW EXECUTE FUNCTION keep_history_import();
ALTER TABLE history_imports ENABLE ALWAYS TRIGGER keep_history_import;

-- +goose Down
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON history_imports FROM %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd
DROP TRIGGER keep_history_import ON history_imports;
DROP FUNCTION keep_history_import();
