-- +goose Up
-- What HQ's role may do in the shared schema. The registry of tenants and the
-- state of their schemas are written by provisioning and migration only, which
-- own the tables; HQ may suspend and rename.
GRANT USAGE ON SCHEMA hq TO zhuxin_hq, zhuxin_tenant;
GRANT SELECT, INSERT ON audit_log, audit_seals, group_policies, sharing_log TO zhuxin_hq;
GRANT SELECT ON schema_states TO zhuxin_hq;
GRANT SELECT, UPDATE (name, short_name, status, suspended_reason, time_zone) ON tenants TO zhuxin_hq;
GRANT SELECT, INSERT, UPDATE ON api_keys, applications, audit_heads, indicators, invitation_codes, invitations, memberships, negative_entries, persons, rating_histories TO zhuxin_hq;
GRANT SELECT, INSERT, UPDATE, DELETE ON handled_events, outbox, rollup_customers, rollup_subsidiaries TO zhuxin_hq;

-- +goose StatementBegin
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'ZX001';
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION refuse_change() FROM PUBLIC;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seals FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON group_policies FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON sharing_log FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE audit_log ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE audit_seals ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE group_policies ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE sharing_log ENABLE ALWAYS TRIGGER append_only;

-- The policy in force until HQ writes its own: a listed company is blocked.
INSERT INTO group_policies (negative_action, created_at) VALUES ('block', now());

-- +goose Down
DROP TRIGGER append_only ON sharing_log;
DROP TRIGGER append_only ON group_policies;
DROP TRIGGER append_only ON audit_seals;
DROP TRIGGER append_only ON audit_log;
DROP FUNCTION refuse_change();
