package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"zhuxin/app/conf"
	"zhuxin/cmd/zhuxin/internal/wiring"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/tenancy/migrate"
	"zhuxin/tenancy/registry"
	"zhuxin/tenancy/scope"
)

func serveCommand(o *options) *cobra.Command {
	var roles []string
	c := &cobra.Command{
		Use: "serve", Short: "serve in one or more roles: gateway, api, worker", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if len(roles) > 0 {
				if err := os.Setenv("ZHUXIN_ROLES", strings.Join(roles, ",")); err != nil {
					return err
				}
			}
			return o.withApp(cmd.Context(), conf.Serve, func(ctx context.Context, a *wiring.App) error {
				return a.Run(ctx, func() {
					a.Log.InfoContext(ctx, "serving", "roles", a.Conf.Roles, "address", a.Conf.Listen, "public_url", a.Conf.PublicURL)
				})
			})
		},
	}
	c.Flags().StringSliceVar(&roles, "roles", nil, "what this process does; preset from ZHUXIN_ROLES")
	return c
}

func migrateCommand(o *options) *cobra.Command {
	var (
		bootstrap bool
		slugs     []string
	)
	c := &cobra.Command{
		Use: "migrate", Short: "bring HQ's and every subsidiary's schema to this version", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := o.load(conf.Migrate)
			if err != nil {
				return err
			}
			if bootstrap && c.Postgres.AdminDSN == "" {
				return errors.New("--bootstrap needs ZHUXIN_PG_ADMIN_DSN, a superuser's address")
			}
			return migrateAll(cmd.Context(), c, bootstrap, slugs)
		},
	}
	c.Flags().BoolVar(&bootstrap, "bootstrap", false, "first set up roles and rights as the superuser of ZHUXIN_PG_ADMIN_DSN")
	c.Flags().StringSliceVar(&slugs, "tenant", nil, "only these subsidiaries, by slug; preset all")
	return c
}

// migrateAll sets up roles when asked to, migrates, and adds what HQ starts with.
func migrateAll(ctx context.Context, c conf.Config, bootstrap bool, slugs []string) error {
	if bootstrap {
		err := migrate.Bootstrap(ctx, c.Postgres.AdminDSN, migrate.Passwords{App: c.Postgres.AppPassword, Migrator: c.Postgres.MigratorPassword})
		if err != nil {
			return err
		}
	}
	schemas, err := schemasOf(ctx, c, slugs)
	if err != nil {
		return err
	}
	m, err := migrate.Open(c.MigratorDSN())
	if err != nil {
		return err
	}
	results, err := m.Up(ctx, migrate.Options{Schemas: schemas, Progress: func(r migrate.Result) {
		switch {
		case r.Err != nil:
			fmt.Printf("FAIL  %-28s %v\n", r.Schema, r.Err)
		case r.Applied > 0:
			fmt.Printf("ok    %-28s %d files, %s\n", r.Schema, r.Applied, r.Took.Round(time.Millisecond))
		}
	}})
	fmt.Printf("%d schemas looked at\n", len(results))
	return errors.Join(err, m.Close())
}

// schemasOf gives the schemas of subsidiaries named by slug; none for all.
func schemasOf(ctx context.Context, c conf.Config, slugs []string) ([]string, error) {
	if len(slugs) == 0 {
		return nil, nil
	}
	pool, err := scope.Open(scope.Config{DSN: c.AppDSN(), MaxOpen: 1})
	if err != nil {
		return nil, err
	}
	var schemas []string
	for _, slug := range slugs {
		t, err := registry.New(pool, calendar.System{}).GetBySlug(ctx, slug)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", slug, err), pool.Close())
		}
		schemas = append(schemas, t.Schema)
	}
	return schemas, pool.Close()
}

// seedLibrary adds the indicators that HQ's library starts with.
func seedLibrary(ctx context.Context, a *wiring.App) error {
	added, err := a.Credit.Library.SeedDefaults(access.With(ctx, access.System(uuid.Nil, "command-line")))
	if err == nil && added > 0 {
		fmt.Printf("%d indicators added to HQ's library\n", added)
	}
	return err
}
