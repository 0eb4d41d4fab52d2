package collection

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"zhuxin/biz/customer"
	"zhuxin/shared/access"
	"zhuxin/shared/audit"
	"zhuxin/shared/report"
	"zhuxin/shared/tenant"
)

// Export writes all receipts of a view as XLSX, with the filters of the list, and
// leaves an audit row.
func (s *Service) Export(ctx context.Context, in ListInput, lang report.Lang) (file report.File, err error) {
	actor, err := access.Require(ctx, access.ReceivableRead)
	if err != nil {
		return file, err
	}
	today, err := tenant.Today(ctx, s.Clock)
	if err != nil {
		return file, err
	}
	in.Page, in.Size = 0, 0
	q, err := in.query(customer.OnlyOf(actor))
	if err != nil {
		return file, err
	}
	w := words(lang.Say)
	err = s.Tx.InTx(ctx, func(ctx context.Context) error {
		if q.CustomerID != uuid.Nil {
			if _, err := s.Customers.Brief(ctx, q.CustomerID, q.OnlyOf); err != nil {
				return err
			}
		}
		var n int64
		file, err = s.Tables.Table(ctx, w("回款", "Receipts"), exportColumns(w), func(ctx context.Context, each func([]report.Cell) error) error {
			return s.Repo.EachReceipt(ctx, q, func(r Receipt) error {
				n++
				return each(exportRow(r, w))
			})
		})
		if err != nil {
			return err
		}
		file.Name = fmt.Sprintf("receipts-%s.xlsx", today)
		return s.Audit.Record(ctx, audit.Entry{Action: "receipts.exported", ObjectType: "receipts",
			After: map[string]any{"rows": n, "as_of": today, "view": q.View, "q": q.Text, "customer_id": q.CustomerID}})
	})
	return file, err
}

type words func(zh, en string) string

func exportColumns(w words) []report.Column {
	return []report.Column{{Title: w("回款单号", "Number"), Width: 4}, {Title: w("客户", "Customer"), Width: 5}, {Title: w("到账日期", "Received on"), Width: 2.4},
		{Title: w("方式", "Method"), Width: 2}, {Title: w("付款方", "Payer"), Width: 4}, {Title: w("合同编号", "Contract"), Width: 3},
		{Title: w("金额", "Amount"), Width: 3, Right: true}, {Title: w("未核销", "Not applied"), Width: 3, Right: true}, {Title: w("状态", "State"), Width: 2.4},
		{Title: w("汇票到期日", "Draft due"), Width: 2.4}, {Title: w("备注", "Remark"), Width: 4}}
}

func exportRow(r Receipt, w words) []report.Cell {
	method := map[Method]string{Cash: w("现金", "cash"), Transfer: w("转账", "transfer"), SetOff: w("抵账", "set-off"), ByDraft: w("承兑汇票", "draft")}[r.Method]
	due := ""
	if r.Draft != nil {
		due = r.Draft.DueOn.String()
	}
	return []report.Cell{report.Text(r.Number), report.Text(r.CustomerName), report.Text(r.ReceivedOn.String()), report.Text(method), report.Text(r.Payer), report.Text(r.ContractNo),
		{Value: int64(r.Amount), Unit: report.UnitFen}, {Value: int64(r.Unapplied), Unit: report.UnitFen}, report.Text(exportState(r, w)), report.Text(due), report.Text(r.Remark)}
}

func exportState(r Receipt, w words) string {
	switch {
	case r.Reversed || r.Reverses != uuid.Nil:
		return w("已冲销", "reversed")
	case r.Draft != nil && r.Draft.Status == "held":
		return w("汇票未兑付", "draft held")
	case r.AppliedBySource || r.Unapplied == 0:
		return w("已核销", "applied")
	case r.Unapplied == r.Amount:
		return w("待核销", "to apply")
	}
	return w("部分核销", "partly applied")
}
