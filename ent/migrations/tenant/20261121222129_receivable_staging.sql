-- replay: skip
-- +goose Up
-- Rows of a file on their way into receivables. Both tables are empty between
-- imports: a run fills and empties them in its one transaction, under the lock of
-- the tenant's imports. Unlogged, because what a crash loses is read again from
-- the file. Not part of the ent graph: only the import's own SQL touches them.
CREATE UNLOGGED TABLE receivable_staging (
  row_no bigint NOT NULL,
  flags smallint NOT NULL,           -- 1 customer seen first, 2 document number perhaps seen before, 4 has faults
  customer_number text NOT NULL,     -- empty where the file gives none
  uscc text NOT NULL,
  customer_name text NOT NULL,       -- only with flag 1
  document_no text NOT NULL,
  invoice_date date,
  due_date date,                     -- null: invoice date plus the customer's credit term
  amount bigint NOT NULL,
  open_amount bigint NOT NULL,
  faults text NOT NULL,              -- JSON list, only with flag 4
  duplicate_of bigint                -- row that has the document number already
);
CREATE UNLOGGED TABLE receivable_staging_customers (
  number text NOT NULL,
  uscc text NOT NULL,
  name text NOT NULL,
  row_no bigint NOT NULL,
  customer_id uuid,                  -- null: unknown
  known_uscc text NOT NULL,          -- of the customer that was found
  credit_term_days bigint NOT NULL,
  problem text NOT NULL,             -- why its rows are refused; empty when they are not
  PRIMARY KEY (number, uscc)
);
-- Many rows come and go at once; the vacuum has nothing to win between.
ALTER TABLE receivable_staging SET (autovacuum_enabled = false);
ALTER TABLE receivable_staging_customers SET (autovacuum_enabled = false);
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, TRUNCATE ON receivable_staging, receivable_staging_customers TO %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd

-- +goose Down
DROP TABLE receivable_staging_customers;
DROP TABLE receivable_staging;
