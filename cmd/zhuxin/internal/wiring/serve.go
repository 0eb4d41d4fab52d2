package wiring

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	khttp "github.com/go-kratos/kratos/v2/transport/http"
	"golang.org/x/sync/errgroup"

	"zhuxin/app/api"
	accountv1 "zhuxin/app/api/account/v1"
	agreementv1 "zhuxin/app/api/agreement/v1"
	approvalv1 "zhuxin/app/api/approval/v1"
	auditv1 "zhuxin/app/api/audit/v1"
	collateralv1 "zhuxin/app/api/collateral/v1"
	collectionv1 "zhuxin/app/api/collection/v1"
	contractv1 "zhuxin/app/api/contract/v1"
	creditcheckv1 "zhuxin/app/api/creditcheck/v1"
	customerv1 "zhuxin/app/api/customer/v1"
	dailyrunv1 "zhuxin/app/api/dailyrun/v1"
	dunningv1 "zhuxin/app/api/dunning/v1"
	erpv1 "zhuxin/app/api/erp/v1"
	feedv1 "zhuxin/app/api/feed/v1"
	followupv1 "zhuxin/app/api/followup/v1"
	gradescalev1 "zhuxin/app/api/gradescale/v1"
	groupcapv1 "zhuxin/app/api/groupcap/v1"
	historyimportv1 "zhuxin/app/api/historyimport/v1"
	hqv1 "zhuxin/app/api/hq/v1"
	limitv1 "zhuxin/app/api/limit/v1"
	memberv1 "zhuxin/app/api/member/v1"
	negativelistv1 "zhuxin/app/api/negativelist/v1"
	notifyv1 "zhuxin/app/api/notify/v1"
	portfoliov1 "zhuxin/app/api/portfolio/v1"
	projectv1 "zhuxin/app/api/project/v1"
	ratingv1 "zhuxin/app/api/rating/v1"
	receivablev1 "zhuxin/app/api/receivable/v1"
	registryv1 "zhuxin/app/api/registry/v1"
	relatedv1 "zhuxin/app/api/related/v1"
	reportv1 "zhuxin/app/api/report/v1"
	schedulev1 "zhuxin/app/api/schedule/v1"
	segmentv1 "zhuxin/app/api/segment/v1"
	statementv1 "zhuxin/app/api/statement/v1"
	warningv1 "zhuxin/app/api/warning/v1"
	workbenchv1 "zhuxin/app/api/workbench/v1"
	"zhuxin/app/conf"
	"zhuxin/app/console"
	"zhuxin/app/gateway"
	"zhuxin/app/gateway/limit"
	"zhuxin/app/server"
	accountservice "zhuxin/app/service/account"
	agreementservice "zhuxin/app/service/agreement"
	approvalservice "zhuxin/app/service/approval"
	auditservice "zhuxin/app/service/audit"
	collateralservice "zhuxin/app/service/collateral"
	collectionservice "zhuxin/app/service/collection"
	contractservice "zhuxin/app/service/contract"
	creditcheckservice "zhuxin/app/service/creditcheck"
	customerservice "zhuxin/app/service/customer"
	dailyrunservice "zhuxin/app/service/dailyrun"
	dunningservice "zhuxin/app/service/dunning"
	erpservice "zhuxin/app/service/erp"
	feedservice "zhuxin/app/service/feed"
	followupservice "zhuxin/app/service/followup"
	gradescaleservice "zhuxin/app/service/gradescale"
	groupcapservice "zhuxin/app/service/groupcap"
	historyimportservice "zhuxin/app/service/historyimport"
	hqservice "zhuxin/app/service/hq"
	limitservice "zhuxin/app/service/limit"
	memberservice "zhuxin/app/service/member"
	negativelistservice "zhuxin/app/service/negativelist"
	notifyservice "zhuxin/app/service/notify"
	portfolioservice "zhuxin/app/service/portfolio"
	projectservice "zhuxin/app/service/project"
	ratingservice "zhuxin/app/service/rating"
	receivableservice "zhuxin/app/service/receivable"
	registryservice "zhuxin/app/service/registry"
	relatedservice "zhuxin/app/service/related"
	reportservice "zhuxin/app/service/report"
	scheduleservice "zhuxin/app/service/schedule"
	segmentservice "zhuxin/app/service/segment"
	statementservice "zhuxin/app/service/statement"
	warningservice "zhuxin/app/service/warning"
	workbenchservice "zhuxin/app/service/workbench"
)

// Run serves in the configured roles until ctx ends, then drains. ready is
// called once the listeners are open.
func (a *App) Run(ctx context.Context, ready func()) error {
	flush, err := server.Tracing(ctx, a.Conf.OTel.Endpoint, a.Conf.OTel.Ratio, a.Log)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if err := flush(ctx); err != nil {
			a.Log.WarnContext(ctx, "traces not flushed", "error", err)
		}
	}()
	public, err := a.Handler()
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { a.Remote.Run(ctx); return nil })
	g.Go(func() error {
		a.Directory.Keys.Run(ctx, func(err error) { a.Log.WarnContext(ctx, "use of API keys not noted", "error", err) })
		return nil
	})
	if a.Conf.HasRole(conf.RoleWorker) {
		w, err := a.worker()
		if err != nil {
			return err
		}
		g.Go(func() error { return w.Run(ctx) })
	}
	admin := server.NewAdmin(a.Conf.AdminListen, a.Metrics, server.NewReadiness(a.Checks(), a.Log, a.Clock))
	if err := a.listen(ctx, g, admin); err != nil {
		return err
	}
	if public != nil {
		s := &http.Server{Addr: a.Conf.Listen, Handler: public}
		server.Harden(s, a.serverConfig())
		if err := a.listen(ctx, g, s); err != nil {
			return err
		}
	}
	if ready != nil {
		ready()
	}
	return g.Wait()
}

// listen opens the address now, so that a taken one is an error at the start,
// and serves until ctx ends; requests under way get their time.
func (a *App) listen(ctx context.Context, g *errgroup.Group, s *http.Server) error {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.Addr)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", s.Addr, err)
	}
	g.Go(func() error {
		var err error
		if a.Conf.TLSCertFile != "" && s.Addr == a.Conf.Listen {
			err = s.ServeTLS(l, a.Conf.TLSCertFile, a.Conf.TLSKeyFile)
		} else {
			err = s.Serve(l)
		}
		if errors.Is(err, http.ErrServerClosed) {
			return nil
		}
		return err
	})
	g.Go(func() error {
		<-ctx.Done()
		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.Conf.HTTP.ShutdownTimeout)
		defer cancel()
		return s.Shutdown(drain)
	})
	return nil
}

func (a *App) serverConfig() server.Config {
	return server.Config{
		PublicURL: a.Conf.PublicURL, RequestTimeout: a.Conf.HTTP.RequestTimeout, TransferTimeout: a.Conf.HTTP.TransferTimeout,
		SessionCookie: a.Conf.Kratos.SessionCookie, SessionCache: a.Conf.HTTP.SessionCache, TrustedProxies: a.Conf.Proxies(),
	}
}

// Handler is what the public listener serves: the gateway, with the API behind
// it in this process or elsewhere; the API alone; or nothing for a pure worker.
func (a *App) Handler() (http.Handler, error) {
	limiter := limit.New(a.Redis, a.Clock, a.Log, a.Metrics)
	var apiHandler http.Handler
	if a.Conf.HasRole(conf.RoleAPI) {
		s, err := a.API(limiter)
		if err != nil {
			return nil, err
		}
		apiHandler = s
	}
	if !a.Conf.HasRole(conf.RoleGateway) {
		return apiHandler, nil
	}
	secret, err := a.Conf.MasterKeyBytes()
	if err != nil {
		return nil, err
	}
	l := a.Conf.Limits
	return gateway.New(gateway.Config{
		PublicURL: a.Conf.PublicURL, KratosURL: a.Conf.Kratos.PublicURL, APIURL: a.Conf.APIURL, SessionCookie: a.Conf.Kratos.SessionCookie,
		TrustedProxies: a.Conf.Proxies(), TransferTimeout: a.Conf.HTTP.TransferTimeout, Secret: secret,
		Limits: gateway.Limits{
			IP: limit.Rule{PerSecond: l.IPPerSecond, Burst: l.IPBurst}, Principal: limit.Rule{PerSecond: l.PrincipalPerSecond, Burst: l.PrincipalBurst},
			LoginPerAccount: l.LoginPerAccount, LoginPerIP: l.LoginPerIP, LoginWindow: l.LoginWindow,
		},
	}, gateway.Deps{Logger: a.Log, Clock: a.Clock, Limiter: limiter, API: apiHandler, Console: console.Handler()})
}

// API makes the server with every service of the contract on it.
func (a *App) API(limiter *limit.Limiter) (*khttp.Server, error) {
	s, err := server.New(a.serverConfig(), server.Deps{
		Logger: a.Log, Clock: a.Clock, Routes: api.Routes(),
		Authenticator: a.Authenticator, Memberships: a.Memberships, BindTenant: a.BindTenant,
		TenantLimit: gateway.TenantLimit(limiter, limit.Rule{PerSecond: a.Conf.Limits.TenantPerSecond, Burst: a.Conf.Limits.TenantBurst}),
		StepUp:      a.StepUp, Checks: a.Checks(), Registry: a.Metrics, OpenAPI: api.OpenAPI,
	})
	if err != nil {
		return nil, err
	}
	d, c, g := a.Directory, a.Credit, a.Group
	accountv1.RegisterAccountServiceHTTPServer(s, accountservice.New(d.Accounts, d.Applications, d.Members, a.Clock))
	memberv1.RegisterMemberServiceHTTPServer(s, memberservice.New(d.Members, d.Keys, d.Setup, a.Clock))
	agreementv1.RegisterAgreementServiceHTTPServer(s, agreementservice.New(a.Agreements.Agreements, a.Agreements.Letters, a.Agreements.Stops, a.Documents.Service))
	customerv1.RegisterCustomerServiceHTTPServer(s, customerservice.New(c.Customers, a.Customers.Changes, a.Documents.Service))
	dailyrunv1.RegisterDailyRunServiceHTTPServer(s, dailyrunservice.New(a.Daily.Service))
	feedv1.RegisterFeedServiceHTTPServer(s, feedservice.New(a.ERP.Feeds))
	followupv1.RegisterFollowUpServiceHTTPServer(s, followupservice.New(a.FollowUps))
	historyimportv1.RegisterHistoryImportServiceHTTPServer(s, historyimportservice.New(a.History.Service))
	notifyv1.RegisterNotifyServiceHTTPServer(s, notifyservice.New(a.Notify.Service))
	notifyv1.RegisterGroupNewsServiceHTTPServer(s, notifyservice.NewGroup(a.Notify.Group))
	dunningv1.RegisterDunningServiceHTTPServer(s, dunningservice.New(a.Notify.Dunning))
	ratingv1.RegisterRatingServiceHTTPServer(s, ratingservice.New(c.Templates, c.Ratings, c.DryRuns, c.Limits))
	collateralv1.RegisterCollateralServiceHTTPServer(s, collateralservice.New(c.Collateral))
	limitv1.RegisterLimitServiceHTTPServer(s, limitservice.New(c.Limits, newAgenda(a.Base)))
	projectv1.RegisterProjectServiceHTTPServer(s, projectservice.New(a.Projects))
	approvalv1.RegisterApprovalServiceHTTPServer(s, approvalservice.New(c.Approvals))
	erpv1.RegisterERPServiceHTTPServer(s, erpservice.New(a.ERP.Service))
	creditcheckv1.RegisterCreditCheckServiceHTTPServer(s, creditcheckservice.New(c.Checks, c.Queue, c.Headroom))
	receivablev1.RegisterReceivableServiceHTTPServer(s, receivableservice.New(a.Receivables.Ledger, a.Receivables.Exports, a.Receivables.Imports))
	gradescalev1.RegisterGradeScaleServiceHTTPServer(s, gradescaleservice.New(a.Group.Grades))
	schedulev1.RegisterGroupScheduleServiceHTTPServer(s, scheduleservice.New(a.Schedules.HQ))
	schedulev1.RegisterScheduleServiceHTTPServer(s, scheduleservice.New(a.Schedules.Tenant))
	segmentv1.RegisterSegmentServiceHTTPServer(s, segmentservice.New(a.Segments))
	portfoliov1.RegisterPortfolioServiceHTTPServer(s, portfolioservice.New(a.Portfolio.Service, a.Portfolio.Group))
	reportv1.RegisterReportServiceHTTPServer(s, reportservice.New(a.Reports.Service, a.Reports.Group, a.Reports.Items, a.Reports.Exports, a.Reports.Files))
	collectionv1.RegisterCollectionServiceHTTPServer(s, collectionservice.New(a.Receivables.Collection))
	contractv1.RegisterContractServiceHTTPServer(s, contractservice.New(a.Receivables.Matching))
	groupcapv1.RegisterGroupCapServiceHTTPServer(s, groupcapservice.New(g.Caps))
	groupcapv1.RegisterSharedLimitServiceHTTPServer(s, groupcapservice.NewShared(g.Caps, a.Credit.Shared))
	negativelistv1.RegisterNegativeListServiceHTTPServer(s, negativelistservice.New(g.Negative, a.Proposals, g.Gate, g.History, a.Documents.UploadEvidence, a.Documents.OpenProof))
	negativelistv1.RegisterNegativeReviewServiceHTTPServer(s, negativelistservice.NewReview(g.Negative, a.Documents.OpenEvidence(a.Base)))
	auditv1.RegisterAuditServiceHTTPServer(s, auditservice.New(a.books()))
	registryv1.RegisterRegistryServiceHTTPServer(s, registryservice.New(a.Risk.Registry))
	statementv1.RegisterStatementServiceHTTPServer(s, statementservice.New(a.Statements))
	warningv1.RegisterWarningServiceHTTPServer(s, warningservice.New(a.Risk.Warnings))
	relatedv1.RegisterRelatedServiceHTTPServer(s, relatedservice.New(a.Customers.Related))
	workbenchv1.RegisterWorkbenchServiceHTTPServer(s, workbenchservice.New(a.Todos, c.Customers, a.Customers.Drafts, a.Clock))
	hqv1.RegisterHQServiceHTTPServer(s, hqservice.New(hqservice.NewDirectory(d.Applications, d.Codes, d.Tenants, d.Members, a.Clock),
		hqservice.NewLibrary(c.Library), hqservice.NewNegative(g.Negative), hqservice.NewOverview(g.Reader, g.History, g.Negative)))
	return s, server.CheckRoutes(s, api.Routes())
}
