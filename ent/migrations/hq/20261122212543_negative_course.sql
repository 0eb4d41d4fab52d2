-- replay: skip
-- +goose Up
-- What the calling subsidiary may know of the past of a listing: that a company was
-- listed and taken off again, by whomever; its own objections, repairs and exemptions.
-- The words of a listing go with it: of one that was removed only the reason's code stays.
CREATE VIEW v_negative_course WITH (security_barrier) AS
  SELECT n.uscc, n.id, n.id AS ref, n.listed_at AS at, 'negative.listed' AS kind, nullif(n.amount, 0) AS amount, n.reason_code, n.severity,
    CASE WHEN n.status = 'listed' THEN n.reason_text ELSE '' END AS comment
  FROM negative_entries n WHERE n.status IN ('listed', 'removed')
  UNION ALL SELECT n.uscc, md5('removed' || n.id)::uuid, n.id, n.removed_at, 'negative.removed', NULL, n.reason_code, n.severity, ''
  FROM negative_entries n WHERE n.status = 'removed' AND n.removed_at IS NOT NULL
  UNION ALL SELECT n.uscc, c.id, n.id, c.raised_at, 'negative.' || c.kind || '_raised', nullif(c.amount, 0), n.reason_code, n.severity, c.text
  FROM negative_claims c JOIN negative_entries n ON n.id = c.entry_id WHERE c.tenant_id = (SELECT t.id FROM tenants t WHERE t.schema_name || '_rw' = current_user)
  UNION ALL SELECT n.uscc, md5('answered' || c.id)::uuid, n.id, c.answered_at, 'negative.' || c.kind || '_' || c.status, nullif(c.amount, 0), n.reason_code, n.severity, c.answer
  FROM negative_claims c JOIN negative_entries n ON n.id = c.entry_id WHERE c.answered_at IS NOT NULL AND c.tenant_id = (SELECT t.id FROM tenants t WHERE t.schema_name || '_rw' = current_user)
  UNION ALL SELECT x.uscc, x.id, x.id, x.asked_at, 'negative.exemption_asked', NULL, '', '', x.reason
  FROM negative_exemptions x WHERE x.tenant_id = (SELECT t.id FROM tenants t WHERE t.schema_name || '_rw' = current_user)
  UNION ALL SELECT x.uscc, md5('decided' || x.id)::uuid, x.id, x.decided_at, 'negative.exemption_' || x.status, NULL, '', '', x.decision_reason
  FROM negative_exemptions x WHERE x.decided_at IS NOT NULL AND x.status <> 'asked' AND x.tenant_id = (SELECT t.id FROM tenants t WHERE t.schema_name || '_rw' = current_user);
GRANT SELECT ON v_negative_course TO zhuxin_tenant, zhuxin_hq;

-- +goose Down
DROP VIEW v_negative_course;
