-- +goose Up
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON shared_limits TO %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION keep_shared_limit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'shared limit % is %: limits are never deleted', OLD.id, OLD.status USING ERRCODE = 'ZX002';
  END IF;
  IF (NEW.id, NEW.name, NEW.amount, NEW.members, NEW.replaces_id, NEW.reason, NEW.created_at, NEW.created_by)
     IS DISTINCT FROM (OLD.id, OLD.name, OLD.amount, OLD.members, OLD.replaces_id, OLD.reason, OLD.created_at, OLD.created_by) THEN
    RAISE EXCEPTION 'shared limit % is %: its terms cannot be changed; submit a new version', OLD.id, OLD.status USING ERRCODE = 'ZX002';
  END IF;
  IF NOT (NEW.status = OLD.status OR (OLD.status = 'submitted' AND NEW.status IN ('effective', 'ended', 'rejected', 'withdrawn')) OR (OLD.status = 'effective' AND NEW.status = 'ended')) THEN
    RAISE EXCEPTION 'shared limit % cannot go from % to %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'ZX002';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION keep_shared_limit() FROM PUBLIC;
CREATE TRIGGER keep_approved BEFORE UPDATE OR DELETE ON shared_limits FOR EACH ROW EXECUTE FUNCTION keep_shared_limit();
ALTER TABLE shared_limits ENABLE ALWAYS TRIGGER keep_approved;

-- +goose Down
DROP TRIGGER keep_approved ON shared_limits;
DROP FUNCTION keep_shared_limit();
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON shared_limits FROM %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd
