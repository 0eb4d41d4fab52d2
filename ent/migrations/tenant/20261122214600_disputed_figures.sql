-- replay: skip
-- +goose Up
-- What of the receivable, and of what of it is past due, is in dispute.
ALTER TABLE customer_figures ADD COLUMN disputed bigint NOT NULL DEFAULT 0, ADD COLUMN disputed_overdue bigint NOT NULL DEFAULT 0;
CREATE OR REPLACE VIEW receivable_parts WITH (security_invoker = true) AS
  SELECT id, id AS receivable_id, customer_id, currency, invoice_date, due_date, amount, open_amount, updated_at, disputed
  FROM receivables WHERE NOT instalments
  UNION ALL
  SELECT i.id, r.id, r.customer_id, r.currency, r.invoice_date, i.due_date, i.amount, i.open_amount, r.updated_at, r.disputed
  FROM receivable_instalments i JOIN receivables r ON r.id = i.receivable_id
  WHERE r.instalments;

-- +goose Down
DROP VIEW receivable_parts;
CREATE VIEW receivable_parts WITH (security_invoker = true) AS
  SELECT id, id AS receivable_id, customer_id, currency, invoice_date, due_date, amount, open_amount, updated_at
  FROM receivables WHERE NOT instalments
  UNION ALL
  SELECT i.id, r.id, r.customer_id, r.currency, r.invoice_date, i.due_date, i.amount, i.open_amount, r.updated_at
  FROM receivable_instalments i JOIN receivables r ON r.id = i.receivable_id
  WHERE r.instalments;
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('GRANT SELECT ON receivable_parts TO %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd
ALTER TABLE customer_figures DROP COLUMN disputed, DROP COLUMN disputed_overdue;
