package directory

import (
	"context"
	"errors"

	"zhuxin/shared/directory"
	"zhuxin/tenancy/provision"
)

// Provisioner makes subsidiaries by tenancy/provision.
type Provisioner struct{ inner *provision.Provisioner }

// NewProvisioner makes a Provisioner.
func NewProvisioner(p *provision.Provisioner) Provisioner { return Provisioner{p} }

// A schema comes with its role, tables and presets at once, from the pool or new.
var shown = map[provision.Step][]directory.StepName{
	provision.StepSchema:   {directory.StepSchema, directory.StepRole, directory.StepMigrations, directory.StepSeed},
	provision.StepRegistry: {directory.StepRegistry},
}

// Provision makes the tenant, or finds the one that an earlier call made.
func (p Provisioner) Provision(ctx context.Context, n directory.NewTenant, done func(directory.StepName)) (string, error) {
	t, err := p.inner.Create(ctx, provision.NewTenant{
		ID: n.ID, Slug: n.Slug, Name: n.Name, ShortName: n.ShortName, USCC: string(n.USCC), Currency: n.Currency, CreatedBy: n.CreatedBy,
		OnStep: func(s provision.Step) {
			for _, name := range shown[s] {
				done(name)
			}
		},
	})
	switch {
	case errors.Is(err, provision.ErrUSCCTaken):
		return "", directory.ErrUSCCTaken.Wrap(err)
	case errors.Is(err, provision.ErrSlugTaken):
		return "", directory.ErrSlugTaken.Wrap(err)
	}
	return t.Slug, err
}
