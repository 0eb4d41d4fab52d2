package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"zhuxin/app/conf"
	"zhuxin/cmd/zhuxin/internal/wiring"
	"zhuxin/shared/access"
	"zhuxin/tenancy/registry"
)

func rollupCommand(o *options) *cobra.Command {
	c := &cobra.Command{Use: "rollup", Short: "HQ's projections"}
	for _, sub := range []struct {
		use, short string
		run        func(context.Context, *wiring.App) error
	}{{"verify", "recompute the projections from the books and list every difference", verifyRollups}, {"project", "project every subsidiary anew", projectRollups}} {
		c.AddCommand(&cobra.Command{Use: sub.use, Short: sub.short, Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error { return o.withApp(cmd.Context(), conf.Operate, sub.run) }})
	}
	return c
}

func verifyRollups(ctx context.Context, a *wiring.App) error {
	all, err := a.Registry.List(ctx)
	if err != nil {
		return err
	}
	differences := 0
	for _, t := range all {
		if t.Status != registry.StatusActive {
			continue
		}
		bound, err := a.Registry.Bind(access.With(ctx, access.System(t.ID, "command-line")), t.ID)
		if err != nil {
			return fmt.Errorf("%s: %w", t.Slug, err)
		}
		found, err := a.VerifyProjections(bound)
		if err != nil {
			return fmt.Errorf("%s: %w", t.Slug, err)
		}
		for _, d := range found {
			fmt.Println(d)
		}
		differences += len(found)
	}
	fmt.Printf("%d subsidiaries, %d differences\n", len(all), differences)
	if differences > 0 {
		return errors.New("the projections differ from the books")
	}
	return nil
}

func projectRollups(ctx context.Context, a *wiring.App) error {
	all, err := a.Registry.List(ctx)
	if err != nil {
		return err
	}
	for _, t := range all {
		bound, err := a.Registry.Bind(access.With(ctx, access.System(t.ID, "command-line")), t.ID)
		if err == nil {
			err = a.Project(bound)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", t.Slug, err)
		}
		fmt.Println("projected", t.Slug)
	}
	return nil
}
