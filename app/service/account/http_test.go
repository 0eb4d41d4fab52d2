package account_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"zhuxin/app/api"
	accountv1 "zhuxin/app/api/account/v1"
	hqv1 "zhuxin/app/api/hq/v1"
	memberv1 "zhuxin/app/api/member/v1"
	"zhuxin/app/server"
	"zhuxin/app/service/account"
	"zhuxin/app/service/hq"
	"zhuxin/app/service/member"
	"zhuxin/biz/setup"
	"zhuxin/data/auditlog"
	"zhuxin/data/crypto"
	store "zhuxin/data/hqrepo/directory"
	"zhuxin/data/identity"
	"zhuxin/data/outbox"
	progress "zhuxin/data/query/setup"
	stepupstore "zhuxin/data/stepup"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/directory"
	"zhuxin/shared/stepup"
	"zhuxin/tenancy/registry"
	"zhuxin/tenancy/tenancytest"
)

// app is the server with the directory's services on it, a real database and a
// real Kratos behind it.
type app struct {
	t          *testing.T
	url        string
	kratos     *identity.Client
	admin      *directory.Admin
	onboarding *directory.Onboarding
	courier    *directory.Courier
	mails      []directory.InvitationMail
	env        *tenancytest.Env
}

// SendInvitation keeps the mail instead of handing it to a mail server.
func (a *app) SendInvitation(_ context.Context, m directory.InvitationMail) error {
	a.mails = append(a.mails, m)
	return nil
}

func newApp(t *testing.T) *app {
	t.Helper()
	env := tenancytest.New(t)
	clock := calendar.System{}
	a := &app{t: t, env: env}
	master, err := crypto.ParseMaster("MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=")
	if err != nil {
		t.Fatal(err)
	}
	a.kratos, err = identity.New(identity.Config{PublicURL: os.Getenv("ZHUXIN_KRATOS_PUBLIC_URL"), AdminURL: os.Getenv("ZHUXIN_KRATOS_ADMIN_URL"), Timeout: 20 * time.Second}, clock)
	if err != nil {
		t.Fatalf("no Ory Kratos: run by deploy/dev/cmd/with-servers: %v", err)
	}
	deps := directory.Deps{HQ: env.Pool.HQ(), Audit: auditlog.HQ(env.Pool), Events: outbox.HQ(env.Pool), Clock: clock, Store: store.NewStore()}
	applications := directory.NewApplications(deps, crypto.HQ(env.Pool, master, clock))
	a.onboarding = directory.NewOnboarding(deps, store.NewProvisioner(env.Provisioner(t)), func(_ context.Context, err error, _ uuid.UUID) { t.Error(err) })
	a.admin = directory.NewAdmin(deps, a.kratos, applications, a.onboarding)
	members, keys := directory.NewMembers(deps), directory.NewKeys(deps)
	a.courier = directory.NewCourier(members, a)
	reg := registry.New(env.Pool, clock)

	srv, err := server.New(server.Config{PublicURL: "http://127.0.0.1"}, server.Deps{
		Logger: slog.New(slog.DiscardHandler), Clock: clock, Routes: api.Routes(), Registry: prometheus.NewRegistry(),
		Authenticator: account.NewAuthenticator(directory.NewSessions(deps, a.kratos), keys),
		Memberships:   account.NewMemberships(directory.NewPlaces(deps)), BindTenant: reg.Bind,
		StepUp: stepup.New(env.Pool.Tenant(), env.Pool.HQ(), stepupstore.Store{}, stepupstore.Rules{ActOf: func(string) stepup.Act { return "" }}, clock),
	})
	if err != nil {
		t.Fatal(err)
	}
	accountv1.RegisterAccountServiceHTTPServer(srv, account.New(directory.NewAccounts(deps), applications, members, clock))
	memberv1.RegisterMemberServiceHTTPServer(srv, member.New(members, keys, setup.New(env.Pool.Tenant(), progress.Progress{}), clock))
	hqPart := hq.NewDirectory(applications, directory.NewCodes(deps), directory.NewTenants(deps, reg.Forget), members, clock)
	hqv1.RegisterHQServiceHTTPServer(srv, directoryOnly{Directory: hqPart})
	ts := httptest.NewServer(srv)
	t.Cleanup(ts.Close)
	a.url = ts.URL
	return a
}

// directoryOnly answers the directory's routes; the other parts have tests of
// their own.
type directoryOnly struct {
	rest
	*hq.Directory
}

type rest struct{ hqv1.HQServiceHTTPServer }

// client is one logged-in person, or an ERP.
type client struct {
	*app
	header http.Header
	person directory.Person
}

const password = "Steel-Bridge-Over-7-Rivers"

// login makes a person and logs him in.
func (a *app) login(name string) *client {
	a.t.Helper()
	email := uuid.NewString()[:13] + "@http.example"
	p, err := a.kratos.Create(a.t.Context(), directory.NewIdentity{Email: email, Name: name, Password: password})
	if err != nil {
		a.t.Fatal(err)
	}
	public := os.Getenv("ZHUXIN_KRATOS_PUBLIC_URL")
	var flow struct{ ID string }
	a.json(http.MethodGet, public+"/self-service/login/api", nil, &flow)
	var done struct {
		SessionToken string `json:"session_token"`
	}
	a.json(http.MethodPost, public+"/self-service/login?flow="+flow.ID, map[string]any{"method": "password", "identifier": email, "password": password}, &done)
	return &client{a, http.Header{"X-Session-Token": {done.SessionToken}}, p}
}

func (a *app) json(method, url string, body, into any) {
	a.t.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		a.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(a.t.Context(), method, url, bytes.NewReader(b))
	if err != nil {
		a.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(into); err != nil || res.StatusCode != http.StatusOK {
		a.t.Fatalf("%s %s: %s, %v", method, url, res.Status, err)
	}
}

func (c *client) in(slug string) *client {
	h := c.header.Clone()
	h.Set(server.HeaderTenant, slug)
	return &client{c.app, h, c.person}
}

// call wants the status and decodes the answer, or gives the reason of a refusal.
func (c *client) call(method, path string, in, out proto.Message, status int) string {
	c.t.Helper()
	var body io.Reader
	if in != nil {
		b, err := protojson.Marshal(in)
		if err != nil {
			c.t.Fatal(err)
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.url+path, body)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header = c.header.Clone()
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	if res.StatusCode != status {
		c.t.Fatalf("%s %s: %s, want %d: %s", method, path, res.Status, status, text)
	}
	if status != http.StatusOK {
		var refusal struct{ Reason string }
		if err := json.Unmarshal(text, &refusal); err != nil {
			c.t.Fatalf("%s: %v", text, err)
		}
		return refusal.Reason
	}
	if out != nil {
		if err := (protojson.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(text, out); err != nil {
			c.t.Fatalf("%s: %v", text, err)
		}
	}
	return ""
}

func TestFromSignupToColleaguesAndKeys(t *testing.T) {
	t.Parallel()
	a := newApp(t)
	boss, wang, li := a.login("总部"), a.login("王工"), a.login("李工")
	if err := a.admin.AddMember(t.Context(), nil, boss.seen(), []access.Role{access.RoleHQAdministrator}); err != nil {
		t.Fatal(err)
	}

	var code hqv1.CreateInvitationCodeReply
	boss.call("POST", "/v1/hq/invitation-codes", &hqv1.CreateInvitationCodeRequest{Note: "华东", MaxUses: 1, ValidDays: 7}, &code, 200)
	var app accountv1.Application
	wang.call("POST", "/v1/account/applications", &accountv1.SubmitApplicationRequest{Name: "东海混凝土有限公司", ShortName: "donghai",
		Uscc: "91110000600037341L", ContactName: "王工", ContactPhone: "13800001234", InvitationCode: code.GetCode()}, &app, 200)
	if app.GetStatus() != "approved" || len(app.GetSteps()) != 6 || app.GetContactPhoneMask() != "138****1234" {
		t.Fatalf("%v", &app)
	}
	if err := a.onboarding.Run(access.With(t.Context(), access.System(uuid.Nil, "job")), uuid.MustParse(app.GetId())); err != nil {
		t.Fatal(err)
	}
	wang.call("GET", "/v1/account/applications/"+app.GetId(), nil, &app, 200)
	if app.GetStatus() != "active" || app.GetTenantSlug() != "donghai" {
		t.Fatalf("%v", &app)
	}
	if got := li.call("GET", "/v1/account/applications/"+app.GetId(), nil, nil, 404); got != "APPLICATION_NOT_FOUND" {
		t.Errorf("another's application: %s", got)
	}
	var rows hqv1.ListApplicationsReply
	boss.call("GET", "/v1/hq/applications?status=active", nil, &rows, 200)
	if len(rows.GetApplications()) != 1 || !rows.GetApplications()[0].GetByInvitationCode() || rows.GetApplications()[0].GetApplicantName() != "王工" {
		t.Errorf("%v", &rows)
	}

	// A colleague
	admin := wang.in("donghai")
	var inv memberv1.Invitation
	admin.call("POST", "/v1/invitations", &memberv1.InviteMemberRequest{Email: li.person.Email, Name: "李工", Roles: []string{"salesperson"}}, &inv, 200)
	if err := a.courier.Send(t.Context(), uuid.MustParse(inv.GetId())); err != nil {
		t.Fatal(err)
	}
	token := a.mails[0].Token
	var offer accountv1.InvitationOffer
	li.call("GET", "/v1/account/invitations/"+token, nil, &offer, 200)
	if offer.GetState() != "open" || offer.GetTenantName() != "东海混凝土有限公司" || offer.GetInvitedBy() != "王工" {
		t.Errorf("%v", &offer)
	}
	if got := boss.call("GET", "/v1/account/invitations/"+token, nil, nil, 403); got != "INVITATION_FOR_OTHER" {
		t.Errorf("another's invitation: %s", got)
	}
	var me accountv1.Me
	li.call("POST", "/v1/account/invitations/"+token+":accept", &accountv1.AcceptInvitationRequest{}, &me, 200)
	if len(me.GetMemberships()) != 1 || me.GetMemberships()[0].GetRoles()[0] != "salesperson" || len(me.GetMemberships()[0].GetPermissions()) == 0 {
		t.Errorf("%v", &me)
	}
	if got := li.in("donghai").call("GET", "/v1/api-keys", nil, nil, 403); got != "PERMISSION_DENIED" {
		t.Errorf("a salesperson lists keys: %s", got)
	}

	var list memberv1.ListMembersReply
	admin.call("GET", "/v1/members", nil, &list, 200)
	for _, m := range list.GetMembers() {
		if m.GetEmail() == li.person.Email {
			admin.call("PATCH", "/v1/members/"+m.GetId(), &memberv1.UpdateMemberRequest{Status: "disabled", Version: m.GetVersion()}, nil, 200)
		}
	}
	if got := li.in("donghai").call("POST", "/v1/invitations", &memberv1.InviteMemberRequest{}, nil, 404); !strings.HasSuffix(got, "NOT_FOUND") {
		t.Errorf("a disabled member: %s", got)
	}
	a.keysAndSetup(admin)
	a.suspend(boss, admin)
}

// seen lets the server see the session once, which writes the person down.
func (c *client) seen() uuid.UUID {
	var me accountv1.Me
	c.call("GET", "/v1/me", nil, &me, 200)
	if me.GetPerson().GetId() != c.person.ID.String() || !me.GetPerson().GetEmailVerified() {
		c.t.Errorf("%v", &me)
	}
	return c.person.ID
}

func (a *app) keysAndSetup(admin *client) {
	a.t.Helper()
	var made memberv1.CreateAPIKeyReply
	admin.call("POST", "/v1/api-keys", &memberv1.CreateAPIKeyRequest{Name: "ERP", Scopes: []string{"credit.check"}, ValidDays: 30}, &made, 200)
	erp := &client{app: a, header: http.Header{"Authorization": {"Bearer " + made.GetSecret()}}}
	if got := erp.call("GET", "/v1/members", nil, nil, 403); got != "PERMISSION_DENIED" {
		a.t.Errorf("a key beyond its scopes: %s", got)
	}
	admin.call("POST", "/v1/api-keys/"+made.GetApiKey().GetId()+":revoke", &memberv1.RevokeAPIKeyRequest{}, nil, 200)
	if got := erp.call("POST", "/v1/invitations", &memberv1.InviteMemberRequest{}, nil, 401); got != "API_KEY_INVALID" {
		a.t.Errorf("a revoked key: %s", got)
	}
	var s memberv1.Setup
	admin.call("GET", "/v1/setup", nil, &s, 200)
	if len(s.GetSteps()) != 7 || s.GetComplete() {
		a.t.Errorf("%v", &s)
	}
}

func (a *app) suspend(boss, admin *client) {
	a.t.Helper()
	var tenants hqv1.ListTenantsReply
	boss.call("GET", "/v1/hq/tenants", nil, &tenants, 200)
	for _, x := range tenants.GetTenants() {
		if x.GetSlug() == "donghai" {
			boss.call("POST", "/v1/hq/tenants/"+x.GetId()+":set-status", &hqv1.SetTenantStatusRequest{Status: "suspended", Reason: "欠费"}, nil, 200)
		}
	}
	if got := admin.call("POST", "/v1/invitations", &memberv1.InviteMemberRequest{}, nil, 403); got != "TENANT_SUSPENDED" {
		a.t.Errorf("in a suspended subsidiary: %s", got)
	}
	if got := admin.call("GET", "/v1/hq/tenants", nil, nil, 403); got == "" {
		a.t.Error("a subsidiary's administrator sees HQ")
	}
}
