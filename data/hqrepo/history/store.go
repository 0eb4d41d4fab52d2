// Package history reads the shared history of a company and keeps the sharing
// log: the implementation of shared/history.Store on HQ's scope.
package history

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/google/uuid"

	scales "zhuxin/data/hqrepo/gradescale"
	"zhuxin/data/postgres"
	"zhuxin/shared/gradescale"
	"zhuxin/shared/history"
	"zhuxin/tenancy/scope"
)

// Store works in the transaction of the context.
type Store struct{}

var _ history.Store = Store{}

// ratings finds a company's ratings by the code that its customers have today: a
// code that was added or mended after the rating counts. The code kept with a
// rating stands in until its customer is projected.
const ratings = `SELECT r.tenant_id, t.name, r.grade, r.total_score, r.effective_at, r.lapsed_at
  FROM hq.rating_histories r JOIN hq.tenants t ON t.id = r.tenant_id
  WHERE r.customer_id IN (SELECT c.id FROM hq.rollup_customers c WHERE c.uscc = $1)
     OR r.uscc = $1 AND NOT EXISTS (SELECT FROM hq.rollup_customers c WHERE c.id = r.customer_id)
  ORDER BY r.effective_at DESC, r.id LIMIT 200`

// Ratings implements history.Store.
func (Store) Ratings(ctx context.Context, uscc string) ([]history.Rating, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, ratings, uscc)
	if err != nil {
		return nil, postgres.Map(ctx, err, "read rating history")
	}
	defer func() { _ = rows.Close() }()
	var out []history.Rating
	for rows.Next() {
		var r history.Rating
		if err := rows.Scan(&r.TenantID, &r.Subsidiary, &r.Grade, &r.TotalScore, &r.EffectiveAt, &r.LapsedAt); err != nil {
			return nil, err
		}
		out = append(out, r)
	}
	if err := rows.Err(); err != nil {
		return nil, postgres.Map(ctx, err, "read rating history")
	}
	return out, scaled(ctx, out)
}

// scaled puts the grades on the group's scale.
func scaled(ctx context.Context, ratings []history.Rating) error {
	if len(ratings) == 0 {
		return nil
	}
	ids := []uuid.UUID{}
	for _, r := range ratings {
		ids = append(ids, r.TenantID)
	}
	rule, err := scales.Store{}.Rule(ctx)
	if err != nil {
		return err
	}
	all, err := scales.Store{}.All(ctx, rule, ids)
	if err != nil {
		return err
	}
	for i := range ratings {
		r := &ratings[i]
		at := slices.IndexFunc(all, func(s gradescale.Subsidiary) bool { return s.ID == r.TenantID })
		if at >= 0 {
			r.Common, r.Template, r.Weights = all[at].Of(r.Grade), all[at].Template, all[at].Weights
		}
	}
	return nil
}

// Owners implements history.Store.
func (Store) Owners(ctx context.Context, uscc string) (map[uuid.UUID]history.Owner, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := q.QueryContext(ctx, `SELECT tenant_id, overdue > 0, stage, currency, receivable + reserved FROM hq.rollup_customers WHERE uscc = $1`, uscc)
	if err != nil {
		return nil, postgres.Map(ctx, err, "read who knows a company")
	}
	defer func() { _ = rows.Close() }()
	out := map[uuid.UUID]history.Owner{}
	for rows.Next() { // a code is unique in a subsidiary
		var id uuid.UUID
		var o history.Owner
		if err := rows.Scan(&id, &o.Overdue, &o.Stage, &o.Currency, &o.Exposure); err != nil {
			return nil, err
		}
		out[id] = o
	}
	return out, postgres.Map(ctx, rows.Err(), "read who knows a company")
}

// look is a row of the log as one JSON document carries it.
type look struct {
	ID             uuid.UUID  `json:"id"`
	At             string     `json:"at"`
	ViewerTenantID *uuid.UUID `json:"viewer_tenant_id"`
	ViewerID       uuid.UUID  `json:"viewer_id"`
	ViewerName     string     `json:"viewer_name"`
	OwnerTenantID  uuid.UUID  `json:"owner_tenant_id"`
	USCC           string     `json:"uscc"`
	Purpose        string     `json:"purpose"`
	RequestID      string     `json:"request_id"`
}

// Log implements history.Store.
func (Store) Log(ctx context.Context, looks []history.Look) error {
	q, err := scope.Conn(ctx)
	if err != nil || len(looks) == 0 {
		return err
	}
	docs := make([]look, len(looks))
	for i, l := range looks {
		docs[i] = look{ID: uuid.Must(uuid.NewV7()), At: l.At.Format("2006-01-02T15:04:05.999999Z07:00"), ViewerID: l.ViewerID, ViewerName: l.ViewerName,
			OwnerTenantID: l.OwnerTenantID, USCC: l.USCC, Purpose: l.Purpose, RequestID: l.RequestID}
		if l.ViewerTenantID != uuid.Nil {
			docs[i].ViewerTenantID = &looks[i].ViewerTenantID
		}
	}
	doc, err := json.Marshal(docs)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, `INSERT INTO hq.sharing_log (id, at, viewer_tenant_id, viewer_id, viewer_name, owner_tenant_id, uscc, purpose, request_id)
		SELECT id, at, viewer_tenant_id, viewer_id, viewer_name, owner_tenant_id, uscc, purpose, request_id
		FROM jsonb_to_recordset($1::jsonb) AS x(id uuid, at timestamptz, viewer_tenant_id uuid, viewer_id uuid, viewer_name text,
		  owner_tenant_id uuid, uscc text, purpose text, request_id text)`, string(doc))
	return postgres.Map(ctx, err, "log looks")
}

// Looks implements history.Store.
func (Store) Looks(ctx context.Context, tenantID uuid.UUID, made bool, limit, offset int) ([]history.Look, int64, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, 0, err
	}
	whose := `l.owner_tenant_id = $1`
	if made {
		whose = `l.viewer_tenant_id = $1`
	}
	var total int64
	if err := q.QueryRowContext(ctx, `SELECT count(*) FROM hq.sharing_log l WHERE `+whose, tenantID).Scan(&total); err != nil {
		return nil, 0, postgres.Map(ctx, err, "count looks")
	}
	rows, err := q.QueryContext(ctx, `SELECT l.at, coalesce(l.viewer_tenant_id, '00000000-0000-0000-0000-000000000000'), coalesce(t.name, ''), l.viewer_id,
		l.viewer_name, l.owner_tenant_id, l.uscc, l.purpose FROM hq.sharing_log l LEFT JOIN hq.tenants t ON t.id = l.viewer_tenant_id
		WHERE `+whose+` ORDER BY l.at DESC, l.id LIMIT $2 OFFSET $3`, tenantID, limit, offset)
	if err != nil {
		return nil, 0, postgres.Map(ctx, err, "list looks")
	}
	defer func() { _ = rows.Close() }()
	var out []history.Look
	for rows.Next() {
		var l history.Look
		if err := rows.Scan(&l.At, &l.ViewerTenantID, &l.ViewerTenant, &l.ViewerID, &l.ViewerName, &l.OwnerTenantID, &l.USCC, &l.Purpose); err != nil {
			return nil, 0, err
		}
		out = append(out, l)
	}
	return out, total, postgres.Map(ctx, rows.Err(), "list looks")
}
