// Package dunningpdf puts dunning bills on paper: the printer of biz/dunning. It owns
// the layout; words and figures are the letter's own.
package dunningpdf

import (
	"context"
	"fmt"
	"slices"

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
	d.Heading("未结清单据").Table(items(l))
	d.Heading("应付").Pairs(due(l)...)
	if fees(l) {
		d.Note("滞纳金按未付金额、日费率和自到期日次日起至 " + l.On.String() + " 止的逾期天数逐笔计算，已扣除减免部分；日费率以合同约定为准。")
	}
	if l.PaymentText != "" {
		d.Heading("收款账户").Paragraph(l.PaymentText)
	}
	d.Paragraph(t.Name + "\n" + l.On.String())
	return d.Bytes()
}

// fees says whether lateness costs the customer anything: where it does not, nothing is
// said of it.
func fees(l dunning.Letter) bool {
	return slices.ContainsFunc(l.Items, func(d dunning.Due) bool { return d.LateFee != 0 })
}

// items is the table of what the letter tells.
func items(l dunning.Letter) pdf.Table {
	table := pdf.Table{Columns: []pdf.Column{{Title: "单据号", Width: 3.2}, {Title: "到期日", Width: 2}, {Title: "状态", Width: 2.4}, {Title: "未付金额", Width: 3, Right: true}}}
	late := fees(l)
	if late {
		table.Columns = append(table.Columns, pdf.Column{Title: "滞纳金", Width: 2.2, Right: true})
	}
	var sum money.Amount
	for _, x := range l.Items {
		sum += x.Open
		row := []string{x.DocumentNo, x.DueDate.String(), l.Note(x), x.Open.Grouped()}
		if late {
			row = append(row, (x.LateFee - x.Waived).Grouped())
		}
		table.Rows = append(table.Rows, row)
	}
	table.Total = []string{"未付合计（" + string(l.Currency) + "）", "", "", sum.Grouped()}
	if late {
		table.Total = append(table.Total, l.LateFee().Grouped())
	}
	return table
}

// due is what is asked for, part by part.
func due(l dunning.Letter) []pdf.Pair {
	pairs := []pdf.Pair{{Name: "逾期", Value: l.Overdue.In(l.Currency)}, {Name: "即将到期", Value: l.Upcoming.In(l.Currency)},
		{Name: "抵减贷项及预收款", Value: (-l.Credits).In(l.Currency)}}
	if l.Disputed != 0 {
		pairs = append(pairs, pdf.Pair{Name: "争议（未计入）", Value: l.Disputed.In(l.Currency)})
	}
	pairs = append(pairs, pdf.Pair{Name: "应付合计", Value: l.Net().In(l.Currency)})
	if fees(l) {
		pairs = append(pairs, pdf.Pair{Name: "滞纳金", Value: l.LateFee().In(l.Currency)}, pdf.Pair{Name: "连同滞纳金", Value: (l.Net() + l.LateFee()).In(l.Currency)})
	}
	return pairs
}
