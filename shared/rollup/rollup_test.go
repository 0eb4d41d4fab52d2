package rollup_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"

	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
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
	subsidiaries []rollup.Subsidiary
	rows         []rollup.Row
	asked        rollup.Query
	company      string
}

func (p *projections) Subsidiaries(context.Context) ([]rollup.Subsidiary, error) {
	return p.subsidiaries, nil
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

func TestOverviewTotals(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)
	one := func(currency string, owed int64, asOf calendar.Date, hour int) rollup.Subsidiary {
		f := rollup.Figures{Currency: currency, Receivable: owed, Overdue: owed / 2, NotDue: owed - owed/2, Months0: owed / 2, Months6: 1, Months12: 2, Months24: 3,
			Days1: owed / 2, Days31: 4, Days61: 5, Days91: 6, Limit: 7, Reserved: 8, AsOf: asOf}
		return rollup.Subsidiary{Customers: 10, CustomersOverdue: 2, CustomersOverLimit: 1, ProjectedAt: at.Add(time.Duration(hour) * time.Hour), Figures: f}
	}
	p := &projections{subsidiaries: []rollup.Subsidiary{one("CNY", 100, 20, 1), one("USD", 900, 30, 0), one("CNY", 300, 19, 2), one("CNY", 300, 21, 3)}}
	o, err := rollup.NewReader(here{}, p).Overview(as(t, access.RoleHQViewer))
	if err != nil || o.Negative != 3 || o.Applications != 4 || len(o.Totals) != 2 || o.Counts["CNY"] != 3 || o.Counts["USD"] != 1 {
		t.Fatalf("got %+v, %v", o, err)
	}
	want := rollup.Subsidiary{Customers: 30, CustomersOverdue: 6, CustomersOverLimit: 3, ProjectedAt: at.Add(time.Hour), Figures: rollup.Figures{
		Currency: "CNY", Receivable: 700, Overdue: 350, NotDue: 350, Months0: 350, Months6: 3, Months12: 6, Months24: 9,
		Days1: 350, Days31: 12, Days61: 15, Days91: 18, Limit: 21, Reserved: 24, AsOf: 19}}
	if o.Totals[0] != want {
		t.Errorf("total\n%+v, want\n%+v", o.Totals[0], want)
	}
	if o.Totals[1].Currency != "USD" || o.Totals[1].Receivable != 900 {
		t.Errorf("currencies are mixed: %+v", o.Totals[1])
	}
	for i, owed := range []int64{300, 300, 100, 900} {
		if o.Subsidiaries[i].Receivable != owed {
			t.Errorf("rank %d owes %d, want %d", i+1, o.Subsidiaries[i].Receivable, owed)
		}
	}
	if o, err := rollup.NewReader(here{}, &projections{}).Overview(as(t, access.RoleHQViewer)); err != nil || o.Totals != nil {
		t.Errorf("a group without figures: %+v, %v", o, err)
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
		for _, err := range []error{err, err2, err3} {
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
	if err := errors.Join(json.Unmarshal(b, &fields), json.Unmarshal(b, &out)); err != nil || out != in || len(fields) != 22 {
		t.Errorf("%d fields, %s, %v", len(fields), b, err)
	}
}
