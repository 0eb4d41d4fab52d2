// Package setup reads how far a subsidiary is with its first steps. It implements
// biz/setup's port and works in the tenant's unit of work.
package setup

import (
	"context"
	"encoding/json"
	"fmt"

	"zhuxin/biz/rating"
	"zhuxin/biz/setup"
	"zhuxin/data/postgres"
	"zhuxin/tenancy/scope"
)

// Progress reads the facts.
type Progress struct{}

var _ setup.Progress = Progress{}

// One statement for what is counted; colleagues by the view of the shared schema
// that shows a tenant its own members only.
const facts = `SELECT
	EXISTS (SELECT FROM rating_templates WHERE status <> 'draft'),
	EXISTS (SELECT FROM rating_templates WHERE status = 'effective'),
	(SELECT count(*) FROM hq.v_members WHERE status = 'active'),
	EXISTS (SELECT FROM receivable_imports WHERE status = 'done' AND NOT dry_run),
	EXISTS (SELECT FROM credit_ratings WHERE status IN ('effective', 'lapsed'))`

// Drafts are few; the newest ones are enough to see whether one is complete.
const drafts = `SELECT definition FROM rating_templates ORDER BY number DESC LIMIT 20`

// Facts implements setup.Progress.
func (Progress) Facts(ctx context.Context) (setup.Facts, error) {
	var f setup.Facts
	c, err := scope.Conn(ctx)
	if err != nil {
		return f, err
	}
	err = c.QueryRowContext(ctx, facts).Scan(&f.TemplateSubmitted, &f.TemplateEffective, &f.Members, &f.ImportFinished, &f.RatingEffective)
	if err != nil {
		return f, postgres.Map(ctx, err, "read setup facts")
	}
	rows, err := c.QueryContext(ctx, drafts)
	if err != nil {
		return f, postgres.Map(ctx, err, "read templates")
	}
	defer rows.Close()
	for rows.Next() {
		var raw []byte
		if err := rows.Scan(&raw); err != nil {
			return f, postgres.Map(ctx, err, "read template")
		}
		var d rating.Definition
		if err := json.Unmarshal(raw, &d); err != nil {
			return f, fmt.Errorf("decode template: %w", err)
		}
		f.TemplateWithItems = f.TemplateWithItems || len(d.Items) > 0
		f.TemplateComplete = f.TemplateComplete || d.Validate() == nil
	}
	return f, postgres.Map(ctx, rows.Err(), "read templates")
}
