package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"zhuxin/app/conf"
	"zhuxin/biz/dailyrun"
	"zhuxin/cmd/zhuxin/internal/wiring"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
)

// dailyCommand runs a business date by hand, in this process.
func dailyCommand(o *options) *cobra.Command {
	var slug, date string
	run := &cobra.Command{Use: "run", Short: "run a business date of a subsidiary now, or go on with its unfinished run", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var on calendar.Date
			if date != "" {
				var err error
				if on, err = calendar.Parse(date); err != nil {
					return fmt.Errorf("--date: %w", err)
				}
			}
			return o.withApp(cmd.Context(), conf.Operate, func(ctx context.Context, a *wiring.App) error {
				t, err := a.Registry.GetBySlug(ctx, slug)
				if err != nil {
					return err
				}
				bound, err := a.Registry.Bind(access.With(ctx, access.System(t.ID, "command-line")), t.ID)
				if err != nil {
					return err
				}
				r, err := a.Daily.Service.RunDate(bound, on)
				if err != nil {
					return err
				}
				return printRun(cmd, r)
			})
		}}
	run.Flags().StringVar(&slug, "tenant", "", "slug of the subsidiary")
	run.Flags().StringVar(&date, "date", "", "business date like 2026-01-31; empty is today")
	must(run.MarkFlagRequired("tenant"))
	c := &cobra.Command{Use: "daily", Short: "what each business date brings: figures, stages, reminders"}
	c.AddCommand(run)
	return c
}

func printRun(cmd *cobra.Command, r dailyrun.Run) error {
	out := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 4, 2, ' ', 0)
	fmt.Fprintf(out, "%s run %d\t%s\n", r.On, r.Number, r.State)
	for _, p := range r.Steps {
		fmt.Fprintf(out, "  %s\t%s\t%d\t%s\n", p.Name, p.State, p.Touched, p.Error)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	if r.State == dailyrun.StateDone {
		return nil
	}
	return errors.New("the run is not done; a worker goes on with the steps that are left")
}
