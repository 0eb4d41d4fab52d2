// Package register is what `zhuxin hq init` and `zhuxin tenant …` do and print.
// The commands themselves, with their flags, are in cmd/zhuxin.
package register

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/directory"
	"zhuxin/tenancy/provision"
	"zhuxin/tenancy/registry"
)

// Register is what the commands work with.
type Register struct {
	Admin       *directory.Admin
	Tenants     *directory.Tenants
	Registry    *registry.Registry
	Provisioner *provision.Provisioner
	Out         io.Writer
}

// as acts as the system: whoever runs the command has the database's keys.
func as(ctx context.Context) context.Context {
	return access.With(ctx, access.System(uuid.Nil, "command-line"))
}

// HQInit makes the first administrator of HQ: zhuxin hq init --email … [--name …].
func (r *Register) HQInit(ctx context.Context, email, name string) error {
	login, err := r.Admin.InitHQ(as(ctx), directory.NewIdentity{Email: email, Name: name})
	if err != nil {
		return err
	}
	fmt.Fprintf(r.Out, "%s <%s> is an administrator of headquarters.\n", login.Person.Name, login.Person.Email)
	r.recovery(login)
	return nil
}

func (r *Register) recovery(l directory.Login) {
	if l.Recovery == nil {
		return
	}
	fmt.Fprintf(r.Out, "To set a password, open the link and enter the code (valid until %s):\n  link  %s\n  code  %s\n",
		l.Recovery.ExpiresAt.Local().Format(time.DateTime), l.Recovery.Link, l.Recovery.Code)
}

// Create makes a subsidiary and its administrator: zhuxin tenant create.
func (r *Register) Create(ctx context.Context, in directory.ApplyInput, admin directory.NewIdentity) error {
	t, login, err := r.Admin.CreateTenant(as(ctx), in, admin)
	if err != nil {
		return err
	}
	fmt.Fprintf(r.Out, "%s is set up at /t/%s; its administrator is %s <%s>.\n", t.Name, t.Slug, login.Person.Name, login.Person.Email)
	r.recovery(login)
	return nil
}

// List prints all subsidiaries: zhuxin tenant list.
func (r *Register) List(ctx context.Context) error {
	all, err := r.Tenants.List(as(ctx))
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(r.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "SLUG\tNAME\tUSCC\tSTATUS\tCURRENCY\tSCHEMA\tSINCE\tID")
	for _, t := range all {
		schema := t.SchemaVersion
		switch {
		case t.SchemaStatus == "failed":
			schema += " (migration failed)"
		case t.Outdated:
			schema += " (outdated)"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", t.Slug, t.Name, t.USCC, t.Status, t.Currency, schema, t.CreatedAt.Format(time.DateOnly), t.ID)
	}
	return w.Flush()
}

// Suspend stops a subsidiary: zhuxin tenant suspend SLUG --reason ….
func (r *Register) Suspend(ctx context.Context, slug, reason string) error {
	return r.setStatus(ctx, slug, directory.TenantSuspended, reason)
}

// Resume lets it work again: zhuxin tenant resume SLUG.
func (r *Register) Resume(ctx context.Context, slug string) error {
	return r.setStatus(ctx, slug, directory.TenantActive, "")
}

func (r *Register) setStatus(ctx context.Context, slug string, s directory.TenantStatus, reason string) error {
	ctx = as(ctx)
	t, err := r.Admin.BySlug(ctx, slug)
	if err != nil {
		return err
	}
	if t, err = r.Tenants.SetStatus(ctx, directory.SetTenantStatusInput{ID: t.ID, Status: s, Reason: reason}); err != nil {
		return err
	}
	fmt.Fprintf(r.Out, "%s (%s) is %s.\n", t.Name, t.Slug, t.Status)
	return nil
}

// ErrFindings means that Verify found something; what, it has printed.
var ErrFindings = errors.New("some subsidiaries are not as they must be")

// Verify looks whether each subsidiary's schema, role, grants and triggers are as
// provisioning makes them, and whether somebody can administer it; slug names one,
// empty is all: zhuxin tenant verify [SLUG].
func (r *Register) Verify(ctx context.Context, slug string) error {
	ctx = as(ctx)
	all, err := r.chosen(ctx, slug)
	if err != nil {
		return err
	}
	orphans, err := r.orphans(ctx)
	if err != nil {
		return err
	}
	bad := 0
	for _, t := range all {
		report, err := r.Provisioner.Verify(ctx, t.Tenant)
		if err != nil {
			return fmt.Errorf("verify %s: %w", t.Slug, err)
		}
		report.Checked++
		if orphans[t.ID] {
			report.Findings = append(report.Findings, "it has no active administrator; add one by `zhuxin tenant add-member --tenant SLUG --email … --role administrator`")
		}
		if len(report.Findings) == 0 {
			fmt.Fprintf(r.Out, "ok    %-24s %d facts\n", t.Slug, report.Checked)
			continue
		}
		bad++
		fmt.Fprintf(r.Out, "FAIL  %-24s %d facts, %d findings\n", t.Slug, report.Checked, len(report.Findings))
		for _, f := range report.Findings {
			fmt.Fprintf(r.Out, "      - %s\n", f)
		}
	}
	if bad > 0 {
		return fmt.Errorf("%w: %d of %d", ErrFindings, bad, len(all))
	}
	return nil
}

func (r *Register) chosen(ctx context.Context, slug string) ([]registry.Tenant, error) {
	if slug == "" {
		return r.Registry.List(ctx)
	}
	t, err := r.Registry.GetBySlug(ctx, slug)
	return []registry.Tenant{t}, err
}

func (r *Register) orphans(ctx context.Context) (map[uuid.UUID]bool, error) {
	list, err := r.Admin.WithoutAdministrator(ctx)
	out := make(map[uuid.UUID]bool, len(list))
	for _, t := range list {
		out[t.ID] = true
	}
	return out, err
}

// AddMember gives somebody roles in a subsidiary, or at HQ when slug is empty;
// for an operator whose administrators are all gone.
func (r *Register) AddMember(ctx context.Context, slug string, n directory.NewIdentity, roles []access.Role) error {
	ctx = as(ctx)
	var tenantID *uuid.UUID
	where := "headquarters"
	if slug != "" {
		t, err := r.Admin.BySlug(ctx, slug)
		if err != nil {
			return err
		}
		tenantID, where = &t.ID, t.Name
	}
	login, err := r.Admin.EnsureMember(ctx, tenantID, n, roles)
	if err != nil {
		return err
	}
	fmt.Fprintf(r.Out, "%s <%s> belongs to %s as %v.\n", login.Person.Name, login.Person.Email, where, roles)
	r.recovery(login)
	return nil
}
