package register_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/cmd/zhuxin/internal/register"
	"zhuxin/data/auditlog"
	"zhuxin/data/crypto"
	store "zhuxin/data/hqrepo/directory"
	"zhuxin/data/identity"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/directory"
	"zhuxin/shared/event"
	"zhuxin/tenancy/registry"
	"zhuxin/tenancy/tenancytest"
)

// dropped takes the events; no worker runs here.
type dropped struct{}

func (dropped) Publish(context.Context, event.Event) error { return nil }

func setup(t *testing.T) (*register.Register, *bytes.Buffer, *tenancytest.Env) {
	t.Helper()
	env := tenancytest.New(t)
	clock := calendar.System{}
	master, err := crypto.ParseMaster("MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXY=")
	if err != nil {
		t.Fatal(err)
	}
	kratos, err := identity.New(identity.Config{PublicURL: os.Getenv("ZHUXIN_KRATOS_PUBLIC_URL"), AdminURL: os.Getenv("ZHUXIN_KRATOS_ADMIN_URL"),
		Timeout: 20 * time.Second}, clock)
	if err != nil {
		t.Fatalf("no Ory Kratos: run by deploy/dev/cmd/with-servers: %v", err)
	}
	p := env.Provisioner(t)
	deps := directory.Deps{HQ: env.Pool.HQ(), Audit: auditlog.HQ(env.Pool), Events: dropped{}, Clock: clock, Store: store.NewStore()}
	apply := directory.NewApplications(deps, crypto.HQ(env.Pool, master, clock))
	onboarding := directory.NewOnboarding(deps, store.NewProvisioner(p), func(_ context.Context, err error, _ uuid.UUID) { t.Error(err) })
	reg := registry.New(env.Pool, clock)
	var out bytes.Buffer
	return &register.Register{
		Admin:   directory.NewAdmin(deps, kratos, apply, onboarding),
		Tenants: directory.NewTenants(deps, reg.Forget), Registry: reg, Provisioner: p, Out: &out,
	}, &out, env
}

func TestCommands(t *testing.T) {
	t.Parallel()
	r, out, env := setup(t)
	says := func(want ...string) {
		t.Helper()
		for _, s := range want {
			if !strings.Contains(out.String(), s) {
				t.Errorf("the output lacks %q:\n%s", s, out)
			}
		}
		out.Reset()
	}
	ctx := t.Context()
	email := uuid.NewString()[:13] + "@register.example"
	if err := r.HQInit(ctx, email, "总部"); err != nil {
		t.Fatal(err)
	}
	says("总部 <"+email+"> is an administrator of headquarters", "code  ", "link  http")

	in := directory.ApplyInput{Name: "东海混凝土有限公司", ShortName: "donghai", USCC: "91110000600037341L", ContactName: "王", ContactPhone: "13800001234"}
	admin := directory.NewIdentity{Email: "t-" + email, Name: "王工"}
	if err := r.Create(ctx, in, admin); err != nil {
		t.Fatal(err)
	}
	says("/t/donghai", "code  ")
	if err := r.Create(ctx, in, admin); err == nil || !strings.Contains(err.Error(), "exists already") {
		t.Errorf("a second one of the same company: %v", err)
	}
	if err := r.List(ctx); err != nil {
		t.Fatal(err)
	}
	says("donghai", "91110000600037341L", env.A.Slug, env.B.Slug, "active")

	if err := r.Verify(ctx, "donghai"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	says("ok    donghai")
	if err := r.Verify(ctx, ""); !errors.Is(err, register.ErrFindings) {
		t.Errorf("two subsidiaries have no administrator: %v", err)
	}
	says("FAIL  "+env.A.Slug, "no active administrator")
	if err := r.AddMember(ctx, env.A.Slug, admin, []access.Role{access.RoleAdministrator}); err != nil {
		t.Fatal(err)
	}
	if err := r.Verify(ctx, env.A.Slug); err != nil {
		t.Errorf("%v\n%s", err, out)
	}

	if err := r.Suspend(ctx, "donghai", ""); err == nil {
		t.Error("suspended without a reason")
	}
	if err := r.Suspend(ctx, "donghai", "欠费"); err != nil {
		t.Fatal(err)
	}
	says("is suspended")
	if err := r.Resume(ctx, "donghai"); err != nil {
		t.Fatal(err)
	}
	says("is active")
	if err := r.Resume(ctx, "nobody"); err == nil {
		t.Error("resumed nobody")
	}
}
