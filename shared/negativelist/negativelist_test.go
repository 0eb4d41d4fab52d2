package negativelist_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/negativelist"
	"zhuxin/shared/party"
	"zhuxin/shared/tenant"
)

var code = func() string {
	last, _ := party.CheckCharacter("91110000000000001")
	return "91110000000000001" + string(last)
}()

func input() negativelist.ListInput {
	return negativelist.ListInput{USCC: code, CompanyName: "失信建工", Reason: negativelist.Fraud, Text: "货款被转移"}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*negativelist.ListInput)
		fields []string
	}{
		"right":              {func(*negativelist.ListInput) {}, nil},
		"lower case, spaces": {func(in *negativelist.ListInput) { in.USCC = " " + strings.ToLower(code) + " " }, nil},
		"nothing":            {func(in *negativelist.ListInput) { *in = negativelist.ListInput{} }, []string{"uscc", "company_name", "reason_code", "reason_text"}},
		"mistyped code":      {func(in *negativelist.ListInput) { in.USCC = code[:16] + "2" + code[17:] }, []string{"uscc"}},
		"a person's ID":      {func(in *negativelist.ListInput) { in.USCC = "11010519491231002X" }, []string{"uscc"}},
		"unknown reason":     {func(in *negativelist.ListInput) { in.Reason = "envy" }, []string{"reason_code"}},
		"counts characters":  {func(in *negativelist.ListInput) { in.Text = strings.Repeat("赖", 1000) }, nil},
		"too long":           {func(in *negativelist.ListInput) { in.Text = strings.Repeat("赖", 1001) }, []string{"reason_text"}},
		"name too long":      {func(in *negativelist.ListInput) { in.CompanyName = strings.Repeat("赖", 101) }, []string{"company_name"}},
		"a negative amount":  {func(in *negativelist.ListInput) { in.Amount = -1 }, []string{"amount"}},
		"all at once":        {func(in *negativelist.ListInput) { in.Amount, in.Text = -1, "x" }, []string{"reason_text", "amount"}},
	} {
		in := input()
		c.change(&in)
		var got []string
		if f, ok := fault.As(in.Validate()); ok {
			for _, x := range f.Fields {
				got = append(got, x.Name)
			}
		}
		if !slices.Equal(got, c.fields) {
			t.Errorf("%s: faults of %v, want %v", name, got, c.fields)
		}
		if c.fields == nil && in.USCC != code {
			t.Errorf("%s: the code became %q", name, in.USCC)
		}
	}
}

type here struct{}

func (here) InTx(ctx context.Context, fn func(ctx context.Context) error) error { return fn(ctx) }

type repo struct {
	negativelist.Repo
	entry  negativelist.Entry
	asked  negativelist.Query
	writes int
}

func (r *repo) Insert(context.Context, negativelist.Entry) error { r.writes++; return nil }
func (r *repo) Lock(context.Context, uuid.UUID) (negativelist.Entry, error) {
	return r.entry, nil
}
func (r *repo) Remove(context.Context, negativelist.Entry, uuid.UUID) error { r.writes++; return nil }
func (r *repo) List(_ context.Context, q negativelist.Query) ([]negativelist.Entry, int64, error) {
	r.asked = q
	return nil, 0, nil
}
func (r *repo) Policy(context.Context) (negativelist.Policy, error) {
	return negativelist.Policy{Version: 1}, nil
}
func (r *repo) AddPolicy(context.Context, negativelist.Policy, uuid.UUID) error {
	r.writes++
	return nil
}

type customers struct{}

func (customers) Of(context.Context, []string) (map[string]uuid.UUID, error) { return nil, nil }
func (customers) Hit(context.Context) ([]string, error)                      { return nil, nil }
func (customers) Name(context.Context, uuid.UUID) (string, error) {
	return "", fault.NotFound("DOCUMENT_NOT_FOUND", "no")
}

// noAudit keeps a record from being written.
type noAudit struct{ err error }

func (n noAudit) Record(context.Context, audit.Entry) error { return n.err }

func service(r *repo, log audit.Recorder) *negativelist.Service {
	clock := &calendar.Frozen{At: time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)}
	return negativelist.NewService(here{}, here{}, r, customers{}, customers{}, log, clock)
}

func as(t *testing.T, id uuid.UUID, roles ...access.Role) context.Context {
	ctx := access.With(t.Context(), access.Actor{Kind: access.KindPerson, ID: uuid.New(), TenantID: id, Roles: roles})
	if id != uuid.Nil {
		ctx = tenant.With(ctx, tenant.Tenant{ID: id, Zone: calendar.Shanghai})
	}
	return ctx
}

func TestWhoMay(t *testing.T) {
	t.Parallel()
	a := uuid.New()
	r := &repo{entry: negativelist.Entry{ID: uuid.New(), TenantID: a, Status: negativelist.Listed}}
	s := service(r, noAudit{})
	for name, call := range map[string]func(ctx context.Context) error{
		"list":       func(ctx context.Context) error { _, err := s.List(ctx, input()); return err },
		"remove own": func(ctx context.Context) error { _, err := s.RemoveOwn(ctx, r.entry.ID, "已付清"); return err },
		"remove":     func(ctx context.Context) error { _, err := s.Remove(ctx, r.entry.ID, "已付清"); return err },
		"browse":     func(ctx context.Context) error { _, _, err := s.Browse(ctx, "", negativelist.Query{}); return err },
		"group":      func(ctx context.Context) error { _, _, err := s.BrowseGroup(ctx, negativelist.Query{}); return err },
		"policy":     func(ctx context.Context) error { _, err := s.Policy(ctx); return err },
		"set policy": func(ctx context.Context) error { _, err := s.SetPolicy(ctx, 1, negativelist.Warn); return err },
	} {
		allowed := map[string][]access.Role{
			"list":       {access.RoleAdministrator, access.RoleCreditReviewer, access.RoleApprover},
			"remove own": {access.RoleAdministrator, access.RoleCreditReviewer, access.RoleApprover},
			"browse":     access.TenantRoles,
			"remove":     {access.RoleHQAdministrator, access.RoleHQCreditController},
			"set policy": {access.RoleHQAdministrator, access.RoleHQCreditController},
			"group":      access.HQRoles, "policy": access.HQRoles,
		}[name]
		for _, role := range append(slices.Clone(access.TenantRoles), access.HQRoles...) {
			err := call(as(t, a, role))
			if slices.Contains(allowed, role) != (err == nil) {
				t.Errorf("%s as %s: %v", name, role, err)
			}
		}
		if err := call(t.Context()); !errors.Is(err, access.ErrUnauthenticated) {
			t.Errorf("%s as nobody: %v", name, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	a, hq := uuid.New(), as(t, uuid.Nil, access.RoleHQAdministrator)
	own := as(t, a, access.RoleAdministrator)
	r := &repo{entry: negativelist.Entry{ID: uuid.New(), TenantID: uuid.New(), Status: negativelist.Listed}}
	s := service(r, noAudit{})
	if _, err := s.RemoveOwn(own, r.entry.ID, "已付清"); !errors.Is(err, negativelist.ErrNotFound) {
		t.Errorf("another's entry: %v", err)
	}
	for _, reason := range []string{"", "x", strings.Repeat("理", 1001)} {
		if _, err := s.Remove(hq, r.entry.ID, reason); err == nil {
			t.Errorf("removed for %q", reason)
		}
	}
	r.entry.Status = negativelist.Removed
	if _, err := s.Remove(hq, r.entry.ID, "已付清"); !errors.Is(err, negativelist.ErrAlreadyRemoved) {
		t.Errorf("removed twice: %v", err)
	}
	if _, err := s.SetPolicy(hq, 1, "ignore"); err == nil {
		t.Error("a policy that ignores hits is taken")
	}
	if _, err := s.SetPolicy(hq, 0, negativelist.Hold); !errors.Is(err, negativelist.ErrPolicyChanged) {
		t.Errorf("over an unseen version: %v", err)
	}
	in := input()
	in.EvidenceID = uuid.New()
	if _, err := s.List(own, in); err == nil {
		t.Error("listed with evidence that is not there")
	}
	if r.writes != 0 {
		t.Errorf("%d writes by refused calls", r.writes)
	}
	if _, err := service(r, noAudit{errors.New("away")}).List(own, input()); err == nil {
		t.Error("listed without an audit row")
	}
	// Nobody's customers on the list: nothing is asked, not everything.
	r.asked = negativelist.Query{Limit: -1}
	if rows, n, err := s.Browse(own, negativelist.ViewMine, negativelist.Query{Limit: 5}); err != nil || n != 0 || rows != nil || r.asked.Limit != -1 {
		t.Errorf("mine: %v %d %v, asked %+v", rows, n, err, r.asked)
	}
	if _, _, err := s.Browse(own, negativelist.ViewOwn, negativelist.Query{}); err != nil || r.asked.TenantID != a {
		t.Errorf("own: asked %+v, %v", r.asked, err)
	}
}
