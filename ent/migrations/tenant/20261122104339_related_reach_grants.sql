-- +goose Up
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON related_reach TO %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd

-- What was known until now is told to the group, and found by the next daily run.
INSERT INTO outbox (id, topic, payload, created_at, due_at)
  SELECT gen_random_uuid(), 'relations.changed', jsonb_build_object('party_ids', jsonb_agg(id)), now(), now() FROM parties HAVING count(*) > 0;

-- +goose Down
-- +goose StatementBegin
DO $$
BEGIN
  EXECUTE format('REVOKE ALL ON related_reach FROM %I', current_schema() || '_rw');
END $$;
-- +goose StatementEnd
