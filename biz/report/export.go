package report

import (
	"context"
	"fmt"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/report"
	"zhuxin/shared/tenant"
	"zhuxin/shared/uow"
)

// Exports writes reports and items to files. Each export leaves an audit row: it
// takes figures out of the house.
type Exports struct {
	tx      uow.Tenant
	reports *Reports
	items   ItemReader
	printer report.Printer
	audit   audit.Recorder
	clock   calendar.Clock
}

// ItemReader reads a tenant's open items row by row.
type ItemReader interface {
	// OpenItems calls each for every open item of the filter, by customer and due
	// date; it reads inside the unit of work of ctx.
	OpenItems(ctx context.Context, f report.Filter, today calendar.Date, each func(row []report.Cell) error) error
}

// NewExports makes the service.
func NewExports(tx uow.Tenant, r *Reports, items ItemReader, p report.Printer, recorder audit.Recorder, clock calendar.Clock) *Exports {
	return &Exports{tx: tx, reports: r, items: items, printer: p, audit: recorder, clock: clock}
}

// Report writes the report down that the caller sees on his page.
func (x *Exports) Report(ctx context.Context, r report.Request, f report.Format, lang report.Lang) (report.File, error) {
	r.Size = report.LargestPage
	v, err := x.reports.Report(ctx, r)
	if err != nil {
		return report.File{}, err
	}
	d := v.Document(lang, x.clock.Now())
	file, err := x.printer.Print(d, f)
	if err != nil {
		return file, err
	}
	file.Digest = d.Digest
	file.Name = v.FileName() + "." + string(f)
	err = x.tx.InTx(ctx, func(ctx context.Context) error {
		return x.audit.Record(ctx, audit.Entry{Action: "report.exported", ObjectType: "report", ObjectID: string(v.Level),
			After: map[string]any{"format": f, "end": v.Period.End, "period": v.Period.Kind, "segment": v.Segment}})
	})
	return file, err
}

// itemColumns head the export of items.
func itemColumns(lang report.Lang) []report.Column {
	say := lang.Say
	return []report.Column{{Title: say("客户编号", "Number"), Width: 3}, {Title: say("客户", "Customer"), Width: 5}, {Title: say("单据编号", "Document"), Width: 4},
		{Title: say("开票日期", "Invoiced"), Width: 2.4}, {Title: say("到期日", "Due"), Width: 2.4}, {Title: say("金额", "Amount"), Width: 3, Right: true},
		{Title: say("未结金额", "Open"), Width: 3, Right: true}, {Title: say("逾期天数", "Days past due"), Width: 2, Right: true}, {Title: say("其中争议", "Disputed"), Width: 3, Right: true}}
}

// The columns of what is open, and of what of it is in dispute.
const (
	openColumn     = 6
	disputedColumn = 8
)

// Items writes the open items of the caller's data scope as XLSX, streaming: all, a
// salesperson's, a customer's, or those of a segment's customers.
func (x *Exports) Items(ctx context.Context, in report.Request, lang report.Lang) (file report.File, err error) {
	actor, err := access.Require(ctx, access.ReceivableRead)
	if err != nil {
		return file, err
	}
	today, err := tenant.Today(ctx, x.clock)
	if err != nil {
		return file, err
	}
	r := scoped(actor, report.Request{SalespersonID: in.SalespersonID, CustomerID: in.CustomerID})
	f := report.Filter{SalespersonID: r.SalespersonID, CustomerID: r.CustomerID}
	columns := itemColumns(lang)
	err = x.tx.InTx(ctx, func(ctx context.Context) error {
		cut, err := customer.CutTo(ctx, x.reports.segments, in.Segment, today, customer.OnlyOf(actor))
		if err != nil {
			return err
		}
		f.Customers = cut.In
		if _, err := report.Names(ctx, x.reports.reader, r); err != nil {
			return err
		}
		var n, open, disputed int64
		file, err = x.printer.Table(ctx, lang.Say("应收明细", "Open items"), columns, func(ctx context.Context, each func([]report.Cell) error) error {
			return x.items.OpenItems(ctx, f, today, func(row []report.Cell) error {
				n++
				open, disputed = open+row[openColumn].Value, disputed+row[disputedColumn].Value
				return each(row)
			})
		})
		if err != nil {
			return err
		}
		fen := func(v int64) string { return report.Cell{Value: v, Unit: report.UnitFen}.Show(lang) }
		file.Digest = report.Digest{Empty: n == 0, Lines: []report.Line{{Label: lang.Say("未结单据（笔）", "Open items"), Value: fmt.Sprint(n)},
			{Label: columns[openColumn].Title, Value: fen(open)}, {Label: columns[disputedColumn].Title, Value: fen(disputed)}}}
		file.Name = fmt.Sprintf("receivables-%s.xlsx", today)
		return x.audit.Record(ctx, audit.Entry{Action: "receivables.exported", ObjectType: "receivables",
			After: map[string]any{"rows": n, "as_of": today, "segment": cut.Name, "salesperson_id": r.SalespersonID, "customer_id": r.CustomerID}})
	})
	return file, err
}
