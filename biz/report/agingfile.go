package report

import (
	"context"
	"fmt"
	"strings"

	"zhuxin/shared/audit"
	"zhuxin/shared/report"
	"zhuxin/shared/tenant"
)

// Aging writes an aging down as the caller sees it, with all rows; without a dimension
// of its own it is by customer.
func (x *Exports) Aging(ctx context.Context, in AgingInput, f report.Format, lang report.Lang) (file report.File, err error) {
	if in.By == "" {
		in.By = report.ByCustomer
	}
	a, err := x.reports.aging(ctx, in)
	if err != nil {
		return file, err
	}
	t, err := tenant.From(ctx)
	if err != nil {
		return file, err
	}
	d := a.document(in.By, lang)
	d.Subtitle = fmt.Sprintf("%s · %s · %s%s", t.Name, t.Currency, a.On, lang.Segment(a.Cut.Name))
	d.At = x.clock.Now()
	if file, err = x.printer.Print(d, f); err != nil {
		return file, err
	}
	file.Digest = d.Digest
	file.Name = fmt.Sprintf("aging-%s.%s", a.On, f)
	err = x.tx.InTx(ctx, func(ctx context.Context) error {
		return x.audit.Record(ctx, audit.Entry{Action: "report.exported", ObjectType: "report", ObjectID: "aging",
			After: map[string]any{"format": f, "end": a.On, "scheme": a.Scheme, "labels": a.Labels, "by": in.By, "rows": a.Count, "segment": a.Cut.Name}})
	})
	return file, err
}

// document is one table: a row for each subject and the sum, with what is not due, the
// buckets and the receivable that they add up to.
func (a Aging) document(by report.Dimension, lang report.Lang) report.Document {
	say := lang.Say
	subject := say("客户", "Customer")
	if by == report.BySalesperson {
		subject = say("业务员", "Salesperson")
	}
	s := report.Section{Title: say("账龄", "Aging"), Columns: []report.Column{{Title: subject, Width: 5}}}
	for _, l := range a.Labels {
		s.Columns = append(s.Columns, report.Column{Title: bucket(a.Scheme, l, lang), Width: 3, Right: true})
	}
	s.Columns = append(s.Columns, report.Column{Title: say("应收合计", "Receivable"), Width: 3, Right: true}, report.Column{Title: say("其中争议", "Disputed"), Width: 3, Right: true})
	cells := func(name string, r AgingRow) []report.Cell {
		out := []report.Cell{report.Text(name)}
		for _, b := range r.Buckets {
			out = append(out, report.Cell{Value: b, Unit: report.UnitFen})
		}
		return append(out, report.Cell{Value: r.Receivable(), Unit: report.UnitFen}, report.Cell{Value: r.Disputed, Unit: report.UnitFen})
	}
	for _, r := range a.Rows {
		name := r.Name
		if name == "" {
			name = say("未分配", "Nobody")
		}
		s.Rows = append(s.Rows, cells(name, r))
	}
	s.Rows = append(s.Rows, cells(say("合计", "Sum"), a.Total))
	s.Note = say("账龄自到期日次日起算；未到期与各段之和等于应收合计。", "Age counts from the day after the due date; what is not due and the buckets add up to the receivable.")
	if a.Total.Unknown > 0 {
		s.Note += say(fmt.Sprintf("另有%d位客户在该日的余额无法得知，未计入。", a.Total.Unknown), fmt.Sprintf(" The balance of %d more customers is not known for that day; they are left out.", a.Total.Unknown))
	}
	d := report.Document{Title: say("账龄分析", "Aging analysis"), Lang: lang, Sections: []report.Section{s}}
	d.Digest.Empty = len(a.Rows) == 0
	d.Say(say("应收合计（元）", "Receivable (yuan)"), report.Cell{Value: a.Total.Receivable(), Unit: report.UnitFen})
	if len(a.Total.Buckets) > 0 {
		d.Say(say("其中逾期（元）", "Of it overdue (yuan)"), report.Cell{Value: a.Total.Receivable() - a.Total.Buckets[0], Unit: report.UnitFen})
	}
	return d
}

// bucket is the head of a label's column.
func bucket(s Scheme, label string, lang report.Lang) string {
	unit := lang.Say("天", " days")
	if s == SchemeMonths {
		unit = lang.Say("个月", " months")
	}
	switch from, open := strings.CutSuffix(label, "+"); {
	case label == "not_due":
		return lang.Say("未到期", "Not due")
	case open:
		return lang.Say(from+unit+"以上", label+unit)
	}
	return strings.Replace(label, "-", "–", 1) + unit
}
