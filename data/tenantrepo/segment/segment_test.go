package segment_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"zhuxin/biz/customer"
	"zhuxin/biz/limit"
	"zhuxin/biz/rating"
	"zhuxin/biz/segment"
	"zhuxin/data/auditlog"
	"zhuxin/data/export"
	"zhuxin/data/tenantrepo/credittest"
	customerrepo "zhuxin/data/tenantrepo/customer"
	ratingrepo "zhuxin/data/tenantrepo/rating"
	segmentrepo "zhuxin/data/tenantrepo/segment"
	"zhuxin/shared/access"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/indicator"
	"zhuxin/shared/report"
	"zhuxin/tenancy/tenancytest"
)

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func want(t *testing.T, err error, reason string) {
	t.Helper()
	if f, is := fault.As(err); !is || f.Reason != reason {
		t.Errorf("got %v, want %s", err, reason)
	}
}

var today = calendar.NewDate(2026, 11, 20)

func at(n int64) *int64 { return &n }

// world is a subsidiary whose customers differ in every dimension.
type world struct {
	*credittest.World
	segments *segment.Service
	seller   access.Actor
	selling  context.Context
	who      []customer.Detail
}

func newWorld(t *testing.T) *world {
	w := &world{World: credittest.New(t)}
	admin := w.CtxA(t)
	w.segments = segment.New(segment.Config{Tx: w.Pool.Tenant(), Repo: segmentrepo.Repo{}, Reader: segmentrepo.Repo{}, Customers: customerrepo.New(),
		Accounts: w.Accounts, Printer: export.New(""), Audit: auditlog.Tenant(w.Pool), Clock: w.Clock})
	w.World.Customers.CutBy(w.segments)
	w.Limits.CutBy(w.segments)
	w.seller, w.selling = w.AddMember(t, w.A, "张三", access.RoleSalesperson)
	first := []string{"2026-11-20", "2026-10-21", "2025-12-31", "2024-02-29", ""}
	for n := range 10 {
		c := w.NewCustomer(t, admin, n+1)
		w.who = append(w.who, c)
		if n%3 == 0 {
			w.Exec(t, admin, `UPDATE customers SET salesperson_id = $2 WHERE id = $1`, c.ID, w.seller.ID)
		}
		if n == 9 {
			w.Exec(t, admin, `UPDATE customers SET uscc = NULL WHERE id = $1`, c.ID)
		}
		if on := first[n%len(first)]; on != "" {
			w.Exec(t, admin, `INSERT INTO receivables (id, source, document_no, customer_id, invoice_date, due_date, currency, amount, open_amount, import_id, updated_at)
				VALUES ($1, 'erp', $2, $3, $4::date, $4::date, 'CNY', $5, $6, $1, now())`, uuid.New(), fmt.Sprint(n), c.ID, on, 1000*(n+1), 300*(n%2))
			if n%4 == 0 {
				w.Exec(t, admin, `INSERT INTO receipts (id, source, document_no, customer_id, received_on, currency, amount, created_at) VALUES ($1, 'erp', $2, $3, '2026-11-01', 'CNY', 700, now())`, uuid.New(), fmt.Sprint(n), c.ID)
			}
			w.Exec(t, admin, `INSERT INTO deliveries (id, source, ticket_no, customer_id, volume, amount, currency, delivered_on, created_at, updated_at)
				VALUES ($1, 'erp', $2, $3, $4, 5000, 'CNY', $5::date, now(), now())`, uuid.New(), fmt.Sprint(n), c.ID, 1500*n, []string{"2026-10-01", "2020-10-01"}[n%2])
		}
		w.Exec(t, admin, `UPDATE credit_accounts SET grade = $2, limit_kind = $3, standing_amount = $4 WHERE id = $1`, c.ID, []string{"A", "B", ""}[n%3], []string{"amount", "none", "unlimited"}[n%3], 900*(n%4))
	}
	w.InA(t, func(ctx context.Context) error { return w.Accounts.Recompute(ctx) })
	for n, c := range w.who { // after the figures, which know neither rating nor limit
		w.Exec(t, admin, `UPDATE credit_accounts SET grade = $2, limit_kind = $3, standing_amount = $4 WHERE id = $1`, c.ID, []string{"A", "B", ""}[n%3], []string{"amount", "none", "unlimited"}[n%3], 900*(n%4))
	}
	return w
}

// What the pure rule says and what the SQL says is the same, whatever is asked; and the
// figures are those of a rating.
func TestPureAndSQLSelectTheSame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin := w.CtxA(t)
	label, err := w.segments.SaveDimension(admin, segment.Dimension{Name: "客户类型", Choices: []segment.Choice{{Code: "soe", Name: "国企"}, {Code: "private", Name: "民企"}}})
	ok(t, err)
	for n, c := range w.who[:6] {
		_, err := w.segments.SetLabel(admin, c.ID, label.Code, []string{"soe", "private"}[n%2])
		ok(t, err)
	}
	var all []segment.Facts
	repo := segmentrepo.Repo{}
	w.InA(t, func(ctx context.Context) (err error) {
		all, err = repo.Facts(ctx, today, nil)
		if err != nil {
			return err
		}
		for _, f := range all {
			m, err := ratingrepo.NewMeasurer(w.Accounts, nil).Measure(ctx, rating.Subject{CustomerID: f.CustomerID}, today, indicator.DataSources)
			if err != nil {
				return err
			}
			for code, source := range map[segment.Code]indicator.DataSource{segment.CooperationMonths: indicator.SourceCooperationMonths, segment.Sales: indicator.SourceSales12Months,
				segment.CollectionRatio: indicator.SourceCollectionRate, segment.OverdueDays: indicator.SourceMaxOverdueDays} {
				if n, has := f.Numbers[code]; n*1000 != m[source].Number || has == (m[source].NoBase) && code != segment.Sales {
					t.Errorf("%s: %s is %d (%v), a rating measures %+v", f.Number, code, n, has, m[source])
				}
			}
		}
		return nil
	})
	seen := map[segment.Code]map[string]bool{}
	condition := rapid.Custom(func(r *rapid.T) segment.Condition {
		f := rapid.SampledFrom(all).Draw(r, "like")
		code := rapid.SampledFrom([]segment.Code{segment.Grade, segment.Region, segment.Salesperson, label.Code, "label_gone", segment.CooperationMonths, segment.Sales,
			segment.Volume, segment.OverdueDays, segment.Utilization, segment.CollectionRatio}).Draw(r, "dimension")
		c := segment.Condition{Dimension: code}
		if rapid.Bool().Draw(r, "none") {
			c.Values = append(c.Values, segment.None)
		}
		if v := f.Choices[code]; v != "" {
			c.Values = append(c.Values, v)
		}
		if n, is := f.Numbers[code]; is {
			x := segment.Range{From: at(n + rapid.Int64Range(-1, 1).Draw(r, "from"))}
			if rapid.Bool().Draw(r, "closed") {
				x.To = at(*x.From + rapid.Int64Range(1, 2000).Draw(r, "length"))
			}
			if rapid.Bool().Draw(r, "below") {
				x = segment.Range{To: x.From}
			}
			c.Ranges = append(c.Ranges, x)
		}
		return c
	})
	w.InA(t, func(ctx context.Context) error {
		rapid.Check(t, func(r *rapid.T) {
			cs := segment.Conditions(rapid.SliceOfN(condition, 0, 3).Draw(r, "conditions"))
			onlyOf := rapid.SampledFrom([]*uuid.UUID{nil, &w.seller.ID}).Draw(r, "scope")
			var pure []uuid.UUID
			for _, f := range all {
				if cs.Matches(f) && (onlyOf == nil || f.Choices[segment.Salesperson] == onlyOf.String()) {
					pure = append(pure, f.CustomerID)
				}
			}
			got, err := repo.Members(ctx, cs, today, onlyOf)
			if err != nil || !slices.Equal(got, pure) {
				r.Fatalf("SQL has %d, the rule %d, %v", len(got), len(pure), err)
			}
			for _, c := range cs {
				if seen[c.Dimension] == nil {
					seen[c.Dimension] = map[string]bool{}
				}
				seen[c.Dimension][fmt.Sprint(len(pure) > 0)] = true
			}
		})
		return nil
	})
	if len(seen) != 11 {
		t.Errorf("asked by %d dimensions only", len(seen))
	}
}

func TestSegments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	admin, viewer := w.CtxA(t), w.CtxA(t, access.RoleViewer)
	graded := segment.Conditions{{Dimension: segment.Grade, Values: []string{"A"}}}
	x, err := w.segments.Save(admin, segment.SaveInput{Name: " 重点客户 ", Conditions: graded})
	ok(t, err)
	_, err = w.segments.Save(admin, segment.SaveInput{Name: "重点客户", Conditions: graded})
	want(t, err, "SEGMENT_EXISTS")
	_, err = w.segments.Save(admin, segment.SaveInput{Name: "x"})
	want(t, err, "INVALID_INPUT")
	_, err = w.segments.Save(viewer, segment.SaveInput{Name: "x", Conditions: graded})
	want(t, err, "PERMISSION_DENIED")
	changed, err := w.segments.Save(admin, segment.SaveInput{ID: &x.ID, Name: "A级", Conditions: graded, Version: 1})
	ok(t, err)
	_, err = w.segments.Save(admin, segment.SaveInput{ID: &x.ID, Name: "A", Conditions: graded, Version: 1})
	want(t, err, "VERSION_CONFLICT")

	// who is in it: all four for the subsidiary, the own ones for a salesperson
	list, err := w.segments.List(viewer)
	ok(t, err)
	if len(list) != 1 || list[0].Name != "A级" || list[0].Version != 2 || list[0].Customers != 4 {
		t.Errorf("%+v", list)
	}
	page, err := w.World.Customers.List(viewer, customer.ListInput{Segment: &x.ID})
	ok(t, err)
	if page.Total != 4 || len(page.Customers) != 4 || page.Counts[customer.ViewAll] != 4 {
		t.Errorf("list: %d of %d", len(page.Customers), page.Total)
	}
	w.Exec(t, admin, `UPDATE customers SET salesperson_id = NULL WHERE id = $1`, w.who[3].ID)
	own, err := w.segments.Preview(w.selling, segment.PreviewInput{Conditions: graded})
	ok(t, err)
	if own.Sum.Customers != 3 || len(own.Customers) != 3 {
		t.Errorf("of the salesperson: %+v", own.Sum)
	}
	p, err := w.Limits.Preview(admin, limit.Proposal{Filter: limit.Filter{SegmentID: &x.ID}, Rule: limit.Rule{Kind: limit.RulePercent, Percent: 1000}})
	ok(t, err)
	if len(p.Lines) != 4 {
		t.Errorf("a proposal for the segment finds %d", len(p.Lines))
	}
	table, err := w.segments.Cross(admin, segment.CrossInput{Rows: segment.Grade, Columns: segment.Region, SegmentID: &x.ID})
	ok(t, err)
	if table.Total.Customers != 4 || table.RowBands[table.Cells[0].Row].Value != "A" {
		t.Errorf("%+v", table.Cells)
	}
	_, err = w.segments.Cross(admin, segment.CrossInput{Rows: segment.Grade, Columns: segment.Grade})
	want(t, err, "INVALID_INPUT")
	file, err := w.segments.Export(admin, segment.ExportInput{Conditions: graded, Lang: report.ZH})
	ok(t, err)
	var body bytes.Buffer
	_, err = body.ReadFrom(file.Body)
	ok(t, err)
	if body.Len() == 0 || body.Bytes()[0] != 'P' {
		t.Errorf("a file of %d bytes", body.Len())
	}

	// labels: set by hand, written down, and not lost while somebody asks for them
	label, err := w.segments.SaveDimension(admin, segment.Dimension{Name: "战略", Choices: []segment.Choice{{Code: "key", Name: "核心"}, {Code: "other", Name: "一般"}}})
	ok(t, err)
	_, err = w.segments.SetLabel(w.selling, w.who[1].ID, label.Code, "key")
	want(t, err, "CUSTOMER_NOT_FOUND")
	_, err = w.segments.SetLabel(admin, w.who[1].ID, label.Code, "unknown")
	want(t, err, "INVALID_INPUT")
	labels, err := w.segments.SetLabel(admin, w.who[1].ID, label.Code, "key")
	ok(t, err)
	if len(labels) != 1 || labels[0].Value != "key" {
		t.Errorf("%+v", labels)
	}
	_, err = w.segments.SetLabel(admin, w.who[1].ID, label.Code, "key") // the same again is no change
	ok(t, err)
	if n := w.Count(t, admin, `SELECT count(*) FROM audit_log WHERE action = 'customer.labelled'`); n != 1 {
		t.Errorf("%d audit rows of one label", n)
	}
	label.Choices = label.Choices[1:]
	_, err = w.segments.SaveDimension(admin, label)
	want(t, err, "DIMENSION_IN_USE")
	labelled, err := w.segments.Save(admin, segment.SaveInput{Name: "战略客户", Conditions: segment.Conditions{{Dimension: label.Code, Values: []string{"key"}}}})
	ok(t, err)
	want(t, w.segments.DropDimension(admin, label.Code, label.Version), "DIMENSION_IN_USE")
	ok(t, w.segments.Delete(admin, labelled.ID, labelled.Version))
	ok(t, w.segments.DropDimension(admin, label.Code, label.Version))
	if n := w.Count(t, admin, `SELECT count(*) FROM customers WHERE labels <> '{}'`); n != 0 {
		t.Errorf("%d customers keep a label that is gone", n)
	}
	bands, err := w.segments.SaveDimension(admin, segment.Dimension{Code: segment.OverdueDays, Cuts: []int64{10, 20}})
	ok(t, err)
	all, err := w.segments.Dimensions(viewer)
	ok(t, err)
	if i := slices.IndexFunc(all, func(d segment.Dimension) bool { return d.Code == segment.OverdueDays }); !slices.Equal(all[i].Cuts, []int64{10, 20}) || all[i].Version != bands.Version {
		t.Errorf("bands: %+v", all[i])
	}
	_, err = w.segments.SaveDimension(admin, segment.Dimension{Code: segment.OverdueDays, Cuts: []int64{20, 10}, Version: bands.Version})
	want(t, err, "INVALID_INPUT")

	_, err = w.World.Customers.List(w.CtxB(t), customer.ListInput{Segment: &x.ID})
	want(t, err, "SEGMENT_NOT_FOUND")
	want(t, w.segments.Delete(w.CtxB(t), x.ID, changed.Version), "SEGMENT_NOT_FOUND")
	tenancytest.OtherSeesNothing(t, w.Env, func(ctx context.Context) (int, error) {
		repo := segmentrepo.Repo{}
		have, err := repo.List(ctx)
		if err != nil {
			return 0, err
		}
		facts, err := repo.Facts(ctx, today, nil)
		if err != nil {
			return 0, err
		}
		members, err := repo.Members(ctx, nil, today, nil)
		return len(have) + len(facts) + len(members), err
	})
}
