-- replay: skip
-- +goose Up
-- What the tenant's role may do with collateral, and what nobody may: terms stay as
-- the approver saw them, and what is active can only be released. The approval can
-- take what counts away, and raise nothing.
-- +goose StatementBegin
DO $$
DECLARE
  rw text := quote_ident(current_schema() || '_rw');
BEGIN
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON collateral TO %s', rw);
  EXECUTE format('GRANT SELECT, INSERT ON collateral_rates TO %s', rw);
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION keep_collateral() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'collateral % is %: collateral is never deleted', OLD.id, OLD.status USING ERRCODE = 'ZX002';
  END IF;
  IF NOT (NEW.status = OLD.status OR (OLD.status = 'submitted' AND NEW.status IN ('active', 'rejected', 'returned', 'withdrawn'))
      OR (OLD.status = 'active' AND NEW.status = 'released')) THEN
    RAISE EXCEPTION 'collateral % cannot go from % to %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'ZX002';
  END IF;
  IF (NEW.id, NEW.customer_id, NEW.kind, NEW.provider_name, NEW.provider_uscc, NEW.reference_no, NEW.description, NEW.guaranteed_amount, NEW.appraised_amount,
      NEW.appraised_on, NEW.rate, NEW.starts_on, NEW.ends_on, NEW.document_ids, NEW.created_at, NEW.created_by)
    IS DISTINCT FROM
    (OLD.id, OLD.customer_id, OLD.kind, OLD.provider_name, OLD.provider_uscc, OLD.reference_no, OLD.description, OLD.guaranteed_amount, OLD.appraised_amount,
      OLD.appraised_on, OLD.rate, OLD.starts_on, OLD.ends_on, OLD.document_ids, OLD.created_at, OLD.created_by) THEN
    RAISE EXCEPTION 'collateral % is %: its terms cannot be changed', OLD.id, OLD.status USING ERRCODE = 'ZX002';
  END IF;
  IF (NEW.cover_amount, NEW.uncounted) IS DISTINCT FROM (OLD.cover_amount, OLD.uncounted)
    AND NOT (OLD.status = 'submitted' AND NEW.status = 'active' AND NEW.cover_amount = 0 AND NEW.uncounted <> 'none') THEN
    RAISE EXCEPTION 'collateral % is %: what counts of it cannot be changed', OLD.id, OLD.status USING ERRCODE = 'ZX002';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION keep_collateral() FROM PUBLIC;
CREATE TRIGGER keep_approved BEFORE UPDATE OR DELETE ON collateral FOR EACH ROW EXECUTE FUNCTION keep_collateral();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON collateral_rates FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE collateral ENABLE ALWAYS TRIGGER keep_approved;
ALTER TABLE collateral_rates ENABLE ALWAYS TRIGGER append_only;

-- +goose Down
DROP TRIGGER append_only ON collateral_rates;
DROP TRIGGER keep_approved ON collateral;
DROP FUNCTION keep_collateral();
-- +goose StatementBegin
DO $$
DECLARE
  rw text := quote_ident(current_schema() || '_rw');
BEGIN
  EXECUTE format('REVOKE ALL ON collateral, collateral_rates FROM %s', rw);
END $$;
-- +goose StatementEnd
