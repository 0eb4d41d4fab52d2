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
	if l.Kind == letter.KindBill {
		bill(d, l, t)
		return d.Bytes()
	}
	table := pdf.Table{Columns: []pdf.Column{{Title: "单据号", Width: 3}, {Title: "开票日期", Width: 2}, {Title: "到期日", Width: 2},
		{Title: "金额", Width: 3, Right: true}, {Title: "未付金额", Width: 3, Right: true}, {Title: "逾期天数", Width: 1.6, Right: true}}}
	var open money.Amount
	for _, x := range l.Lines {
		open += x.Open
		table.Rows = append(table.Rows, []string{x.DocumentNo, x.InvoiceDate.String(), x.DueDate.String(), x.Amount.Grouped(), x.Open.Grouped(), strconv.Itoa(max(0, x.Days))})
	}
	table.Total = []string{"合计", "", "", "", open.Grouped(), ""}
	d.Heading("逾期明细（" + string(t.Currency) + "，截至 " + l.On.String() + "）").Table(table)
	d.Note("未付金额为负的行是抵减的贷项，合计为净额。")
	return d.Bytes()
}

// bill is the table of a dunning bill: each item with its late fee and how that was
// reckoned (rulings, late fee).
func bill(d *pdf.Document, l letter.Letter, t tenant.Tenant) {
	table := pdf.Table{Columns: []pdf.Column{{Title: "单据号", Width: 2.8}, {Title: "到期日", Width: 2}, {Title: "逾期天数", Width: 1.5, Right: true}, {Title: "未付金额", Width: 2.8, Right: true},
		{Title: "日费率", Width: 1.5, Right: true}, {Title: "滞纳金", Width: 2.2, Right: true}, {Title: "已减免", Width: 2.2, Right: true}, {Title: "应付小计", Width: 2.8, Right: true}}}
	var open, fee, waived money.Amount
	grace := 0
	for _, x := range l.Lines {
		row := []string{x.DocumentNo, x.DueDate.String(), strconv.Itoa(max(0, x.Days)), x.Open.Grouped(), x.DailyRate, x.LateFee.Grouped(), "—", (x.Open + x.LateFee - x.Waived).Grouped()}
		if x.Waived != 0 {
			row[6] = (-x.Waived).Grouped()
		}
		if x.Open < 0 {
			row[2], row[4], row[5] = "贷项", "—", "—"
		}
		open, fee, waived, grace = open+x.Open, fee+x.LateFee, waived+x.Waived, max(grace, x.GraceDays)
		table.Rows = append(table.Rows, row)
	}
	table.Total = []string{"合计", "", "", open.Grouped(), "", fee.Grouped(), (-waived).Grouped(), (open + fee - waived).Grouped()}
	d.Heading("逾期明细（" + string(t.Currency) + "，截至 " + l.On.String() + "）").Table(table)
	d.Heading("应付").Pairs(pdf.Pair{Name: "逾期货款（净额）", Value: max(0, open).In(t.Currency)}, pdf.Pair{Name: "滞纳金", Value: fee.In(t.Currency)},
		pdf.Pair{Name: "已减免滞纳金", Value: (-waived).In(t.Currency)}, pdf.Pair{Name: "应付合计", Value: l.Amount.In(t.Currency)})
	for _, x := range l.Lines {
		for _, p := range x.PaidLate {
			d.Note(x.DocumentNo + "（" + x.DueDate.String() + " 到期）：" + p.Amount.Grouped() + " 于 " + p.On.String() + " 付清，逾期 " + strconv.Itoa(p.Days) + " 天，其滞纳金计入上表。")
		}
	}
	d.Note("滞纳金 = 金额 × 日费率 × 逾期天数：已付部分计至付款日，未付金额计至今日。逾期天数按日历日计算，自到期日次日起至 " + l.On.String() + " 止（含当日）；" + graceNote(grace) +
		"每笔单独计算，四舍五入到分后相加；按单利计算，滞纳金本身不再计滞纳金。日费率以合同约定为准，合同未约定的按我司统一标准。")
	d.Note("未付金额为负的行是抵减的贷项，不计滞纳金，合计为净额。")
}

func graceNote(days int) string {
	if days == 0 {
		return "无宽限期；"
	}
	return "宽限期 " + strconv.Itoa(days) + " 天内不计，超过后自到期日次日起全部计算；"
}
