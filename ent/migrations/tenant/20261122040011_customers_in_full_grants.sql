-- +goose Up
-- What a tenant's own role may do on the tables of the file before. A change that
-- was submitted is history: what it says is never rewritten, only its status.
-- +goose StatementBegin
DO $$
DECLARE
  rw text := quote_ident(current_schema() || '_rw');
BEGIN
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON owners, customer_changes, customer_groups, parties, party_relations TO %s', rw);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON project_contacts, form_drafts, customer_group_members TO %s', rw);
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION keep_customer_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.subject, NEW.subject_id, NEW.before, NEW.after, NEW.sealed, NEW.reason, NEW.created_by)
     IS DISTINCT FROM (OLD.subject, OLD.subject_id, OLD.before, OLD.after, OLD.sealed, OLD.reason, OLD.created_by)
     OR OLD.status <> 'submitted' THEN
    RAISE EXCEPTION 'customer change % is %: what was submitted stays', OLD.id, OLD.status USING ERRCODE = 'ZX002';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION keep_customer_change() FROM PUBLIC;
CREATE TRIGGER keep_submitted BEFORE UPDATE OR DELETE ON customer_changes FOR EACH ROW EXECUTE FUNCTION keep_customer_change();
ALTER TABLE customer_changes ENABLE ALWAYS TRIGGER keep_submitted;

-- +goose Down
DROP TRIGGER keep_submitted ON customer_changes;
DROP FUNCTION keep_customer_change();
