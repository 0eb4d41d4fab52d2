// Package timeline reads what happened to a customer, a project or an owner from the
// tables where each domain keeps it: the port of biz/timeline in SQL. It owns no table
// and writes nothing. Each part finds its rows by an index.
package timeline

import (
	"context"
	"database/sql"
	"encoding/json"
	"strings"
	"time"

	"github.com/google/uuid"

	biz "zhuxin/biz/timeline"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/shared/money"
	"zhuxin/shared/paging"
	"zhuxin/tenancy/scope"
)

// Reader implements biz.Reader on the transaction of the context; repositories of the
// subjects embed it.
type Reader struct{}

var _ biz.Reader = Reader{}

// Each part gives at, id, kind, actor, ref, amount and parts; $1 is the subject,
// $2 the present instant, $6 the tenant's time zone. Ids are derived where one row gives
// two events, so that the order has no ties. What is done by persons is named in the
// audit; where a part has its own events for the same thing, the audit's is left out. The
// largest amount is approval.Unbounded, which is none to be shown.
const (
	head = `SELECT NULL::timestamptz AS at, NULL::uuid AS id, NULL::text AS kind, NULL::text AS actor, NULL::text AS ref, NULL::bigint AS amount, NULL::jsonb AS parts WHERE false`
	tail = `) e WHERE e.at <= $2::timestamptz AND $1::uuid IS NOT NULL AND $6::text <> '' AND ($3::timestamptz IS NULL OR (e.at, e.id) < ($3, $4::uuid)) ORDER BY e.at DESC, e.id DESC LIMIT $5`
)

var subjects = map[biz.Subject]map[biz.Source]string{biz.Customer: ofCustomer, biz.Project: ofProject, biz.Owner: ofOwner}

// by names the person of a column.
func by(column string) string {
	return `coalesce((SELECT m.name FROM hq.v_members m WHERE m.person_id = ` + column + ` LIMIT 1), '')`
}

// Events implements biz.Reader, in one statement.
func (Reader) Events(ctx context.Context, q biz.Query) ([]biz.Event, *paging.Key, error) {
	c, err := scope.Conn(ctx)
	if err != nil {
		return nil, nil, err
	}
	t, ok := scope.TenantFrom(ctx)
	if !ok {
		return nil, nil, scope.ErrNoScope
	}
	parts := []string{head} // it names the columns
	for _, s := range q.Sources {
		if part := subjects[q.Subject][s]; part != "" {
			parts = append(parts, part)
		}
	}
	var at *time.Time
	var id uuid.NullUUID
	if q.After != nil {
		at, id = &q.After.At, uuid.NullUUID{UUID: q.After.ID, Valid: true}
	}
	rows, err := c.QueryContext(ctx, `SELECT e.at, e.id, e.kind, e.actor, e.ref, e.amount, e.parts FROM (`+strings.Join(parts, "\n UNION ALL ")+tail,
		q.ID, q.Now, at, id, q.Limit+1, t.Zone.String())
	if err != nil {
		return nil, nil, postgres.Map(ctx, err, "read timeline")
	}
	defer func() { _ = rows.Close() }()
	var out []biz.Event
	for rows.Next() {
		if len(out) == q.Limit {
			last := out[q.Limit-1]
			return out, &paging.Key{At: last.At, ID: last.ID}, nil
		}
		e, err := scan(rows, t.Zone)
		if err != nil {
			return nil, nil, postgres.Map(ctx, err, "read timeline")
		}
		out = append(out, e)
	}
	return out, nil, postgres.Map(ctx, rows.Err(), "read timeline")
}

func scan(rows *sql.Rows, zone *time.Location) (e biz.Event, err error) {
	var amount sql.NullInt64
	var parts []byte
	if err := rows.Scan(&e.At, &e.ID, &e.Kind, &e.Actor, &e.Ref, &amount, &parts); err != nil {
		return e, err
	}
	if amount.Valid {
		a := money.Amount(amount.Int64)
		e.Amount = &a
	}
	e.On = calendar.Of(e.At, zone)
	if !biz.Kinds[e.Kind] {
		e.Clock = e.At.In(zone).Format("15:04")
	}
	return e, json.Unmarshal(parts, &e.Parts)
}
