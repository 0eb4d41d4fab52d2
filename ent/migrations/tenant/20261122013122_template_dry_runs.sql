-- +goose Up
-- create "template_dry_runs" table
CREATE TABLE "template_dry_runs" (
  "id" uuid NOT NULL,
  "created_at" timestamptz NOT NULL,
  "created_by" uuid NULL,
  "template_version" bigint NOT NULL,
  "definition" jsonb NOT NULL,
  "parameters" jsonb NOT NULL,
  "window_from" date NOT NULL,
  "as_of" date NOT NULL,
  "summary" jsonb NOT NULL,
  "template_id" uuid NOT NULL,
  PRIMARY KEY ("id"),
  CONSTRAINT "template_dry_runs_rating_templates_template" FOREIGN KEY ("template_id") REFERENCES "rating_templates" ("id") ON UPDATE NO ACTION ON DELETE CASCADE
);
-- create index "templatedryrun_template_id_created_at" to table: "template_dry_runs"
CREATE INDEX "templatedryrun_template_id_created_at" ON "template_dry_runs" ("template_id", "created_at");
-- create "template_trials" table
CREATE TABLE "template_trials" (
  "id" uuid NOT NULL,
  "customer_id" uuid NOT NULL,
  "rating_id" uuid NULL,
  "from_grade" character varying NOT NULL,
  "to_grade" character varying NOT NULL,
  "from_limit" bigint NOT NULL,
  "to_limit" bigint NOT NULL,
  "unlimited" boolean NOT NULL,
  "score" bigint NOT NULL,
  "judged" boolean NOT NULL,
  "then_score" bigint NOT NULL,
  "then_grade" character varying NOT NULL,
  "bad" boolean NOT NULL,
  "caught" boolean NOT NULL,
  "worst_days" bigint NOT NULL,
  "peak_overdue" bigint NOT NULL,
  "facts" jsonb NOT NULL,
  "dry_run_id" uuid NOT NULL,
  PRIMARY KEY ("id"),
  CONSTRAINT "template_trials_template_dry_runs_trials" FOREIGN KEY ("dry_run_id") REFERENCES "template_dry_runs" ("id") ON UPDATE NO ACTION ON DELETE CASCADE
);
-- create index "templatetrial_dry_run_id_customer_id" to table: "template_trials"
CREATE UNIQUE INDEX "templatetrial_dry_run_id_customer_id" ON "template_trials" ("dry_run_id", "customer_id");

-- +goose Down
-- reverse: create index "templatetrial_dry_run_id_customer_id" to table: "template_trials"
DROP INDEX "templatetrial_dry_run_id_customer_id";
-- reverse: create "template_trials" table
DROP TABLE "template_trials";
-- reverse: create index "templatedryrun_template_id_created_at" to table: "template_dry_runs"
DROP INDEX "templatedryrun_template_id_created_at";
-- reverse: create "template_dry_runs" table
DROP TABLE "template_dry_runs";
