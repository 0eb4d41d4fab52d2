-- +goose Up
-- modify "invitations" table
ALTER TABLE "invitations" ALTER COLUMN "token_hash" DROP NOT NULL, ADD COLUMN "sent_at" timestamptz NULL;
-- modify "persons" table
ALTER TABLE "persons" ADD COLUMN "email_verified" boolean NOT NULL DEFAULT false;

-- +goose Down
-- reverse: modify "persons" table
ALTER TABLE "persons" DROP COLUMN "email_verified";
-- reverse: modify "invitations" table
ALTER TABLE "invitations" DROP COLUMN "sent_at", ALTER COLUMN "token_hash" SET NOT NULL;
