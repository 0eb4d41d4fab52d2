// Command zhuxin is the whole program: the servers by role, the demo, and what an
// operator does from the command line.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"zhuxin/app/conf"
	"zhuxin/cmd/zhuxin/internal/wiring"
	"zhuxin/shared/fault"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := root().ExecuteContext(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "zhuxin: "+explain(err))
		os.Exit(1)
	}
}

// explain writes a fault without its code's prefix and with each field on a line.
func explain(err error) string {
	f, ok := fault.As(err)
	if !ok || f.Kind == fault.KindInternal {
		return err.Error()
	}
	s := f.Message + " (" + f.Reason + ")"
	for _, field := range f.Fields {
		s += "\n  " + field.Name + ": " + field.Message
	}
	return s
}

// options are the flags of every command.
type options struct{ config string }

func root() *cobra.Command {
	o := &options{}
	c := &cobra.Command{
		Use: "zhuxin", Short: "Zhuxin (筑信): trade credit for groups with many subsidiaries",
		SilenceUsage: true, SilenceErrors: true, Args: cobra.NoArgs,
	}
	c.PersistentFlags().StringVar(&o.config, "config", "", "YAML file with settings; ZHUXIN_* variables win over it")
	c.AddCommand(demoCommand(), serveCommand(o), migrateCommand(o), tenantCommand(o), hqCommand(o), importCommand(o), dailyCommand(o), rollupCommand(o), eventsCommand(o), benchCommand(), settingsCommand())
	return c
}

// load reads and checks the configuration; every fault is named at once.
func (o *options) load(use conf.Use) (conf.Config, error) {
	c, err := conf.Load(o.config, os.Environ())
	if err != nil {
		return c, err
	}
	for _, name := range conf.Unknown(os.Environ()) {
		fmt.Fprintln(os.Stderr, "zhuxin: "+name+" is no setting of this program; is it misspelt?")
	}
	return c, c.Validate(use)
}

// withApp runs fn with the whole program composed, and closes it afterwards.
func (o *options) withApp(ctx context.Context, use conf.Use, fn func(context.Context, *wiring.App) error) error {
	c, err := o.load(use)
	if err != nil {
		return err
	}
	a, err := wiring.New(ctx, c, wiring.Logger(c.Log))
	if err != nil {
		return err
	}
	return errors.Join(fn(ctx, a), a.Close())
}
