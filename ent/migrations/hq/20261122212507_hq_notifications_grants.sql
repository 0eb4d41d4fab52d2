-- replay: skip
-- +goose Up
GRANT SELECT, INSERT, UPDATE ON notifications, notify_preferences TO zhuxin_hq;

-- +goose Down
REVOKE ALL ON notifications, notify_preferences FROM zhuxin_hq;
