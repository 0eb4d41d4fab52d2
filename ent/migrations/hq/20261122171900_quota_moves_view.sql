-- replay: skip
-- +goose Up
-- The calling subsidiary's requests for quota, and those of others that it is to lend for.
CREATE VIEW v_quota_moves WITH (security_barrier) AS
  SELECT m.id, m.cap_id, g.name AS cap_name, m.from_tenant_id IS NOT DISTINCT FROM s.id AS lends, coalesce(o.short_name, '') AS other_name,
    m.amount, m.reason, m.status, m.asked_by, m.asked_at, m.decided_at, m.decision_reason
  FROM (SELECT t.id FROM tenants t WHERE t.schema_name || '_rw' = current_user) s
  JOIN quota_moves m ON m.to_tenant_id = s.id OR m.from_tenant_id = s.id
  JOIN group_caps g ON g.id = m.cap_id
  LEFT JOIN tenants o ON o.id = CASE WHEN m.from_tenant_id IS NOT DISTINCT FROM s.id THEN m.to_tenant_id ELSE m.from_tenant_id END;
GRANT SELECT ON v_quota_moves TO zhuxin_tenant, zhuxin_hq;

-- +goose Down
DROP VIEW v_quota_moves;
