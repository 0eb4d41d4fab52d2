-- replay: skip
-- +goose Up
-- What changes of a receivable is kept by the database, so that no way to change one
-- can forget it; one statement for all rows of a statement, for a file may change a
-- million.
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT ON receivable_changes TO %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION keep_receivable_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO receivable_changes (receivable_id, changed_at, cause, import_id, before, after)
  SELECT n.id, CASE WHEN n.updated_at <> o.updated_at THEN n.updated_at ELSE now() END,
    CASE WHEN n.import_id <> o.import_id THEN 'source' WHEN n.applied_amount <> o.applied_amount THEN 'application' ELSE 'terms' END,
    CASE WHEN n.import_id <> o.import_id THEN n.import_id END,
    jsonb_strip_nulls(jsonb_build_object('customer_id', CASE WHEN n.customer_id <> o.customer_id THEN o.customer_id END,
      'invoice_date', CASE WHEN n.invoice_date <> o.invoice_date THEN o.invoice_date END, 'due_date', CASE WHEN n.due_date <> o.due_date THEN o.due_date END,
      'currency', CASE WHEN n.currency <> o.currency THEN o.currency END, 'amount', CASE WHEN n.amount <> o.amount THEN o.amount END,
      'open_amount', CASE WHEN n.open_amount <> o.open_amount THEN o.open_amount END, 'contract_no', CASE WHEN n.contract_no <> o.contract_no THEN o.contract_no END)),
    jsonb_strip_nulls(jsonb_build_object('customer_id', CASE WHEN n.customer_id <> o.customer_id THEN n.customer_id END,
      'invoice_date', CASE WHEN n.invoice_date <> o.invoice_date THEN n.invoice_date END, 'due_date', CASE WHEN n.due_date <> o.due_date THEN n.due_date END,
      'currency', CASE WHEN n.currency <> o.currency THEN n.currency END, 'amount', CASE WHEN n.amount <> o.amount THEN n.amount END,
      'open_amount', CASE WHEN n.open_amount <> o.open_amount THEN n.open_amount END, 'contract_no', CASE WHEN n.contract_no <> o.contract_no THEN n.contract_no END))
  FROM former o JOIN latter n ON n.id = o.id
  WHERE (n.customer_id, n.invoice_date, n.due_date, n.currency, n.amount, n.open_amount, n.contract_no)
    IS DISTINCT FROM (o.customer_id, o.invoice_date, o.due_date, o.currency, o.amount, o.open_amount, o.contract_no)
  ORDER BY n.id;
  RETURN NULL;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION keep_receivable_changes() FROM PUBLIC;
CREATE TRIGGER keep_changes AFTER UPDATE ON receivables REFERENCING OLD TABLE AS former NEW TABLE AS latter
  FOR EACH STATEMENT EXECUTE FUNCTION keep_receivable_changes();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON receivable_changes FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE receivables ENABLE ALWAYS TRIGGER keep_changes;
ALTER TABLE receivable_changes ENABLE ALWAYS TRIGGER append_only;

-- +goose Down
DROP TRIGGER append_only ON receivable_changes;
DROP TRIGGER keep_changes ON receivables;
DROP FUNCTION keep_receivable_changes();
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON receivable_changes FROM %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd
