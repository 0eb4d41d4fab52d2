-- +goose Up
-- modify "group_policies" table
ALTER TABLE "group_policies" ADD COLUMN "effects" jsonb NOT NULL DEFAULT jsonb_build_object('notice', jsonb_build_object('rating', 'warn', 'limits', 'none', 'related_rating', 'warn', 'related_limits', 'none'), 'serious', jsonb_build_object('rating', 'refuse', 'limits', 'refuse_increase', 'related_rating', 'warn', 'related_limits', 'none'), 'critical', jsonb_build_object('rating', 'refuse', 'limits', 'cap_zero', 'related_rating', 'warn', 'related_limits', 'none'));
-- modify "negative_exemptions" table
ALTER TABLE "negative_exemptions" ADD COLUMN "for_orders" boolean NOT NULL DEFAULT true, ADD COLUMN "for_rating" boolean NOT NULL DEFAULT false, ADD COLUMN "for_limits" boolean NOT NULL DEFAULT false;

-- +goose Down
-- reverse: modify "negative_exemptions" table
ALTER TABLE "negative_exemptions" DROP COLUMN "for_limits", DROP COLUMN "for_rating", DROP COLUMN "for_orders";
-- reverse: modify "group_policies" table
ALTER TABLE "group_policies" DROP COLUMN "effects";
