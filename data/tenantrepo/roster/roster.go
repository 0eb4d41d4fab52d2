// Package roster reads who the members of the tenant are, from HQ's view
// v_members, which shows a tenant its own members only. It owns no table; who is
// a member is decided at HQ (shared/directory).
package roster

import (
	"context"
	"database/sql"
	"errors"

	"github.com/google/uuid"
	"github.com/lib/pq"

	"zhuxin/data/postgres"
	"zhuxin/shared/party"
	"zhuxin/tenancy/scope"
)

// Ref makes the reference to a person out of a nullable id and name, as a left
// join with v_members gives them. A person who is gone has no name.
func Ref(id uuid.NullUUID, name sql.NullString) *party.Person {
	if !id.Valid {
		return nil
	}
	return &party.Person{ID: id.UUID, Name: name.String}
}

// ID gives the id to store for a person who may be missing.
func ID(p *party.Person) uuid.NullUUID {
	if p == nil {
		return uuid.NullUUID{}
	}
	return uuid.NullUUID{UUID: p.ID, Valid: true}
}

const activeSQL = `SELECT name FROM hq.v_members WHERE person_id = $1 AND status = 'active'`

// Active gives the name of an active member; ok is false for anybody else.
func Active(ctx context.Context, person uuid.UUID) (name string, ok bool, err error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return "", false, err
	}
	err = q.QueryRowContext(ctx, activeSQL, person).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, nil
	}
	return name, err == nil, postgres.Map(ctx, err, "read member")
}

const namesSQL = `SELECT person_id, name FROM hq.v_members WHERE person_id = ANY($1::uuid[])`

// Names gives the names of members, also former ones.
func Names(ctx context.Context, ids []uuid.UUID) (map[uuid.UUID]string, error) {
	q, err := scope.Conn(ctx)
	if err != nil {
		return nil, err
	}
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = id.String()
	}
	rows, err := q.QueryContext(ctx, namesSQL, pq.Array(texts))
	if err != nil {
		return nil, postgres.Map(ctx, err, "read members")
	}
	defer func() { _ = rows.Close() }()
	names := make(map[uuid.UUID]string, len(ids))
	for rows.Next() {
		var (
			id   uuid.UUID
			name string
		)
		if err := rows.Scan(&id, &name); err != nil {
			return nil, postgres.Map(ctx, err, "read members")
		}
		names[id] = name
	}
	return names, postgres.Map(ctx, rows.Err(), "read members")
}
