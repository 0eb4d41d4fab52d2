-- +goose Up
-- What the tenant's role may do with the tables of the file before, and what
-- nobody may do with an approved limit or release. Written by hand.
-- +goose StatementBegin
DO $$
DECLARE
  rw text := quote_ident(current_schema() || '_rw');
BEGIN
  EXECUTE format('GRANT SELECT, INSERT ON limit_batches TO %s', rw);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON credit_freezes, order_holds, order_releases, project_accounts TO %s', rw);
END $$;
-- +goose StatementEnd

-- What was submitted stays as the approver saw it; only its status moves, and
-- only forward. The day a later version takes over can be brought forward.
-- +goose StatementBegin
CREATE FUNCTION keep_limit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'credit limit % is %: limits are never deleted', OLD.id, OLD.status USING ERRCODE = 'ZX002';
  END IF;
  IF (NEW.id, NEW.customer_id, NEW.project_id, NEW.batch_id, NEW.class, NEW.kind, NEW.mode, NEW.amount, NEW.starts_on, NEW.ends_on, NEW.reason, NEW.rating_id, NEW.created_at, NEW.created_by)
     IS DISTINCT FROM
     (OLD.id, OLD.customer_id, OLD.project_id, OLD.batch_id, OLD.class, OLD.kind, OLD.mode, OLD.amount, OLD.starts_on, OLD.ends_on, OLD.reason, OLD.rating_id, OLD.created_at, OLD.created_by) THEN
    RAISE EXCEPTION 'credit limit % is %: its terms cannot be changed; adjust the limit by a new version', OLD.id, OLD.status USING ERRCODE = 'ZX002';
  END IF;
  IF NOT (NEW.status = OLD.status OR (OLD.status = 'submitted' AND NEW.status IN ('effective', 'rejected', 'withdrawn')) OR (OLD.status = 'effective' AND NEW.status = 'lapsed')) THEN
    RAISE EXCEPTION 'credit limit % cannot go from % to %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'ZX002';
  END IF;
  IF OLD.superseded_on IS NOT NULL AND (NEW.superseded_on IS NULL OR NEW.superseded_on > OLD.superseded_on) THEN
    RAISE EXCEPTION 'credit limit % was superseded on %: that cannot be put off', OLD.id, OLD.superseded_on USING ERRCODE = 'ZX002';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION keep_release() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'release % of order %: releases are never deleted', OLD.id, OLD.order_no USING ERRCODE = 'ZX002';
  END IF;
  IF (NEW.id, NEW.hold_id, NEW.customer_id, NEW.order_no, NEW.codes, NEW.amount, NEW.volume, NEW.ends_on, NEW.reason, NEW.asked_by, NEW.asked_at)
     IS DISTINCT FROM (OLD.id, OLD.hold_id, OLD.customer_id, OLD.order_no, OLD.codes, OLD.amount, OLD.volume, OLD.ends_on, OLD.reason, OLD.asked_by, OLD.asked_at)
     OR NOT (NEW.status = OLD.status OR OLD.status = 'submitted') THEN
    RAISE EXCEPTION 'release % of order % is %: its terms cannot be changed', OLD.id, OLD.order_no, OLD.status USING ERRCODE = 'ZX002';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION keep_limit() FROM PUBLIC;
REVOKE ALL ON FUNCTION keep_release() FROM PUBLIC;
CREATE TRIGGER keep_approved BEFORE UPDATE OR DELETE ON credit_limits FOR EACH ROW EXECUTE FUNCTION keep_limit();
CREATE TRIGGER keep_approved BEFORE UPDATE OR DELETE ON order_releases FOR EACH ROW EXECUTE FUNCTION keep_release();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON limit_batches FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE credit_limits ENABLE ALWAYS TRIGGER keep_approved;
ALTER TABLE order_releases ENABLE ALWAYS TRIGGER keep_approved;
ALTER TABLE limit_batches ENABLE ALWAYS TRIGGER append_only;

-- Rewritten by every order of the project, as the customer's account is.
ALTER TABLE project_accounts SET (fillfactor = 50);

-- +goose Down
DROP TRIGGER append_only ON limit_batches;
DROP TRIGGER keep_approved ON order_releases;
DROP TRIGGER keep_approved ON credit_limits;
DROP FUNCTION keep_release();
DROP FUNCTION keep_limit();
