-- replay: skip
-- +goose Up
-- Where a critical listing does not block orders, a bound of zero would stop some that
-- went on until now: there it refuses more, and nothing else.
INSERT INTO group_policies (id, negative_action, serious_action, notice_action, related_action, related_depth, step_up, created_at, created_by, effects)
  SELECT p.id + 1, p.negative_action, p.serious_action, p.notice_action, p.related_action, p.related_depth, p.step_up, now(), p.created_by,
    jsonb_set(p.effects, '{critical,limits}', '"refuse_increase"')
  FROM (SELECT * FROM group_policies ORDER BY id DESC LIMIT 1) p WHERE p.negative_action <> 'block';

ALTER TABLE negative_exemptions ADD CONSTRAINT some_scope CHECK (for_orders OR for_rating OR for_limits);

-- A hit comes with the last days on which the calling subsidiary may supply the company
-- all the same, rate it, and grant it more.
CREATE OR REPLACE VIEW v_negative_listed AS
  SELECT n.uscc, n.reason_code, n.reason_text, n.company_name, n.listed_at, n.severity,
    (SELECT max(x.ends_on) FROM negative_exemptions x WHERE x.uscc = n.uscc AND x.status = 'granted' AND x.for_orders
      AND x.tenant_id = (SELECT t.id FROM tenants t WHERE t.schema_name || '_rw' = current_user)) AS exempt_until,
    (SELECT max(x.ends_on) FROM negative_exemptions x WHERE x.uscc = n.uscc AND x.status = 'granted' AND x.for_rating
      AND x.tenant_id = (SELECT t.id FROM tenants t WHERE t.schema_name || '_rw' = current_user)) AS rating_exempt_until,
    (SELECT max(x.ends_on) FROM negative_exemptions x WHERE x.uscc = n.uscc AND x.status = 'granted' AND x.for_limits
      AND x.tenant_id = (SELECT t.id FROM tenants t WHERE t.schema_name || '_rw' = current_user)) AS limits_exempt_until
  FROM negative_entries n WHERE n.status = 'listed';
CREATE OR REPLACE VIEW v_exemptions AS
  SELECT x.uscc, max(x.ends_on) FILTER (WHERE x.for_orders) AS ends_on, max(x.ends_on) FILTER (WHERE x.for_rating) AS rating_ends_on,
    max(x.ends_on) FILTER (WHERE x.for_limits) AS limits_ends_on FROM negative_exemptions x
  WHERE x.status = 'granted' AND x.tenant_id = (SELECT t.id FROM tenants t WHERE t.schema_name || '_rw' = current_user) GROUP BY x.uscc;
CREATE OR REPLACE VIEW v_group_policy AS
  SELECT id, negative_action, created_at, serious_action, notice_action, related_action, related_depth, effects FROM group_policies ORDER BY id DESC LIMIT 1;

-- +goose Down
DROP VIEW v_group_policy, v_exemptions, v_negative_listed;
CREATE VIEW v_negative_listed AS
  SELECT n.uscc, n.reason_code, n.reason_text, n.company_name, n.listed_at, n.severity,
    (SELECT max(x.ends_on) FROM negative_exemptions x WHERE x.uscc = n.uscc AND x.status = 'granted'
      AND x.tenant_id = (SELECT t.id FROM tenants t WHERE t.schema_name || '_rw' = current_user)) AS exempt_until
  FROM negative_entries n WHERE n.status = 'listed';
CREATE VIEW v_exemptions AS
  SELECT x.uscc, max(x.ends_on) AS ends_on FROM negative_exemptions x
  WHERE x.status = 'granted' AND x.tenant_id = (SELECT t.id FROM tenants t WHERE t.schema_name || '_rw' = current_user) GROUP BY x.uscc;
CREATE VIEW v_group_policy AS
  SELECT id, negative_action, created_at, serious_action, notice_action, related_action, related_depth FROM group_policies ORDER BY id DESC LIMIT 1;
GRANT SELECT ON v_negative_listed, v_exemptions, v_group_policy TO zhuxin_tenant, zhuxin_hq;
ALTER TABLE negative_exemptions DROP CONSTRAINT some_scope;
