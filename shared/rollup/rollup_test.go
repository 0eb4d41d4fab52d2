package rollup_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/fault"
	"zhuxin/shared/rollup"
)

// here runs without a database.
type here struct{ fail error }

func (h here) InTx(ctx context.Context, fn func(ctx context.Context) error) error {
	if h.fail != nil {
		return h.fail
	}
	return fn(ctx)
}

type projections struct {
	rollup.Projections
	totals       []rollup.Total
	subsidiaries []rollup.Subsidiary
	ranked       rollup.SubsidiaryQuery
	rows         []rollup.Row
	asked        rollup.Query
	company      string
}

func (p *projections) Totals(context.Context) ([]rollup.Total, error) { return p.totals, nil }

func (p *projections) Largest(_ context.Context, _ []string, n int) ([]rollup.Subsidiary, error) {
	return p.subsidiaries[:min(n, len(p.subsidiaries))], nil
}

func (p *projections) Subsidiaries(_ context.Context, q rollup.SubsidiaryQuery) ([]rollup.Subsidiary, int64, error) {
	p.ranked = q
	return p.subsidiaries, int64(len(p.subsidiaries)), nil
}

func (p *projections) Subsidiary(context.Context, uuid.UUID) (rollup.Subsidiary, bool, error) {
	return rollup.Subsidiary{}, false, nil
}
func (p *projections) Waiting(context.Context) (int64, int64, error) { return 3, 4, nil }
func (p *projections) Customers(_ context.Context, q rollup.Query) ([]rollup.Row, int64, error) {
	p.asked = q
	return p.rows, int64(len(p.rows)), nil
}

func (p *projections) Company(_ context.Context, uscc string) ([]rollup.Row, error) {
	p.company = uscc
	return p.rows, nil
}

func (p *projections) CountElsewhere(context.Context, uuid.UUID, string) (int, int, error) {
	return 5, 2, nil
}

func as(t *testing.T, roles ...access.Role) context.Context {
	return access.With(t.Context(), access.Actor{Kind: access.KindPerson, ID: uuid.New(), Roles: roles})
}

func TestOverview(t *testing.T) {
	t.Parallel()
	p := &projections{totals: []rollup.Total{{Subsidiaries: 30}}, subsidiaries: make([]rollup.Subsidiary, 30)}
	o, err := rollup.NewReader(here{}, p).Overview(as(t, access.RoleHQViewer))
	if err != nil || o.Negative != 3 || o.Applications != 4 || len(o.Totals) != 1 || len(o.Subsidiaries) != rollup.Shown {
		t.Errorf("got %+v, %v", o, err)
	}
}

func TestReaderRefuses(t *testing.T) {
	t.Parallel()
	hq := as(t, access.RoleHQViewer)
	long := make([]byte, 101)
	p := &projections{}
	r := rollup.NewReader(here{}, p)
	reason := func(err error) string {
		f, _ := fault.As(err)
		if f == nil {
			return ""
		}
		return f.Reason
	}
	for _, ctx := range []context.Context{t.Context(), as(t, access.RoleAdministrator)} {
		_, err := r.Overview(ctx)
		_, _, err2 := r.Customers(ctx, rollup.Query{})
		_, err3 := r.Company(ctx, "x")
		_, _, err4 := r.Subsidiaries(ctx, rollup.SubsidiaryQuery{})
		_, err5 := r.Subsidiary(ctx, uuid.New())
		for _, err := range []error{err, err2, err3, err4, err5} {
			if got := reason(err); got != "PERMISSION_DENIED" && got != "UNAUTHENTICATED" {
				t.Errorf("a stranger: %v", err)
			}
		}
	}
	for _, q := range []rollup.Query{{OrderBy: "id; DROP TABLE x"}, {Text: string(long)}} {
		if _, _, err := r.Customers(hq, q); reason(err) != "INVALID_INPUT" {
			t.Errorf("%+v: %v", q, err)
		}
	}
	for _, q := range []rollup.SubsidiaryQuery{{OrderBy: "id; DROP TABLE x"}, {Text: string(long)}, {Currency: "YUAN"}} {
		if _, _, err := r.Subsidiaries(hq, q); reason(err) != "INVALID_INPUT" {
			t.Errorf("%+v: %v", q, err)
		}
	}
	if _, _, err := r.Subsidiaries(hq, rollup.SubsidiaryQuery{}); err != nil || p.ranked.OrderBy != rollup.ByReceivable || p.ranked.Currency != "CNY" {
		t.Errorf("what is preset: %+v, %v", p.ranked, err)
	}
	if _, err := r.Subsidiary(hq, uuid.New()); reason(err) != "NO_FIGURES" {
		t.Errorf("an unknown subsidiary: %v", err)
	}
	if _, _, err := r.Customers(hq, rollup.Query{}); err != nil || p.asked.OrderBy != rollup.ByReceivable {
		t.Errorf("the preset order: %+v, %v", p.asked, err)
	}
	if _, err := r.Company(hq, "no code"); reason(err) != "INVALID_INPUT" {
		t.Errorf("no code: %v", err)
	}
	if _, err := r.Company(hq, " 91110000000000001x "); reason(err) != "COMPANY_NOT_FOUND" && reason(err) != "INVALID_INPUT" {
		t.Errorf("an unknown company: %v", err)
	}
	p.rows = make([]rollup.Row, 1)
	// A registered code whose check character fails is still a company's.
	if rows, err := r.Company(hq, "911100000000000011"); err != nil || len(rows) != 1 || p.company != "911100000000000011" {
		t.Errorf("a code with another check character: %v, %q", err, p.company)
	}
	if known, _, err := r.Elsewhere(hq, uuid.New(), ""); known != 0 || err != nil {
		t.Errorf("without a code: %d %v", known, err)
	}
	if known, overdue, err := r.Elsewhere(hq, uuid.New(), "CODE"); known != 5 || overdue != 2 || err != nil {
		t.Errorf("with a code: %d %d %v", known, overdue, err)
	}
	away := rollup.NewReader(here{errors.New("away")}, p)
	_, err := away.Overview(hq)
	_, _, err2 := away.Customers(hq, rollup.Query{})
	_, err3 := away.Company(hq, "911100000000000011")
	_, _, err4 := away.Elsewhere(hq, uuid.New(), "CODE")
	for _, err := range []error{err, err2, err3, err4} {
		if err == nil {
			t.Error("no error while HQ's database is away")
		}
	}
}

func TestOverLimit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind                  string
		owed, reserved, limit int64
		want                  bool
	}{{"amount", 60, 40, 100, false}, {"amount", 60, 41, 100, true}, {"none", 0, 0, 0, false}, {"none", 1, 0, 0, true}, {"unlimited", 1 << 60, 0, 0, false}} {
		r := rollup.Customer{LimitKind: c.kind, Figures: rollup.Figures{Receivable: c.owed, Reserved: c.reserved, Limit: c.limit}}
		if r.OverLimit() != c.want {
			t.Errorf("%+v: %v", c, r.OverLimit())
		}
	}
}

// The store takes states as JSON: every figure has its own name there, and no
// amount becomes a float.
func TestStatesAsJSON(t *testing.T) {
	t.Parallel()
	in := rollup.Customer{ID: uuid.New(), Figures: rollup.Figures{Receivable: 1<<62 + 1, AsOf: 20000}}
	b, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]json.RawMessage
	var out rollup.Customer
	if err := errors.Join(json.Unmarshal(b, &fields), json.Unmarshal(b, &out)); err != nil || out != in || len(fields) != 25 {
		t.Errorf("%d fields, %s, %v", len(fields), b, err)
	}
}
