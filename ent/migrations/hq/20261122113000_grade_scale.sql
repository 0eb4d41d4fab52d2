-- replay: skip
-- +goose Up
-- What was observed of each subsidiary's grades, as of the last day that it was looked
-- at in a quarter, and the rules by which grades are put on the group's scale.
CREATE TABLE grade_scale_rules (
  id bigint PRIMARY KEY,         -- version; the highest is in force
  rule jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  created_by uuid NOT NULL
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON grade_scale_rules FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE grade_scale_rules ENABLE ALWAYS TRIGGER append_only;

CREATE TABLE grade_observations (
  tenant_id uuid NOT NULL,
  quarter date NOT NULL,         -- its first day
  as_of date NOT NULL,
  from_date date NOT NULL,       -- the day before the months looked at
  days integer NOT NULL,         -- more than so many days past due is late
  unknown bigint NOT NULL,
  template integer NOT NULL,     -- number of the version in force; 0 without one
  weights jsonb NOT NULL,
  grades jsonb NOT NULL,
  projected_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, quarter)
);
GRANT SELECT, INSERT ON grade_scale_rules TO zhuxin_hq;
GRANT SELECT, INSERT, UPDATE ON grade_observations TO zhuxin_hq;

-- +goose Down
DROP TABLE grade_observations;
DROP TABLE grade_scale_rules;
