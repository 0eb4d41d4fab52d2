-- +goose Up
-- What a tenant's own role may do in its schema, and what nobody may. Written by
-- hand: the role is named after the schema this file runs in.
-- +goose StatementBegin
DO $$
DECLARE
  rw text := quote_ident(current_schema() || '_rw');
BEGIN
  EXECUTE format('GRANT USAGE ON SCHEMA %I TO %s', current_schema(), rw);
  -- append-only
  EXECUTE format('GRANT SELECT, INSERT ON audit_log, audit_seals, credit_checks, credit_policies, receipts, documents TO %s', rw);
  -- kept for a while, never changed
  EXECUTE format('GRANT SELECT, INSERT, DELETE ON idempotency_keys TO %s', rw);
  -- changed, never deleted
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON approvals, contracts, credit_accounts, credit_limits, customers, keysets, projects, receivable_imports, receivables, reservations TO %s', rw);
  -- drafts and plumbing may be deleted
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON credit_ratings, handled_events, import_mappings, outbox, rating_templates TO %s', rw);
END $$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'ZX001';
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION refuse_change() FROM PUBLIC;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seals FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_checks FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON credit_policies FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON receipts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE audit_log ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE audit_seals ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE credit_checks ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE credit_policies ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE receipts ENABLE ALWAYS TRIGGER append_only;

-- A template or a rating is the author's while it is a draft; once submitted, an
-- approver has seen it, and what he saw stays. Only its status and times move.
-- +goose StatementBegin
CREATE FUNCTION keep_submitted_template() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'rating template % is %: only a draft can be deleted', OLD.number, OLD.status USING ERRCODE = 'ZX002';
  END IF;
  IF NEW.status = 'draft' OR NEW.definition IS DISTINCT FROM OLD.definition OR NEW.name <> OLD.name OR NEW.number <> OLD.number THEN
    RAISE EXCEPTION 'rating template % is %: only a draft can be changed', OLD.number, OLD.status USING ERRCODE = 'ZX002';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION keep_submitted_rating() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'credit rating % is %: only a draft can be deleted', OLD.id, OLD.status USING ERRCODE = 'ZX002';
  END IF;
  IF NEW.status = 'draft' OR NEW."values" IS DISTINCT FROM OLD."values"
     OR (NEW.customer_id, NEW.template_id, NEW.total_score, NEW.grade, NEW.max_credit_amount, NEW.max_overdue_amount, NEW.max_overdue_days)
        IS DISTINCT FROM
        (OLD.customer_id, OLD.template_id, OLD.total_score, OLD.grade, OLD.max_credit_amount, OLD.max_overdue_amount, OLD.max_overdue_days) THEN
    RAISE EXCEPTION 'credit rating % is %: only a draft can be changed', OLD.id, OLD.status USING ERRCODE = 'ZX002';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION keep_submitted_template() FROM PUBLIC;
REVOKE ALL ON FUNCTION keep_submitted_rating() FROM PUBLIC;
CREATE TRIGGER keep_submitted BEFORE UPDATE OR DELETE ON rating_templates FOR EACH ROW WHEN (OLD.status <> 'draft') EXECUTE FUNCTION keep_submitted_template();
CREATE TRIGGER keep_submitted BEFORE UPDATE OR DELETE ON credit_ratings FOR EACH ROW WHEN (OLD.status <> 'draft') EXECUTE FUNCTION keep_submitted_rating();
ALTER TABLE rating_templates ENABLE ALWAYS TRIGGER keep_submitted;
ALTER TABLE credit_ratings ENABLE ALWAYS TRIGGER keep_submitted;

-- Rows that every check rewrites keep room on their page, so that the update
-- stays there and touches no index.
ALTER TABLE credit_accounts SET (fillfactor = 50);
ALTER TABLE reservations SET (fillfactor = 80);

-- +goose Down
DROP TRIGGER keep_submitted ON credit_ratings;
DROP TRIGGER keep_submitted ON rating_templates;
DROP FUNCTION keep_submitted_rating();
DROP FUNCTION keep_submitted_template();
DROP TRIGGER append_only ON receipts;
DROP TRIGGER append_only ON credit_policies;
DROP TRIGGER append_only ON credit_checks;
DROP TRIGGER append_only ON audit_seals;
DROP TRIGGER append_only ON audit_log;
DROP FUNCTION refuse_change();
