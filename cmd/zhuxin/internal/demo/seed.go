package demo

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	accountv1 "zhuxin/app/api/account/v1"
	hqv1 "zhuxin/app/api/hq/v1"
	memberv1 "zhuxin/app/api/member/v1"
	"zhuxin/shared/calendar"
)

// SeedConfig says how a fresh installation is filled. Everything goes in over
// HTTP by the people it belongs to; only what no page does is injected.
type SeedConfig struct {
	BaseURL   string
	KratosURL string // people log in there directly: the gateway's limits are for strangers
	MailDir   string
	Password  string
	AsOf      calendar.Date
	Out       io.Writer
	// CreateIdentity makes a person who can log in, with a proven address.
	CreateIdentity func(ctx context.Context, email, name, password string) error
	// InitHQ makes the person HQ's first administrator.
	InitHQ func(ctx context.Context, email string) error
	// AddReceipts books money received; customers are named by their number.
	AddReceipts func(ctx context.Context, tenantID uuid.UUID, receipts []Receipt) error
}

// People gives the demo's logins.
func People(password string) Logins { return Logins{Password: password, People: people()} }

// Fill makes HQ, three subsidiaries, their people and two years of business.
func Fill(ctx context.Context, cfg SeedConfig) error {
	outer := ctx
	s := &seeder{cfg: cfg, ctx: ctx, logins: People(cfg.Password), sessions: map[string]*client{}}
	data := Generate(cfg.AsOf)
	if err := s.headquarters(); err != nil {
		return fmt.Errorf("demo data: HQ: %w", err)
	}
	// Provisioning and business of one subsidiary do not wait for another's.
	g, ctx := errgroup.WithContext(ctx)
	s.ctx = ctx
	for n := range data.Subsidiaries {
		g.Go(func() error {
			if err := s.subsidiary(n, &data.Subsidiaries[n]); err != nil {
				return fmt.Errorf("demo data: %s: %w", data.Subsidiaries[n].Name, err)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	s.ctx = outer
	if err := s.negativeEntry(&data.Subsidiaries[0]); err != nil {
		return fmt.Errorf("demo data: negative list: %w", err)
	}
	if err := s.relations(data.Subsidiaries); err != nil {
		return fmt.Errorf("demo data: related parties: %w", err)
	}
	if err := s.groupCap(data.Subsidiaries); err != nil {
		return fmt.Errorf("demo data: group cap: %w", err)
	}
	return nil
}

type seeder struct {
	cfg    SeedConfig
	ctx    context.Context
	logins Logins

	mu       sync.Mutex
	sessions map[string]*client // by e-mail
}

func (s *seeder) say(format string, args ...any) {
	fmt.Fprintf(s.cfg.Out, "  %s\n", fmt.Sprintf(format, args...))
}

// session logs a person in once.
func (s *seeder) session(l Login) (*client, error) {
	s.mu.Lock()
	known := s.sessions[l.Email]
	s.mu.Unlock()
	if known != nil {
		return known, nil
	}
	c := newClient(s.cfg.KratosURL)
	if err := c.login(s.ctx, l.Email, s.cfg.Password); err != nil {
		return nil, fmt.Errorf("log in %s: %w", l.Email, err)
	}
	c.base = strings.TrimSuffix(s.cfg.BaseURL, "/")
	s.mu.Lock()
	s.sessions[l.Email] = c
	s.mu.Unlock()
	return c, nil
}

func (s *seeder) headquarters() error {
	admin := s.logins.HQAdmin()
	if err := s.cfg.CreateIdentity(s.ctx, admin.Email, admin.Name, s.cfg.Password); err != nil {
		return err
	}
	if err := s.cfg.InitHQ(s.ctx, admin.Email); err != nil {
		return err
	}
	hq, err := s.session(admin)
	if err != nil {
		return err
	}
	for _, p := range s.logins.People {
		if p.Where == "hq" && p != admin {
			if err := s.invite(hq, "/v1/hq/invitations", p); err != nil {
				return err
			}
		}
	}
	s.say("总公司 HQ: 3 people")
	return nil
}

// invite sends the invitation, and the person accepts it by the link in his mail.
func (s *seeder) invite(by *client, path string, p Login) error {
	in := &memberv1.InviteMemberRequest{Email: p.Email, Name: p.Name, Roles: []string{p.Role}}
	if err := by.call(s.ctx, http.MethodPost, path, in, nil); err != nil {
		return err
	}
	if err := s.cfg.CreateIdentity(s.ctx, p.Email, p.Name, s.cfg.Password); err != nil {
		return err
	}
	c, err := s.session(p)
	if err != nil {
		return err
	}
	mailbox := &walk{cfg: CheckConfig{MailDir: s.cfg.MailDir}}
	var token string
	err = until(s.ctx, 30*time.Second, func() (bool, error) {
		token, err = mailbox.mailToken(p.Email)
		return token != "", err
	})
	if err != nil {
		return fmt.Errorf("invitation of %s: %w", p.Email, err)
	}
	return c.call(s.ctx, http.MethodPost, "/v1/account/invitations/"+token+":accept", &accountv1.AcceptInvitationRequest{}, nil)
}

// signUp takes the subsidiary through application, approval and provisioning.
func (s *seeder) signUp(n int, sub *Subsidiary) (slug string, tenantID uuid.UUID, err error) {
	admin := s.logins.Of(n, "administrator")
	if err := s.cfg.CreateIdentity(s.ctx, admin.Email, admin.Name, s.cfg.Password); err != nil {
		return "", uuid.Nil, err
	}
	c, err := s.session(admin)
	if err != nil {
		return "", uuid.Nil, err
	}
	var a accountv1.Application
	err = c.call(s.ctx, http.MethodPost, "/v1/account/applications", &accountv1.SubmitApplicationRequest{
		Name: sub.Name, ShortName: sub.ShortName, Uscc: string(sub.USCC), ContactName: admin.Name, ContactPhone: "13800138000",
	}, &a)
	if err != nil {
		return "", uuid.Nil, err
	}
	hq, err := s.session(s.logins.HQAdmin())
	if err != nil {
		return "", uuid.Nil, err
	}
	err = hq.call(s.ctx, http.MethodPost, "/v1/hq/applications/"+a.GetId()+":decide", &hqv1.DecideApplicationRequest{Approve: true}, nil)
	if err != nil {
		return "", uuid.Nil, err
	}
	err = until(s.ctx, 60*time.Second, func() (bool, error) {
		err := c.call(s.ctx, http.MethodGet, "/v1/account/applications/"+a.GetId(), nil, &a)
		if err == nil && a.GetStatus() == "failed" {
			err = fmt.Errorf("provisioning failed: %s", a.GetStatusReason())
		}
		return a.GetStatus() == "active", err
	})
	if err != nil {
		return "", uuid.Nil, err
	}
	var me accountv1.Me
	if err := c.call(s.ctx, http.MethodGet, "/v1/me", nil, &me); err != nil {
		return "", uuid.Nil, err
	}
	for _, m := range me.GetMemberships() {
		if m.GetTenantSlug() == a.GetTenantSlug() {
			id, err := uuid.Parse(m.GetTenantId())
			return a.GetTenantSlug(), id, err
		}
	}
	return "", uuid.Nil, fmt.Errorf("the applicant is no member of %s", a.GetTenantSlug())
}

// receivablesFile writes the invoices in our own template.
func receivablesFile(sub *Subsidiary) string {
	var b strings.Builder
	w := csv.NewWriter(&b)
	rows := [][]string{{"customer_number", "customer_name", "uscc", "document_no", "invoice_date", "due_date", "amount", "open_amount", "currency", "contract no"}}
	for _, i := range sub.Invoices {
		rows = append(rows, []string{i.CustomerNumber, "", "", i.DocumentNo, i.Date.String(), i.Due.String(), i.Amount.String(), i.Open.String(), "CNY", i.ContractNumber})
	}
	if err := w.WriteAll(rows); err != nil {
		panic(err) // a strings.Builder does not fail
	}
	return b.String()
}
