package receivable

import (
	"context"
	"fmt"

	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/calendar"
	"zhuxin/shared/report"
	"zhuxin/shared/tenant"
)

// Exports writes the list of receivables to files. Each leaves an audit row: it takes
// the books out of the house.
type Exports struct {
	ledger  *Ledger
	printer report.Printer
	audit   audit.Recorder
}

// NewExports makes the service.
func NewExports(l *Ledger, p report.Printer, recorder audit.Recorder) *Exports {
	return &Exports{ledger: l, printer: p, audit: recorder}
}

// List writes all rows of a view as XLSX, with the filters and in the order of the
// list, streaming.
func (x *Exports) List(ctx context.Context, in ListInput, lang report.Lang) (file report.File, err error) {
	actor, err := access.Require(ctx, access.ReceivableRead)
	if err != nil {
		return file, err
	}
	today, err := tenant.Today(ctx, x.ledger.clock)
	if err != nil {
		return file, err
	}
	in.Page, in.Size = 0, 0
	q, err := in.query(actor, today)
	if err != nil {
		return file, err
	}
	err = x.ledger.tx.InTx(ctx, func(ctx context.Context) error {
		if err := x.ledger.visible(ctx, q.Scope); err != nil {
			return err
		}
		var n int64
		file, err = x.printer.Table(ctx, lang.Say("应收明细", "Receivables"), exportColumns(lang), func(ctx context.Context, each func([]report.Cell) error) error {
			return x.ledger.reader.Each(ctx, q, func(r Receivable) error {
				n++
				return each(exportRow(r, today, lang))
			})
		})
		if err != nil {
			return err
		}
		file.Name = fmt.Sprintf("receivables-%s.xlsx", today)
		return x.audit.Record(ctx, audit.Entry{Action: "receivables.exported", ObjectType: "receivables",
			After: map[string]any{"rows": n, "as_of": today, "view": q.View, "q": q.Text, "customer_id": q.CustomerID}})
	})
	return file, err
}

func exportColumns(lang report.Lang) (out []report.Column) {
	for _, c := range []struct {
		zh, en string
		width  float64
		right  bool
	}{
		{"单据编号", "Document", 4, false}, {"客户编号", "Customer no.", 3, false}, {"客户", "Customer", 5, false}, {"业务员", "Salesperson", 2.4, false},
		{"合同编号", "Contract", 3, false}, {"项目", "Project", 4, false}, {"开票日期", "Invoiced", 2.4, false}, {"到期日", "Due", 2.4, false}, {"币种", "Currency", 1.6, false},
		{"金额", "Amount", 3, true}, {"未结金额", "Open", 3, true}, {"逾期天数", "Days overdue", 2, true}, {"状态", "State", 2, false}, {"争议", "In dispute", 2, false},
	} {
		out = append(out, report.Column{Title: lang.Say(c.zh, c.en), Width: c.width, Right: c.right})
	}
	return out
}

func exportRow(r Receivable, today calendar.Date, lang report.Lang) []report.Cell {
	state := map[State]string{StatePending: lang.Say("未结清", "pending"), StatePartial: lang.Say("部分结清", "partial"), StatePaid: lang.Say("已结清", "paid"), StateVoid: lang.Say("已作废", "void")}[r.State()]
	disputed := ""
	if r.Disputed {
		disputed = lang.Say("有争议", "yes")
	}
	return []report.Cell{report.Text(r.DocumentNo), report.Text(r.CustomerNumber), report.Text(r.CustomerName), report.Text(r.Salesperson), report.Text(r.ContractNo), report.Text(r.Project),
		report.Text(r.InvoiceDate.String()), report.Text(r.DueDate.String()), report.Text(string(r.Currency)),
		{Value: int64(r.Amount), Unit: report.UnitFen}, {Value: int64(r.OpenAmount), Unit: report.UnitFen}, {Value: int64(r.OverdueDays(today)) * 100, Unit: report.UnitDays},
		report.Text(state), report.Text(disputed)}
}
