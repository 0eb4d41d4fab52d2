-- +goose Up
-- HQ seals its own audit log and the personal fields of applications.
GRANT SELECT, INSERT, UPDATE ON keysets TO zhuxin_hq;

-- +goose Down
REVOKE ALL ON keysets FROM zhuxin_hq;
