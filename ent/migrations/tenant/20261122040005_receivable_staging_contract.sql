-- replay: skip
-- +goose Up
-- The contract's number of a row; null where the file says nothing about it.
ALTER TABLE receivable_staging ADD COLUMN contract_no text;

-- What is open of an item by due date: the item itself, or its instalments by the
-- terms of its contract. Everything that ages reads this.
CREATE VIEW receivable_dues WITH (security_invoker = true) AS
  SELECT id AS receivable_id, customer_id, project_id, currency, due_date, open_amount, disputed
  FROM receivables WHERE open_amount <> 0 AND NOT instalments
  UNION ALL
  SELECT r.id, r.customer_id, r.project_id, r.currency, i.due_date, i.open_amount, r.disputed
  FROM receivable_instalments i JOIN receivables r ON r.id = i.receivable_id
  WHERE i.open_amount <> 0 AND r.instalments;

-- The same with what is settled, for figures of the past.
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
  EXECUTE format('GRANT SELECT ON receivable_dues, receivable_parts TO %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd


-- +goose Down
DROP VIEW receivable_parts;
DROP VIEW receivable_dues;
ALTER TABLE receivable_staging DROP COLUMN contract_no;
