-- +goose Up
-- What was used is evidence of who verified which change; the application only
-- deletes what expired unused.
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON step_up_challenges TO %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION keep_used() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.used_at IS NOT NULL AND (TG_OP = 'DELETE' OR NEW.used_by IS DISTINCT FROM OLD.used_by OR NEW.used_at IS DISTINCT FROM OLD.used_at) THEN
    RAISE EXCEPTION 'a used second verification is kept as it is' USING ERRCODE = 'ZX001';
  END IF;
  IF TG_OP = 'DELETE' THEN
    RETURN OLD;
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER keep_used BEFORE UPDATE OR DELETE ON step_up_challenges FOR EACH ROW EXECUTE FUNCTION keep_used();
ALTER TABLE step_up_challenges ENABLE ALWAYS TRIGGER keep_used;

-- +goose Down
DROP TRIGGER keep_used ON step_up_challenges;
DROP FUNCTION keep_used();
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON step_up_challenges FROM %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd
