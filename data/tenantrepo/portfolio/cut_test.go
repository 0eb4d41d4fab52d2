package portfolio_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/uuid"

	biz "zhuxin/biz/portfolio"
	bizreport "zhuxin/biz/report"
	"zhuxin/biz/segment"
	"zhuxin/data/auditlog"
	"zhuxin/data/export"
	customerrepo "zhuxin/data/tenantrepo/customer"
	reportrepo "zhuxin/data/tenantrepo/report"
	segmentrepo "zhuxin/data/tenantrepo/segment"
	"zhuxin/shared/calendar"
	"zhuxin/shared/fault"
	"zhuxin/shared/report"
)

// numbers are everything that the reports say, by name.
type numbers map[string]int64

func (n numbers) add(o numbers) {
	for k, v := range o {
		n[k] += v
	}
}

// cutReports are the reports of a subsidiary, each narrowed to a segment.
type cutReports struct {
	*bench
	exports *bizreport.Exports
	past    calendar.Date
}

func (b *bench) cut() (*cutReports, *segment.Service) {
	tx, clock := b.env.Pool.Tenant(), b.fix.Clock
	log := auditlog.Tenant(b.env.Pool, auditlog.WithClock(clock))
	segments := segment.New(segment.Config{Tx: tx, Repo: segmentrepo.Repo{}, Reader: segmentrepo.Repo{}, Customers: customerrepo.New(), Accounts: b.fix.Accounts,
		Printer: export.New(b.t.TempDir()), Audit: log, Clock: clock})
	b.svc.CutBy(segments)
	b.aging.CutBy(segments)
	exports := bizreport.NewExports(tx, b.aging, reportrepo.Repo{}, export.New(b.t.TempDir()), log, clock)
	return &cutReports{bench: b, exports: exports, past: b.today.AddDays(-45)}, segments
}

// read gives all numbers as ctx sees them, and each customer's own of those that say
// something of single customers.
func (c *cutReports) read(ctx context.Context, of *uuid.UUID) (all numbers, each map[uuid.UUID]numbers, err error) {
	all, each = numbers{}, map[uuid.UUID]numbers{}
	own := func(id uuid.UUID, key string, v int64) {
		if each[id] == nil {
			each[id] = numbers{}
		}
		each[id][key] += v
	}
	v, err := c.aging.Report(ctx, report.Request{Segment: of, Size: 100})
	if err != nil {
		return nil, nil, fmt.Errorf("figures: %w", err)
	}
	s := v.Sums
	for k, x := range map[string]int64{"receivable": s.Receivable, "overdue": s.Overdue(), "sales": s.Sales, "collections": s.Collections, "fallen": s.FallenDue, "collected": s.CollectedDue,
		"months 0": s.Months0, "months 24": s.Months24, "days 1": s.Days1, "days 91": s.Days91, "customers": s.Customers} {
		all["figures "+k] = x
	}
	for _, m := range v.Months {
		all["month "+m.Label] = m.Sums.Receivable
	}
	for day, on := range map[string]calendar.Date{"today": 0, "past": c.past} {
		a, err := c.aging.Aging(ctx, bizreport.AgingInput{Segment: of, On: on, Scheme: bizreport.SchemeDays, By: report.ByCustomer, Size: 100})
		if err != nil {
			return nil, nil, fmt.Errorf("aging: %w", err)
		}
		for i, x := range a.Total.Buckets {
			all[fmt.Sprint("aging ", day, i)] = x
			for _, r := range a.Rows {
				own(r.ID, fmt.Sprint("aging ", day, i), r.Buckets[i])
			}
		}
	}
	for _, kind := range []report.RankOf{report.RankCustomers, report.RankProjects} {
		rows, total, err := c.aging.Rank(ctx, bizreport.RankInput{Of: kind, Segment: of, Size: 100})
		if err != nil {
			return nil, nil, fmt.Errorf("rank: %w", err)
		}
		all[fmt.Sprint("rank ", kind)] = total
		for _, r := range rows {
			all[fmt.Sprint("rank ", kind, " receivable")] += r.Receivable
			all[fmt.Sprint("rank ", kind, " overdue")] += r.Overdue
			if kind == report.RankCustomers {
				own(uuid.MustParse(r.ID), "rank customers receivable", r.Receivable)
			}
		}
	}
	if err := c.quality(ctx, of, all, own); err != nil {
		return nil, nil, err
	}
	file, err := c.exports.Items(ctx, report.Request{Segment: of}, report.ZH)
	if err != nil {
		return nil, nil, fmt.Errorf("items: %w", err)
	}
	_, err = fmt.Sscan(file.Digest.Lines[0].Value, &v.Total)
	all["items"] = v.Total
	return all, each, err
}

func (c *cutReports) quality(ctx context.Context, of *uuid.UUID, all numbers, own func(id uuid.UUID, key string, v int64)) error {
	k, err := c.svc.Classification(ctx, of)
	if err != nil {
		return fmt.Errorf("classes: %w", err)
	}
	for _, g := range k.Groups {
		key := "class " + string(g.Category)
		all[key], all[key+" overdue"], all[key+" customers"] = int64(g.Open), int64(g.Overdue), g.Customers
	}
	for _, x := range k.Customers {
		own(x.CustomerID, "class "+string(x.Category), int64(x.Open))
	}
	l, err := c.svc.ExpectedLoss(ctx, of)
	if err != nil {
		return fmt.Errorf("loss: %w", err)
	}
	for i, b := range l.Buckets {
		all[fmt.Sprint("loss ", i)], all[fmt.Sprint("loss items ", i)], all[fmt.Sprint("loss base ", i)] = b.Provision, b.Items, b.Base
	}
	all["loss"], all["loss open"], all["loss base"] = l.Provision, l.Open, l.Base
	for _, x := range l.Customers {
		own(x.CustomerID, "loss", x.Provision)
		own(x.CustomerID, "loss open", x.Total())
	}
	for _, step := range biz.Steps {
		f, err := c.svc.CashIn(ctx, step, of)
		if err != nil {
			return fmt.Errorf("cash: %w", err)
		}
		key := "cash " + string(step)
		all[key+" open"], all[key+" behind"], all[key+" credit"], all[key+" later"] = f.Total.Open, f.Total.Behind, f.Total.Credit, f.Total.Later.Sum()
		for i, x := range f.Total.Spans {
			all[fmt.Sprint(key, i)] = x.Sum()
		}
		for _, x := range f.Customers {
			own(x.CustomerID, key+" open", x.Expected.Open)
			own(x.CustomerID, key+" behind", x.Behind)
		}
	}
	return nil
}

// Whatever a report says of a segment is the sum over its customers, to the fen: of what
// the whole report says of each, and segments that part the customers add up to the
// whole. That of another subsidiary is unknown.
func TestSegmentsOfReportsAddUp(t *testing.T) {
	t.Parallel()
	b := setup(t)
	c, segments := b.cut()
	draw := rand.New(rand.NewPCG(3, 106))
	people := []uuid.UUID{b.own, uuid.New(), uuid.New()}
	member := map[uuid.UUID]int{}
	for n := range 14 {
		id := b.customer(false)
		member[id] = n % 4
		if n%4 < 3 {
			b.fix.Exec(t, b.admin, `UPDATE customers SET salesperson_id = $2 WHERE id = $1`, id, people[n%4])
		} else {
			b.fix.Exec(t, b.admin, `UPDATE customers SET salesperson_id = NULL WHERE id = $1`, id)
		}
		for i := range 1 + draw.IntN(6) {
			no, due, amount := fmt.Sprint(n, "-", i), b.today.AddDays(30-draw.IntN(460)), int64(1+draw.IntN(99_999_999))
			open := amount
			switch draw.IntN(4) {
			case 0: // paid, late
				open = 0
				b.receipt(id, "K"+no, min(b.today, due.AddDays(draw.IntN(40))), amount)
			case 1:
				amount, open = -amount/10, -amount/10
			}
			b.item(id, no, due, amount, open)
		}
		b.fix.Exec(t, b.admin, `INSERT INTO projects (id, created_at, updated_at, number, name, customer_id) VALUES ($1, now(), now(), $2, 'project', $3)`, uuid.New(), fmt.Sprint("P", n), id)
	}
	b.fix.Exec(t, b.admin, `UPDATE receivables r SET project_id = p.id FROM projects p WHERE p.customer_id = r.customer_id`)
	whole, each, err := c.read(b.admin, nil)
	b.ok(err)
	sum := numbers{}
	for i := range 4 {
		value := segment.None
		if i < 3 {
			value = people[i].String()
		}
		s, err := segments.Save(b.admin, segment.SaveInput{Name: fmt.Sprint("part ", i), Conditions: segment.Conditions{{Dimension: segment.Salesperson, Values: []string{value}}}})
		b.ok(err)
		part, of, err := c.read(b.admin, &s.ID)
		b.ok(err)
		sum.add(part)
		want := numbers{}
		for id, own := range each {
			if member[id] == i {
				want.add(own)
			}
		}
		for k, v := range want {
			if part[k] != v {
				t.Errorf("part %d: %s is %d, of its customers %d", i, k, part[k], v)
			}
		}
		for id := range of {
			if member[id] != i {
				t.Errorf("part %d shows a customer of part %d", i, member[id])
			}
		}
		if _, _, err := c.read(b.env.CtxB(t), &s.ID); reason(err) != "SEGMENT_NOT_FOUND" {
			t.Errorf("the other subsidiary by this segment: %v", err)
		}
		own, _, err := c.read(b.seller, &s.ID)
		b.ok(err)
		if visible := i == 0; (own["loss open"] == part["loss open"]) != visible || !visible && own["figures customers"]+own["items"] != 0 {
			t.Errorf("part %d to a salesperson: %d open, %d items; all have %d", i, own["loss open"], own["items"], part["loss open"])
		}
	}
	for k, v := range whole {
		if sum[k] != v {
			t.Errorf("%s: the parts add up to %d, not %d", k, sum[k], v)
		}
	}
	if len(whole) < 60 || whole["loss"] == 0 || whole["figures receivable"] == 0 || whole["rank projects receivable"] == 0 || whole["aging past0"] == 0 {
		t.Errorf("looked at %d numbers: %v", len(whole), whole)
	}
	// Every single report refuses it, not only the first of them.
	gone, ctx := uuid.New(), b.admin
	for name, err := range map[string]error{
		"figures": second(c.aging.Report(ctx, report.Request{Segment: &gone})),
		"aging":   second(c.aging.Aging(ctx, bizreport.AgingInput{Segment: &gone})),
		"rank":    third(c.aging.Rank(ctx, bizreport.RankInput{Of: report.RankCustomers, Segment: &gone})),
		"classes": second(c.svc.Classification(ctx, &gone)), "loss": second(c.svc.ExpectedLoss(ctx, &gone)), "cash": second(c.svc.CashIn(ctx, "", &gone)),
		"items": second(c.exports.Items(ctx, report.Request{Segment: &gone}, report.ZH)),
		"file":  second(c.svc.Export(ctx, biz.ExportInput{Kind: biz.KindCashIn, Segment: &gone, Format: report.PDF})),
	} {
		if reason(err) != "SEGMENT_NOT_FOUND" {
			t.Errorf("%s by a segment that is not there: %v", name, err)
		}
	}
}

func reason(err error) string {
	f, _ := fault.As(err)
	if f == nil {
		return ""
	}
	return f.Reason
}

func second[T any](_ T, err error) error        { return err }
func third[A, B any](_ A, _ B, err error) error { return err }
