-- +goose Up
-- +goose StatementBegin
DO $$
DECLARE
  rw text := quote_ident(current_schema() || '_rw');
BEGIN
  EXECUTE format('GRANT SELECT, INSERT ON approval_flows, approval_acts, approval_hands, approval_policies TO %s', rw);
  EXECUTE format('GRANT SELECT, INSERT, UPDATE ON approval_steps, approval_slots, approval_delegations, approval_authorities TO %s', rw);
END $$;
-- +goose StatementEnd
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON approval_flows FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON approval_acts FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON approval_hands FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON approval_policies FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE approval_flows ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE approval_acts ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE approval_hands ENABLE ALWAYS TRIGGER append_only;
ALTER TABLE approval_policies ENABLE ALWAYS TRIGGER append_only;

-- Whatever the program does: the submitter has had his hand in it from the start,
-- and a decision puts in the hands of who made it and of whom he stood for. The
-- unique index approval_hand_once then refuses a second time.
-- +goose StatementBegin
CREATE FUNCTION lay_hand_of_submitter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('INSERT INTO %I.approval_hands (id, approval_id, person_id) VALUES (gen_random_uuid(), $1, $2)', TG_TABLE_SCHEMA)
    USING NEW.id, NEW.submitted_by;
  RETURN NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE FUNCTION lay_hands_of_act() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('INSERT INTO %I.approval_hands (id, approval_id, person_id)
    SELECT gen_random_uuid(), $1, p FROM unnest(ARRAY[$2, $3]::uuid[]) p WHERE p IS NOT NULL', TG_TABLE_SCHEMA)
    USING NEW.approval_id, NEW.person_id, NEW.on_behalf_of;
  RETURN NULL;
END $$;
-- +goose StatementEnd

-- Review comes before approval, one step at a time, none jumped over.
-- +goose StatementBegin
CREATE FUNCTION keep_step_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  jumped boolean;
  backwards boolean;
BEGIN
  EXECUTE format('SELECT
      coalesce(bool_or(position < $2 AND status IN (''waiting'', ''active'')), false),
      coalesce(bool_or($3 = ''review'' AND kind = ''approve'' AND position < $2), false)
    FROM %I.approval_steps WHERE approval_id = $1', TG_TABLE_SCHEMA)
    INTO jumped, backwards USING NEW.approval_id, NEW.position, NEW.kind;
  IF NEW.status IN ('active', 'done') AND jumped THEN
    RAISE EXCEPTION 'step % of submission % jumps over an earlier one', NEW.position, NEW.approval_id USING ERRCODE = 'ZX003';
  END IF;
  IF backwards THEN
    RAISE EXCEPTION 'step % of submission % would review after an approval', NEW.position, NEW.approval_id USING ERRCODE = 'ZX003';
  END IF;
  RETURN NULL;
END $$;
-- +goose StatementEnd

-- What was submitted stays; a decision is final; and nothing is approved while a
-- step is missing, or without an approval within somebody's authority.
-- +goose StatementBegin
CREATE FUNCTION keep_approval() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  open_steps int;
  within boolean;
BEGIN
  IF TG_OP = 'INSERT' THEN
    IF NEW.status <> 'pending' THEN
      RAISE EXCEPTION 'submission % begins as %', NEW.id, NEW.status USING ERRCODE = 'ZX003';
    END IF;
    RETURN NEW;
  END IF;
  IF OLD.status <> 'pending' OR (NEW.id, NEW.kind, NEW.subject_id, NEW.customer_id, NEW.title, NEW.facts, NEW.amount, NEW.grade, NEW.previous_amount, NEW.flow_number, NEW.submitted_by, NEW.submitted_at)
     IS DISTINCT FROM (OLD.id, OLD.kind, OLD.subject_id, OLD.customer_id, OLD.title, OLD.facts, OLD.amount, OLD.grade, OLD.previous_amount, OLD.flow_number, OLD.submitted_by, OLD.submitted_at) THEN
    RAISE EXCEPTION 'submission % is % and stays as it is', OLD.id, OLD.status USING ERRCODE = 'ZX003';
  END IF;
  IF NEW.status = 'approved' THEN
    EXECUTE format('SELECT count(*) FROM %I.approval_steps WHERE approval_id = $1 AND status <> ''done''', TG_TABLE_SCHEMA) INTO open_steps USING NEW.id;
    EXECUTE format('SELECT EXISTS (SELECT FROM %1$I.approval_acts a JOIN %1$I.approval_steps s ON s.id = a.step_id
      WHERE a.approval_id = $1 AND a.kind = ''approved'' AND s.kind = ''approve'')', TG_TABLE_SCHEMA) INTO within USING NEW.id;
    IF open_steps > 0 OR NOT within THEN
      RAISE EXCEPTION 'submission % is not through all its steps', NEW.id USING ERRCODE = 'ZX003';
    END IF;
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION lay_hand_of_submitter(), lay_hands_of_act(), keep_step_order(), keep_approval() FROM PUBLIC;

-- Submissions that wait already go on by the product's own flow.
INSERT INTO approval_steps (id, approval_id, position, kind, mode, status, opened_version, opened_at)
  SELECT gen_random_uuid(), id, 1000, 'approve', 'any', 'active', 1, submitted_at FROM approvals WHERE status = 'pending';
INSERT INTO approval_slots (id, approval_id, step_id, role, status)
  SELECT gen_random_uuid(), approval_id, id, 'approver', 'open' FROM approval_steps;
INSERT INTO approval_hands (id, approval_id, person_id)
  SELECT gen_random_uuid(), id, submitted_by FROM approvals WHERE status = 'pending';

CREATE TRIGGER keep_approval BEFORE INSERT OR UPDATE ON approvals FOR EACH ROW EXECUTE FUNCTION keep_approval();
CREATE TRIGGER lay_hand AFTER INSERT ON approvals FOR EACH ROW EXECUTE FUNCTION lay_hand_of_submitter();
CREATE TRIGGER lay_hand AFTER INSERT ON approval_acts FOR EACH ROW
  WHEN (NEW.kind IN ('approved', 'endorsed', 'rejected', 'returned')) EXECUTE FUNCTION lay_hands_of_act();
CREATE TRIGGER keep_step_order AFTER INSERT OR UPDATE ON approval_steps FOR EACH ROW EXECUTE FUNCTION keep_step_order();
ALTER TABLE approvals ENABLE ALWAYS TRIGGER keep_approval;
ALTER TABLE approvals ENABLE ALWAYS TRIGGER lay_hand;
ALTER TABLE approval_acts ENABLE ALWAYS TRIGGER lay_hand;
ALTER TABLE approval_steps ENABLE ALWAYS TRIGGER keep_step_order;

-- +goose Down
DROP TRIGGER keep_step_order ON approval_steps;
DROP TRIGGER lay_hand ON approval_acts;
DROP TRIGGER lay_hand ON approvals;
DROP TRIGGER keep_approval ON approvals;
DROP FUNCTION keep_approval();
DROP FUNCTION keep_step_order();
DROP FUNCTION lay_hands_of_act();
DROP FUNCTION lay_hand_of_submitter();
DROP TRIGGER append_only ON approval_policies;
DROP TRIGGER append_only ON approval_hands;
DROP TRIGGER append_only ON approval_acts;
DROP TRIGGER append_only ON approval_flows;
