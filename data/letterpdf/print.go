// Package letterpdf puts letters to customers on paper: the printer of biz/letter. It
// owns the layout of a letter; its words and figures are the letter's own.
package letterpdf

import (
	"context"
	"strconv"

	"zhuxin/biz/letter"
	"zhuxin/data/pdf"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

// Printer implements letter.Printer.
type Printer struct{}

var _ letter.Printer = Printer{}

// Print gives the letter as PDF; the same letter gives the same bytes.
func (Printer) Print(ctx context.Context, l letter.Letter) ([]byte, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, err
	}
	d := pdf.New(pdf.Head{Title: l.Subject, Subtitle: "编号 " + l.Number(), Footer: t.Name + "  " + l.Number(), Lang: pdf.ZH, At: l.CreatedAt})
	d.Paragraph(l.Body)
	if len(l.Lines) == 0 {
		return d.Bytes()
	}
	fees := false
	for _, x := range l.Lines {
		fees = fees || x.LateFee != 0
	}
	table := pdf.Table{Columns: []pdf.Column{{Title: "单据号", Width: 3}, {Title: "开票日期", Width: 2}, {Title: "到期日", Width: 2},
		{Title: "金额", Width: 3, Right: true}, {Title: "未付金额", Width: 3, Right: true}, {Title: "逾期天数", Width: 1.6, Right: true}}}
	if fees {
		table.Columns = append(table.Columns, pdf.Column{Title: "滞纳金", Width: 2.4, Right: true})
	}
	var open, fee money.Amount
	for _, x := range l.Lines {
		row := []string{x.DocumentNo, x.InvoiceDate.String(), x.DueDate.String(), x.Amount.Grouped(), x.Open.Grouped(), strconv.Itoa(max(0, x.Days))}
		if fees {
			row = append(row, x.LateFee.Grouped())
		}
		open, fee = open+x.Open, fee+x.LateFee
		table.Rows = append(table.Rows, row)
	}
	table.Total = []string{"合计", "", "", "", open.Grouped(), ""}
	if fees {
		table.Total = append(table.Total, fee.Grouped())
	}
	d.Heading("逾期明细（" + string(t.Currency) + "，截至 " + l.On.String() + "）").Table(table)
	d.Note("未付金额为负的行是抵减的贷项，合计为净额。")
	return d.Bytes()
}
