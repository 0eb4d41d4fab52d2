-- replay: skip
-- +goose Up
GRANT SELECT, INSERT, UPDATE, DELETE ON step_up_challenges TO zhuxin_hq;

-- +goose Down
REVOKE ALL ON step_up_challenges FROM zhuxin_hq;
