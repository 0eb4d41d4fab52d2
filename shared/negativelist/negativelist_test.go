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
	"zhuxin/shared/reach"
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

// repo keeps one listing with its claims, and one exemption.
type repo struct {
	negativelist.Repo
	entry     negativelist.Entry
	claims    []negativelist.Claim
	events    []negativelist.Event
	exemption negativelist.Exemption
	asked     negativelist.Query
	writes    int
}

func (r *repo) Insert(context.Context, negativelist.Entry) error { r.writes++; return nil }
func (r *repo) Lock(context.Context, uuid.UUID) (negativelist.Entry, error) {
	return r.entry, nil
}
func (r *repo) Get(ctx context.Context, id uuid.UUID) (negativelist.Entry, error) {
	if r.entry.Status == "" {
		return negativelist.Entry{}, negativelist.ErrNotFound
	}
	return r.Lock(ctx, id)
}

func (r *repo) Save(_ context.Context, e negativelist.Entry, _ uuid.UUID) error {
	r.writes++
	r.entry = e
	return nil
}

func (r *repo) List(_ context.Context, q negativelist.Query) ([]negativelist.Entry, int64, error) {
	r.asked = q
	if q.Codes != nil && r.entry.Status == negativelist.Listed {
		return []negativelist.Entry{r.entry}, 1, nil
	}
	return nil, 0, nil
}

func (r *repo) Counts(context.Context, calendar.Date) (negativelist.Counts, error) {
	return negativelist.Counts{}, nil
}

func (r *repo) AddEvent(_ context.Context, e negativelist.Event) error {
	r.events = append(r.events, e)
	return nil
}
func (r *repo) Events(context.Context, uuid.UUID) ([]negativelist.Event, error) { return r.events, nil }
func (r *repo) AddClaim(_ context.Context, c negativelist.Claim) error {
	r.writes++
	r.claims = append(r.claims, c)
	return nil
}
func (r *repo) Claims(context.Context, uuid.UUID) ([]negativelist.Claim, error) { return r.claims, nil }
func (r *repo) AnswerClaim(_ context.Context, c negativelist.Claim) error {
	r.writes++
	r.claims = []negativelist.Claim{c}
	return nil
}

func (r *repo) AddExemption(_ context.Context, x negativelist.Exemption) error {
	r.writes++
	r.exemption = x
	return nil
}

func (r *repo) LockExemption(context.Context, uuid.UUID) (negativelist.Exemption, error) {
	return r.exemption, nil
}

func (r *repo) SaveExemption(_ context.Context, x negativelist.Exemption) error {
	r.writes++
	r.exemption = x
	return nil
}

func (r *repo) Exemptions(context.Context, negativelist.ExemptionQuery) ([]negativelist.Exemption, int64, error) {
	return []negativelist.Exemption{r.exemption}, 1, nil
}

func (r *repo) Policy(context.Context) (negativelist.Policy, error) {
	p := negativelist.Preset()
	p.Version = 1
	return p, nil
}

func (r *repo) AddPolicy(context.Context, negativelist.Policy, uuid.UUID) error {
	r.writes++
	return nil
}

// customers is the books of a subsidiary that has the company when it is set.
type customers struct {
	id        uuid.UUID
	connected bool // with a listed company
}

func (c customers) Of(_ context.Context, codes []string) (map[string]uuid.UUID, error) {
	if c.id == uuid.Nil {
		return nil, nil
	}
	return map[string]uuid.UUID{codes[0]: c.id}, nil
}
func (customers) Hit(context.Context) ([]string, error) { return nil, nil }
func (customers) Related(context.Context, string) ([]negativelist.Related, error) {
	return nil, nil
}

func (c customers) Connected(context.Context, uuid.UUID) (bool, error) { return c.connected, nil }
func (customers) Ways(context.Context, string, ...reach.Path) error    { return nil }

func (customers) FromGroup(context.Context, reach.Party, int) ([]reach.Reached, error) {
	return nil, nil
}

func (r *repo) Holders(context.Context, []reach.Reached) ([]negativelist.Related, error) {
	return nil, nil
}

func (customers) Identity(context.Context, uuid.UUID) (string, string, error) {
	return code, "失信建工", nil
}

// papers has one evidence file.
var paper = uuid.New()

func (customers) Name(_ context.Context, id uuid.UUID) (string, error) {
	if id != paper {
		return "", fault.NotFound("DOCUMENT_NOT_FOUND", "no")
	}
	return "evidence.pdf", nil
}

// noAudit keeps a record from being written.
type noAudit struct{ err error }

func (n noAudit) Record(context.Context, audit.Entry) error { return n.err }

func service(r *repo, log audit.Recorder) *negativelist.Service {
	return serviceWith(r, customers{}, log)
}

var now = time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)

func serviceWith(r *repo, c customers, log audit.Recorder) *negativelist.Service {
	return negativelist.NewService(here{}, here{}, r, c, c, c, c, log, &calendar.Frozen{At: now})
}

func as(t *testing.T, id uuid.UUID, roles ...access.Role) context.Context {
	ctx := access.With(t.Context(), access.Actor{Kind: access.KindPerson, ID: uuid.New(), TenantID: id, Roles: roles})
	if id != uuid.Nil {
		ctx = tenant.With(ctx, tenant.Tenant{ID: id, Zone: calendar.Shanghai})
	}
	return ctx
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	a, hq := uuid.New(), as(t, uuid.Nil, access.RoleHQAdministrator)
	own := as(t, a, access.RoleAdministrator)
	r := &repo{entry: negativelist.Entry{ID: uuid.New(), TenantID: uuid.New(), Status: negativelist.Listed}}
	s := service(r, noAudit{})
	for _, reason := range []string{"", "x", strings.Repeat("理", 1001)} {
		if _, err := s.Remove(hq, r.entry.ID, reason); err == nil {
			t.Errorf("removed for %q", reason)
		}
	}
	r.entry.Status = negativelist.Removed
	if _, err := s.Remove(hq, r.entry.ID, "已付清"); !errors.Is(err, negativelist.ErrAlreadyRemoved) {
		t.Errorf("removed twice: %v", err)
	}
	if _, err := s.SetPolicy(hq, negativelist.PolicyInput{Seen: 1, Action: "ignore"}); err == nil {
		t.Error("a policy that ignores hits is taken")
	}
	if _, err := s.SetPolicy(hq, negativelist.PolicyInput{Action: negativelist.Hold}); !errors.Is(err, negativelist.ErrPolicyChanged) {
		t.Errorf("over an unseen version: %v", err)
	}
	in := input()
	in.EvidenceIDs = []uuid.UUID{uuid.New()}
	if _, err := s.Check(own, in); err == nil {
		t.Error("proposed with evidence that is not there")
	}
	if r.writes != 0 {
		t.Errorf("%d writes by refused calls", r.writes)
	}
	if _, err := service(&repo{}, noAudit{errors.New("away")}).Propose(own, negativelist.Proposal{ID: uuid.New()}); err == nil {
		t.Error("proposed without an audit row")
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
