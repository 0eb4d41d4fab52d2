-- +goose Up
-- create "notifications" table
CREATE TABLE "notifications" (
  "id" uuid NOT NULL,
  "person_id" uuid NOT NULL,
  "kind" character varying NOT NULL,
  "event_key" character varying NOT NULL,
  "parts" jsonb NOT NULL,
  "link" jsonb NOT NULL,
  "created_at" timestamptz NOT NULL,
  "read_at" timestamptz NULL,
  PRIMARY KEY ("id")
);
-- create index "notification_event_key_person_id" to table: "notifications"
CREATE UNIQUE INDEX "notification_event_key_person_id" ON "notifications" ("event_key", "person_id");
-- create index "notification_person_id_created_at_id" to table: "notifications"
CREATE INDEX "notification_person_id_created_at_id" ON "notifications" ("person_id", "created_at", "id");
-- create index "notification_unread" to table: "notifications"
CREATE INDEX "notification_unread" ON "notifications" ("person_id") WHERE (read_at IS NULL);
-- create "notify_preferences" table
CREATE TABLE "notify_preferences" (
  "id" uuid NOT NULL,
  "person_id" uuid NOT NULL,
  "kind" character varying NOT NULL,
  "on_page" boolean NOT NULL,
  "outside" character varying NOT NULL,
  "sms" boolean NOT NULL DEFAULT false,
  "updated_at" timestamptz NOT NULL,
  PRIMARY KEY ("id")
);
-- create index "notifypreference_person_id_kind" to table: "notify_preferences"
CREATE UNIQUE INDEX "notifypreference_person_id_kind" ON "notify_preferences" ("person_id", "kind");

-- +goose Down
-- reverse: create index "notifypreference_person_id_kind" to table: "notify_preferences"
DROP INDEX "notifypreference_person_id_kind";
-- reverse: create "notify_preferences" table
DROP TABLE "notify_preferences";
-- reverse: create index "notification_unread" to table: "notifications"
DROP INDEX "notification_unread";
-- reverse: create index "notification_person_id_created_at_id" to table: "notifications"
DROP INDEX "notification_person_id_created_at_id";
-- reverse: create index "notification_event_key_person_id" to table: "notifications"
DROP INDEX "notification_event_key_person_id";
-- reverse: create "notifications" table
DROP TABLE "notifications";
