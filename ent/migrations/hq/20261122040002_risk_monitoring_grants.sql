-- replay: skip
-- +goose Up
-- Company data is bought once and read by all. A snapshot is what a decision
-- rests on, so nobody changes it.
GRANT SELECT, INSERT, UPDATE ON registry_accounts, registry_looks, registry_findings TO zhuxin_hq;
GRANT SELECT, INSERT ON registry_snapshots TO zhuxin_hq;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON registry_snapshots FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE registry_snapshots ENABLE ALWAYS TRIGGER append_only;

-- Without the sealed answer, and without who paid for it.
CREATE VIEW v_registry_looks AS
  SELECT l.uscc, l.kind, l.provider, l.outcome, l.looked_at, l.tried_at, l.trouble, l.trouble_text, l.snapshot_id, s.taken, s.digest
  FROM registry_looks l LEFT JOIN registry_snapshots s ON s.id = l.snapshot_id;
CREATE VIEW v_registry_findings AS
  SELECT id, uscc, kind, title, severity, occurred_on, amount, facts, status, baseline, first_seen_at, last_seen_at, ended_at, snapshot_id FROM registry_findings;
GRANT SELECT ON v_registry_looks, v_registry_findings TO zhuxin_tenant, zhuxin_hq;

-- +goose Down
DROP VIEW v_registry_findings, v_registry_looks;
DROP TRIGGER append_only ON registry_snapshots;
