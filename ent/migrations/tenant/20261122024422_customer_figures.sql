-- replay: skip
-- +goose Up
-- What reports are made of: the figures of each customer on chosen business dates
-- (month ends, today, and today a month, a quarter and a year ago). Everything in
-- it can be made anew from receivables and receipts, except states of the past
-- that only a snapshot knew (basis 'books' on an earlier date). Not part of the
-- ent graph: only the report's own set-based SQL touches it.
CREATE TABLE customer_figures (
  customer_id uuid NOT NULL,
  on_date date NOT NULL,
  -- books: open amounts as they stood on that day; items: nothing was settled yet;
  -- receipts: settled amounts dated by receipts, oldest due first; unknown: the
  -- state (receivable and below) is not known and 0
  basis text NOT NULL CHECK (basis IN ('books', 'items', 'receipts', 'unknown')),
  -- of the month of on_date, up to on_date; fen
  sales bigint NOT NULL,
  collections bigint NOT NULL,
  fallen_due bigint NOT NULL,
  collected_due bigint NOT NULL,
  -- on on_date; fen
  receivable bigint NOT NULL,
  not_due bigint NOT NULL,
  months_0_6 bigint NOT NULL,
  months_6_12 bigint NOT NULL,
  months_12_24 bigint NOT NULL,
  months_24 bigint NOT NULL,
  days_1_30 bigint NOT NULL,
  days_31_60 bigint NOT NULL,
  days_61_90 bigint NOT NULL,
  days_91 bigint NOT NULL,
  first_sale_on date,
  oldest_due_on date,
  PRIMARY KEY (customer_id, on_date)
);
CREATE INDEX customer_figures_on ON customer_figures (on_date);

-- What the figures of a customer were made from, and for which day.
CREATE TABLE customer_figure_marks (
  customer_id uuid PRIMARY KEY,
  as_of date NOT NULL,
  signature text NOT NULL,
  version bigint NOT NULL,   -- grows with each change of the figures
  projected bigint NOT NULL  -- the version that HQ has; 0 for none
);
CREATE INDEX customer_figure_marks_waiting ON customer_figure_marks (customer_id) WHERE version > projected;

-- All items of a customer, settled ones too: figures, and the collection rate of a rating.
CREATE INDEX receivable_customer ON receivables (customer_id, invoice_date);
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON customer_figures, customer_figure_marks TO %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd

-- +goose Down
DROP INDEX receivable_customer;
DROP TABLE customer_figure_marks;
DROP TABLE customer_figures;
