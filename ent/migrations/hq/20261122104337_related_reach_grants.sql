-- replay: skip
-- +goose Up
GRANT SELECT, INSERT, UPDATE ON party_edges TO zhuxin_hq;
ALTER TABLE group_policies ADD CONSTRAINT related_depth CHECK (related_depth >= 1 AND related_depth <= 4);

-- What the others know of who is what of whom, and nothing of who knows it.
CREATE VIEW v_party_edges AS
  SELECT e.from_key, e.from_name, e.to_key, e.to_name, e.kind, e.valid_from, e.valid_through FROM party_edges e
  WHERE e.tenant_id IS DISTINCT FROM (SELECT t.id FROM tenants t WHERE t.schema_name || '_rw' = current_user);

-- Until when HQ lets the calling subsidiary supply a company all the same.
CREATE VIEW v_exemptions AS
  SELECT x.uscc, max(x.ends_on) AS ends_on FROM negative_exemptions x
  WHERE x.status = 'granted' AND x.tenant_id = (SELECT t.id FROM tenants t WHERE t.schema_name || '_rw' = current_user) GROUP BY x.uscc;

CREATE OR REPLACE VIEW v_group_policy AS
  SELECT id, negative_action, created_at, serious_action, notice_action, related_action, related_depth FROM group_policies ORDER BY id DESC LIMIT 1;
GRANT SELECT ON v_party_edges, v_exemptions TO zhuxin_tenant, zhuxin_hq;

-- +goose Down
DROP VIEW v_exemptions, v_party_edges, v_group_policy;
CREATE VIEW v_group_policy AS
  SELECT id, negative_action, created_at, serious_action, notice_action FROM group_policies ORDER BY id DESC LIMIT 1;
GRANT SELECT ON v_group_policy TO zhuxin_tenant, zhuxin_hq;
ALTER TABLE group_policies DROP CONSTRAINT related_depth;
REVOKE ALL ON party_edges FROM zhuxin_hq;
