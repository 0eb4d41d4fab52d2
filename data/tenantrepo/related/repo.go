// Package related keeps the graph of related parties: the port of biz/related in
// SQL. It owns the tables parties and party_relations, and reads customers and
// HQ's negative list.
package related

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/lib/pq"

	biz "zhuxin/biz/related"
	"zhuxin/data/postgres"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/scope"
)

// Repo implements biz.Repository on the transaction of the context.
type Repo struct{}

var _ biz.Repository = Repo{}

const partyColumns = `id, kind, name, coalesce(uscc, ''), id_mask, group_print`

const (
	companySQL = `INSERT INTO parties (id, created_at, created_by, kind, name, uscc) VALUES ($1, now(), $2, 'company', $3, $4)
		ON CONFLICT (uscc) DO UPDATE SET name = CASE WHEN excluded.name = '' THEN parties.name ELSE excluded.name END
		RETURNING ` + partyColumns
	personSQL = `INSERT INTO parties (id, created_at, created_by, kind, name, fingerprint, id_mask, group_print) VALUES ($1, now(), $2, 'person', $3, $4, $5, $6)
		ON CONFLICT (fingerprint) DO UPDATE SET name = excluded.name, group_print = excluded.group_print RETURNING ` + partyColumns
	partiesSQL = `SELECT ` + partyColumns + ` FROM parties WHERE id = ANY($1::uuid[]) ORDER BY id`

	insertSQL = `INSERT INTO party_relations (id, created_at, created_by, updated_at, version, from_id, to_id, kind, share, source, source_note, valid_from, valid_through)
		VALUES ($1, $2, $3, $2, $4, $5, $6, $7, $8, $9, $10, $11, $12)`
	sameSQL = `SELECT EXISTS (SELECT FROM party_relations WHERE from_id = $1 AND to_id = $2 AND kind = $3 AND (valid_through IS NULL OR valid_through >= $4::date))`

	columns = `r.id, r.from_id, r.to_id, r.kind, r.share, r.source, r.source_note, r.valid_from, r.valid_through, r.created_at, r.version`
	lockSQL = `SELECT ` + columns + ` FROM party_relations r WHERE r.id = $1 FOR UPDATE`
	endSQL  = `UPDATE party_relations SET valid_through = $2, updated_at = $3, version = $4 WHERE id = $1`

	// Step by step over relations that hold, in both directions. UNION drops what was
	// met at the same depth; the depth bounds what cycles would repeat.
	reachSQL = `WITH RECURSIVE reach(id, depth) AS (
			SELECT id, 0 FROM parties WHERE uscc = $1
			UNION
			SELECT CASE WHEN r.from_id = x.id THEN r.to_id ELSE r.from_id END, x.depth + 1
			FROM reach x JOIN party_relations r ON r.from_id = x.id OR r.to_id = x.id
			WHERE x.depth < $2 AND (r.valid_from IS NULL OR r.valid_from <= $3::date) AND (r.valid_through IS NULL OR r.valid_through >= $3::date)
		)
		SELECT p.id, p.kind, p.name, coalesce(p.uscc, ''), p.id_mask, c.id, EXISTS (SELECT FROM hq.v_negative_listed n WHERE n.uscc = p.uscc), min(x.depth)
		FROM reach x JOIN parties p ON p.id = x.id LEFT JOIN customers c ON c.uscc = p.uscc AND ($5::uuid IS NULL OR c.salesperson_id = $5) GROUP BY p.id, c.id ORDER BY min(x.depth), p.id LIMIT $4`
	betweenSQL = `SELECT ` + columns + ` FROM party_relations r WHERE r.from_id = ANY($1::uuid[]) AND r.to_id = ANY($1::uuid[])
		AND (r.valid_from IS NULL OR r.valid_from <= $2::date) AND (r.valid_through IS NULL OR r.valid_through >= $2::date) ORDER BY r.id`
)

// maxParties bounds what is drawn and searched: the nearest first.
const maxParties = 300

func scanParty(row interface{ Scan(...any) error }) (p biz.Party, err error) {
	var print []byte
	err = row.Scan(&p.ID, &p.Kind, &p.Name, &p.USCC, &p.IDMask, &print)
	p.Key = keyOf(p.ID, p.USCC, print)
	return p, err
}

// Company implements biz.Repository.
func (Repo) Company(ctx context.Context, uscc, name string, by *uuid.UUID) (biz.Party, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Party{}, err
	}
	p, err := scanParty(q.QueryRowContext(ctx, companySQL, uuid.Must(uuid.NewV7()), by, name, uscc))
	return p, postgres.Map(ctx, err, "keep company")
}

// Person implements biz.Repository.
func (Repo) Person(ctx context.Context, name string, prints biz.Prints, mask string, by *uuid.UUID) (biz.Party, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Party{}, err
	}
	p, err := scanParty(q.QueryRowContext(ctx, personSQL, uuid.Must(uuid.NewV7()), by, name, orNull(prints.Own), mask, orNull(prints.Group)))
	return p, postgres.Map(ctx, err, "keep person")
}

func orNull(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

// Parties implements biz.Repository.
func (Repo) Parties(ctx context.Context, ids ...uuid.UUID) ([]biz.Party, error) {
	return postgres.Query(ctx, "read related parties", partiesSQL, func(rows *sql.Rows) (biz.Party, error) { return scanParty(rows) }, pq.Array(ids))
}

// Insert implements biz.Repository.
func (Repo) Insert(ctx context.Context, r biz.Relation, by *uuid.UUID) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, insertSQL, r.ID, r.CreatedAt, by, r.Version, r.From, r.To, r.Kind, r.Share, r.Source, r.SourceNote, r.ValidFrom, r.ValidThrough)
	return postgres.Map(ctx, err, "insert relation")
}

// Same implements biz.Repository.
func (Repo) Same(ctx context.Context, r biz.Relation, on calendar.Date) (same bool, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return false, err
	}
	err = q.QueryRowContext(ctx, sameSQL, r.From, r.To, r.Kind, on).Scan(&same)
	return same, postgres.Map(ctx, err, "find relation")
}

func scanRelation(row interface{ Scan(...any) error }) (r biz.Relation, err error) {
	return r, row.Scan(&r.ID, &r.From, &r.To, &r.Kind, &r.Share, &r.Source, &r.SourceNote, &r.ValidFrom, &r.ValidThrough, &r.CreatedAt, &r.Version)
}

// Lock implements biz.Repository.
func (Repo) Lock(ctx context.Context, id uuid.UUID) (biz.Relation, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return biz.Relation{}, err
	}
	r, err := scanRelation(q.QueryRowContext(ctx, lockSQL, id))
	if errors.Is(err, sql.ErrNoRows) {
		return r, biz.ErrNotFound
	}
	return r, postgres.Map(ctx, err, "read relation")
}

// End implements biz.Repository.
func (Repo) End(ctx context.Context, id uuid.UUID, through calendar.Date, at time.Time, version int64) error {
	q, err := scope.Conn(ctx)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, endSQL, id, through, at, version)
	return postgres.Map(ctx, err, "end relation")
}

// Reach implements biz.Repository, in two statements.
func (Repo) Reach(ctx context.Context, uscc string, depth int, on calendar.Date, onlyOf *uuid.UUID) (g biz.Graph, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return g, err
	}
	rows, err := q.QueryContext(ctx, reachSQL, uscc, depth, on, maxParties, onlyOf)
	if err != nil {
		return g, postgres.Map(ctx, err, "read related parties")
	}
	defer func() { _ = rows.Close() }()
	var ids []string
	for rows.Next() {
		var p biz.Party
		var customer uuid.NullUUID
		var steps int
		if err := rows.Scan(&p.ID, &p.Kind, &p.Name, &p.USCC, &p.IDMask, &customer, &p.Listed, &steps); err != nil {
			return g, postgres.Map(ctx, err, "read related parties")
		}
		if customer.Valid {
			p.CustomerID = &customer.UUID
		}
		if steps == 0 {
			g.Start = p.ID
		}
		g.Parties, ids = append(g.Parties, p), append(ids, p.ID.String())
	}
	if err := rows.Err(); err != nil || len(ids) == 0 {
		return g, postgres.Map(ctx, err, "read related parties")
	}
	edges, err := q.QueryContext(ctx, betweenSQL, pq.Array(ids), on)
	if err != nil {
		return g, postgres.Map(ctx, err, "read relations")
	}
	defer func() { _ = edges.Close() }()
	for edges.Next() {
		r, err := scanRelation(edges)
		if err != nil {
			return g, postgres.Map(ctx, err, "read relations")
		}
		g.Relations = append(g.Relations, r)
	}
	return g, postgres.Map(ctx, edges.Err(), "read relations")
}
