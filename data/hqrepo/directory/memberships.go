package directory

import (
	"context"
	"time"

	"github.com/google/uuid"

	"zhuxin/data/postgres"
	"zhuxin/shared/directory"
)

type memberships struct{}

const readMember = `SELECT m.id, m.version, m.person_id, m.tenant_id, p.name, p.email, m.roles, m.status, m.created_at, m.superior_id
	FROM memberships m JOIN persons p ON p.id = m.person_id `

func scanMember(r scanner) (m directory.Member, err error) {
	err = r.Scan(&m.ID, &m.Version, &m.PersonID, &m.TenantID, &m.Name, &m.Email, jsonColumn{&m.Roles}, &m.Status, &m.CreatedAt, &m.Superior)
	return m, err
}

func (memberships) List(ctx context.Context, tenantID *uuid.UUID) ([]directory.Member, error) {
	return all(ctx, "list members", scanMember, readMember+`WHERE `+ofTenantIn+` ORDER BY m.status, p.name, m.id`, nullable(tenantID))
}

// LockAll takes the rows in the order of their ids, so that two callers wait for
// each other instead of deadlocking. A membership that is made meanwhile can only
// add an administrator.
func (memberships) LockAll(ctx context.Context, tenantID *uuid.UUID) ([]directory.Member, error) {
	return all(ctx, "lock members", scanMember, readMember+`WHERE `+ofTenantIn+` ORDER BY m.id FOR NO KEY UPDATE OF m`, nullable(tenantID))
}

func (memberships) Find(ctx context.Context, tenantID *uuid.UUID, personID uuid.UUID) (directory.Member, error) {
	return one(ctx, directory.ErrMemberNotFound, "find member", scanMember, readMember+`WHERE `+ofTenantIn+` AND m.person_id = $2`, nullable(tenantID), personID)
}

var alreadyMember = []postgres.Rule{
	postgres.On("membership_person_id_tenant_id", directory.ErrAlreadyMember),
	postgres.On("membership_one_hq", directory.ErrAlreadyMember),
}

func (memberships) Create(ctx context.Context, m directory.Member, createdBy *uuid.UUID) error {
	roles, err := jsonb(m.Roles)
	if err != nil {
		return err
	}
	_, err = run(ctx, "insert member", alreadyMember, `
		INSERT INTO memberships (id, version, person_id, tenant_id, roles, status, created_at, created_by, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7)`,
		m.ID, m.Version, m.PersonID, nullable(m.TenantID), roles, string(m.Status), m.CreatedAt, createdBy)
	return err
}

func (memberships) Save(ctx context.Context, m directory.Member, now time.Time) error {
	roles, err := jsonb(m.Roles)
	if err != nil {
		return err
	}
	return must(ctx, directory.ErrMemberVersion, "save member",
		`UPDATE memberships SET roles = $3, status = $4, superior_id = $6, updated_at = $5, version = version + 1 WHERE id = $1 AND version = $2`,
		m.ID, m.Version, roles, string(m.Status), now, m.Superior)
}

const readPlace = `SELECT ` + tenantColumns + `, m.roles, m.status
	FROM memberships m JOIN tenants t ON t.id = m.tenant_id LEFT JOIN schema_states s ON s.id = t.schema_name WHERE m.person_id = $1 `

func scanPlace(r scanner) (p directory.Place, err error) {
	err = r.Scan(tenantFields(&p.Tenant, jsonColumn{&p.Roles}, &p.Status)...)
	settle(&p.Tenant)
	return p, err
}

func (memberships) Places(ctx context.Context, personID uuid.UUID) ([]directory.Place, error) {
	return all(ctx, "list places", scanPlace, readPlace+`ORDER BY t.short_name, t.id`, personID)
}

func (memberships) Place(ctx context.Context, personID uuid.UUID, slug string) (directory.Place, error) {
	return one(ctx, directory.ErrTenantNotFound, "find place", scanPlace, readPlace+`AND t.slug = $2`, personID, slug)
}
