package directory

import (
	"context"

	"github.com/google/uuid"

	"zhuxin/data/postgres"
	"zhuxin/shared/directory"
)

type applications struct{}

const applicationColumns = `a.id, a.version, a.person_id, a.name, a.short_name, a.uscc, a.uscc_override_reason, a.contact_name,
	a.contact_phone_mask, a.contact_phone_enc, a.currency, a.invitation_code_id, a.status, a.status_reason, a.decided_by, a.decided_at,
	a.tenant_id, a.steps, a.created_at, a.updated_at,
	coalesce((SELECT t.slug FROM tenants t WHERE t.id = a.tenant_id AND a.status = 'active'), '')`

const readApplication = `SELECT ` + applicationColumns + ` FROM applications a `

func applicationFields(a *directory.Application, more ...any) []any {
	return append([]any{&a.ID, &a.Version, &a.PersonID, &a.Name, &a.ShortName, &a.USCC, &a.USCCOverrideReason, &a.ContactName,
		&a.ContactPhoneMask, &a.ContactPhoneSealed, &a.Currency, &a.InvitationCodeID, &a.Status, &a.StatusReason, &a.DecidedBy, &a.DecidedAt,
		&a.TenantID, jsonColumn{&a.Steps}, &a.CreatedAt, &a.UpdatedAt, &a.TenantSlug}, more...)
}

func scanApplication(r scanner) (a directory.Application, err error) {
	err = r.Scan(applicationFields(&a)...)
	return a, err
}

func (applications) Create(ctx context.Context, a directory.Application) error {
	steps, err := jsonb(a.Steps)
	if err != nil {
		return err
	}
	_, err = run(ctx, "insert application", []postgres.Rule{postgres.On("application_one_open_per_person", directory.ErrApplicationOpen)}, `
		INSERT INTO applications (id, version, person_id, name, short_name, uscc, uscc_override_reason, contact_name, contact_phone_mask,
			contact_phone_enc, currency, invitation_code_id, status, status_reason, decided_at, steps, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`,
		a.ID, a.Version, a.PersonID, a.Name, a.ShortName, string(a.USCC), a.USCCOverrideReason, a.ContactName, a.ContactPhoneMask,
		a.ContactPhoneSealed, string(a.Currency), a.InvitationCodeID, string(a.Status), a.StatusReason, a.DecidedAt, steps, a.CreatedAt, a.UpdatedAt)
	return err
}

func (applications) Get(ctx context.Context, id uuid.UUID) (directory.Application, error) {
	return one(ctx, directory.ErrApplicationNotFound, "read application", scanApplication, readApplication+`WHERE a.id = $1`, id)
}

func (applications) Lock(ctx context.Context, id uuid.UUID) (directory.Application, error) {
	return one(ctx, directory.ErrApplicationNotFound, "lock application", scanApplication, readApplication+`WHERE a.id = $1 FOR NO KEY UPDATE OF a`, id)
}

func (applications) Latest(ctx context.Context, personID uuid.UUID) (directory.Application, error) {
	return one(ctx, directory.ErrApplicationNotFound, "read last application", scanApplication, readApplication+`
		WHERE a.person_id = $1 ORDER BY a.status NOT IN ('active', 'rejected', 'duplicate') DESC, a.created_at DESC, a.id DESC LIMIT 1`, personID)
}

func (applications) List(ctx context.Context, s directory.Status) ([]directory.ApplicationRow, error) {
	return all(ctx, "list applications", func(r scanner) (a directory.ApplicationRow, err error) {
		err = r.Scan(applicationFields(&a.Application, &a.ApplicantName, &a.ApplicantEmail)...)
		return a, err
	}, `SELECT `+applicationColumns+`, p.name, p.email FROM applications a JOIN persons p ON p.id = a.person_id
		WHERE $1 = '' OR a.status = $1 ORDER BY a.created_at DESC, a.id DESC`, string(s))
}

func (applications) Save(ctx context.Context, a directory.Application) error {
	steps, err := jsonb(a.Steps)
	if err != nil {
		return err
	}
	return must(ctx, directory.ErrApplicationState, "save application", `
		UPDATE applications SET status = $3, status_reason = $4, decided_by = $5, decided_at = $6, tenant_id = $7, steps = $8, updated_at = $9, version = version + 1
		WHERE id = $1 AND version = $2`,
		a.ID, a.Version, string(a.Status), a.StatusReason, a.DecidedBy, a.DecidedAt, a.TenantID, steps, a.UpdatedAt)
}
