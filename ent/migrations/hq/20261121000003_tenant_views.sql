-- replay: skip
-- +goose Up
-- All that a tenant's role sees of the shared schema. A view reads with its
-- owner's rights, so the role needs none on the tables; current_user stays the
-- caller's, and names the calling tenant by its schema.

-- Who listed a company is HQ's to know, so it is not here.
CREATE VIEW v_negative_listed AS
  SELECT uscc, reason_code, reason_text, company_name, listed_at FROM negative_entries WHERE status = 'listed';

CREATE VIEW v_group_policy AS
  SELECT id, negative_action, created_at FROM group_policies ORDER BY id DESC LIMIT 1;

CREATE VIEW v_indicators AS
  SELECT id, code, name_zh, name_en, category, kind, unit, data_source, description, scoring, active, version, updated_at FROM indicators;

CREATE VIEW v_tenant_self WITH (security_barrier) AS
  SELECT id, slug, name, short_name, uscc, status, currency, time_zone, created_at
  FROM tenants WHERE schema_name || '_rw' = current_user;

CREATE VIEW v_members WITH (security_barrier) AS
  SELECT m.id, m.person_id, p.name, p.email, m.roles, m.status
  FROM tenants t JOIN memberships m ON m.tenant_id = t.id JOIN persons p ON p.id = m.person_id
  WHERE t.schema_name || '_rw' = current_user;

GRANT SELECT ON v_negative_listed, v_group_policy, v_indicators, v_tenant_self, v_members TO zhuxin_tenant, zhuxin_hq;

-- A tenant may leave a row of its own look, in nobody else's name.
GRANT INSERT ON sharing_log TO zhuxin_tenant;
ALTER TABLE sharing_log ENABLE ROW LEVEL SECURITY;
CREATE POLICY hq_all ON sharing_log TO zhuxin_hq USING (true) WITH CHECK (true);
CREATE POLICY viewer_is_self ON sharing_log FOR INSERT TO zhuxin_tenant WITH CHECK (viewer_tenant_id = (SELECT id FROM hq.v_tenant_self));

-- +goose Down
DROP POLICY viewer_is_self ON sharing_log;
DROP POLICY hq_all ON sharing_log;
DROP VIEW v_members, v_tenant_self, v_indicators, v_group_policy, v_negative_listed;
