-- +goose Up
-- What a connection read until now were receivables.
UPDATE erp_connections SET feeds = json_build_array(json_strip_nulls(json_build_object('kind', 'receivables', 'cursor', cursor,
  'full_on', to_char(full_on, 'YYYY-MM-DD'), 'succeeded_at', succeeded_at, 'failure', failure)));
-- +goose StatementBegin
DO $$
DECLARE
  rw text := current_schema() || '_rw';
BEGIN
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON credit_states, erp_contracts, limit_pushes TO %I', rw);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON feed_rejects TO %I', rw);
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON credit_states, erp_contracts, feed_rejects, limit_pushes FROM %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd
