-- replay: skip
-- +goose Up
-- A subsidiary sees who stands above whom among its own members.
CREATE OR REPLACE VIEW v_members WITH (security_barrier) AS
  SELECT m.id, m.person_id, p.name, p.email, m.roles, m.status, m.superior_id
  FROM tenants t JOIN memberships m ON m.tenant_id = t.id JOIN persons p ON p.id = m.person_id
  WHERE t.schema_name || '_rw' = current_user;

-- +goose Down
DROP VIEW v_members;
CREATE VIEW v_members WITH (security_barrier) AS
  SELECT m.id, m.person_id, p.name, p.email, m.roles, m.status
  FROM tenants t JOIN memberships m ON m.tenant_id = t.id JOIN persons p ON p.id = m.person_id
  WHERE t.schema_name || '_rw' = current_user;
GRANT SELECT ON v_members TO zhuxin_tenant, zhuxin_hq;
