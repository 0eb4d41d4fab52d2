package report

import (
	"context"
	"fmt"

	"github.com/google/uuid"

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

// ItemColumns head the export of items.
var ItemColumns = []report.Column{{Title: "客户编号", Width: 3}, {Title: "客户", Width: 5}, {Title: "单据编号", Width: 4}, {Title: "开票日期", Width: 2.4}, {Title: "到期日", Width: 2.4},
	{Title: "金额", Width: 3, Right: true}, {Title: "未结金额", Width: 3, Right: true}, {Title: "逾期天数", Width: 2, Right: true}}

// openColumn is the one of what is open.
const openColumn = 6

// Items writes all open items of the caller's data scope as XLSX, streaming; with a
// segment those of its customers.
func (x *Exports) Items(ctx context.Context, segment *uuid.UUID) (file report.File, err error) {
	actor, err := access.Require(ctx, access.ReceivableRead)
	if err != nil {
		return file, err
	}
	today, err := tenant.Today(ctx, x.clock)
	if err != nil {
		return file, err
	}
	f := report.Filter{SalespersonID: customer.OnlyOf(actor)}
	err = x.tx.InTx(ctx, func(ctx context.Context) error {
		var n, open int64
		cut, err := customer.CutTo(ctx, x.reports.segments, segment, today, customer.OnlyOf(actor))
		if err != nil {
			return err
		}
		f.Customers = cut.In
		file, err = x.printer.Table(ctx, "应收明细", ItemColumns, func(ctx context.Context, each func([]report.Cell) error) error {
			return x.items.OpenItems(ctx, f, today, func(row []report.Cell) error {
				n++
				open += row[openColumn].Value
				return each(row)
			})
		})
		if err != nil {
			return err
		}
		file.Digest = report.Digest{Empty: n == 0, Lines: []report.Line{{Label: "未结单据（笔）", Value: fmt.Sprint(n)},
			{Label: ItemColumns[openColumn].Title, Value: report.Cell{Value: open, Unit: report.UnitFen}.Show(report.ZH)}}}
		file.Name = fmt.Sprintf("receivables-%s.xlsx", today)
		return x.audit.Record(ctx, audit.Entry{Action: "receivables.exported", ObjectType: "receivables", After: map[string]any{"rows": n, "as_of": today, "segment": cut.Name}})
	})
	return file, err
}
