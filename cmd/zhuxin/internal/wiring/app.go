package wiring

import (
	"context"
	"errors"
	"log/slog"

	"github.com/google/uuid"

	"zhuxin/app/conf"
	"zhuxin/app/server"
	accountservice "zhuxin/app/service/account"
	"zhuxin/biz/followup"
	"zhuxin/biz/project"
	"zhuxin/biz/proposal"
	"zhuxin/biz/segment"
	"zhuxin/biz/statement"
	"zhuxin/biz/todo"
)

// App is the whole program, ready to serve or to run a command.
type App struct {
	*Base
	Agreements  *Agreements
	Group       *Group
	Credit      *Credit
	Daily       *DailyRun
	Directory   *Directory
	Documents   *Documents
	FollowUps   *followup.Service
	History     *HistoryImports
	Customers   *Customers
	Proposals   *proposal.Service
	Notify      *Notify
	Projects    *project.Service
	Receivables *Receivables
	ERP         *ERP
	Todos       *todo.Service
	Portfolio   *Portfolio
	Segments    *segment.Service
	Reports     *Reports
	Risk        *Risk
	Schedules   *Schedules
	Statements  *statement.Service

	// Who calls, where he may work, and to which schema that leads. The test of
	// the tenants' isolation replaces them to see itself fail.
	Authenticator server.Authenticator
	Memberships   server.Memberships
	BindTenant    func(ctx context.Context, tenantID uuid.UUID) (context.Context, error)
}

// New connects and composes everything.
func New(ctx context.Context, c conf.Config, log *slog.Logger, options ...Option) (*App, error) {
	b, err := NewBase(ctx, c, log, options...)
	if err != nil {
		return nil, err
	}
	if err := b.Store.EnsureBucket(ctx); err != nil {
		log.WarnContext(ctx, "the object store's bucket could not be looked at; files fail until it answers", "error", err)
	}
	a := &App{Base: b}
	a.Group = newGroup(b)
	a.Documents = newDocuments(b)
	a.Credit = newCredit(b, a.Group, a.Documents)
	if a.Directory, err = newDirectory(b); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	a.Authenticator = accountservice.NewAuthenticator(a.Directory.Sessions, a.Directory.Keys)
	a.Memberships = accountservice.NewMemberships(a.Directory.Places)
	a.BindTenant = b.Registry.Bind
	a.Customers = newCustomers(b, a.Credit, a.Group)
	a.Proposals = newProposals(b, a.Credit, a.Group)
	a.Projects = newProjects(b, a.Credit)
	if a.Notify, err = newNotify(b); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	a.Notify.Group = a.newGroupNews()
	a.Receivables = newReceivables(b, a.Credit, a.Documents, a.Notify)
	if a.ERP, err = newERP(b, a.Credit, a.Receivables, a.Customers); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	a.History = newHistoryImports(b, a.Documents, a.Receivables, a.ERP)
	a.Todos = newTodos(b)
	a.Risk = newRisk(b)
	a.Agreements = newAgreements(b, a.Credit, a.Documents)
	a.Notify.Dunning.Fees, a.Notify.Dunning.Bills = a.Receivables.Collection, a.Agreements.Letters
	a.Notify.confirm, a.Notify.Service.Paper = a.Receivables.Collection.ConfirmDue, a.paper
	a.FollowUps = newFollowUps(b, a.Credit)
	a.Statements = newStatements(b, a.Credit, a.Receivables)
	a.Portfolio = newPortfolio(b)
	a.Reports = newReports(b, a.Receivables)
	a.Segments = newSegments(b, a.Credit, a.Portfolio, a.Reports)
	a.Daily = newDailyRun(a)
	if a.Schedules, err = newSchedules(a); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return a, nil
}
