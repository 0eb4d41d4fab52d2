-- replay: skip
-- +goose Up
-- The staging once more, in a form that the planner understands without
-- statistics, which only a table's owner may collect: what holds for nearly every
-- row is NOT NULL (taken for 99.5 % of them) and not a comparison (0.5 %, and so a
-- nested loop over everything), and the customer is one column to join by.
-- Both tables are empty between imports, so nothing is lost.
DROP TABLE receivable_staging_customers;
DROP TABLE receivable_staging;
CREATE UNLOGGED TABLE receivable_staging (
  row_no bigint NOT NULL,
  customer text NOT NULL,            -- number, and behind U+001F the code where the file gives one
  customer_name text,                -- null but for the first row of a customer
  document_no text NOT NULL,
  invoice_date date,
  due_date date,                     -- null: invoice date plus the customer's credit term
  amount bigint NOT NULL,
  open_amount bigint NOT NULL,
  clean boolean,                     -- null: the row has faults, or is a duplicate
  twice boolean,                     -- null: the document number was not seen before
  faults text,                       -- JSON list; null without
  duplicate_of bigint                -- row that has the document number already
);
CREATE UNLOGGED TABLE receivable_staging_customers (
  customer text NOT NULL PRIMARY KEY,
  number text NOT NULL,
  uscc text NOT NULL,
  name text NOT NULL,
  row_no bigint NOT NULL,
  customer_id uuid,                  -- null: its rows are refused
  known_uscc text NOT NULL,          -- of the customer that was found
  credit_term_days bigint NOT NULL,
  problem text NOT NULL              -- why its rows are refused; empty when they are not
);
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
CREATE UNLOGGED TABLE receivable_staging (
  row_no bigint NOT NULL, flags smallint NOT NULL, customer_number text NOT NULL, uscc text NOT NULL, customer_name text NOT NULL,
  document_no text NOT NULL, invoice_date date, due_date date, amount bigint NOT NULL, open_amount bigint NOT NULL, faults text NOT NULL, duplicate_of bigint
);
CREATE UNLOGGED TABLE receivable_staging_customers (
  number text NOT NULL, uscc text NOT NULL, name text NOT NULL, row_no bigint NOT NULL, customer_id uuid, known_uscc text NOT NULL,
  credit_term_days bigint NOT NULL, problem text NOT NULL, PRIMARY KEY (number, uscc)
);
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, TRUNCATE ON receivable_staging, receivable_staging_customers TO %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd
