-- +goose Up
-- modify "customers" table
ALTER TABLE "customers" ADD COLUMN "contact_email_enc" bytea NULL, ADD COLUMN "contact_email_mask" character varying NOT NULL DEFAULT '';
-- modify "dunning_rules" table
ALTER TABLE "dunning_rules" ADD COLUMN "payment_text" character varying NOT NULL DEFAULT '';

-- +goose Down
-- reverse: modify "dunning_rules" table
ALTER TABLE "dunning_rules" DROP COLUMN "payment_text";
-- reverse: modify "customers" table
ALTER TABLE "customers" DROP COLUMN "contact_email_mask", DROP COLUMN "contact_email_enc";
