package wiring

import (
	"context"
	"errors"

	"github.com/google/uuid"

	"zhuxin/biz/setup"
	directoryrepo "zhuxin/data/hqrepo/directory"
	"zhuxin/data/jobs"
	"zhuxin/data/notify/mail"
	setupquery "zhuxin/data/query/setup"
	"zhuxin/shared/directory"
	"zhuxin/shared/fault"
	"zhuxin/tenancy/scope"
)

// Directory is people, subsidiaries and the way from a signup to one.
type Directory struct {
	Deps         directory.Deps
	Accounts     *directory.Accounts
	Applications *directory.Applications
	Onboarding   *directory.Onboarding
	Codes        *directory.Codes
	Tenants      *directory.Tenants
	Members      *directory.Members
	Courier      *directory.Courier
	Herald       *directory.Herald // nil without a mail server
	Keys         *directory.Keys
	Sessions     *directory.Sessions
	Places       *directory.Places
	Admin        *directory.Admin
	TenantAudit  directory.TenantAudit
	Setup        *setup.Service
}

func newDirectory(b *Base) (*Directory, error) {
	store := directoryrepo.NewStore()
	deps := directory.Deps{HQ: b.Pool.HQ(), Audit: b.Audit.HQ, Events: b.Outbox.HQ, Clock: b.Clock, Store: store}
	mailer, err := mailerOf(b)
	if err != nil {
		return nil, err
	}
	d := &Directory{
		Deps: deps, Accounts: directory.NewAccounts(deps), Applications: directory.NewApplications(deps, b.Keys.HQ),
		Codes: directory.NewCodes(deps), Tenants: directory.NewTenants(deps, b.Registry.Forget), Members: directory.NewMembers(deps),
		Keys: directory.NewKeys(deps), Sessions: directory.NewSessions(deps, b.Identity), Places: directory.NewPlaces(deps),
		Setup: setup.New(b.Pool.Tenant(), setupquery.Progress{}),
	}
	d.Onboarding = directory.NewOnboarding(deps, provisioner(b), func(ctx context.Context, err error, id uuid.UUID) {
		b.Log.ErrorContext(ctx, "provisioning failed", "application_id", id, "error", err)
	})
	d.Courier = directory.NewCourier(d.Members, mailer)
	if m, ok := mailer.(directory.ApplicationMailer); ok {
		d.Herald = directory.NewHerald(deps, m)
	}
	d.Admin = directory.NewAdmin(deps, b.Identity, d.Applications, d.Onboarding)
	d.TenantAudit = directory.TenantAudit{Bind: bindAny(b), HQ: b.Pool.HQ(), Tenant: b.Pool.Tenant(), People: store.People,
		Audit: b.Audit.Tenant, Once: jobs.Once}
	return d, nil
}

// bindAny binds also to a suspended tenant: that it was suspended belongs into
// its own audit.
func bindAny(b *Base) func(context.Context, uuid.UUID) (context.Context, error) {
	return func(ctx context.Context, id uuid.UUID) (context.Context, error) {
		t, err := b.Registry.Get(ctx, id)
		if err != nil {
			return nil, err
		}
		return scope.WithTenant(ctx, t.Tenant), nil
	}
}

// provisioner makes tenants where this process may; elsewhere it says why not.
func provisioner(b *Base) directory.Provisioner {
	if b.Maker == nil {
		return cannotProvision{}
	}
	return directoryrepo.NewProvisioner(b.Maker)
}

type cannotProvision struct{}

func (cannotProvision) Provision(context.Context, directory.NewTenant, func(directory.StepName)) (string, error) {
	return "", errors.New("this process has no ZHUXIN_PG_MIGRATOR_PASSWORD and cannot make a subsidiary")
}

func mailerOf(b *Base) (directory.InvitationMailer, error) {
	if b.Conf.SMTP.Addr == "" {
		return noMail{}, nil
	}
	return mail.New(mail.Config{Addr: b.Conf.SMTP.Addr, From: b.Conf.SMTP.From, Username: b.Conf.SMTP.Username, Password: b.Conf.SMTP.Password,
		TLS: b.Conf.SMTP.TLS, PublicURL: b.Conf.PublicURL}, b.Clock)
}

type noMail struct{}

func (noMail) SendInvitation(context.Context, directory.InvitationMail) error {
	return fault.Unavailable("MAIL_NOT_CONFIGURED", "no mail server is configured; set ZHUXIN_SMTP_ADDR")
}
