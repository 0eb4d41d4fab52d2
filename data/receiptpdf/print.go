// Package receiptpdf puts receipts on paper for the customer (004-18): the printer of
// biz/collection. It owns the layout; the figures are the voucher's own.
package receiptpdf

import (
	"context"

	"zhuxin/biz/collection"
	"zhuxin/data/pdf"
	"zhuxin/shared/tenant"
)

// Printer implements collection.Printer.
type Printer struct{}

var _ collection.Printer = Printer{}

var methods = map[collection.Method]string{collection.Cash: "现金", collection.Transfer: "转账", collection.SetOff: "抵账", collection.ByDraft: "承兑汇票"}

// Print gives the receipt as PDF; the same voucher gives the same bytes.
func (Printer) Print(ctx context.Context, v collection.Voucher) ([]byte, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, err
	}
	title := "收款确认单"
	if v.Reversed {
		title = "收款确认单（已冲销，作废）"
	}
	d := pdf.New(pdf.Head{Title: title, Subtitle: t.Name + "　收款单号 " + v.Number, Footer: t.Name + "  " + v.Number, Lang: pdf.ZH, At: v.On.Time()})
	pairs := []pdf.Pair{
		{Name: "付款单位", Value: v.To.Name + "（" + v.To.Number + "）"}, {Name: "收款日期", Value: v.ReceivedOn.String()},
		{Name: "金额", Value: v.Amount.In(v.Currency)}, {Name: "金额大写", Value: v.Amount.Capital()},
		{Name: "收款方式", Value: methods[v.Method]},
	}
	for _, p := range []pdf.Pair{{Name: "付款人", Value: v.Payer}, {Name: "合同编号", Value: v.ContractNo}, {Name: "备注", Value: v.Remark}} {
		if p.Value != "" {
			pairs = append(pairs, p)
		}
	}
	if x := v.Draft; x != nil {
		pairs = append(pairs, pdf.Pair{Name: "票据", Value: x.Number + "　承兑人 " + x.Acceptor + "　到期日 " + x.DueOn.String() + "　以到期兑付为准"})
	}
	d.Pairs(pairs...)
	table := pdf.Table{Columns: []pdf.Column{{Title: "核销单据", Width: 4}, {Title: "核销日期", Width: 2.4}, {Title: "核销金额", Width: 3, Right: true}}}
	paid := v.Amount - v.Unapplied
	for _, e := range v.Paid() {
		table.Rows = append(table.Rows, []string{e.DocumentNo, e.AppliedOn.String(), e.Amount.Grouped()})
	}
	switch {
	case v.AppliedBySource:
		d.Heading("核销").Paragraph("由来源系统核销。")
	case len(table.Rows) > 0:
		table.Total = []string{"合计", "", paid.Grouped()}
		d.Heading("核销").Table(table)
	}
	d.Heading("余额").Pairs(pdf.Pair{Name: "本次未核销", Value: v.Unapplied.In(v.Currency)}, pdf.Pair{Name: "截至 " + v.On.String() + " 未结清", Value: v.Left.In(v.Currency)})
	d.Paragraph(t.Name + "\n" + v.On.String())
	return d.Bytes()
}
