-- replay: skip
-- +goose Up
GRANT SELECT, INSERT, UPDATE ON negative_claims, negative_exemptions TO zhuxin_hq;
GRANT SELECT, INSERT ON negative_events TO zhuxin_hq;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON negative_events FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE negative_events ENABLE ALWAYS TRIGGER append_only;

-- Nobody decides on what he brought himself.
ALTER TABLE negative_entries ADD CONSTRAINT not_own_decision CHECK (decided_by IS NULL OR decided_by <> listed_by);
ALTER TABLE negative_claims ADD CONSTRAINT not_own_answer CHECK (answered_by IS NULL OR answered_by <> raised_by);
ALTER TABLE negative_exemptions ADD CONSTRAINT not_own_decision CHECK (decided_by IS NULL OR decided_by <> asked_by);

-- What was listed before HQ reviewed begins its history with the listing.
UPDATE negative_entries SET proposed_at = listed_at,
  evidence = CASE WHEN evidence_document_id IS NULL THEN '[]'::jsonb
    ELSE jsonb_build_array(jsonb_build_object('document_id', evidence_document_id, 'name', evidence_name)) END;
INSERT INTO negative_events (id, entry_id, at, kind, tenant_id, actor_id, note, facts)
  SELECT gen_random_uuid(), id, listed_at, 'proposed', tenant_id, listed_by, reason_text, jsonb_build_object('amount', amount) FROM negative_entries;
INSERT INTO negative_events (id, entry_id, at, kind, actor_id, note, facts)
  SELECT gen_random_uuid(), id, removed_at, 'removed', removed_by, removal_reason, '{}'::jsonb
  FROM negative_entries WHERE status = 'removed' AND removed_at IS NOT NULL AND removed_by IS NOT NULL;

-- A hit comes with its severity, and with the last day on which the calling
-- subsidiary may supply the company all the same. The second costs something only
-- for a company that is listed, and only who asks for it.
CREATE OR REPLACE VIEW v_negative_listed AS
  SELECT n.uscc, n.reason_code, n.reason_text, n.company_name, n.listed_at, n.severity,
    (SELECT max(x.ends_on) FROM negative_exemptions x WHERE x.uscc = n.uscc AND x.status = 'granted'
      AND x.tenant_id = (SELECT t.id FROM tenants t WHERE t.schema_name || '_rw' = current_user)) AS exempt_until
  FROM negative_entries n WHERE n.status = 'listed';
CREATE OR REPLACE VIEW v_group_policy AS
  SELECT id, negative_action, created_at, serious_action, notice_action FROM group_policies ORDER BY id DESC LIMIT 1;

-- +goose Down
DROP VIEW v_group_policy, v_negative_listed;
CREATE VIEW v_negative_listed AS
  SELECT uscc, reason_code, reason_text, company_name, listed_at FROM negative_entries WHERE status = 'listed';
CREATE VIEW v_group_policy AS
  SELECT id, negative_action, created_at FROM group_policies ORDER BY id DESC LIMIT 1;
GRANT SELECT ON v_negative_listed, v_group_policy TO zhuxin_tenant, zhuxin_hq;
ALTER TABLE negative_exemptions DROP CONSTRAINT not_own_decision;
ALTER TABLE negative_claims DROP CONSTRAINT not_own_answer;
ALTER TABLE negative_entries DROP CONSTRAINT not_own_decision;
DROP TRIGGER append_only ON negative_events;
