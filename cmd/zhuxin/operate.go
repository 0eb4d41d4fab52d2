package main

import (
	"context"
	"errors"
	"os"

	"github.com/spf13/cobra"

	"zhuxin/app/conf"
	"zhuxin/cmd/zhuxin/internal/register"
	"zhuxin/cmd/zhuxin/internal/wiring"
	"zhuxin/shared/access"
	"zhuxin/shared/directory"
)

func (o *options) withRegister(cmd *cobra.Command, fn func(context.Context, *register.Register) error) error {
	return o.withApp(cmd.Context(), conf.Operate, func(ctx context.Context, a *wiring.App) error {
		if a.Maker == nil {
			return errors.New("set ZHUXIN_PG_MIGRATOR_PASSWORD: this command works with the subsidiaries' schemas")
		}
		return fn(ctx, &register.Register{Admin: a.Directory.Admin, Tenants: a.Directory.Tenants, Registry: a.Registry, Provisioner: a.Maker, Out: os.Stdout})
	})
}

func hqCommand(o *options) *cobra.Command {
	c := &cobra.Command{Use: "hq", Short: "headquarters"}
	var email, name string
	first := &cobra.Command{
		Use: "init", Short: "make HQ's first administrator and fill the indicator library", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.withApp(cmd.Context(), conf.Operate, func(ctx context.Context, a *wiring.App) error {
				if err := seedLibrary(ctx, a); err != nil {
					return err
				}
				r := &register.Register{Admin: a.Directory.Admin, Tenants: a.Directory.Tenants, Registry: a.Registry, Out: os.Stdout}
				return r.HQInit(ctx, email, name)
			})
		},
	}
	first.Flags().StringVar(&email, "email", "", "his address, by which he logs in")
	first.Flags().StringVar(&name, "name", "", "his name")
	must(first.MarkFlagRequired("email"))
	c.AddCommand(first)
	return c
}

// must is for faults of this program's own text.
func must(err error) {
	if err != nil {
		panic(err)
	}
}

func tenantCommand(o *options) *cobra.Command {
	c := &cobra.Command{Use: "tenant", Short: "subsidiaries: create, list, suspend, resume, verify, add-member"}
	c.AddCommand(tenantCreate(o), tenantAddMember(o),
		&cobra.Command{Use: "list", Short: "all subsidiaries with the state of their schema", Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				return o.withRegister(cmd, func(ctx context.Context, r *register.Register) error { return r.List(ctx) })
			}},
		&cobra.Command{Use: "resume SLUG", Short: "let a suspended subsidiary work again", Args: cobra.ExactArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				return o.withRegister(cmd, func(ctx context.Context, r *register.Register) error { return r.Resume(ctx, args[0]) })
			}},
		&cobra.Command{Use: "verify [SLUG]", Short: "check schema, role, grants and triggers", Args: cobra.MaximumNArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				return o.withRegister(cmd, func(ctx context.Context, r *register.Register) error { return r.Verify(ctx, first(args)) })
			}})
	var reason string
	suspend := &cobra.Command{Use: "suspend SLUG", Short: "stop all work for a subsidiary", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.withRegister(cmd, func(ctx context.Context, r *register.Register) error { return r.Suspend(ctx, args[0], reason) })
		}}
	suspend.Flags().StringVar(&reason, "reason", "", "why; its people read it")
	must(suspend.MarkFlagRequired("reason"))
	c.AddCommand(suspend)
	return c
}

func first(args []string) string {
	if len(args) == 0 {
		return ""
	}
	return args[0]
}

func tenantCreate(o *options) *cobra.Command {
	var (
		in    directory.ApplyInput
		admin directory.NewIdentity
	)
	c := &cobra.Command{Use: "create", Short: "make a subsidiary and its administrator", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			in.ContactName = admin.Name
			return o.withRegister(cmd, func(ctx context.Context, r *register.Register) error { return r.Create(ctx, in, admin) })
		}}
	f := c.Flags()
	f.StringVar(&in.Name, "name", "", "the company's registered name")
	f.StringVar(&in.ShortName, "short-name", "", "how people call it")
	f.StringVar(&in.USCC, "uscc", "", "unified social credit code")
	f.StringVar(&in.USCCOverrideReason, "uscc-override-reason", "", "why a code whose check character fails is right")
	f.StringVar(&in.ContactPhone, "phone", "", "phone of the contact")
	f.StringVar(&in.Currency, "currency", "CNY", "ISO 4217 code of its books")
	f.StringVar(&admin.Email, "admin-email", "", "address of its administrator")
	f.StringVar(&admin.Name, "admin-name", "", "name of its administrator")
	for _, name := range []string{"name", "short-name", "uscc", "phone", "admin-email", "admin-name"} {
		must(c.MarkFlagRequired(name))
	}
	return c
}

func tenantAddMember(o *options) *cobra.Command {
	var (
		slug  string
		n     directory.NewIdentity
		roles []string
	)
	c := &cobra.Command{Use: "add-member", Short: "give somebody roles, for a subsidiary whose administrators are gone", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			given := make([]access.Role, len(roles))
			for i, r := range roles {
				given[i] = access.Role(r)
			}
			return o.withRegister(cmd, func(ctx context.Context, r *register.Register) error { return r.AddMember(ctx, slug, n, given) })
		}}
	c.Flags().StringVar(&slug, "tenant", "", "slug; empty is HQ")
	c.Flags().StringVar(&n.Email, "email", "", "address")
	c.Flags().StringVar(&n.Name, "name", "", "name")
	c.Flags().StringSliceVar(&roles, "role", nil, "role; can be given more than once")
	must(c.MarkFlagRequired("email"))
	must(c.MarkFlagRequired("role"))
	return c
}
