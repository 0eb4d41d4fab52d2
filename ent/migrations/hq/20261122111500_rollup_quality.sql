-- replay: skip
-- +goose Up
-- What HQ knows of the quality of each subsidiary's receivables: the categories, the
-- provision matrix and the forecast of the day, as one document that is replaced whole.
CREATE TABLE rollup_quality (
  tenant_id uuid PRIMARY KEY,
  as_of date NOT NULL,
  currency varchar(3) NOT NULL,
  figures jsonb NOT NULL,
  projected_at timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON rollup_quality TO zhuxin_hq;

-- +goose Down
DROP TABLE rollup_quality;
