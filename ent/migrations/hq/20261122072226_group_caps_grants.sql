-- replay: skip
-- +goose Up
GRANT SELECT, INSERT, UPDATE, DELETE ON group_caps, group_cap_members, group_quota, quota_moves TO zhuxin_hq;
ALTER TABLE group_caps ADD CONSTRAINT not_negative CHECK (amount >= 0 AND free_move >= 0);
ALTER TABLE group_quota ADD CONSTRAINT not_negative CHECK (amount >= 0 AND committed >= amount);
ALTER TABLE quota_moves ADD CONSTRAINT above_zero CHECK (amount > 0);
ALTER TABLE quota_moves ADD CONSTRAINT not_own_decision CHECK (decided_by IS NULL OR decided_by <> asked_by);

-- Which cap a company is under, for a subsidiary that keeps its books in the cap's
-- currency. Whose role asks is found out only for a company that is under one.
CREATE VIEW v_group_members AS
  SELECT m.uscc, m.cap_id FROM group_cap_members m JOIN group_caps g ON g.id = m.cap_id
  WHERE g.currency = (SELECT t.currency FROM tenants t WHERE t.schema_name || '_rw' = current_user);

-- The caps with the calling subsidiary's quota; who was given none has none.
CREATE VIEW v_group_quotas AS
  SELECT g.id AS cap_id, g.name, g.currency, g.amount AS cap, coalesce((SELECT q.amount FROM group_quota q
    WHERE q.cap_id = g.id AND q.tenant_id = (SELECT t.id FROM tenants t WHERE t.schema_name || '_rw' = current_user)), 0) AS quota
  FROM group_caps g;
GRANT SELECT ON v_group_members, v_group_quotas TO zhuxin_tenant, zhuxin_hq;

-- +goose Down
DROP VIEW v_group_quotas, v_group_members;
ALTER TABLE quota_moves DROP CONSTRAINT not_own_decision;
ALTER TABLE quota_moves DROP CONSTRAINT above_zero;
ALTER TABLE group_quota DROP CONSTRAINT not_negative;
ALTER TABLE group_caps DROP CONSTRAINT not_negative;
REVOKE ALL ON group_caps, group_cap_members, group_quota, quota_moves FROM zhuxin_hq;
