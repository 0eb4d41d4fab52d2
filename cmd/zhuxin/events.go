package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"zhuxin/app/conf"
	"zhuxin/cmd/zhuxin/internal/wiring"
	"zhuxin/data/outbox"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/uow"
	"zhuxin/tenancy/registry"
)

// eventsCommand shows the events that failed too often and hands them out again.
func eventsCommand(o *options) *cobra.Command {
	c := &cobra.Command{Use: "events", Short: "what the worker gave up on"}
	c.AddCommand(
		&cobra.Command{Use: "dead", Short: "list the events that failed too often, of all subsidiaries and HQ", Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error {
				return o.withApp(cmd.Context(), conf.Operate, func(ctx context.Context, a *wiring.App) error {
					return listDead(ctx, a, cmd.OutOrStdout())
				})
			}},
		&cobra.Command{Use: "revive ID …", Short: "hand events out once more, after their cause is mended", Args: cobra.MinimumNArgs(1),
			RunE: func(cmd *cobra.Command, args []string) error {
				return o.withApp(cmd.Context(), conf.Operate, func(ctx context.Context, a *wiring.App) error {
					return reviveDead(ctx, a, args, cmd.OutOrStdout())
				})
			}})
	return c
}

// owner is somebody with an outbox: a subsidiary, or HQ.
type owner struct {
	name  string
	ctx   context.Context //nolint:containedctx // bound to the owner
	tx    uow.Tx
	box   *outbox.Outbox
	audit audit.Recorder
}

func owners(ctx context.Context, a *wiring.App) ([]owner, error) {
	all := []owner{{"HQ", access.With(ctx, access.System(uuid.Nil, "command-line")), a.Pool.HQ(), a.Outbox.HQ, a.Audit.HQ}}
	tenants, err := a.Registry.List(ctx)
	if err != nil {
		return nil, err
	}
	for _, t := range tenants {
		if t.Status != registry.StatusActive {
			continue
		}
		bound, err := a.Registry.Bind(access.With(ctx, access.System(t.ID, "command-line")), t.ID)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.Slug, err)
		}
		all = append(all, owner{t.Slug, bound, a.Pool.Tenant(), a.Outbox.Tenant, a.Audit.Tenant})
	}
	return all, nil
}

func listDead(ctx context.Context, a *wiring.App, out io.Writer) error {
	all, err := owners(ctx, a)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "OF\tID\tTOPIC\tATTEMPTS\tSINCE\tERROR")
	n := 0
	for _, o := range all {
		err := o.tx.InTx(o.ctx, func(ctx context.Context) error {
			dead, err := o.box.Dead(ctx)
			for _, d := range dead {
				fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\n", o.name, d.ID, d.Topic, d.Attempts, d.CreatedAt.Format(time.RFC3339), d.LastError)
				n++
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("%s: %w", o.name, err)
		}
	}
	if n == 0 {
		fmt.Fprintln(out, "no dead events")
		return nil
	}
	return w.Flush()
}

func reviveDead(ctx context.Context, a *wiring.App, ids []string, out io.Writer) error {
	all, err := owners(ctx, a)
	if err != nil {
		return err
	}
	for _, text := range ids {
		id, err := uuid.Parse(text)
		if err != nil {
			return fmt.Errorf("%q is no event's id; zhuxin events dead lists them", text)
		}
		found := false
		for _, o := range all {
			err := o.tx.InTx(o.ctx, func(ctx context.Context) error {
				if err := o.box.Revive(ctx, id); err != nil {
					return err
				}
				return o.audit.Record(ctx, audit.Entry{Action: "event.revived", ObjectType: "event", ObjectID: text})
			})
			if errors.Is(err, outbox.ErrNotDead) {
				continue
			}
			if err != nil {
				return fmt.Errorf("%s: %w", o.name, err)
			}
			fmt.Fprintf(out, "%s of %s is handed out again\n", id, o.name)
			found = true
		}
		if !found {
			return fmt.Errorf("%s: %w", id, outbox.ErrNotDead)
		}
	}
	return nil
}
