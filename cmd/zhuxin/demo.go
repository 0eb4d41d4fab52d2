package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/cobra"

	"zhuxin/app/conf"
	"zhuxin/biz/receivable"
	"zhuxin/cmd/zhuxin/internal/demo"
	"zhuxin/cmd/zhuxin/internal/wiring"
	"zhuxin/deploy/dev/devstack"
	"zhuxin/shared/access"
	"zhuxin/shared/directory"
)

// demoOptions are the flags of zhuxin demo.
type demoOptions struct {
	dir, url    string
	reset       bool
	check       bool
	receivables string
	invoices    string
}

func demoCommand() *cobra.Command {
	o := &demoOptions{}
	c := &cobra.Command{
		Use: "demo", Short: "run everything on this machine with lifelike data, or walk the main job through it (--check)", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case o.reset:
				return devstack.Reset(o.dir)
			case o.check:
				return o.runCheck(cmd.Context())
			}
			return o.run(cmd.Context())
		},
	}
	f := c.Flags()
	f.StringVar(&o.dir, "dir", ".local/demo", "folder that keeps the demo's state")
	f.StringVar(&o.url, "url", orElse(os.Getenv("ZHUXIN_PUBLIC_URL"), "http://127.0.0.1:8080"), "address of the console")
	f.BoolVar(&o.reset, "reset", false, "remove the demo's state")
	f.BoolVar(&o.check, "check", false, "walk the main job over HTTP against the running demo")
	f.StringVar(&o.receivables, "receivables", "", "with --check: also import this export of real open items")
	f.StringVar(&o.invoices, "invoices", "", "with --check: also grade the firms of this folder of real invoices, and print how well the grades find the known defaults")
	return c
}

func orElse(s, preset string) string {
	if s == "" {
		return preset
	}
	return s
}

// runCheck walks the main job as a client of the running demo.
func (o *demoOptions) runCheck(ctx context.Context) error {
	password, err := os.ReadFile(o.passwordFile())
	if err != nil {
		return fmt.Errorf("no running demo in %s: start it with `make demo` (%w)", o.dir, err)
	}
	return demo.Check(ctx, demo.CheckConfig{
		BaseURL: o.url, Logins: demo.People(strings.TrimSpace(string(password))), MailDir: filepath.Join(o.dir, "mail"),
		Receivables: o.receivables, Invoices: o.invoices, Out: os.Stdout,
	})
}

func (o *demoOptions) passwordFile() string { return filepath.Join(o.dir, "demo-password") }
func (o *demoOptions) filledFile() string   { return filepath.Join(o.dir, "filled") }

// run starts the servers, fills a fresh installation, and serves until Ctrl-C.
func (o *demoOptions) run(ctx context.Context) error {
	ports, err := devstack.PortsFromEnv(os.Getenv)
	if err != nil {
		return err
	}
	say("starting PostgreSQL, Redis, object store, Ory Kratos and the mail sink under %s", o.dir)
	stack, err := devstack.Start(ctx, devstack.Config{Dir: o.dir, Ports: ports, PublicURL: o.url,
		Progress: func(s devstack.Server, message string) { say("  %-10s %s", s, message) }})
	if err != nil {
		return err
	}
	err = o.serve(ctx, stack)
	say("stopping the servers")
	return errors.Join(err, stack.Stop())
}

func say(format string, args ...any) { fmt.Printf(format+"\n", args...) }

// configuration is the stack's environment with what the caller's adds.
func (o *demoOptions) configuration(stack *devstack.Stack) (conf.Config, error) {
	listen := strings.TrimPrefix(strings.TrimPrefix(o.url, "http://"), "https://")
	env := append([]string{"ZHUXIN_LISTEN=" + listen, "ZHUXIN_LOG_LEVEL=warn", "ZHUXIN_LOG_FORMAT=text"}, stack.Env()...)
	env = append(env, os.Environ()...)
	c, err := conf.Load("", env)
	if err != nil {
		return c, err
	}
	// The demo runs everything on one machine, and two dozen passwords are hashed while
	// it fills in: on a small one that takes longer than a login may otherwise.
	c.Kratos.Timeout = max(c.Kratos.Timeout, 20*time.Second)
	return c, c.Validate(conf.Serve)
}

func (o *demoOptions) serve(ctx context.Context, stack *devstack.Stack) error {
	c, err := o.configuration(stack)
	if err != nil {
		return err
	}
	say("setting up roles and schemas")
	if err := migrateAll(ctx, c, true, nil); err != nil {
		return err
	}
	a, err := wiring.New(ctx, c, wiring.Logger(c.Log))
	if err != nil {
		return err
	}
	if err := seedLibrary(ctx, a); err != nil {
		return errors.Join(err, a.Close())
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- a.Run(ctx, func() { close(ready) }) }()
	select {
	case err := <-done:
		return errors.Join(err, a.Close())
	case <-ready:
	}
	if err := o.fill(ctx, a, stack); err != nil {
		cancel()
		return errors.Join(err, <-done, a.Close())
	}
	o.greet(stack)
	err = <-done
	return errors.Join(err, a.Close())
}

// fill makes the demo's data once; a restart finds it.
func (o *demoOptions) fill(ctx context.Context, a *wiring.App, stack *devstack.Stack) error {
	if _, err := os.Stat(o.filledFile()); err == nil {
		return nil
	}
	password, err := o.password()
	if err != nil {
		return err
	}
	say("filling in three subsidiaries with two years of business")
	start := time.Now()
	err = demo.Fill(ctx, demo.SeedConfig{
		BaseURL: o.url, KratosURL: a.Conf.Kratos.PublicURL, MailDir: filepath.Join(o.dir, "mail"), Password: password, AsOf: demo.Today(), Out: os.Stdout,
		CreateIdentity: func(ctx context.Context, email, name, password string) error {
			_, err := a.Identity.Create(ctx, directory.NewIdentity{Email: email, Name: name, Password: password})
			return err
		},
		InitHQ: func(ctx context.Context, email string) error {
			_, err := a.Directory.Admin.InitHQ(access.With(ctx, access.System(uuid.Nil, "demo")), directory.NewIdentity{Email: email})
			return err
		},
		AddReceipts: func(ctx context.Context, tenantID uuid.UUID, receipts []demo.Receipt) error {
			rows := make([]receivable.Receipt, len(receipts))
			for i, r := range receipts {
				rows[i] = receivable.Receipt{Source: "demo", DocumentNo: r.DocumentNo, CustomerNumber: r.CustomerNumber, ReceivedOn: r.Date, Amount: r.Amount}
			}
			return a.Receivables.AddReceipts(ctx, tenantID, rows)
		},
	})
	if err != nil {
		return fmt.Errorf("%w\nThe demo's data is half there: run `make demo-reset` before the next try", err)
	}
	say("done in %s", time.Since(start).Round(time.Second))
	return os.WriteFile(o.filledFile(), []byte(time.Now().Format(time.RFC3339)+"\n"), 0o600)
}

// password is made once and kept beside the state.
func (o *demoOptions) password() (string, error) {
	if b, err := os.ReadFile(o.passwordFile()); err == nil {
		return strings.TrimSpace(string(b)), nil
	}
	raw := make([]byte, 9)
	if _, err := rand.Read(raw); err != nil {
		return "", err
	}
	p := "Zhuxin-" + base64.RawURLEncoding.EncodeToString(raw)
	return p, os.WriteFile(o.passwordFile(), []byte(p+"\n"), 0o600)
}

func (o *demoOptions) greet(stack *devstack.Stack) {
	password, err := os.ReadFile(o.passwordFile())
	if err != nil {
		return
	}
	say("\n筑信 Zhuxin is running.\n")
	say("  console   %s", o.url)
	say("  mails     http://127.0.0.1:%d", stack.Ports().Mail)
	say("  API       %s/docs", o.url)
	say("  password  %s   (of everybody below)\n", strings.TrimSpace(string(password)))
	for _, p := range demo.People("").People {
		say("  %-10s %-22s %-12s %s", p.Where, p.Role, p.Name, p.Email)
	}
	say("\nWalk the main job:  .local/bin/zhuxin demo --check\nStop with Ctrl-C.")
}
