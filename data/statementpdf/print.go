// Package statementpdf puts statements of account on paper, for the customer to sign
// and seal: the printer of biz/statement. It owns the layout; the figures are the
// statement's own. The paper is in Chinese, because it is the customer's.
package statementpdf

import (
	"context"

	"zhuxin/biz/statement"
	"zhuxin/data/pdf"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
	"zhuxin/shared/volume"
)

// Printer implements statement.Printer.
type Printer struct{}

var _ statement.Printer = Printer{}

// Print gives the statement with all its tickets and places to sign. The total is of
// the tickets on the paper, so that it adds up in the hands of who signs it.
func (Printer) Print(ctx context.Context, d statement.Detail) ([]byte, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, err
	}
	doc := pdf.New(pdf.Head{Title: "对账单", Subtitle: "编号 " + d.Number, Footer: t.Name + "  " + d.Number, Lang: pdf.ZH, At: d.To.Time()})
	doc.Pairs(pdf.Pair{Name: "供方", Value: t.Name}, pdf.Pair{Name: "需方", Value: d.CustomerName + "（" + d.CustomerNumber + "）"},
		pdf.Pair{Name: "合同编号", Value: orNone(d.ContractNo)}, pdf.Pair{Name: "对账期间", Value: d.From.String() + " 至 " + d.To.String()},
		pdf.Pair{Name: "供应方量", Value: volume.M3(d.Volume).String() + " m³"}, pdf.Pair{Name: "对账金额", Value: d.Amount.In(t.Currency)},
		pdf.Pair{Name: "签回期限", Value: d.Deadline.String()}, pdf.Pair{Name: "业务员", Value: orNone(d.Salesperson)})
	table := pdf.Table{Columns: []pdf.Column{{Title: "小票号", Width: 3}, {Title: "订单号", Width: 3}, {Title: "供货日期", Width: 2},
		{Title: "方量（m³）", Width: 2, Right: true}, {Title: "金额（" + string(t.Currency) + "）", Width: 3, Right: true}}}
	var cubic int64
	var amount money.Amount
	for _, x := range d.Lines {
		cubic, amount = cubic+x.Volume, amount+x.Amount
		table.Rows = append(table.Rows, []string{x.Number, x.OrderNo, x.DeliveredOn.String(), volume.M3(x.Volume).String(), x.Amount.Grouped()})
	}
	table.Total = []string{"合计", "", "", volume.M3(cubic).String(), amount.Grouped()}
	doc.Heading("供货明细").Table(table)
	doc.Paragraph("以上供货经双方核对无误。如有异议，请在签回期限前书面提出。")
	doc.Signatures("供方（盖章）", "需方（签字、盖章）", "日期")
	return doc.Bytes()
}

func orNone(s string) string {
	if s == "" {
		return "—"
	}
	return s
}
