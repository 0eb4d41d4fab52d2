// Package dunningpdf puts dunning bills on paper: the printer of biz/dunning. It owns
// the layout; words and figures are the letter's own.
package dunningpdf

import (
	"context"
	"fmt"

	"zhuxin/biz/dunning"
	"zhuxin/data/pdf"
	"zhuxin/shared/money"
	"zhuxin/shared/tenant"
)

// Printer implements dunning.Printer.
type Printer struct{}

var _ dunning.Printer = Printer{}

// Print gives the bill as PDF; the same letter gives the same bytes.
func (Printer) Print(ctx context.Context, l dunning.Letter) ([]byte, error) {
	t, err := tenant.From(ctx)
	if err != nil {
		return nil, err
	}
	subtitle := fmt.Sprintf("催款单　截至 %s　币种 %s，单位元", l.On, l.Currency)
	d := pdf.New(pdf.Head{Title: l.Level.Title, Subtitle: subtitle, Footer: t.Name + "  " + l.Account.Number + "  " + l.On.String(), Lang: pdf.ZH, At: l.On.Time()})
	d.Paragraph(l.Account.Name + "：\n" + l.Level.Closing)
	table := pdf.Table{Columns: []pdf.Column{{Title: "单据号", Width: 3.2}, {Title: "到期日", Width: 2}, {Title: "状态", Width: 2.4}, {Title: "未付金额", Width: 3, Right: true}}}
	var sum money.Amount
	for _, x := range l.Items {
		sum += x.Open
		table.Rows = append(table.Rows, []string{x.DocumentNo, x.DueDate.String(), l.Note(x), x.Open.Grouped()})
	}
	table.Total = []string{"未付合计（" + string(l.Currency) + "）", "", "", sum.Grouped()}
	d.Heading("未结清单据").Table(table)
	pairs := []pdf.Pair{{Name: "逾期", Value: l.Overdue.In(l.Currency)}, {Name: "即将到期", Value: l.Upcoming.In(l.Currency)},
		{Name: "抵减贷项及预收款", Value: (-l.Credits).In(l.Currency)}}
	if l.Disputed != 0 {
		pairs = append(pairs, pdf.Pair{Name: "争议（未计入）", Value: l.Disputed.In(l.Currency)})
	}
	d.Heading("应付").Pairs(append(pairs, pdf.Pair{Name: "应付合计", Value: l.Net().In(l.Currency)})...)
	if l.PaymentText != "" {
		d.Heading("收款账户").Paragraph(l.PaymentText)
	}
	d.Paragraph(t.Name + "\n" + l.On.String())
	return d.Bytes()
}
