-- replay: skip
-- +goose Up
-- Reports that are sent by e-mail at set times, and a row for each business date on
-- which one was due. Only shared/schedule's own SQL touches them.
CREATE TABLE report_schedules (
  id uuid PRIMARY KEY,
  version bigint NOT NULL,
  owner_id uuid NOT NULL,        -- as whom the report is made
  owner_name text NOT NULL,
  spec jsonb NOT NULL,           -- which report, with its filters
  format varchar(8) NOT NULL,
  lang varchar(2) NOT NULL,
  timing jsonb NOT NULL,
  recipients uuid[] NOT NULL,    -- persons
  subject text NOT NULL,
  send_empty boolean NOT NULL,
  paused boolean NOT NULL,
  since timestamptz NOT NULL,    -- nothing that was due before is sent
  created_at timestamptz NOT NULL,
  deleted_at timestamptz
);
CREATE INDEX report_schedule_owner ON report_schedules (owner_id) WHERE deleted_at IS NULL;

CREATE TABLE report_sends (
  id uuid PRIMARY KEY,
  schedule_id uuid NOT NULL REFERENCES report_schedules (id),
  business_date date NOT NULL,
  number integer NOT NULL,       -- 0 by the schedule; from 1 on asked for by hand
  state varchar(16) NOT NULL CHECK (state IN ('waiting', 'sent', 'partly', 'failed', 'empty', 'nobody', 'superseded')),
  missed integer NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  next_at timestamptz NOT NULL,
  claim uuid,
  claimed_until timestamptz,
  file_name text NOT NULL DEFAULT '',
  file_size bigint NOT NULL DEFAULT 0,
  outcomes jsonb NOT NULL DEFAULT '[]',
  reason text NOT NULL DEFAULT '',
  message text NOT NULL DEFAULT '',
  created_at timestamptz NOT NULL,
  finished_at timestamptz,
  UNIQUE (schedule_id, business_date, number)
);
CREATE INDEX report_send_waiting ON report_sends (next_at) WHERE state = 'waiting';
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON report_schedules, report_sends TO %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd

-- +goose Down
DROP TABLE report_sends;
DROP TABLE report_schedules;
