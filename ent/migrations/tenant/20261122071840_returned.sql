-- +goose Up
-- What an approver gives back is returned, not rejected.
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION keep_limit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'credit limit % is %: limits are never deleted', OLD.id, OLD.status USING ERRCODE = 'ZX002';
  END IF;
  IF (NEW.id, NEW.customer_id, NEW.project_id, NEW.batch_id, NEW.class, NEW.kind, NEW.mode, NEW.amount, NEW.starts_on, NEW.ends_on, NEW.reason, NEW.rating_id, NEW.created_at, NEW.created_by)
     IS DISTINCT FROM
     (OLD.id, OLD.customer_id, OLD.project_id, OLD.batch_id, OLD.class, OLD.kind, OLD.mode, OLD.amount, OLD.starts_on, OLD.ends_on, OLD.reason, OLD.rating_id, OLD.created_at, OLD.created_by) THEN
    RAISE EXCEPTION 'credit limit % is %: its terms cannot be changed; adjust the limit by a new version', OLD.id, OLD.status USING ERRCODE = 'ZX002';
  END IF;
  IF NOT (NEW.status = OLD.status OR (OLD.status = 'submitted' AND NEW.status IN ('effective', 'rejected', 'returned', 'withdrawn')) OR (OLD.status = 'effective' AND NEW.status = 'lapsed')) THEN
    RAISE EXCEPTION 'credit limit % cannot go from % to %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'ZX002';
  END IF;
  IF OLD.superseded_on IS NOT NULL AND (NEW.superseded_on IS NULL OR NEW.superseded_on > OLD.superseded_on) THEN
    RAISE EXCEPTION 'credit limit % was superseded on %: that cannot be put off', OLD.id, OLD.superseded_on USING ERRCODE = 'ZX002';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION keep_shared_limit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'shared limit % is %: limits are never deleted', OLD.id, OLD.status USING ERRCODE = 'ZX002';
  END IF;
  IF (NEW.id, NEW.name, NEW.amount, NEW.members, NEW.replaces_id, NEW.reason, NEW.created_at, NEW.created_by)
     IS DISTINCT FROM (OLD.id, OLD.name, OLD.amount, OLD.members, OLD.replaces_id, OLD.reason, OLD.created_at, OLD.created_by) THEN
    RAISE EXCEPTION 'shared limit % is %: its terms cannot be changed; submit a new version', OLD.id, OLD.status USING ERRCODE = 'ZX002';
  END IF;
  IF NOT (NEW.status = OLD.status OR (OLD.status = 'submitted' AND NEW.status IN ('effective', 'ended', 'rejected', 'returned', 'withdrawn')) OR (OLD.status = 'effective' AND NEW.status = 'ended')) THEN
    RAISE EXCEPTION 'shared limit % cannot go from % to %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'ZX002';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd

-- +goose Down
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION keep_shared_limit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'shared limit % is %: limits are never deleted', OLD.id, OLD.status USING ERRCODE = 'ZX002';
  END IF;
  IF (NEW.id, NEW.name, NEW.amount, NEW.members, NEW.replaces_id, NEW.reason, NEW.created_at, NEW.created_by)
     IS DISTINCT FROM (OLD.id, OLD.name, OLD.amount, OLD.members, OLD.replaces_id, OLD.reason, OLD.created_at, OLD.created_by) THEN
    RAISE EXCEPTION 'shared limit % is %: its terms cannot be changed; submit a new version', OLD.id, OLD.status USING ERRCODE = 'ZX002';
  END IF;
  IF NOT (NEW.status = OLD.status OR (OLD.status = 'submitted' AND NEW.status IN ('effective', 'ended', 'rejected', 'withdrawn')) OR (OLD.status = 'effective' AND NEW.status = 'ended')) THEN
    RAISE EXCEPTION 'shared limit % cannot go from % to %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'ZX002';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE OR REPLACE FUNCTION keep_limit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    RAISE EXCEPTION 'credit limit % is %: limits are never deleted', OLD.id, OLD.status USING ERRCODE = 'ZX002';
  END IF;
  IF (NEW.id, NEW.customer_id, NEW.project_id, NEW.batch_id, NEW.class, NEW.kind, NEW.mode, NEW.amount, NEW.starts_on, NEW.ends_on, NEW.reason, NEW.rating_id, NEW.created_at, NEW.created_by)
     IS DISTINCT FROM
     (OLD.id, OLD.customer_id, OLD.project_id, OLD.batch_id, OLD.class, OLD.kind, OLD.mode, OLD.amount, OLD.starts_on, OLD.ends_on, OLD.reason, OLD.rating_id, OLD.created_at, OLD.created_by) THEN
    RAISE EXCEPTION 'credit limit % is %: its terms cannot be changed; adjust the limit by a new version', OLD.id, OLD.status USING ERRCODE = 'ZX002';
  END IF;
  IF NOT (NEW.status = OLD.status OR (OLD.status = 'submitted' AND NEW.status IN ('effective', 'rejected', 'withdrawn')) OR (OLD.status = 'effective' AND NEW.status = 'lapsed')) THEN
    RAISE EXCEPTION 'credit limit % cannot go from % to %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'ZX002';
  END IF;
  IF OLD.superseded_on IS NOT NULL AND (NEW.superseded_on IS NULL OR NEW.superseded_on > OLD.superseded_on) THEN
    RAISE EXCEPTION 'credit limit % was superseded on %: that cannot be put off', OLD.id, OLD.superseded_on USING ERRCODE = 'ZX002';
  END IF;
  RETURN NEW;
END $$;
-- +goose StatementEnd
