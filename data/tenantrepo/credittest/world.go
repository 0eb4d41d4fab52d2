// Package credittest wires the credit domains (templates, ratings, limits,
// approvals, customers) on a test database as the product does, for tests of the
// repositories and of what the services do with them.
package credittest

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/biz/approval"
	"zhuxin/biz/collateral"
	"zhuxin/biz/customer"
	"zhuxin/biz/document"
	"zhuxin/biz/limit"
	"zhuxin/biz/rating"
	"zhuxin/biz/related"
	"zhuxin/data/auditlog"
	"zhuxin/data/crypto"
	"zhuxin/data/formula"
	historyrepo "zhuxin/data/hqrepo/history"
	hqindicator "zhuxin/data/hqrepo/indicator"
	reachrepo "zhuxin/data/hqrepo/reach"
	"zhuxin/data/hqrepo/rollup"
	"zhuxin/data/outbox"
	"zhuxin/data/query/company"
	"zhuxin/data/query/registry"
	"zhuxin/data/ratingpdf"
	approvalrepo "zhuxin/data/tenantrepo/approval"
	collateralrepo "zhuxin/data/tenantrepo/collateral"
	customerrepo "zhuxin/data/tenantrepo/customer"
	exposurerepo "zhuxin/data/tenantrepo/exposure"
	limitrepo "zhuxin/data/tenantrepo/limit"
	ratingrepo "zhuxin/data/tenantrepo/rating"
	relatedrepo "zhuxin/data/tenantrepo/related"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/history"
	"zhuxin/shared/indicator"
	"zhuxin/shared/party"
	"zhuxin/shared/reach"
	"zhuxin/shared/tenant"
	"zhuxin/tenancy/scope"
	"zhuxin/tenancy/tenancytest"
)

// World is a database with two tenants and the services on it.
type World struct {
	*tenancytest.Env
	Clock      *calendar.Frozen
	Library    *indicator.Service
	Approvals  *approval.Service
	Templates  *rating.Templates
	Ratings    *rating.Ratings
	DryRuns    *rating.DryRuns
	Limits     *limit.Service
	Collateral *collateral.Service
	Customers  *customer.Service
	Changes    *customer.Changes
	Related    *related.Service
	Accounts   *exposurerepo.Repo
	Keys       *crypto.Keys
	Papers     Papers
	Outside    registry.Rated // what is on HQ's shelf
}

// Papers keeps the files that services store.
type Papers struct{ Files []document.UploadInput }

// Upload implements rating.Documents.
func (p *Papers) Upload(_ context.Context, in document.UploadInput) (document.Document, error) {
	p.Files = append(p.Files, in)
	return document.Document{ID: uuid.New(), Kind: in.Kind, FileName: in.FileName}, nil
}

// Noon of 2026-11-20 in Shanghai is when a world begins.
var Noon = time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)

// New makes a world; its library holds the defaults.
func New(t testing.TB) *World {
	t.Helper()
	env := tenancytest.New(t)
	w := &World{Env: env, Clock: &calendar.Frozen{At: Noon}}
	log, events := auditlog.Tenant(env.Pool), outbox.Tenant(env.Pool)
	master, err := crypto.ParseMaster(base64.StdEncoding.EncodeToString([]byte("a-test-key-of-32-different-bytes")))
	must(t, err)
	w.Keys = crypto.Tenant(env.Pool, master, w.Clock)
	w.Accounts = exposurerepo.New(w.Clock, events, log)
	w.Library = indicator.New(env.Pool.HQ(), hqindicator.New(), auditlog.HQ(env.Pool))

	w.Outside = registry.NewRated(registry.NewShelf(w.Keys), w.Clock)
	tx, customers := env.Pool.Tenant(), customerrepo.New()
	w.Approvals = approval.New(tx, approvalrepo.New(), log, w.Clock, approval.Publishing(events))
	listings := w.Gate()
	w.Limits = limit.New(tx, limitrepo.New(), customers, w.Accounts, w.Approvals, listings, log, w.Clock)
	w.Templates = rating.NewTemplates(tx, ratingrepo.NewTemplates(), hqindicator.View{}, ratingrepo.NewDryRuns(), formula.Engine{}, w.Approvals, log, w.Clock)
	w.Ratings = rating.NewRatings(rating.RatingsConfig{Tx: tx, Ratings: ratingrepo.NewRatings(), Templates: ratingrepo.NewTemplates(),
		Customers: customers, Data: ratingrepo.NewMeasurer(w.Accounts, w.Outside), Limits: w.Limits, Accounts: w.Accounts, Approvals: w.Approvals, Listings: listings,
		Rows: ratingrepo.NewRows(w.Outside), Courses: ratingrepo.Courses{}, Printer: ratingpdf.Printer{}, Documents: &w.Papers, Audit: log, Events: events, Clock: w.Clock})
	w.DryRuns = rating.NewDryRuns(rating.DryRunsConfig{Tx: tx, Repo: ratingrepo.NewDryRuns(), Templates: ratingrepo.NewTemplates(), Ratings: ratingrepo.NewRatings(),
		Population: ratingrepo.NewPopulation(w.Outside), Accounts: w.Accounts, Audit: log, Clock: w.Clock})
	w.Customers = customer.New(tx, customers, w.Accounts, customer.ElsewhereFunc(w.elsewhere), w.Keys, log, w.Clock)
	w.Approvals.Register(approval.KindTemporaryLimit, w.Limits)
	w.Approvals.Register(approval.KindLimitAdjustment, w.Limits)
	w.Approvals.Register(approval.KindLimitBatch, w.Limits)
	w.Collateral = collateral.New(collateral.Deps{Tx: tx, Repo: collateralrepo.Repo{}, Customers: customers, Accounts: w.Accounts, Approvals: w.Approvals, Listings: listings, Audit: log, Clock: w.Clock})
	w.Approvals.Register(approval.KindCollateral, w.Collateral)
	w.Approvals.Register(approval.KindRatingTemplate, w.Templates)
	w.Approvals.Register(approval.KindRating, w.Ratings)
	w.Changes = customer.NewChanges(w.Customers, customers, w.Approvals)
	w.Approvals.Register(approval.KindCustomerChange, w.Changes)
	w.Related = w.Relations(nil)
	w.Customers.FollowedBy(w.Related)

	_, err = w.Library.SeedDefaults(access.With(t.Context(), access.System(uuid.Nil, "test")))
	must(t, err)
	return w
}

// Looks wires the log of what subsidiaries see of each other.
func (w *World) Looks() *history.Service {
	return history.NewService(w.Pool.Tenant(), w.Pool.HQ(), historyrepo.Store{}, company.Query{}, w.Clock)
}

// Relations wires related parties over a keeper; nil for one that tells no other
// subsidiary.
func (w *World) Relations(keeper related.Keeper) *related.Service {
	if keeper == nil {
		keeper = reach.NewKeeper(w.Pool.Tenant(), w.Pool.HQ(), relatedrepo.Books{}, reachrepo.Store{}, outbox.Tenant(w.Pool), w.Clock, nil)
	}
	return related.New(related.Deps{Tx: w.Pool.Tenant(), Repo: relatedrepo.Repo{}, Customers: customerrepo.New(), Cipher: w.Keys, Keeper: keeper, Looks: w.Looks(),
		Prints: related.HashPrints{Secret: []byte("secret"), Group: []byte("of the group")}, Audit: auditlog.Tenant(w.Pool), Clock: w.Clock})
}

func (w *World) elsewhere(ctx context.Context, uscc string) (n int, err error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return 0, err
	}
	err = w.Pool.HQ().InTx(ctx, func(ctx context.Context) error {
		n, _, err = rollup.Store{}.CountElsewhere(ctx, t.ID, uscc)
		return err
	})
	return n, err
}

// InA runs fn in a transaction of tenant A.
func (w *World) InA(t testing.TB, fn func(ctx context.Context) error) {
	t.Helper()
	must(t, w.Pool.Tenant().InTx(w.CtxA(t), fn))
}

// Exec runs SQL of a test's given facts in a transaction of ctx's tenant.
func (w *World) Exec(t testing.TB, ctx context.Context, query string, args ...any) {
	t.Helper()
	must(t, w.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		_, err = q.ExecContext(ctx, query, args...)
		return err
	}))
}

// Count counts rows in a transaction of ctx's tenant.
func (w *World) Count(t testing.TB, ctx context.Context, query string, args ...any) (n int) {
	t.Helper()
	must(t, w.Pool.Tenant().InTx(ctx, func(ctx context.Context) error {
		q, err := scope.Conn(ctx)
		if err != nil {
			return err
		}
		return q.QueryRowContext(ctx, query, args...).Scan(&n)
	}))
	return n
}

// AddMember makes a person a member of a tenant and gives him as an actor.
func (w *World) AddMember(t testing.TB, of scope.Tenant, name string, roles ...access.Role) (access.Actor, context.Context) {
	t.Helper()
	a := access.Actor{Kind: access.KindPerson, ID: uuid.New(), Name: name, Email: uuid.NewString() + "@example.com", TenantID: of.ID, Roles: roles, RequestID: "test"}
	db := w.Admin(t)
	_, err := db.ExecContext(t.Context(), `INSERT INTO hq.persons (id, email, name, created_at, updated_at) VALUES ($1, $2, $3, now(), now())`, a.ID, a.Email, a.Name)
	must(t, err)
	held, err := json.Marshal(roles)
	must(t, err)
	_, err = db.ExecContext(t.Context(), `INSERT INTO hq.memberships (id, person_id, tenant_id, roles, status, created_at, updated_at)
		VALUES ($1, $2, $3, $4, 'active', now(), now())`, uuid.New(), a.ID, of.ID, held)
	must(t, err)
	return a, access.With(scope.WithTenant(t.Context(), of), a)
}

// USCC gives the n-th valid code; nothing for an n of more than nine digits.
func USCC(n int) string {
	first := fmt.Sprintf("91110000%09d", n)
	last, err := party.CheckCharacter(first)
	if err != nil {
		return ""
	}
	return first + string(last)
}

// NewCustomer makes a customer with the n-th code, as ctx's person.
func (w *World) NewCustomer(t testing.TB, ctx context.Context, n int) customer.Detail {
	t.Helper()
	name, uscc := fmt.Sprintf("测试建工集团%d有限公司", n), USCC(n)
	d, err := w.Customers.Create(ctx, customer.CreateInput{Fields: customer.Fields{Name: &name, USCC: &uscc}})
	must(t, err)
	return d
}

// EffectiveTemplate has the concrete sample approved in ctx's tenant: written by
// an administrator, approved by an approver.
func (w *World) EffectiveTemplate(t testing.TB, of scope.Tenant) rating.Template {
	t.Helper()
	author := w.Ctx(t, of, access.RoleAdministrator)
	tpl, err := w.Templates.Create(author, "", string(rating.SampleConcrete))
	must(t, err)
	_, err = w.Templates.Submit(author, tpl.ID, tpl.Version)
	must(t, err)
	w.Approve(t, w.Ctx(t, of, access.RoleApprover), tpl.ID)
	tpl, err = w.Templates.Get(author, tpl.ID)
	must(t, err)
	return tpl
}

// Approve approves what is pending on a subject, as ctx's person.
func (w *World) Approve(t testing.TB, ctx context.Context, subject uuid.UUID) approval.Approval {
	t.Helper()
	a := w.Pending(t, ctx, subject)
	a, err := w.Approvals.Decide(ctx, approval.DecideInput{ID: a.ID, Approve: true, Version: a.Version})
	must(t, err)
	return a
}

// Return gives back what is pending on a subject, as ctx's person.
func (w *World) Return(t testing.TB, ctx context.Context, subject uuid.UUID) {
	t.Helper()
	a := w.Pending(t, ctx, subject)
	a, err := w.Approvals.Decide(ctx, approval.DecideInput{ID: a.ID, Return: true, Comment: "请补充说明", Version: a.Version})
	must(t, err)
	if a.Status != approval.StatusReturned {
		t.Fatalf("returned, and it is %s", a.Status)
	}
}

// Pending finds what is pending on a subject.
func (w *World) Pending(t testing.TB, ctx context.Context, subject uuid.UUID) approval.Approval {
	t.Helper()
	p, err := w.Approvals.List(ctx, approval.BoxAll, 1, 200)
	must(t, err)
	for _, a := range p.Approvals {
		if a.SubjectID == subject && a.Status == approval.StatusPending {
			return a
		}
	}
	t.Fatalf("nothing is pending on %s", subject)
	return approval.Approval{}
}

// ConcreteValues are complete hand-entered values of the concrete sample.
func ConcreteValues() []rating.Input {
	return []rating.Input{
		{IndicatorCode: "settlement_method", Choice: "monthly_share"}, {IndicatorCode: "price_adjustment", Choice: "monthly_guide"},
		{IndicatorCode: "enterprise_nature", Choice: "local_soe"}, {IndicatorCode: "contractor_grade", Choice: "first"},
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
