-- replay: skip
-- +goose Up
-- customer_figures of all subsidiaries, projected, and their sums per subsidiary.
-- Only the projection's own set-based SQL touches them.
CREATE TABLE rollup_figures (
  tenant_id uuid NOT NULL,
  customer_id uuid NOT NULL,
  on_date date NOT NULL,
  version bigint NOT NULL,
  salesperson_id uuid,
  currency varchar(3) NOT NULL,
  basis text NOT NULL,
  sales bigint NOT NULL,
  collections bigint NOT NULL,
  fallen_due bigint NOT NULL,
  collected_due bigint NOT NULL,
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
CREATE INDEX rollup_figures_tenant ON rollup_figures (tenant_id, on_date);

CREATE TABLE rollup_subsidiary_figures (
  tenant_id uuid NOT NULL,
  on_date date NOT NULL,
  currency varchar(3) NOT NULL,
  customers bigint NOT NULL,
  unknown bigint NOT NULL,
  basis smallint NOT NULL,
  sales bigint NOT NULL,
  collections bigint NOT NULL,
  fallen_due bigint NOT NULL,
  collected_due bigint NOT NULL,
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
  as_of date NOT NULL,
  PRIMARY KEY (tenant_id, on_date)
);

-- Open receivables of each project, for the group's ranking.
CREATE TABLE rollup_projects (
  project_id uuid PRIMARY KEY,
  tenant_id uuid NOT NULL,
  customer_id uuid NOT NULL,
  number text NOT NULL,
  name text NOT NULL,
  currency varchar(3) NOT NULL,
  receivable bigint NOT NULL,
  overdue bigint NOT NULL,
  oldest_due_on date,
  as_of date NOT NULL
);
CREATE INDEX rollup_projects_tenant ON rollup_projects (tenant_id);
CREATE INDEX rollup_projects_customer ON rollup_projects (customer_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON rollup_figures, rollup_subsidiary_figures, rollup_projects TO zhuxin_hq;

-- +goose Down
DROP TABLE rollup_projects;
DROP TABLE rollup_subsidiary_figures;
DROP TABLE rollup_figures;
